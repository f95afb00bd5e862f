#include "tree/dense_boruvka.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "algorithms/knn.hpp"
#include "algorithms/screen.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "kernels/exact.hpp"
#include "tree/boruvka_rounds.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Real>
class RowForest final : public Forest {
 public:
  RowForest(MatrixView<const Real> X, const double* cores, int n_threads)
      : Forest(X.rows(), nullptr, cores, n_threads), X_(X) {}

  MatrixView<const Real> rows() const { return X_; }
  double distance(std::int32_t a, std::int32_t b) const override {
    return exact_key(X_.row(a), X_.row(b), X_.cols());
  }

 private:
  MatrixView<const Real> X_;
};

// The rows of one round: those to search among, sorted by set, and those to search for.
struct Round {
  Screen screen;
  std::vector<std::int32_t> leaf_group;
  std::vector<Index> active;
};

// What one thread needs for a tile of active rows.
template <class Real>
class TileEdges {
 public:
  TileEdges(RowForest<Real>& forest, const Round& round)
      : forest_(forest), round_(round), tile_(round.screen, forest.rows().cols()) {}

  void run(Index begin, Index end) {
    rows_ = &round_.active[static_cast<std::size_t>(begin)];
    count_ = static_cast<int>(end - begin);
    tile_.load(forest_.rows(), rows_, count_);
    own_group_ = group(0);
    for (int p = 0; p < count_; ++p) {
      best_[p] = {kInfinity, kInfinity, 0, 0};
      other_[p] = Forest::kNone;
      if (group(p) != own_group_) own_group_ = Forest::kMixed;
    }
    for (Index leaf = 0; leaf < round_.screen.leaves.count(); ++leaf) visit(leaf);
    keep();
  }

 private:
  std::int32_t row(int p) const { return static_cast<std::int32_t>(rows_[p]); }
  std::int32_t group(int p) const { return forest_.group[static_cast<std::size_t>(rows_[p])]; }

  double limit(int p) const {
    const double most = std::min(best_[p].weight, forest_.bound_of(group(p)));
    return forest_.core(row(p)) <= most ? most : -kInfinity;
  }

  void visit(Index leaf) {
    const std::int32_t of_leaf = round_.leaf_group[static_cast<std::size_t>(leaf)];
    if (of_leaf != Forest::kMixed && of_leaf == own_group_) return;
    const Index begin = round_.screen.leaves.begin(leaf);
    for (const std::int32_t pair : tile_.find(leaf, [&](int p) { return limit(p); })) {
      const int p = pair % kPairTile;
      const auto other = static_cast<std::int32_t>(
          round_.screen.leaves.order[static_cast<std::size_t>(begin + pair / kPairTile)]);
      if (forest_.group[static_cast<std::size_t>(other)] == group(p)) continue;
      if (forest_.core(other) > limit(p)) continue;
      const KeyedEdge edge = forest_.edge(row(p), other, forest_.distance(row(p), other));
      if (!(edge < best_[p])) continue;
      best_[p] = edge;
      other_[p] = other;
      forest_.lower_bound(group(p), edge.weight);
    }
  }

  // What was found is the least edge of its row unless the limit fell below it on the way.
  void keep() {
    for (int p = 0; p < count_; ++p) {
      const auto at = static_cast<std::size_t>(rows_[p]);
      const double bound = forest_.bound_of(group(p));
      if (other_[p] != Forest::kNone && best_[p].weight <= bound) {
        forest_.other[at] = other_[p];
        forest_.weight[at] = best_[p].weight;
      } else {
        forest_.weight[at] = std::max(forest_.weight[at], std::nextafter(bound, kInfinity));
      }
    }
  }

  RowForest<Real>& forest_;
  const Round& round_;
  ScreenTile tile_;
  const Index* rows_ = nullptr;
  int count_ = 0;
  std::int32_t own_group_ = Forest::kMixed;
  KeyedEdge best_[kPairTile];
  std::int32_t other_[kPairTile];
};

// Sorts rows that are near each other already by their sets.
template <class Real>
Round start_round(const RowForest<Real>& forest, Leaves& leaves) {
  std::vector<Index>& order = leaves.order;
  const auto group = [&](Index row) { return forest.group[static_cast<std::size_t>(row)]; };
  std::ranges::stable_sort(order, {}, group);
  Round round;
  for (const Index row : order) {
    const auto i = static_cast<std::size_t>(row);
    if (forest.other[i] == Forest::kNone && forest.weight[i] <= forest.bound_of(group(row))) {
      round.active.push_back(row);
    }
  }
  if (round.active.empty()) return round;
  round.screen = make_screen(forest.rows(), leaves, forest.n_threads());
  for (Index leaf = 0; leaf < round.screen.leaves.count(); ++leaf) {
    const auto first = order.begin() + round.screen.leaves.begin(leaf);
    const auto last = order.begin() + round.screen.leaves.end(leaf);
    const std::int32_t own = group(*first);
    const bool one = std::all_of(first, last, [&](Index row) { return group(row) == own; });
    round.leaf_group.push_back(one ? own : Forest::kMixed);
  }
  return round;
}

}  // namespace

template <class Real>
double exact_key(const Real* x, const Real* y, Index d) {
  if (d <= kTreeDimensions) {
    double sum = 0;
    for (Index q = 0; q < d; ++q) {
      const double e = static_cast<double>(x[q]) - static_cast<double>(y[q]);
      sum += e * e;
    }
    return sum;
  }
  const ExactKernels& kernels = SHOAL_PICK_KERNELS(exact_kernels);
  if constexpr (std::is_same_v<Real, float>) {
    const std::vector<double> wide(y, y + d);
    return kernels.squared_f32(x, wide.data(), d);
  } else {
    return kernels.squared_f64(x, y, d);
  }
}

template <class Real>
std::vector<KeyedEdge> dense_boruvka(MatrixView<const Real> X, const double* cores,
                                     const Seeds& seeds, int n_threads,
                                     const KeepGoing& keep_going) {
  RowForest<Real> forest(X, cores, n_threads);
  Leaves leaves = make_leaves(X, n_threads);
  return run_rounds(forest, seeds, keep_going, [&](const KeepGoing& ask) {
    const Round round = start_round(forest, leaves);
    const auto n_active = static_cast<Index>(round.active.size());
    const Index n_tiles = (n_active + kPairTile - 1) / kPairTile;
    const int useful = static_cast<int>(std::min<Index>(n_threads, n_tiles));
    std::vector<TileEdges<Real>> workers;
    for (int t = 0; t < useful; ++t) workers.emplace_back(forest, round);
    Ticker ticker(ask, static_cast<double>(n_tiles));
    parallel_for(static_cast<std::size_t>(n_tiles), useful, [&](std::size_t tile, int worker) {
      if (!ticker.tick(worker, 1)) return;
      const Index begin = static_cast<Index>(tile) * kPairTile;
      workers[static_cast<std::size_t>(worker)].run(begin, std::min(n_active, begin + kPairTile));
    });
    if (ticker.stopped()) throw Interrupted();
  });
}

template double exact_key<float>(const float*, const float*, Index);
template double exact_key<double>(const double*, const double*, Index);
template std::vector<KeyedEdge> dense_boruvka<float>(MatrixView<const float>, const double*,
                                                     const Seeds&, int, const KeepGoing&);
template std::vector<KeyedEdge> dense_boruvka<double>(MatrixView<const double>, const double*,
                                                      const Seeds&, int, const KeepGoing&);

}  // namespace shoal
