#include "algorithms/density_peaks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "spatial/radius.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t kNobody = std::numeric_limits<std::int32_t>::max();
constexpr double kReach = 4;  // radii that the smooth kernel reaches

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Rows are known by their place in the order of the tree.
class Peaks {
 public:
  Peaks(const KdTree& tree, const double* weights, const PeaksOptions& options)
      : tree_(tree),
        weights_(weights),
        options_(options),
        ticker_(options.keep_going, 2.0 * tree.n_leaves()),
        rho_(at(tree.n())),
        rank_(at(tree.n())),
        densest_(at(tree.n_nodes()), kNobody) {}

  PeaksResult run() {
    for_leaves([&](LeafPoints& points, OpenNodes& open) { measure(points, open); });
    rank();
    PeaksResult result{std::vector<double>(at(tree_.n())), std::vector<double>(at(tree_.n())),
                       std::vector<Index>(at(tree_.n())), std::vector<Index>(at(tree_.n()))};
    for_leaves([&](LeafPoints& points, OpenNodes&) {
      for (int p = 0; p < points.count(); ++p) {
        const Index place = tree_.begin(points.leaf()) + p;
        const std::size_t row = at(tree_.rows()[at(place)]);
        const Found found = find_denser(points.point(p), rank_[at(place)]);
        result.rho[row] = rho_[at(place)];
        result.delta[row] = distance_of_key(tree_.metric(), found.key);
        result.parent[row] = found.row;
        result.rank[row] = rank_[at(place)];
      }
    });
    return result;
  }

 private:
  struct Found {
    double key;
    Index row;
    std::int32_t rank;
  };

  template <class Work>
  void for_leaves(Work work) {
    struct Room {
      LeafPoints points;
      OpenNodes open;
    };
    const int useful = std::max(1, std::min(options_.n_threads, tree_.n_leaves()));
    std::vector<Room> rooms(at(useful), Room{LeafPoints(tree_), {}});
    parallel_for(at(tree_.n_leaves()), useful, [&](std::size_t leaf, int worker) {
      if (!ticker_.tick(worker, 1)) return;
      Room& room = rooms[at(worker)];
      room.points.load(static_cast<std::int32_t>(leaf));
      work(room.points, room.open);
    });
    if (ticker_.stopped()) throw Interrupted();
  }

  double weight(Index place) const {
    return weights_ == nullptr ? 1.0 : weights_[tree_.rows()[at(place)]];
  }

  double coordinate(std::int32_t place, Index q) const {
    return tree_.tile(place / kLeafTile)[q * kLeafTile + place % kLeafTile];
  }

  void measure(const LeafPoints& points, OpenNodes& open) {
    const std::int32_t begin = tree_.begin(points.leaf());
    const double limit = key_of_distance(tree_.metric(), options_.radius);
    if (weights_ == nullptr && !options_.gaussian) {
      Index counts[kLeafTile] = {};
      count_within(tree_, points, limit, std::numeric_limits<Index>::max(), open, counts);
      for (int p = 0; p < points.count(); ++p) {
        rho_[at(begin + p)] = static_cast<double>(counts[p] - 1);
      }
      return;
    }
    const double reach =
        options_.gaussian ? key_of_distance(tree_.metric(), kReach * options_.radius) : limit;
    for (int p = 0; p < points.count(); ++p) {
      double total = -1;
      visit_within(tree_, points.point(p), reach, open, [&](Index place, double key) {
        total += weight(place) * (options_.gaussian ? closeness(key) : 1.0);
        return true;
      });
      rho_[at(begin + p)] = total;
    }
  }

  double closeness(double key) const {
    const double share = distance_of_key(tree_.metric(), key) / options_.radius;
    return std::exp(-share * share);
  }

