// Merges as a tree: the form every hierarchical method hands over and every cut works on.
#pragma once

#include <cstdint>
#include <vector>

namespace shoal {

// Two rows, or one row of each of two clusters, and the distance at which they are joined.
struct Edge {
  std::int32_t a, b;
  double weight;
};

// Step s joins clusters left[s] < right[s] into cluster n_rows + s, as in SciPy's Z. Clusters
// below n_rows are the rows themselves.
struct LinkageTree {
  std::int64_t n_rows = 0;
  std::vector<std::int32_t> left, right;
  std::vector<double> height;
  std::vector<std::int32_t> size;  // rows in the cluster a step makes

  std::int64_t n_steps() const { return static_cast<std::int64_t>(height.size()); }
};

// The tree of merges given by a member of each side. Steps go by height; of equal heights, in the
// order in which the edges are given. Memory of `edges` is reused.
LinkageTree build_linkage_tree(std::int64_t n_rows, std::vector<Edge> edges);

// By weight, then the lower row, then the higher one: an order that makes the spanning tree of
// tied distances unique.
inline bool edge_before(const Edge& x, const Edge& y) {
  if (x.weight != y.weight) return x.weight < y.weight;
  const auto low = [](const Edge& e) { return e.a < e.b ? e.a : e.b; };
  const auto high = [](const Edge& e) { return e.a < e.b ? e.b : e.a; };
  return low(x) != low(y) ? low(x) < low(y) : high(x) < high(y);
}

}  // namespace shoal
