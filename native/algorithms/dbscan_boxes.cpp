// DBSCAN over pairs of boxes of rows. Where hardly any rows are near each other one pass collects
// the pairs that are; else one counts what is near, as far as it matters, and one joins core rows.
#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "algorithms/dbscan_ways.hpp"
#include "algorithms/near_tile.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal::dbscan {
namespace {

using Index = std::int64_t;

template <class Real>
class BoxFit {
 public:
  BoxFit(MatrixView<const Real> X, const double* weights, const DbscanOptions& options)
      : X_(X),
        weights_(weights),
        options_(options),
        boxes_(X, options.metric, options.limit, options.n_threads),
        tiles_(static_cast<std::size_t>(std::max(1, options.n_threads)), NearTile<Real>(boxes_)),
        core_(static_cast<std::size_t>(X.rows())) {}

  DbscanResult run() {
    if (collect_pairs()) return fit_pairs();
    pairs_ = {};
    const Leaves& leaves = boxes_.leaves();
    Ticker ticker(options_.keep_going, static_cast<double>(3 * leaves.count()));
    for_tiles(leaves.order, ticker, [&](NearTile<Real>& tile, const Index* rows, int count, Index) {
      find_core(tile, rows, count);
    });
    UnionFind sets(X_.rows());
    for_tiles(leaves.order, ticker,
              [&](NearTile<Real>& tile, const Index* rows, int count, Index leaf) {
                join(tile, rows, count, leaf, sets);
              });
    const std::vector<std::int32_t> numbers = number_core(sets);
    std::vector<Index> others;
    for (const Index row : leaves.order) {
      if (core_[at(row)] == 0) others.push_back(row);
    }
    DbscanResult result{numbers, {}};
    for_tiles(others, ticker, [&](NearTile<Real>& tile, const Index* rows, int count, Index) {
      tile.load(X_, rows, count);
      find_least(tile, rows, count, core_.data(), numbers, result.labels);
    });
    result.core = std::move(core_);
    return result;
  }

  std::vector<std::int32_t> label(MatrixView<const Real> Q, std::span<const std::int32_t> labels) {
    const Leaves leaves = make_leaves(Q, options_.n_threads);
    Ticker ticker(options_.keep_going, static_cast<double>(leaves.count()));
    std::vector<std::int32_t> found(static_cast<std::size_t>(Q.rows()), -1);
    for_tiles(leaves.order, ticker, [&](NearTile<Real>& tile, const Index* rows, int count, Index) {
      tile.load(Q, rows, count);
      find_least(tile, rows, count, nullptr, labels, found);
    });
    return found;
  }

 private:
  // Pairs kept at most, for each row: memory stays of the order of the rows.
  static constexpr Index kPairsPerRow = 32;
  using Pair = std::pair<std::int32_t, std::int32_t>;

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  // Finds all pairs of different rows that are near, each once; false when they are too many.
  bool collect_pairs() {
    if (weights_ != nullptr) return false;
    const Leaves& leaves = boxes_.leaves();
    const Index most = kPairsPerRow * X_.rows();
    pairs_.resize(tiles_.size());
    std::atomic<Index> total{0};
    Ticker ticker(options_.keep_going, static_cast<double>(leaves.count()));
    parallel_for(at(leaves.count()), options_.n_threads, [&](std::size_t chunk, int worker) {
      if (!ticker.tick(worker, 1) || total.load(std::memory_order_relaxed) > most) return;
      NearTile<Real>& tile = tiles_[at(worker)];
      std::vector<Pair>& pairs = pairs_[at(worker)];
      const auto own = static_cast<Index>(chunk);
      const Index* rows = &leaves.order[at(leaves.begin(own))];
      tile.load(X_, rows, static_cast<int>(leaves.end(own) - leaves.begin(own)));
      for (const auto& [gap, leaf] : tile.leaves_near(own, false)) {
        const std::size_t before = pairs.size();
        tile.visit(
            leaf, [](int) { return true; },
            [&](int p, Index row) { return leaf != own || rows[p] < row; },
            [&](int p, Index row) {
              pairs.emplace_back(static_cast<std::int32_t>(rows[p]),
                                 static_cast<std::int32_t>(row));
            });
        const auto found = static_cast<Index>(pairs.size() - before);
        if (found > 0 && total.fetch_add(found, std::memory_order_relaxed) + found > most) return;
      }
    });
    if (ticker.stopped()) throw Interrupted();
    return total.load() <= most;
  }

  DbscanResult fit_pairs() {
    const auto for_pairs = [&](auto&& use) {
      for (const std::vector<Pair>& part : pairs_) {
        for (const auto& [a, b] : part) use(a, b);
      }
    };
    std::vector<std::int32_t> counts(at(X_.rows()), 1);
    for_pairs([&](std::int32_t a, std::int32_t b) {
      ++counts[at(a)];
      ++counts[at(b)];
    });
    for (Index row = 0; row < X_.rows(); ++row) {
      core_[at(row)] = counts[at(row)] >= options_.min_samples;
    }
    UnionFind sets(X_.rows());
    for_pairs([&](std::int32_t a, std::int32_t b) {
      if (core_[at(a)] != 0 && core_[at(b)] != 0) sets.unite(a, b);
    });
    DbscanResult result{number_core(sets), {}};
    for_pairs([&](std::int32_t a, std::int32_t b) {
      if (core_[at(a)] == core_[at(b)]) return;
      const std::int32_t own = result.labels[at(core_[at(a)] != 0 ? a : b)];
      std::int32_t& other = result.labels[at(core_[at(a)] != 0 ? b : a)];
      other = other < 0 ? own : std::min(other, own);
    });
    result.core = std::move(core_);
    return result;
  }

