// What can be read off a tree of merges. Trees may be chains of millions of steps: nothing here
// calls itself.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace shoal {

// Step s joins clusters left[s] and right[s], both older, into cluster n_rows + s.
struct Dendrogram {
  std::int64_t n_rows = 0;
  std::vector<std::int32_t> left, right;
  std::vector<double> height;

  std::int64_t n_steps() const { return static_cast<std::int64_t>(left.size()); }
  std::int64_t n_nodes() const { return n_rows + n_steps(); }
};

// Gives every cluster below a labelled one its label; labels are those of all clusters, -1 where
// they are to be found.
void pass_labels_down(const Dendrogram& tree, std::span<std::int32_t> labels);

// The greatest height at or below every step.
std::vector<double> greatest_heights(const Dendrogram& tree);

// Rows from left to right, as the tree is drawn.
std::vector<std::int32_t> leaf_order(const Dendrogram& tree);

// The height at which each pair of rows is joined, as SciPy's pdist orders the pairs.
void cophenetic_distances(const Dendrogram& tree, std::span<double> out);

// For each step: mean and standard deviation of the heights of the steps within `depth` below it,
// itself included; their number; and how many deviations above the mean it is. [n_steps][4].
void inconsistency(const Dendrogram& tree, int depth, std::span<double> out);

}  // namespace shoal
