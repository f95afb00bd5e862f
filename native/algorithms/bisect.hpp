// Bisecting k-means: one group after the other is split in two by k-means, until there are k.
//
// M. Steinbach, G. Karypis, V. Kumar: A comparison of document clustering techniques. KDD workshop
// on text mining, 2000.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/rows.hpp"
#include "algorithms/sparse_rows.hpp"

namespace shoal {

struct BisectOptions {
  std::int64_t k = 8;
  bool by_weight = false;  // splits the heaviest group, else the one of the greatest inertia
  int n_init = 1;          // starts of each split, the best of which is kept
  int n_trials = 1;        // as in choose_seeds
  std::uint64_t seed = 0;
  int max_iter = 300;
  double relative_tolerance = 1e-4;  // times the mean variance of the columns in the group
  int n_threads = 1;
  // Called with the split and the iteration after each iteration and now and then within one;
  // false stops the fit, which then throws Interrupted.
  std::function<bool(int, int)> keep_going;
  // Writes two centres (2 x d) to start from for a group of rows; false stops the fit. Null: seeds.
  std::function<bool(const std::vector<std::int64_t>&, double*)> start;
};

// Groups are numbered from left to right; nodes 0..k-1 are the groups and node k+i joins the two
// nodes children[2 i] and children[2 i + 1]. The last node is the root.
struct SplitTree {
  std::int64_t k = 0;
  std::vector<std::int32_t> children;  // (k - 1) x 2
  std::vector<double> centers;         // (2 k - 1) x d
};

struct BisectResult {
  SplitTree tree;
  std::vector<double> inner_inertias;  // of nodes k and on
  std::vector<std::int32_t> labels;
  std::vector<float> distances;  // of each row to the centre of its group
  double inertia = 0;
  int n_iter = 0;  // of the kept starts of all splits, and one for the mean of all rows
};

template <class Rows>
BisectResult fit_bisecting(const Rows& rows, const BisectOptions& options);

// Sends each row down the tree, at every node to the nearer of the two centres, the left one on a
// tie; writes its group and the squared distance to the centre of it in fp64.
template <class Rows>
void descend(const Rows& rows, const SplitTree& tree, int n_threads, std::int32_t* labels,
             double* squared);

}  // namespace shoal
