#include "tree/boruvka.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "core/union_find.hpp"
#include "spatial/radius.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr std::int32_t kNone = -1, kMixed = -2;
constexpr Index kChunk = 4096;

// What the rounds keep of every place of the tree's order.
struct State {
  // The other end of the least edge to another set, or kNone where it is not known.
  std::vector<std::int32_t> other;
  // Its weight, and where it is not known what it is not below.
  std::vector<double> weight;
  // The set, named by its lowest place.
  std::vector<std::int32_t> group;
  // Of a set, by its name: the least weight seen and the place of its least edge.
  std::vector<std::atomic<double>> bound;
  std::vector<std::atomic<std::int32_t>> least;
  // Of a node: the set all its places are in or kMixed, and the least core.
  std::vector<std::int32_t> node_group;
  std::vector<double> node_core;
};

void lower(std::atomic<double>& value, double to) {
  double now = value.load(kRelaxed);
  while (to < now && !value.compare_exchange_weak(now, to, kRelaxed)) {
  }
}

class Rounds {
 public:
  Rounds(const KdTree& tree, const double* cores, const Seeds& seeds, int n_threads)
      : tree_(tree),
        cores_(cores),
        seeds_(seeds),
        n_threads_(n_threads),
        n_(static_cast<std::int32_t>(tree.n())),
        sets_(n_) {
    const auto size = static_cast<std::size_t>(n_);
    state_.other.assign(size, kNone);
    state_.weight.assign(size, 0.0);
    // A place in every leaf, so that kernels may read whole leaves.
    state_.group.assign(static_cast<std::size_t>(tree.n_leaves()) * kLeafTile, kNone);
    state_.bound = std::vector<std::atomic<double>>(size);
    state_.least = std::vector<std::atomic<std::int32_t>>(size);
    state_.node_group.resize(static_cast<std::size_t>(tree.n_nodes()));
    state_.node_core.assign(state_.node_group.size(), 0.0);
    set_cores();
  }

  std::vector<KeyedEdge> run(const KeepGoing& keep_going);

 private:
  friend class Search;

  double core(std::int32_t place) const { return cores_ != nullptr ? cores_[place] : 0.0; }
  std::int32_t row(std::int32_t place) const {
    return tree_.rows()[static_cast<std::size_t>(place)];
  }
  double distance(std::int32_t a, std::int32_t b) const;
  KeyedEdge edge(std::int32_t a, std::int32_t b, double distance) const {
    return {std::max({distance, core(a), core(b)}), distance, std::min(row(a), row(b)),
            std::max(row(a), row(b))};
  }
  KeyedEdge edge(std::int32_t place) const {
    const std::int32_t other = state_.other[static_cast<std::size_t>(place)];
    return edge(place, other, distance(place, other));
  }

  template <class Body>
  void for_places(Body body) {
    parallel_for(static_cast<std::size_t>((n_ + kChunk - 1) / kChunk), n_threads_,
                 [&](std::size_t chunk, int) {
                   const auto begin = static_cast<std::int32_t>(static_cast<Index>(chunk) * kChunk);
                   const auto end = static_cast<std::int32_t>(std::min<Index>(n_, begin + kChunk));
                   for (std::int32_t i = begin; i < end; ++i) body(i);
                 });
  }
  template <class Merge>
  void for_nodes_upwards(Merge merge) {
    // Children come after their parent in preorder.
    std::vector<KdTree::Node> order;
    order.reserve(state_.node_group.size());
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

  void set_cores();
  void set_groups();
  void use_seeds(std::int32_t place);
  void find_least();
  std::size_t merge(std::vector<KeyedEdge>& edges);

  const KdTree& tree_;
  const double* const cores_;
  const Seeds seeds_;
  const int n_threads_;
  const std::int32_t n_;
  UnionFind sets_;
  State state_;
};

// What one thread needs to look for the least edges of the places of a leaf.
class Search {
 public:
  explicit Search(Rounds& rounds)
      : rounds_(rounds),
        tree_(rounds.tree_),
        state_(rounds.state_),
        kernels_(tree_.kernels()),
        points_(tree_),
        low_(static_cast<std::size_t>(tree_.d())),
        high_(low_.size()) {}

  void run(std::int32_t leaf);

 private:
  struct Visit {
    KdTree::Node node;
    double gap;
  };

  bool choose(std::int32_t leaf);
  void set_limits();
  void visit(std::int32_t leaf);
  void look(std::int32_t leaf, int p);
  void keep();
  bool in_reach(const Visit& visit) const {
    const auto number = static_cast<std::size_t>(visit.node.number);
    return visit.gap <= farthest_ && state_.node_core[number] <= farthest_ &&
           (own_group_ == kMixed || state_.node_group[number] != own_group_);
  }
  Visit reach(KdTree::Node node) const {
    return {node, tree_.nearest_key(low_.data(), high_.data(), tree_.low(node.number),
                                    tree_.high(node.number))};
  }
  std::int32_t place(int p) const { return tree_.begin(points_.leaf()) + p; }