  std::vector<std::int32_t> number_core(UnionFind& sets) const {
    return number_sets(
        sets, [&](Index row) { return core_[at(row)] != 0 ? static_cast<std::int32_t>(row) : -1; });
  }

  template <class Work>
  void for_tiles(const std::vector<Index>& rows, Ticker& ticker, Work work) {
    const auto n = static_cast<Index>(rows.size());
    parallel_for(at((n + kPairTile - 1) / kPairTile), options_.n_threads,
                 [&](std::size_t tile, int worker) {
                   if (!ticker.tick(worker, 1)) return;
                   const Index begin = static_cast<Index>(tile) * kPairTile;
                   const int count = static_cast<int>(std::min<Index>(n - begin, kPairTile));
                   work(tiles_[static_cast<std::size_t>(worker)], &rows[at(begin)], count,
                        static_cast<Index>(tile));
                 });
    if (ticker.stopped()) throw Interrupted();
  }

  void find_core(NearTile<Real>& tile, const Index* rows, int count) {
    tile.load(X_, rows, count);
    double total[kPairTile] = {};
    int n_open = count;
    const auto wanted = [&](int p) { return total[p] < options_.min_samples; };
    for (const auto& [gap, leaf] : tile.leaves_near()) {
      tile.visit(
          leaf, wanted, [](int, Index) { return true; },
          [&](int p, Index row) {
            total[p] += weights_ == nullptr ? 1.0 : weights_[row];
            n_open -= !wanted(p);
          });
      if (n_open == 0) break;
    }
    for (int p = 0; p < count; ++p) core_[at(rows[p])] = !wanted(p);
  }

  // Each pair of leaves once, from the first of the two.
  void join(NearTile<Real>& tile, const Index* rows, int count, Index own, UnionFind& sets) {
    if (std::none_of(rows, rows + count, [&](Index row) { return core_[at(row)] != 0; })) return;
    tile.load(X_, rows, count);
    const Leaves& leaves = boxes_.leaves();
    for (const auto& [gap, leaf] : tile.leaves_near(own)) {
      const Index begin = leaves.begin(leaf), end = leaves.end(leaf);
      std::int32_t set = -1;
      if (in_one_set(rows, rows + count, sets, set) &&
          in_one_set(&leaves.order[at(begin)], &leaves.order[at(begin)] + (end - begin), sets,
                     set)) {
        continue;
      }
      tile.visit(
          leaf, [&](int p) { return core_[at(rows[p])] != 0; },
          [&](int p, Index row) { return core_[at(row)] != 0 && !sets.same(rows[p], row); },
          [&](int p, Index row) { sets.unite(rows[p], row); });
    }
  }

  // Whether all core rows are in the set named, or in any one set when none is named yet.
  bool in_one_set(const Index* begin, const Index* end, UnionFind& sets, std::int32_t& set) const {
    for (; begin != end; ++begin) {
      if (core_[at(*begin)] == 0) continue;
      const std::int32_t own = sets.find(*begin);
      if (set >= 0 && own != set) return false;
      set = own;
    }
    return true;
  }

  // Into found[row] the least label of a row near it; only core rows count where core is given.
  static void find_least(NearTile<Real>& tile, const Index* rows, int count,
                         const std::uint8_t* core, std::span<const std::int32_t> labels,
                         std::vector<std::int32_t>& found) {
    std::int32_t best[kPairTile];
    std::fill(best, best + kPairTile, -1);
    for (const auto& [gap, leaf] : tile.leaves_near()) {
      tile.visit(
          leaf, [&](int p) { return best[p] != 0; },
          [&](int p, Index row) {
            return (core == nullptr || core[row] != 0) &&
                   (best[p] < 0 || labels[at(row)] < best[p]);
          },
          [&](int p, Index row) { best[p] = labels[at(row)]; });
    }
    for (int p = 0; p < count; ++p) found[at(rows[p])] = best[p];
  }

  MatrixView<const Real> X_;
  const double* weights_;
  const DbscanOptions& options_;
  const NearBoxes<Real> boxes_;
  std::vector<NearTile<Real>> tiles_;
  std::vector<std::uint8_t> core_;
  std::vector<std::vector<Pair>> pairs_;  // of each worker
};

}  // namespace

template <class Real>
DbscanResult fit_by_boxes(MatrixView<const Real> X, const double* weights,
                          const DbscanOptions& options) {
  return BoxFit<Real>(X, weights, options).run();
}

template <class Real>
std::vector<std::int32_t> label_by_boxes(MatrixView<const Real> X,
                                         std::span<const std::int32_t> labels,
                                         MatrixView<const Real> Q, const DbscanOptions& options) {
  return BoxFit<Real>(X, nullptr, options).label(Q, labels);
}

template DbscanResult fit_by_boxes<float>(MatrixView<const float>, const double*,
                                          const DbscanOptions&);
template DbscanResult fit_by_boxes<double>(MatrixView<const double>, const double*,
                                           const DbscanOptions&);
template std::vector<std::int32_t> label_by_boxes<float>(MatrixView<const float>,
                                                         std::span<const std::int32_t>,
                                                         MatrixView<const float>,
                                                         const DbscanOptions&);
template std::vector<std::int32_t> label_by_boxes<double>(MatrixView<const double>,
                                                          std::span<const std::int32_t>,
                                                          MatrixView<const double>,
                                                          const DbscanOptions&);

}  // namespace shoal::dbscan
