#include "tree/boruvka_forest.hpp"

#include <cmath>
#include <limits>

namespace shoal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

Forest::Forest(std::int64_t n, const std::int32_t* rows, const double* cores, int n_threads)
    : sets(n),
      other(static_cast<std::size_t>(n), kNone),
      weight(static_cast<std::size_t>(n), 0.0),
      // A place in every leaf, so that kernels may read whole leaves.
      group(static_cast<std::size_t>((n + kLeafTile - 1) / kLeafTile * kLeafTile), kNone),
      bound(static_cast<std::size_t>(n)),
      least(static_cast<std::size_t>(n)),
      rows_(rows),
      cores_(cores),
      n_threads_(n_threads),
      n_(static_cast<std::int32_t>(n)) {}

void Forest::set_groups() {
  for_places([&](std::int32_t place) {
    const auto i = static_cast<std::size_t>(place);
    group[i] = sets.find(place);
    bound[i].store(kInfinity, kRelaxed);
    least[i].store(kNone, kRelaxed);
  });
}

TreeForest::TreeForest(const KdTree& tree, const double* cores, int n_threads)
    : Forest(tree.n(), tree.rows().data(), cores, n_threads),
      node_group(static_cast<std::size_t>(tree.n_nodes())),
      node_core(node_group.size(), 0.0),
      tree_(tree) {
  if (cores == nullptr) return;
  for_nodes_upwards([&](KdTree::Node node) {
    double& lowest = node_core[static_cast<std::size_t>(node.number)];
    if (node.is_leaf()) {
      const double* const first = cores + tree_.begin(node.first_leaf);
      lowest = *std::min_element(first, first + tree_.size(node));
    } else {
      lowest = std::min(node_core[static_cast<std::size_t>(node.left().number)],
                        node_core[static_cast<std::size_t>(node.right().number)]);
    }
  });
}

template <class Merge>
void TreeForest::for_nodes_upwards(Merge merge) const {
  // Children come after their parent in preorder.
  std::vector<KdTree::Node> order;
  order.reserve(node_group.size());
  std::vector<KdTree::Node> open{tree_.root()};
  while (!open.empty()) {
    order.push_back(open.back());
    open.pop_back();
    if (order.back().is_leaf()) continue;
    open.push_back(order.back().right());
    open.push_back(order.back().left());
  }
  for (std::size_t i = order.size(); i-- > 0;) merge(order[i]);
}

double TreeForest::distance(std::int32_t a, std::int32_t b) const {
  const double* const x = tree_.tile(a / kLeafTile) + a % kLeafTile;
  const double* const y = tree_.tile(b / kLeafTile) + b % kLeafTile;
  double sum = 0;
  for (std::int64_t q = 0; q < tree_.d(); ++q) {
    const double gap = x[q * kLeafTile] - y[q * kLeafTile];
    switch (tree_.metric()) {
      case Metric::manhattan:
        sum += std::abs(gap);
        break;
      case Metric::chebyshev:
        sum = std::max(sum, std::abs(gap));
        break;
      default:
        sum += gap * gap;
    }
  }
  return sum;
}

void TreeForest::set_groups() {
  Forest::set_groups();
  for_nodes_upwards([&](KdTree::Node node) {
    std::int32_t& of_node = node_group[static_cast<std::size_t>(node.number)];
    if (node.is_leaf()) {
      const std::int32_t* const first =
          &group[static_cast<std::size_t>(tree_.begin(node.first_leaf))];
      const bool one = std::all_of(first, first + tree_.size(node),
                                   [&](std::int32_t next) { return next == *first; });
      of_node = one ? *first : kMixed;
    } else {
      const std::int32_t left = node_group[static_cast<std::size_t>(node.left().number)];
      const std::int32_t right = node_group[static_cast<std::size_t>(node.right().number)];
      of_node = left == right ? left : kMixed;
    }
  });
}

}  // namespace shoal
