#include "algorithms/nearest_center.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "algorithms/center_clusters.hpp"
#include "algorithms/screen.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "kernels/exact.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Joining i and j costs f(i, j) |i - j|^2 with 1 / f = 1 / size_i + 1 / size_j. It is below a
// limit L when |i - j|^2 - L / size_j < L / size_i: a screen of squared distances does it, with L
// and 1 / size as one more coordinate.
struct Columns {
  Screen screen;
  std::vector<double> least_size;  // of each leaf
  std::vector<double> most_share;  // largest 1 / size of each group of leaves
};

Columns make_columns(MatrixView<const double> centers, const std::vector<double>& size,
                     int n_threads) {
  Columns columns{make_screen(centers, make_leaves(centers, n_threads), n_threads, 1), {}, {}};
  const Leaves& leaves = columns.screen.leaves;
  const Index width = centers.cols() + 1;
  columns.least_size.assign(static_cast<std::size_t>(leaves.count()), kInfinity);
  columns.most_share.assign(columns.screen.max_norm.size(), 0.0);
  for (std::size_t i = 0; i < leaves.order.size(); ++i) {
    const double own = size[static_cast<std::size_t>(leaves.order[i])];
    columns.screen.columns[(i + 1) * static_cast<std::size_t>(width) - 1] =
        static_cast<float>(1 / own);
    const std::size_t leaf = i / kPairTile;
    double& least = columns.least_size[leaf];
    least = std::min(least, own);
    double& most = columns.most_share[leaf / Screen::kGroupLeaves];
    most = std::max(most, 1 / own);
  }
  return columns;
}

// What one worker needs for one tile of clusters.
class TileSearch {
 public:
  TileSearch(MatrixView<const double> centers, const std::vector<double>& size,
             const Columns& columns)
      : centers_(centers), size_(size), columns_(columns), d_(centers.cols()) {
    points_.resize(static_cast<std::size_t>(d_ * kPairTile));
    tile_.resize(static_cast<std::size_t>((d_ + 1) * kPairTile));
    low_.resize(static_cast<std::size_t>(d_));
    high_.resize(low_.size());
    found_.resize(kPairTile * kPairTile);
  }

  void run(std::span<const std::int32_t> wanted, std::vector<LeastEntry>& nearest) {
    wanted_ = wanted;
    load_points();
    order_visits();
    for (LeastEntry& best : best_) best = {kInfinity, std::numeric_limits<Index>::max()};
    Index group = -1;
    for (const auto& [bound, leaf] : visits_) {
      if (bound > farthest()) break;
      if (leaf / Screen::kGroupLeaves != group) {
        group = leaf / Screen::kGroupLeaves;
        kernels_.center(points_.data(), &screen().centers[static_cast<std::size_t>(group * d_)], d_,
                        tile_.data(), norms_);
      }
      visit(leaf, group);
    }
    for (std::size_t p = 0; p < wanted_.size(); ++p) {
      nearest[static_cast<std::size_t>(wanted_[p])] = best_[p];
    }
  }

 private:
  const Screen& screen() const { return columns_.screen; }
  double size_of(Index cluster) const { return size_[static_cast<std::size_t>(cluster)]; }

  void load_points() {
    least_size_ = kInfinity;
    std::ranges::fill(low_, kInfinity);
    std::ranges::fill(high_, -kInfinity);
    for (std::size_t p = 0; p < kPairTile; ++p) {
      const std::int32_t cluster = wanted_[std::min(p, wanted_.size() - 1)];
      const double* c = centers_.row(cluster);
      least_size_ = std::min(least_size_, size_of(cluster));
      for (std::size_t q = 0; q < low_.size(); ++q) {
        points_[q * kPairTile + p] = c[q] * screen().scale;
        low_[q] = std::min(low_[q], c[q]);
        high_[q] = std::max(high_[q], c[q]);
      }
    }
  }

  // By what joining with a cluster of the leaf costs at least.
  void order_visits() {
    const Leaves& leaves = screen().leaves;
    visits_.clear();
    for (Index leaf = 0; leaf < leaves.count(); ++leaf) {
      const auto at = static_cast<std::size_t>(leaf * d_);
      const double gap =
          squared_gap(low_.data(), high_.data(), &leaves.low[at], &leaves.high[at], d_);
      const double least = columns_.least_size[static_cast<std::size_t>(leaf)];
      visits_.emplace_back(gap * ward_factor(least_size_, least) * (1 - 1e-14), leaf);
    }
    std::ranges::sort(visits_);
  }

  double farthest() const {
    double value = 0;
    for (std::size_t p = 0; p < wanted_.size(); ++p) value = std::max(value, best_[p].value);
    return value;
  }