  void rank() {
    std::vector<std::int32_t> order(at(tree_.n()));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](std::int32_t a, std::int32_t b) {
      const bool counts_a = weight(a) > 0, counts_b = weight(b) > 0;
      if (counts_a != counts_b) return counts_a;
      if (rho_[at(a)] != rho_[at(b)]) return rho_[at(a)] > rho_[at(b)];
      for (Index q = 0; q < tree_.d(); ++q) {
        const double x = coordinate(a, q), y = coordinate(b, q);
        if (x != y) return x < y;
      }
      return tree_.rows()[at(a)] < tree_.rows()[at(b)];
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
      rank_[at(order[i])] = static_cast<std::int32_t>(i);
    }
    // Children have higher numbers than their parent.
    std::vector<KdTree::Node> nodes, open{tree_.root()};
    while (!open.empty()) {
      const KdTree::Node node = open.back();
      open.pop_back();
      nodes.push_back(node);
      if (!node.is_leaf()) open.insert(open.end(), {node.right(), node.left()});
    }
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      std::int32_t& best = densest_[at(node->number)];
      if (!node->is_leaf()) {
        best = std::min(densest_[at(node->left().number)], densest_[at(node->right().number)]);
        continue;
      }
      const Index begin = tree_.begin(node->first_leaf);
      for (Index place = begin; place < begin + tree_.size(*node); ++place) {
        if (weight(place) > 0) best = std::min(best, rank_[at(place)]);
      }
    }
  }

  // The nearest row of lower rank, the densest on a tie; for the densest of all, the distance to
  // the farthest.
  Found find_denser(const double* point, std::int32_t rank) const {
    struct Visit {
      KdTree::Node node;
      double gap;
    };
    Found best{kInfinity, -1, kNobody};
    const auto reach = [&](KdTree::Node node) -> Visit {
      return {node,
              tree_.nearest_key(point, point, tree_.low(node.number), tree_.high(node.number))};
    };
    std::vector<Visit> open{reach(tree_.root())};
    while (!open.empty()) {
      const Visit next = open.back();
      open.pop_back();
      if (densest_[at(next.node.number)] >= rank || next.gap > best.key) continue;
      if (next.node.is_leaf()) {
        look(next.node.first_leaf, point, rank, best);
        continue;
      }
      Visit near = reach(next.node.left()), far = reach(next.node.right());
      if (far.gap < near.gap) std::swap(near, far);
      open.push_back(far);
      open.push_back(near);
    }
    return best.row < 0 ? Found{farthest(point), -1, kNobody} : best;
  }

  void look(std::int32_t leaf, const double* point, std::int32_t rank, Found& best) const {
    std::int32_t found[kLeafTile];
    double keys[kLeafTile];
    const int n = tree_.kernels().within(tree_.tile(leaf), point, tree_.d(), best.key, found, keys);
    for (int i = 0; i < n; ++i) {
      const Index place = tree_.begin(leaf) + found[i];
      const std::int32_t own = rank_[at(place)];
      if (own >= rank || weight(place) <= 0) continue;
      if (keys[i] < best.key || (keys[i] == best.key && own < best.rank)) {
        best = {keys[i], tree_.rows()[at(place)], own};
      }
    }
  }

  double farthest(const double* point) const {
    std::int32_t found[kLeafTile];
    double keys[kLeafTile], most = 0;
    for (std::int32_t leaf = 0; leaf < tree_.n_leaves(); ++leaf) {
      const int n =
          tree_.kernels().within(tree_.tile(leaf), point, tree_.d(), kInfinity, found, keys);
      for (int i = 0; i < n; ++i) most = std::max(most, keys[i]);
    }
    return most;
  }

  const KdTree& tree_;
  const double* weights_;
  const PeaksOptions& options_;
  Ticker ticker_;
  std::vector<double> rho_;
  std::vector<std::int32_t> rank_, densest_;
};

}  // namespace

template <class Real>
PeaksResult find_peaks(MatrixView<const Real> X, const double* weights,
                       const PeaksOptions& options) {
  const KdTree tree(X, options.metric, options.n_threads);
  return Peaks(tree, weights, options).run();
}

template <class Real>
std::vector<double> border_densities(MatrixView<const Real> X, std::span<const std::int32_t> labels,
                                     std::span<const double> rho, Index k,
                                     const PeaksOptions& options) {
  const KdTree tree(X, options.metric, options.n_threads);
  const double limit = key_of_distance(options.metric, options.radius);
  struct Room {
    OpenNodes open;
    std::vector<double> point, border;
  };
  std::vector<Room> rooms(
      at(std::max(1, options.n_threads)),
      Room{{}, std::vector<double>(at(tree.d())), std::vector<double>(at(k), -1.0)});
  Ticker ticker(options.keep_going, tree.n_leaves());
  parallel_for(at(tree.n_leaves()), options.n_threads, [&](std::size_t chunk, int worker) {
    if (!ticker.tick(worker, 1)) return;
    Room& room = rooms[at(worker)];
    const auto leaf = static_cast<std::int32_t>(chunk);
    for (int p = 0; p < tree.size(leaf); ++p) {
      tree.copy_point(leaf, p, room.point.data());
      const std::size_t row = at(tree.rows()[at(tree.begin(leaf) + p)]);
      double& border = room.border[at(labels[row])];
      visit_within(tree, room.point.data(), limit, room.open, [&](Index place, double) {
        const std::size_t other = at(tree.rows()[at(place)]);
        if (labels[other] != labels[row]) border = std::max(border, (rho[row] + rho[other]) / 2);
        return true;
      });
    }
  });
  if (ticker.stopped()) throw Interrupted();
  for (const Room& room : rooms) {
    for (Index c = 0; c < k; ++c) {
      rooms[0].border[at(c)] = std::max(rooms[0].border[at(c)], room.border[at(c)]);
    }
  }
  return rooms[0].border;
}

template PeaksResult find_peaks<float>(MatrixView<const float>, const double*, const PeaksOptions&);
template PeaksResult find_peaks<double>(MatrixView<const double>, const double*,
                                        const PeaksOptions&);
template std::vector<double> border_densities<float>(MatrixView<const float>,
                                                     std::span<const std::int32_t>,
                                                     std::span<const double>, Index,
                                                     const PeaksOptions&);
template std::vector<double> border_densities<double>(MatrixView<const double>,
                                                      std::span<const std::int32_t>,
                                                      std::span<const double>, Index,
                                                      const PeaksOptions&);

}  // namespace shoal
