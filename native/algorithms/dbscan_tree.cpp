// DBSCAN by the k-d tree: leaves of rows against the leaves near them.
#include <algorithm>
#include <limits>
#include <vector>

#include "algorithms/dbscan_ways.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "spatial/radius.hpp"

namespace shoal::dbscan {
namespace {

using Index = std::int64_t;
constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();

// Rows are known by their place in the order of the tree.
class TreeFit {
 public:
  TreeFit(const KdTree& tree, const double* weights, const DbscanOptions& options)
      : tree_(tree),
        weights_(weights),
        options_(options),
        core_(static_cast<std::size_t>(tree.n())),
        ticker_(options.keep_going, 3.0 * tree.n_leaves()) {}

  DbscanResult run() {
    for_leaves(tree_, [&](LeafPoints& points, OpenNodes& open) { find_core(points, open); });
    UnionFind sets(tree_.n());
    for_leaves(tree_, [&](LeafPoints& points, OpenNodes& open) { join(points, open, sets); });
    labels_ = number_sets(
        sets, [&](Index place) { return is_core(place) ? tree_.rows()[at(place)] : -1; });
    take_least();
    DbscanResult result{std::vector<std::int32_t>(at(tree_.n())),
                        std::vector<std::uint8_t>(at(tree_.n()))};
    for_leaves(tree_, [&](LeafPoints& points, OpenNodes& open) {
      const std::int32_t begin = tree_.begin(points.leaf());
      for (int p = 0; p < points.count(); ++p) {
        const std::size_t row = at(tree_.rows()[at(begin + p)]);
        result.core[row] = core_[at(begin + p)];
        result.labels[row] =
            is_core(begin + p) ? labels_[at(begin + p)] : least_near(points.point(p), open);
      }
    });
    return result;
  }