  Rounds& rounds_;
  const KdTree& tree_;
  State& state_;
  const LeafKernels& kernels_;
  LeafPoints points_;
  std::vector<double> low_, high_;
  int n_active_ = 0;
  std::int32_t active_[kLeafTile];
  double limits_[kLeafTile];  // of active places; below 0 elsewhere
  KeyedEdge best_[kLeafTile];
  std::int32_t best_place_[kLeafTile];
  double farthest_ = 0;
  std::int32_t own_group_ = kMixed;
  std::vector<Visit> open_;
};

double Rounds::distance(std::int32_t a, std::int32_t b) const {
  const double* const x = tree_.tile(a / kLeafTile) + a % kLeafTile;
  const double* const y = tree_.tile(b / kLeafTile) + b % kLeafTile;
  double sum = 0;
  for (Index q = 0; q < tree_.d(); ++q) {
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

void Rounds::set_cores() {
  if (cores_ == nullptr) return;
  for_nodes_upwards([&](KdTree::Node node) {
    double& least = state_.node_core[static_cast<std::size_t>(node.number)];
    if (node.is_leaf()) {
      const double* const first = cores_ + tree_.begin(node.first_leaf);
      least = *std::min_element(first, first + tree_.size(node));
    } else {
      least = std::min(state_.node_core[static_cast<std::size_t>(node.left().number)],
                       state_.node_core[static_cast<std::size_t>(node.right().number)]);
    }
  });
}

void Rounds::set_groups() {
  for_places([&](std::int32_t place) {
    const auto i = static_cast<std::size_t>(place);
    state_.group[i] = sets_.find(place);
    state_.bound[i].store(kInfinity, kRelaxed);
    state_.least[i].store(kNone, kRelaxed);
  });
  for_nodes_upwards([&](KdTree::Node node) {
    std::int32_t& group = state_.node_group[static_cast<std::size_t>(node.number)];
    if (node.is_leaf()) {
      const std::int32_t* const first =
          &state_.group[static_cast<std::size_t>(tree_.begin(node.first_leaf))];
      const bool one = std::all_of(first, first + tree_.size(node),
                                   [&](std::int32_t other) { return other == *first; });
      group = one ? *first : kMixed;
    } else {
      const std::int32_t left = state_.node_group[static_cast<std::size_t>(node.left().number)];
      const std::int32_t right = state_.node_group[static_cast<std::size_t>(node.right().number)];
      group = left == right ? left : kMixed;
    }
  });
}

// Among its nearest neighbours a place often has its least edge: all others are at least as far as
// the last of them, and where they are as far have higher rows.
void Rounds::use_seeds(std::int32_t place) {
  const auto i = static_cast<std::size_t>(place);
  const std::int32_t own = state_.group[i];
  std::atomic<double>& bound = state_.bound[static_cast<std::size_t>(own)];
  if (state_.other[i] != kNone && state_.group[static_cast<std::size_t>(state_.other[i])] != own) {
    lower(bound, state_.weight[i]);
    return;
  }
  state_.other[i] = kNone;
  KeyedEdge best{kInfinity, kInfinity, 0, 0};
  std::int32_t best_other = kNone;
  for (Index j = 0; j < seeds_.k; ++j) {
    const std::int32_t other = seeds_.of(place)[j];
    if (state_.group[static_cast<std::size_t>(other)] == own) continue;
    const KeyedEdge found = edge(place, other, distance(place, other));
    if (found < best) {
      best = found;
      best_other = other;
    }
    // Those that follow are farther and weigh no less.
    if (core(other) <= core(place)) break;
  }
  double others = core(place);
  if (best.weight > others)
    others = std::max(others, distance(place, seeds_.of(place)[seeds_.k - 1]));
  if (best_other != kNone && best.weight <= others) {
    state_.other[i] = best_other;
    state_.weight[i] = best.weight;
  } else {
    state_.weight[i] = std::max(state_.weight[i], others);
  }
  lower(bound, best.weight);
}

bool Search::choose(std::int32_t leaf) {
  n_active_ = 0;
  const std::int32_t begin = tree_.begin(leaf);
  own_group_ = kNone;
  for (int p = 0; p < kLeafTile; ++p) {
    limits_[p] = -1;
    if (p >= tree_.size(leaf)) continue;
    const auto i = static_cast<std::size_t>(begin + p);
    if (state_.other[i] != kNone) continue;
    const auto group = static_cast<std::size_t>(state_.group[i]);
    if (state_.weight[i] > state_.bound[group].load(kRelaxed)) continue;
    active_[n_active_++] = p;
    own_group_ = own_group_ == kNone || own_group_ == state_.group[i] ? state_.group[i] : kMixed;
    best_[p] = {kInfinity, kInfinity, 0, 0};
    best_place_[p] = kNone;
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

void Search::set_limits() {
  farthest_ = -1;
  for (int a = 0; a < n_active_; ++a) {
    const int p = active_[a];
    const std::int32_t own = place(p);
    const auto group = static_cast<std::size_t>(state_.group[static_cast<std::size_t>(own)]);
    limits_[p] = std::min(best_[p].weight, state_.bound[group].load(kRelaxed));
    // No edge of this place is below its core.
    if (rounds_.core(own) > limits_[p]) limits_[p] = -1;
    farthest_ = std::max(farthest_, limits_[p]);
  }
}

void Search::run(std::int32_t leaf) {
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

void Search::visit(std::int32_t leaf) {
  const std::int32_t number = tree_.leaf_node(leaf);
  const std::int32_t group = state_.node_group[static_cast<std::size_t>(number)];
  std::int32_t near[kLeafTile];
  const int n_near = kernels_.near_box(points_.tile(), tree_.low(number), tree_.high(number),
                                       tree_.d(), limits_, near);
  bool found = false;
  for (int i = 0; i < n_near; ++i) {
    if (state_.group[static_cast<std::size_t>(place(near[i]))] == group) continue;
    look(leaf, near[i]);
    found = true;
  }
  if (found) set_limits();
}

void Search::look(std::int32_t leaf, int p) {
  std::int32_t found[kLeafTile];
  double keys[kLeafTile];
  const std::int32_t begin = tree_.begin(leaf), own = place(p);
  const auto group = static_cast<std::size_t>(state_.group[static_cast<std::size_t>(own)]);
  const LeafGroups members{rounds_.cores_ != nullptr ? rounds_.cores_ + begin : nullptr,
                           &state_.group[static_cast<std::size_t>(begin)]};
  const int n = kernels_.others(tree_.tile(leaf), members, points_.point(p), tree_.d(), limits_[p],
                                static_cast<std::int32_t>(group), found, keys);
  for (int i = 0; i < n; ++i) {
    const KeyedEdge edge = rounds_.edge(own, begin + found[i], keys[i]);
    if (edge < best_[p]) {
      best_[p] = edge;
      best_place_[p] = begin + found[i];
    }
  }
  if (n > 0) lower(state_.bound[group], best_[p].weight);
}

// What was found is the least edge of its place unless the limit fell below it on the way.
void Search::keep() {
  for (int a = 0; a < n_active_; ++a) {
    const int p = active_[a];
    const auto own = static_cast<std::size_t>(place(p));
    const double limit = state_.bound[static_cast<std::size_t>(state_.group[own])].load(kRelaxed);
    if (best_place_[p] != kNone && best_[p].weight <= limit) {
      state_.other[own] = best_place_[p];
      state_.weight[own] = best_[p].weight;
    } else {
      state_.weight[own] = std::max(state_.weight[own], std::nextafter(limit, kInfinity));
    }
  }
}

void Rounds::find_least() {
  for_places([&](std::int32_t place) {
    const auto i = static_cast<std::size_t>(place);
    if (state_.other[i] == kNone) return;
    const auto group = static_cast<std::size_t>(state_.group[i]);
    if (state_.weight[i] > state_.bound[group].load(kRelaxed)) return;
    const KeyedEdge own = edge(place);
    std::int32_t now = state_.least[group].load(kRelaxed);
    while (now == kNone || own < edge(now)) {
      if (state_.least[group].compare_exchange_weak(now, place, kRelaxed)) break;
    }
  });
}

std::size_t Rounds::merge(std::vector<KeyedEdge>& edges) {
  const std::size_t before = edges.size();
  for (std::int32_t i = 0; i < n_; ++i) {
    const std::int32_t place = state_.least[static_cast<std::size_t>(i)].load(kRelaxed);
    if (place == kNone) continue;
    if (sets_.unite(place, state_.other[static_cast<std::size_t>(place)])) {
      edges.push_back(edge(place));
    }
  }
  return edges.size() - before;
}

std::vector<KeyedEdge> Rounds::run(const KeepGoing& keep_going) {
  std::vector<KeyedEdge> edges;
  edges.reserve(static_cast<std::size_t>(n_ - 1));
  std::vector<Search> searches;
  for (int t = 0; t < std::min(n_threads_, tree_.n_leaves()); ++t) searches.emplace_back(*this);
  while (edges.size() + 1 < static_cast<std::size_t>(n_)) {
    set_groups();
    for_places([&](std::int32_t place) { use_seeds(place); });
    const double done = static_cast<double>(edges.size()) / static_cast<double>(n_);
    const KeepGoing ask = [&](double share) {
      return !keep_going || keep_going(done + share * (1 - done) / 2);
    };
    Ticker ticker(ask, tree_.n_leaves());
    parallel_for(static_cast<std::size_t>(tree_.n_leaves()), static_cast<int>(searches.size()),
                 [&](std::size_t leaf, int worker) {
                   if (!ticker.tick(worker, 1)) return;
                   searches[static_cast<std::size_t>(worker)].run(static_cast<std::int32_t>(leaf));
                 });
    if (ticker.stopped()) throw Interrupted();
    find_least();
    merge(edges);
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

}  // namespace

std::vector<KeyedEdge> boruvka(const KdTree& tree, const double* cores, const Seeds& seeds,
                               int n_threads, const KeepGoing& keep_going) {
  return Rounds(tree, cores, seeds, n_threads).run(keep_going);
}

}  // namespace shoal
