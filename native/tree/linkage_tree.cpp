#include "tree/linkage_tree.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/union_find.hpp"

namespace shoal {

LinkageTree build_linkage_tree(std::int64_t n_rows, std::vector<Edge> edges) {
  std::ranges::stable_sort(edges, {}, &Edge::weight);
  LinkageTree tree;
  tree.n_rows = n_rows;
  tree.left.reserve(edges.size());
  tree.right.reserve(edges.size());
  tree.height.reserve(edges.size());
  tree.size.reserve(edges.size());

  UnionFind sets(n_rows);
  // The cluster that the set named by a row has become.
  std::vector<std::int32_t> cluster(static_cast<std::size_t>(n_rows));
  std::iota(cluster.begin(), cluster.end(), 0);
  const auto size_of = [&](std::int32_t c) {
    return c < n_rows ? 1 : tree.size[static_cast<std::size_t>(c - n_rows)];
  };
  for (const Edge& edge : edges) {
    std::int32_t a = cluster[static_cast<std::size_t>(sets.find(edge.a))];
    std::int32_t b = cluster[static_cast<std::size_t>(sets.find(edge.b))];
    if (a > b) std::swap(a, b);
    sets.unite(edge.a, edge.b);
    cluster[static_cast<std::size_t>(sets.find(edge.a))] =
        static_cast<std::int32_t>(n_rows + tree.n_steps());
    tree.size.push_back(size_of(a) + size_of(b));
    tree.left.push_back(a);
    tree.right.push_back(b);
    tree.height.push_back(edge.weight);
  }
  return tree;
}

}  // namespace shoal
