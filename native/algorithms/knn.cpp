#include "algorithms/knn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "algorithms/leaves.hpp"
#include "core/thread_pool.hpp"
#include "kernels/exact.hpp"
#include "kernels/knn.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Leaves next to each other share a centre, so that tight groups far apart keep their precision.
constexpr Index kGroupLeaves = 16;

// The columns: leaf by leaf, scaled and centred by group.
struct Screen {
  Leaves leaves;
  double scale = 1;
  std::vector<double> centers;   // of the groups, scaled
  std::vector<double> max_norm;  // of the groups, rounded up
  std::vector<float> columns, norms;
};

template <class Real>
double unit_scale(MatrixView<const Real> X, const Leaves& leaves) {
  double extent = 0;
  for (std::size_t i = 0; i < leaves.low.size(); ++i) {
    const double origin = X.data()[i % static_cast<std::size_t>(X.cols())];
    extent = std::max({extent, std::abs(leaves.low[i] * 0.5 - origin * 0.5),
                       std::abs(leaves.high[i] * 0.5 - origin * 0.5)});
  }
  return extent > 0 ? std::ldexp(1.0, std::clamp(-std::ilogb(extent), -1000, 1000)) : 1.0;
}

template <class Real>
void center_group(MatrixView<const Real> X, Screen& screen, Index group) {
  const Index d = X.cols(), n = X.rows();
  const Index begin = group * kGroupLeaves * kPairTile;
  const Index end = std::min(n, begin + kGroupLeaves * kPairTile);
  double* center = &screen.centers[group * d];
  for (Index i = begin; i < end; ++i) {
    const Real* x = X.row(screen.leaves.order[i]);
    for (Index q = 0; q < d; ++q) center[q] += x[q] * screen.scale;
  }
  for (Index q = 0; q < d; ++q) center[q] /= static_cast<double>(end - begin);
  double largest = 0;
  for (Index i = begin; i < end; ++i) {
    const Real* x = X.row(screen.leaves.order[i]);
    double sum = 0;
    for (Index q = 0; q < d; ++q) {
      const double e = x[q] * screen.scale - center[q];
      screen.columns[i * d + q] = static_cast<float>(e);
      sum += e * e;
    }
    screen.norms[i] = static_cast<float>(sum);
    largest = std::max(largest, sum);
  }
  screen.max_norm[group] = std::sqrt(largest) * (1 + 1e-6);
}

template <class Real>
Screen make_screen(MatrixView<const Real> X, int n_threads) {
  Screen screen;
  screen.leaves = make_leaves(X, n_threads);
  screen.scale = unit_scale(X, screen.leaves);
  const Index n_groups = (screen.leaves.count() + kGroupLeaves - 1) / kGroupLeaves;
  screen.centers.resize(static_cast<std::size_t>(n_groups * X.cols()));
  screen.max_norm.resize(static_cast<std::size_t>(n_groups));
  screen.columns.resize(static_cast<std::size_t>(X.rows() * X.cols()));
  screen.norms.resize(static_cast<std::size_t>(X.rows()));
  parallel_for(static_cast<std::size_t>(n_groups), n_threads,
               [&](std::size_t group, int) { center_group(X, screen, static_cast<Index>(group)); });
  return screen;
}

// The k nearest found so far of one point, nearest first.
struct Best {
  double* squared;
  Index* index;
  Index k;

  double worst() const { return squared[k - 1]; }

  void offer(double value, Index row) const {
    Index at = k - 1;
    if (value > squared[at] || (value == squared[at] && row > index[at])) return;
    for (; at > 0; --at) {
      if (squared[at - 1] < value || (squared[at - 1] == value && index[at - 1] < row)) break;
      squared[at] = squared[at - 1];
      index[at] = index[at - 1];
    }
    squared[at] = value;
    index[at] = row;
  }
};

// What one worker needs for one tile of queries.
template <class Real>
class TileSearch {
 public:
  TileSearch(MatrixView<const Real> X, const Screen& screen, bool exclude_self)
      : X_(X), screen_(screen), d_(X.cols()), exclude_self_(exclude_self) {
    points_.resize(static_cast<std::size_t>(d_ * kPairTile));
    rows_.resize(points_.size());
    tile_.resize(points_.size());
    norms_.resize(kPairTile);
    limits_.resize(kPairTile);
    found_.resize(kPairTile * kPairTile);
    visits_.resize(static_cast<std::size_t>(screen.leaves.count()));
  }

  void run(MatrixView<const Real> Q, const Leaves& queries, Index tile,
           MatrixView<double> distances, MatrixView<Index> indices) {
    begin_ = &queries.order[queries.begin(tile)];
    count_ = static_cast<int>(queries.end(tile) - queries.begin(tile));
    load_points(Q);
    for (int p = 0; p < count_; ++p) {
      std::ranges::fill(distances[begin_[p]], kInfinity);
      std::ranges::fill(indices[begin_[p]], std::numeric_limits<Index>::max());
    }
    order_visits(&queries.low[tile * d_], &queries.high[tile * d_]);
    Index group = -1;
    for (const auto& [gap, leaf] : visits_) {
      if (gap > farthest(distances)) break;
      if (leaf / kGroupLeaves != group) {
        group = leaf / kGroupLeaves;
        kernels_.center(points_.data(), &screen_.centers[group * d_], d_, tile_.data(),
                        norms_.data());
      }
      visit(leaf, group, distances, indices);
    }
    for (int p = 0; p < count_; ++p) {
      for (double& value : distances[begin_[p]]) value = std::sqrt(value);
    }
  }