  // Rounding a point and a column costs 2 units of their product, each addition one unit of the
  // partial sums, and the norms one unit each.
  void set_limits(Index group) {
    const auto at = static_cast<std::size_t>(group);
    const double norm = screen().max_norm[at], share = columns_.most_share[at];
    const double unit = static_cast<double>(d_ + 9) * 0x1p-24;
    float* const bounds = &tile_[static_cast<std::size_t>(d_ * kPairTile)];
    for (std::size_t p = 0; p < kPairTile; ++p) {
      limits_[p] = bounds[p] = 0;
      if (p >= wanted_.size()) {
        limits_[p] = -std::numeric_limits<float>::infinity();
      } else if (best_[p].value == kInfinity) {
        limits_[p] = std::numeric_limits<float>::infinity();
      } else {
        const double bound = best_[p].value * screen().scale * screen().scale * (1 + 1e-12);
        const double own = norms_[p], own_share = bound / size_of(wanted_[p]);
        const double error =
            unit * (2 * std::sqrt(own) * norm + norm * norm + own + bound * share + own_share) +
            1e-36;
        bounds[p] = -static_cast<float>(bound);
        limits_[p] = static_cast<float>(own_share - own + 1.01 * error);
      }
    }
  }

  void visit(Index leaf, Index group) {
    set_limits(group);
    const Leaves& leaves = screen().leaves;
    const Index begin = leaves.begin(leaf);
    const int n_found =
        kernels_.screen(tile_.data(), limits_, screen().columns.data(), screen().norms.data(),
                        begin, leaves.end(leaf), d_ + 1, found_.data());
    for (int i = 0; i < n_found; ++i) {
      const auto p = static_cast<std::size_t>(found_[static_cast<std::size_t>(i)] % kPairTile);
      const Index other = leaves.order[static_cast<std::size_t>(
          begin + found_[static_cast<std::size_t>(i)] / kPairTile)];
      const Index own = wanted_[p];
      if (other == own) continue;
      const double squared = exact_.squared_f64(centers_.row(own), centers_.row(other), d_);
      const double cost = ward_factor(size_of(own), size_of(other)) * squared;
      LeastEntry& best = best_[p];
      if (cost < best.value || (cost == best.value && other < best.index)) best = {cost, other};
    }
  }

  MatrixView<const double> centers_;
  const std::vector<double>& size_;
  const Columns& columns_;
  const Index d_;
  const KnnKernels& kernels_ = SHOAL_PICK_KERNELS(knn_kernels);
  const ExactKernels& exact_ = SHOAL_PICK_KERNELS(exact_kernels);
  std::span<const std::int32_t> wanted_;
  double least_size_ = 0;
  LeastEntry best_[kPairTile] = {};
  float norms_[kPairTile] = {}, limits_[kPairTile] = {};
  std::vector<double> points_, low_, high_;
  std::vector<float> tile_;
  std::vector<std::int32_t> found_;
  std::vector<std::pair<double, Index>> visits_;
};

// The clusters wanted, those in the same box next to each other.
std::vector<std::int32_t> sort_by_leaf(std::span<const std::int32_t> wanted, const Leaves& leaves) {
  std::vector<char> is_wanted(leaves.order.size());
  for (const std::int32_t i : wanted) is_wanted[static_cast<std::size_t>(i)] = 1;
  std::vector<std::int32_t> sorted;
  sorted.reserve(wanted.size());
  for (const Index i : leaves.order) {
    if (is_wanted[static_cast<std::size_t>(i)]) sorted.push_back(static_cast<std::int32_t>(i));
  }
  return sorted;
}

}  // namespace

void find_nearest_centers(MatrixView<const double> centers, const std::vector<double>& size,
                          std::span<const std::int32_t> wanted, int n_threads, Ticker& ticker,
                          std::vector<LeastEntry>& nearest) {
  if (wanted.empty()) return;
  const Columns columns = make_columns(centers, size, n_threads);
  const std::vector<std::int32_t> sorted = sort_by_leaf(wanted, columns.screen.leaves);
  const std::size_t n_tiles = (sorted.size() + kPairTile - 1) / kPairTile;
  const int useful = static_cast<int>(
      std::min<std::size_t>(static_cast<std::size_t>(std::max(1, n_threads)), n_tiles));
  std::vector<TileSearch> searches(static_cast<std::size_t>(useful),
                                   TileSearch(centers, size, columns));
  parallel_for(n_tiles, useful, [&](std::size_t tile, int worker) {
    const std::size_t begin = tile * kPairTile;
    const std::size_t count = std::min<std::size_t>(kPairTile, sorted.size() - begin);
    if (!ticker.tick(worker, static_cast<double>(count))) return;
    searches[static_cast<std::size_t>(worker)].run({&sorted[begin], count}, nearest);
  });
  if (ticker.stopped()) throw Interrupted();
}

}  // namespace shoal