  // Of the points of another tree, by the labels of the rows of this one.
  std::vector<std::int32_t> label(const KdTree& queries, std::span<const std::int32_t> labels) {
    std::ranges::fill(core_, std::uint8_t{1});
    labels_.resize(core_.size());
    for (Index place = 0; place < tree_.n(); ++place) {
      labels_[at(place)] = labels[at(tree_.rows()[at(place)])];
    }
    take_least();
    std::vector<std::int32_t> found(at(queries.n()));
    for_leaves(queries, [&](LeafPoints& points, OpenNodes& open) {
      const std::int32_t begin = queries.begin(points.leaf());
      for (int p = 0; p < points.count(); ++p) {
        found[at(queries.rows()[at(begin + p)])] = least_near(points.point(p), open);
      }
    });
    return found;
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  bool is_core(Index place) const { return core_[at(place)] != 0; }

  template <class Work>
  void for_leaves(const KdTree& queries, Work work) {
    struct Room {
      LeafPoints points;
      OpenNodes open;
    };
    const int useful = std::max(1, std::min(options_.n_threads, queries.n_leaves()));
    std::vector<Room> rooms(at(useful), Room{LeafPoints(queries), {}});
    parallel_for(at(queries.n_leaves()), useful, [&](std::size_t leaf, int worker) {
      if (!ticker_.tick(worker, 1)) return;
      Room& room = rooms[at(worker)];
      room.points.load(static_cast<std::int32_t>(leaf));
      work(room.points, room.open);
    });
    if (ticker_.stopped()) throw Interrupted();
  }

  void find_core(LeafPoints& points, OpenNodes& open) {
    const std::int32_t begin = tree_.begin(points.leaf());
    if (weights_ == nullptr) {
      Index counts[kLeafTile];
      const auto enough = static_cast<Index>(options_.min_samples);
      // The leaf itself holds the nearest and is looked at first.
      for (int p = 0; p < points.count(); ++p) {
        counts[p] =
            tree_.kernels().count(points.tile(), points.point(p), tree_.d(), options_.limit);
        if (counts[p] < enough) counts[p] = 0;
      }
      count_within(tree_, points, options_.limit, enough, open, counts);
      for (int p = 0; p < points.count(); ++p) core_[at(begin + p)] = counts[p] >= enough;
      return;
    }
    for (int p = 0; p < points.count(); ++p) {
      double total = 0;
      visit_within(tree_, points.point(p), options_.limit, open, [&](Index place, double) {
        total += weights_[tree_.rows()[at(place)]];
        return total < options_.min_samples;
      });
      core_[at(begin + p)] = total >= options_.min_samples;
    }
  }

  // Each pair of leaves once, from the later of the two.
  void join(LeafPoints& points, OpenNodes& open, UnionFind& sets) {
    const std::int32_t own = points.leaf();
    std::vector<std::int32_t> leaves;
    const auto keep = [&](std::int32_t leaf) {
      if (leaf <= own) leaves.push_back(leaf);
      return true;
    };
    walk_within(
        tree_, points.low(), points.high(), options_.limit, open,
        [&](KdTree::Node node) {
          for (std::int32_t leaf = 0; leaf < node.n_leaves; ++leaf) keep(node.first_leaf + leaf);
          return true;
        },
        keep);
    // Leaves late in the order are near this one and most likely to join it.
    std::ranges::sort(leaves, std::ranges::greater{});
    for (const std::int32_t leaf : leaves) join_leaf(points, leaf, sets);
  }

  void join_leaf(LeafPoints& points, std::int32_t leaf, UnionFind& sets) {
    std::int32_t own = kNone, other = kNone;
    const bool one_own = in_one_set(points.leaf(), sets, own);
    const bool one_other = in_one_set(leaf, sets, other);
    if (own == kNone || other == kNone) return;
    if (one_own && one_other && own == other) return;
    const LeafKernels& kernels = tree_.kernels();
    double limits[kLeafTile], keys[kLeafTile];
    std::int32_t near[kLeafTile], found[kLeafTile];
    const std::int32_t begin = tree_.begin(points.leaf()), other_begin = tree_.begin(leaf);
    for (int p = 0; p < kLeafTile; ++p) {
      limits[p] = p < points.count() && is_core(begin + p) ? options_.limit : -1.0;
    }
    const std::int32_t number = tree_.leaf_node(leaf);
    const int n_near = kernels.near_box(points.tile(), tree_.low(number), tree_.high(number),
                                        tree_.d(), limits, near);
    for (int i = 0; i < n_near; ++i) {
      const Index place = begin + near[i];
      if (one_other && sets.same(place, other)) continue;
      const int n = kernels.within(tree_.tile(leaf), points.point(near[i]), tree_.d(),
                                   options_.limit, found, keys);
      for (int j = 0; j < n; ++j) {
        if (is_core(other_begin + found[j])) sets.unite(place, other_begin + found[j]);
      }
    }
  }

  // Whether all core rows of a leaf are in one set, and which; kNone when there are none.
  bool in_one_set(std::int32_t leaf, UnionFind& sets, std::int32_t& set) const {
    const std::int32_t begin = tree_.begin(leaf);
    for (std::int32_t place = begin; place < begin + tree_.size(leaf); ++place) {
      if (!is_core(place)) continue;
      const std::int32_t own = sets.find(place);
      if (set != kNone && own != set) return false;
      set = own;
    }
    return true;
  }

  // The least label of a core row in each leaf, beyond which it need not be looked at.
  void take_least() {
    least_.assign(at(tree_.n_leaves()), kNone);
    for (Index place = 0; place < tree_.n(); ++place) {
      std::int32_t& least = least_[at(place / kLeafTile)];
      if (is_core(place)) least = std::min(least, labels_[at(place)]);
    }
  }

  std::int32_t least_near(const double* point, OpenNodes& open) const {
    std::int32_t best = kNone;
    const auto look = [&](std::int32_t leaf) {
      if (least_[at(leaf)] >= best) return true;
      std::int32_t found[kLeafTile];
      double keys[kLeafTile];
      const int n =
          tree_.kernels().within(tree_.tile(leaf), point, tree_.d(), options_.limit, found, keys);
      for (int i = 0; i < n; ++i) {
        const Index place = tree_.begin(leaf) + found[i];
        if (is_core(place)) best = std::min(best, labels_[at(place)]);
      }
      return best > 0;
    };
    walk_within(
        tree_, point, point, options_.limit, open,
        [&](KdTree::Node node) {
          for (std::int32_t leaf = 0; leaf < node.n_leaves; ++leaf) {
            best = std::min(best, least_[at(node.first_leaf + leaf)]);
          }
          return best > 0;
        },
        look);
    return best == kNone ? -1 : best;
  }

  const KdTree& tree_;
  const double* weights_;
  const DbscanOptions& options_;
  std::vector<std::uint8_t> core_;
  std::vector<std::int32_t> labels_, least_;
  Ticker ticker_;
};

}  // namespace

template <class Real>
DbscanResult fit_by_tree(MatrixView<const Real> X, const double* weights,
                         const DbscanOptions& options) {
  const KdTree tree(X, options.metric, options.n_threads);
  return TreeFit(tree, weights, options).run();
}

template <class Real>
std::vector<std::int32_t> label_by_tree(MatrixView<const Real> X,
                                        std::span<const std::int32_t> labels,
                                        MatrixView<const Real> Q, const DbscanOptions& options) {
  const KdTree tree(X, options.metric, options.n_threads);
  const KdTree queries(Q, options.metric, options.n_threads);
  return TreeFit(tree, nullptr, options).label(queries, labels);
}

template DbscanResult fit_by_tree<float>(MatrixView<const float>, const double*,
                                         const DbscanOptions&);
template DbscanResult fit_by_tree<double>(MatrixView<const double>, const double*,
                                          const DbscanOptions&);
template std::vector<std::int32_t> label_by_tree<float>(MatrixView<const float>,
                                                        std::span<const std::int32_t>,
                                                        MatrixView<const float>,
                                                        const DbscanOptions&);
template std::vector<std::int32_t> label_by_tree<double>(MatrixView<const double>,
                                                         std::span<const std::int32_t>,
                                                         MatrixView<const double>,
                                                         const DbscanOptions&);

}  // namespace shoal::dbscan