 private:
  void load_points(MatrixView<const Real> Q) {
    for (int p = 0; p < kPairTile; ++p) {
      const Real* x = Q.row(begin_[std::min(p, count_ - 1)]);
      for (Index q = 0; q < d_; ++q) {
        points_[static_cast<std::size_t>(q * kPairTile + p)] = x[q] * screen_.scale;
        rows_[static_cast<std::size_t>(p * d_ + q)] = x[q];
      }
    }
  }

  // Nearest boxes first: the bounds shrink early and the far boxes are never opened.
  void order_visits(const double* low, const double* high) {
    for (Index leaf = 0; leaf < screen_.leaves.count(); ++leaf) {
      visits_[leaf] = {squared_gap(low, high, &screen_.leaves.low[leaf * d_],
                                   &screen_.leaves.high[leaf * d_], d_),
                       leaf};
    }
    std::ranges::sort(visits_);
  }

  double farthest(MatrixView<double> distances) const {
    double value = 0;
    for (int p = 0; p < count_; ++p) {
      value = std::max(value, distances[begin_[p]].back());
    }
    return value;
  }

  // A column at squared distance <= `worst` cannot have a score above the limit. Rounding the
  // point and the column costs 2 units of their product, each addition one unit of the partial
  // sums, and the norms one unit each.
  void set_limits(Index group, MatrixView<double> distances) {
    const double norm = screen_.max_norm[group];
    const double unit = static_cast<double>(d_ + 8) * 0x1p-24;
    for (int p = 0; p < kPairTile; ++p) {
      if (p >= count_) {
        limits_[p] = -std::numeric_limits<float>::infinity();
        continue;
      }
      const double own = norms_[p];
      const double error = unit * (2 * std::sqrt(own) * norm + norm * norm + own) + 1e-36;
      const double worst = distances[begin_[p]].back() * screen_.scale * screen_.scale;
      limits_[p] = static_cast<float>(worst * (1 + 1e-12) - own + 1.01 * error);
    }
  }

  void visit(Index leaf, Index group, MatrixView<double> distances, MatrixView<Index> indices) {
    set_limits(group, distances);
    const Index begin = screen_.leaves.begin(leaf);
    const int n_found =
        kernels_.screen(tile_.data(), limits_.data(), screen_.columns.data(), screen_.norms.data(),
                        begin, screen_.leaves.end(leaf), d_, found_.data());
    for (int i = 0; i < n_found; ++i) {
      const int p = found_[i] % kPairTile;
      const Index row = screen_.leaves.order[begin + found_[i] / kPairTile];
      const Index query = begin_[p];
      if (exclude_self_ && row == query) continue;
      const Best best{distances.row(query), indices.row(query), distances.cols()};
      best.offer(squared(&rows_[static_cast<std::size_t>(p * d_)], X_.row(row)), row);
    }
  }

  // Short rows are summed one dimension after the other, as the k-d tree does.
  double squared(const double* x, const Real* y) const {
    if (d_ <= kTreeDimensions) {
      double sum = 0;
      for (Index q = 0; q < d_; ++q) {
        const double e = x[q] - static_cast<double>(y[q]);
        sum += e * e;
      }
      return sum;
    }
    if constexpr (std::is_same_v<Real, float>) {
      return exact_.squared_f32(y, x, d_);
    } else {
      return exact_.squared_f64(y, x, d_);
    }
  }

  MatrixView<const Real> X_;
  const Screen& screen_;
  const Index d_;
  const bool exclude_self_;
  const KnnKernels& kernels_ = SHOAL_PICK_KERNELS(knn_kernels);
  const ExactKernels& exact_ = SHOAL_PICK_KERNELS(exact_kernels);
  const Index* begin_ = nullptr;
  int count_ = 0;
  std::vector<double> points_, rows_;
  std::vector<float> tile_, norms_, limits_;
  std::vector<std::int32_t> found_;
  std::vector<std::pair<double, Index>> visits_;
};

}  // namespace

template <class Real>
void find_neighbors(MatrixView<const Real> X, MatrixView<const Real> Q, bool exclude_self,
                    int n_threads, const KeepGoing& keep_going, MatrixView<double> distances,
                    MatrixView<std::int64_t> indices) {
  if (Q.rows() == 0) return;
  const Screen screen = make_screen(X, n_threads);
  const bool same = Q.data() == X.data() && Q.rows() == X.rows();
  const Leaves own = same ? Leaves{} : make_leaves(Q, n_threads);
  const Leaves& queries = same ? screen.leaves : own;

  const Index n_tiles = queries.count();
  const int useful = static_cast<int>(std::min<Index>(n_threads, n_tiles));
  std::vector<TileSearch<Real>> searches(static_cast<std::size_t>(useful),
                                         TileSearch<Real>(X, screen, exclude_self));
  Ticker ticker(keep_going, static_cast<double>(n_tiles));
  parallel_for(static_cast<std::size_t>(n_tiles), useful, [&](std::size_t tile, int worker) {
    if (!ticker.tick(worker, 1)) return;
    searches[static_cast<std::size_t>(worker)].run(Q, queries, static_cast<Index>(tile), distances,
                                                   indices);
  });
  if (ticker.stopped()) throw Interrupted();
}

template void find_neighbors<float>(MatrixView<const float>, MatrixView<const float>, bool, int,
                                    const KeepGoing&, MatrixView<double>, MatrixView<Index>);
template void find_neighbors<double>(MatrixView<const double>, MatrixView<const double>, bool, int,
                                     const KeepGoing&, MatrixView<double>, MatrixView<Index>);

}  // namespace shoal
