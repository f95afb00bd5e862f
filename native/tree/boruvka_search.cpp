#include "tree/boruvka_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace shoal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

bool EdgeSearch::in_reach(const Visit& visit) const {
  const auto number = static_cast<std::size_t>(visit.node.number);
  return visit.gap <= farthest_ && forest_.node_core[number] <= farthest_ &&
         (own_group_ == Forest::kMixed || forest_.node_group[number] != own_group_);
}

EdgeSearch::Visit EdgeSearch::reach(KdTree::Node node) const {
  return {node, tree_.nearest_key(low_.data(), high_.data(), tree_.low(node.number),
                                  tree_.high(node.number))};
}

bool EdgeSearch::choose(std::int32_t leaf) {
  n_active_ = 0;
  const std::int32_t begin = tree_.begin(leaf);
  own_group_ = Forest::kNone;
  for (int p = 0; p < kLeafTile; ++p) {
    limits_[p] = -1;
    if (p >= tree_.size(leaf)) continue;
    const auto i = static_cast<std::size_t>(begin + p);
    if (forest_.other[i] != Forest::kNone) continue;
    const auto group = static_cast<std::size_t>(forest_.group[i]);
    if (forest_.weight[i] > forest_.bound[group].load(kRelaxed)) continue;
    active_[n_active_++] = p;
    own_group_ = own_group_ == Forest::kNone || own_group_ == forest_.group[i] ? forest_.group[i]
                                                                               : Forest::kMixed;
    best_[p] = {kInfinity, kInfinity, 0, 0};
    best_place_[p] = Forest::kNone;
  }
  if (n_active_ == 0) return false;
  points_.load(leaf);
  std::fill(low_.begin(), low_.end(), kInfinity);
  std::fill(high_.begin(), high_.end(), -kInfinity);
  for (int a = 0; a < n_active_; ++a) {
    const double* const x = points_.point(active_[a]);
    for (std::size_t q = 0; q < low_.size(); ++q) {
      low_[q] = std::min(low_[q], x[q]);
      high_[q] = std::max(high_[q], x[q]);
    }
  }
  return true;
}

void EdgeSearch::set_limits() {
  farthest_ = -1;
  for (int a = 0; a < n_active_; ++a) {
    const int p = active_[a];
    const std::int32_t own = place(p);
    const auto group = static_cast<std::size_t>(forest_.group[static_cast<std::size_t>(own)]);
    limits_[p] = std::min(best_[p].weight, forest_.bound[group].load(kRelaxed));
    // No edge of this place is below its core.
    if (forest_.core(own) > limits_[p]) limits_[p] = -1;
    farthest_ = std::max(farthest_, limits_[p]);
  }
}

void EdgeSearch::run(std::int32_t leaf) {
  if (!choose(leaf)) return;
  set_limits();
  open_.assign(1, reach(tree_.root()));
  while (!open_.empty()) {
    const Visit next = open_.back();
    open_.pop_back();
    if (!in_reach(next)) continue;
    if (next.node.is_leaf()) {
      visit(next.node.first_leaf);
      continue;
    }
    Visit near = reach(next.node.left()), far = reach(next.node.right());
    if (far.gap < near.gap) std::swap(near, far);
    if (in_reach(far)) open_.push_back(far);
    if (in_reach(near)) open_.push_back(near);
  }
  keep();
}

void EdgeSearch::visit(std::int32_t leaf) {
  const std::int32_t number = tree_.leaf_node(leaf);
  const std::int32_t group = forest_.node_group[static_cast<std::size_t>(number)];
  std::int32_t near[kLeafTile];
  const int n_near = kernels_.near_box(points_.tile(), tree_.low(number), tree_.high(number),
                                       tree_.d(), limits_, near);
  bool found = false;
  for (int i = 0; i < n_near; ++i) {
    if (forest_.group[static_cast<std::size_t>(place(near[i]))] == group) continue;
    look(leaf, near[i]);
    found = true;
  }
  if (found) set_limits();
}

void EdgeSearch::look(std::int32_t leaf, int p) {
  std::int32_t found[kLeafTile];
  double keys[kLeafTile];
  const std::int32_t begin = tree_.begin(leaf), own = place(p);
  const auto group = static_cast<std::size_t>(forest_.group[static_cast<std::size_t>(own)]);
  const LeafGroups members{forest_.cores() != nullptr ? forest_.cores() + begin : nullptr,
                           &forest_.group[static_cast<std::size_t>(begin)]};
  const int n = kernels_.others(tree_.tile(leaf), members, points_.point(p), tree_.d(), limits_[p],
                                static_cast<std::int32_t>(group), found, keys);
  for (int i = 0; i < n; ++i) {
    const KeyedEdge edge = forest_.edge(own, begin + found[i], keys[i]);
    if (edge < best_[p]) {
      best_[p] = edge;
      best_place_[p] = begin + found[i];
    }
  }
  if (n > 0) forest_.lower_bound(static_cast<std::int32_t>(group), best_[p].weight);
}

// What was found is the least edge of its place unless the limit fell below it on the way.
void EdgeSearch::keep() {
  for (int a = 0; a < n_active_; ++a) {
    const int p = active_[a];
    const auto own = static_cast<std::size_t>(place(p));
    const double limit = forest_.bound[static_cast<std::size_t>(forest_.group[own])].load(kRelaxed);
    if (best_place_[p] != Forest::kNone && best_[p].weight <= limit) {
      forest_.other[own] = best_place_[p];
      forest_.weight[own] = best_[p].weight;
    } else {
      forest_.weight[own] = std::max(forest_.weight[own], std::nextafter(limit, kInfinity));
    }
  }
}

}  // namespace shoal
