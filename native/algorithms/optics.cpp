#include "algorithms/optics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "algorithms/metric.hpp"
#include "algorithms/reach_heap.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "spatial/nearest.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

double rounded(double distance) { return std::rint(distance * 1e15) / 1e15; }

// The walk. Members are rows in an order that suits who finds their neighbours.
class Walk {
 public:
  Walk(std::span<const std::int32_t> rows, std::vector<double> core)
      : rows_(rows),
        core_(std::move(core)),
        reach_(rows.size(), kInfinity),
        from_(rows.size(), -1),
        heap_(reach_, rows) {}

  double core(std::int32_t member) const { return core_[at(member)]; }
  double reach(std::int32_t member) const { return reach_[at(member)]; }

  // Whether `member` is easier to reach from `from`, which is so far away, than before.
  bool reach(std::int32_t member, std::int32_t from, double distance) {
    const double reach = rounded(std::max(distance, core_[at(from)]));
    if (!(reach < reach_[at(member)])) return false;
    reach_[at(member)] = reach;
    from_[at(member)] = from;
    heap_.reached(member);
    return true;
  }

  // Calls leave(member) as it goes and expand(member) for those with a core distance.
  template <class Leave, class Expand>
  OpticsResult run(const KeepGoing& keep_going, Leave leave, Expand expand) {
    const auto n = static_cast<Index>(rows_.size());
    std::vector<std::int32_t> member_of(rows_.size());
    for (Index m = 0; m < n; ++m) member_of[at(rows_[at(m)])] = static_cast<std::int32_t>(m);
    std::vector<std::uint8_t> seen(rows_.size());
    OpticsResult result;
    Ticker ticker(keep_going, static_cast<double>(n));
    for (Index row = 0; static_cast<Index>(result.ordering.size()) < n;) {
      std::int32_t member = 0;
      if (!heap_.empty()) {
        member = heap_.pop();
      } else {
        while (seen[at(member_of[at(row)])] != 0) ++row;
        member = member_of[at(row)];
      }
      seen[at(member)] = 1;
      result.ordering.push_back(rows_[at(member)]);
      leave(member);
      if (core_[at(member)] < kInfinity) expand(member);
      if (result.ordering.size() % 64 == 0 && !ticker.tick(0, 64)) throw Interrupted();
    }
    result.core.resize(rows_.size());
    result.reachability.resize(rows_.size());
    result.predecessor.resize(rows_.size());
    for (Index m = 0; m < n; ++m) {
      const std::size_t to = at(rows_[at(m)]);
      result.core[to] = core_[at(m)];
      result.reachability[to] = reach_[at(m)];
      result.predecessor[to] = from_[at(m)] < 0 ? -1 : rows_[at(from_[at(m)])];
    }
    return result;
  }

 private:
  std::span<const std::int32_t> rows_;
  std::vector<double> core_, reach_;
  std::vector<std::int32_t> from_;
  ReachHeap heap_;
};

std::vector<double> core_distances(const KdTree& tree, const OpticsOptions& options) {
  std::vector<double> core(at(tree.n()));
  const int useful = std::max(1, std::min(options.n_threads, tree.n_leaves()));
  std::vector<LeafSearch> searches(at(useful), LeafSearch(tree, tree, options.min_samples, false));
  Ticker ticker(options.keep_going, tree.n_leaves());
  parallel_for(at(tree.n_leaves()), useful, [&](std::size_t chunk, int worker) {
    if (!ticker.tick(worker, 1)) return;
    const auto leaf = static_cast<std::int32_t>(chunk);
    const LeafNeighbors& found = searches[at(worker)].run(leaf);
    for (int p = 0; p < tree.size(leaf); ++p) {
      const double distance =
          distance_of_key(tree.metric(), found.keys_of(p)[options.min_samples - 1]);
      core[at(tree.begin(leaf) + p)] = distance <= options.max_eps ? rounded(distance) : kInfinity;
    }
  });
  if (ticker.stopped()) throw Interrupted();
  return core;
}

// Finds what is near in the k-d tree. Every member has a bound, the key beyond which it gains
// nothing by being reached, and so have nodes: what has been seen, and what is reached from nearer
// by already, is not looked at again.
class TreeReach {
 public:
  TreeReach(const KdTree& tree, double limit, Walk& walk)
      : tree_(tree),
        limit_(limit),
        walk_(walk),
        bounds_(at(Index{tree.n_leaves()} * kLeafTile), -1.0),
        node_bounds_(at(tree.n_nodes()), limit),
        parents_(at(tree.n_nodes()), -1),
        point_(at(tree.d())) {
    std::fill_n(bounds_.begin(), tree.n(), limit);
    std::vector<KdTree::Node> open{tree.root()};
    while (!open.empty()) {
      const KdTree::Node node = open.back();
      open.pop_back();
      if (node.is_leaf()) continue;
      for (const KdTree::Node child : {node.left(), node.right()}) {
        parents_[at(child.number)] = node.number;
        open.push_back(child);
      }
      siblings_.resize(parents_.size());
      siblings_[at(node.left().number)] = node.right().number;
      siblings_[at(node.right().number)] = node.left().number;
    }
  }

  void leave(std::int32_t member) {
    bounds_[at(member)] = -1.0;
    tighten(member / kLeafTile);
  }

  void expand(std::int32_t from) {
    tree_.copy_point(from / kLeafTile, from % kLeafTile, point_.data());
    const double core = key_of_distance(tree_.metric(), walk_.core(from)) * (1 - 1e-12) - 1e-14;
    open_.assign(1, tree_.root());
    while (!open_.empty()) {
      const KdTree::Node node = open_.back();
      open_.pop_back();
      const double bound = node_bounds_[at(node.number)];
      if (!(core <= bound) ||
          !(tree_.nearest_key(point_.data(), point_.data(), tree_.low(node.number),
                              tree_.high(node.number)) <= bound)) {
        continue;
      }
      if (node.is_leaf()) {
        look(node.first_leaf, from);
      } else {
        open_.push_back(node.right());
        open_.push_back(node.left());
      }
    }
  }

 private:
  void look(std::int32_t leaf, std::int32_t from) {
    std::int32_t found[kLeafTile];
    const std::int32_t begin = tree_.begin(leaf);
    const int n = tree_.kernels().near_box(tree_.tile(leaf), point_.data(), point_.data(),
                                           tree_.d(), &bounds_[at(begin)], found);
    bool changed = false;
    for (int i = 0; i < n; ++i) {
      const std::int32_t member = begin + found[i];
      double key = 0;
      for (Index q = 0; q < tree_.d(); ++q) {
        key = add_to_key(tree_.metric(), key,
                         tree_.tile(leaf)[q * kLeafTile + found[i]] - point_[at(q)]);
      }
      if (!walk_.reach(member, from, distance_of_key(tree_.metric(), key))) continue;
      // Beyond what rounding to decimals can have taken away.
      const double reach = walk_.reach(member) * (1 + 1e-12) + 2e-15;
      bounds_[at(member)] = std::min(limit_, key_of_distance(tree_.metric(), reach));
      changed = true;
    }
    if (changed) tighten(leaf);
  }

  // A leaf's bound is the largest of its members', a node's that of its children.
  void tighten(std::int32_t leaf) {
    const auto first = bounds_.begin() + tree_.begin(leaf);
    double bound = *std::max_element(first, first + kLeafTile);
    for (std::int32_t node = tree_.leaf_node(leaf); node_bounds_[at(node)] != bound;) {
      node_bounds_[at(node)] = bound;
      if (parents_[at(node)] < 0) break;
      bound = std::max(bound, node_bounds_[at(siblings_[at(node)])]);
      node = parents_[at(node)];
    }
  }

  const KdTree& tree_;
  const double limit_;
  Walk& walk_;
  std::vector<double> bounds_, node_bounds_;
  std::vector<std::int32_t> parents_, siblings_;
  std::vector<double> point_;
  std::vector<KdTree::Node> open_;
};

}  // namespace

template <class Real>
OpticsResult run_optics(MatrixView<const Real> X, Metric metric, const OpticsOptions& options) {
  const KdTree tree(X, metric, options.n_threads);
  Walk walk(tree.rows(), core_distances(tree, options));
  TreeReach near(tree, key_of_distance(metric, options.max_eps), walk);
  return walk.run(
      options.keep_going, [&](std::int32_t member) { near.leave(member); },
      [&](std::int32_t member) { near.expand(member); });
}

template <class Real>
OpticsResult run_optics_matrix(MatrixView<const Real> D, const OpticsOptions& options) {
  const Index n = D.rows();
  std::vector<std::int32_t> rows(at(n));
  std::vector<double> core(at(n)), row(at(n));
  for (Index i = 0; i < n; ++i) {
    rows[at(i)] = static_cast<std::int32_t>(i);
    std::copy_n(D.row(i), n, row.begin());
    std::nth_element(row.begin(), row.begin() + (options.min_samples - 1), row.end());
    const double distance = row[at(options.min_samples - 1)];
    core[at(i)] = distance <= options.max_eps ? rounded(distance) : kInfinity;
  }
  Walk walk(rows, std::move(core));
  std::vector<std::uint8_t> left(at(n));
  return walk.run(
      options.keep_going, [&](std::int32_t member) { left[at(member)] = 1; },
      [&](std::int32_t from) {
        for (Index i = 0; i < n; ++i) {
          if (left[at(i)] == 0 && D(from, i) <= options.max_eps) {
            walk.reach(static_cast<std::int32_t>(i), from, D(from, i));
          }
        }
      });
}

template OpticsResult run_optics<float>(MatrixView<const float>, Metric, const OpticsOptions&);
template OpticsResult run_optics<double>(MatrixView<const double>, Metric, const OpticsOptions&);
template OpticsResult run_optics_matrix<float>(MatrixView<const float>, const OpticsOptions&);
template OpticsResult run_optics_matrix<double>(MatrixView<const double>, const OpticsOptions&);

}  // namespace shoal
