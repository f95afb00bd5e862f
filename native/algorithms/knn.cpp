#include "algorithms/knn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "algorithms/screen.hpp"
#include "core/thread_pool.hpp"
#include "kernels/exact.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

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
      : X_(X), screen_(screen), d_(X.cols()), exclude_self_(exclude_self), tile_(screen, d_) {
    rows_.resize(static_cast<std::size_t>(d_ * kPairTile));
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
    for (const auto& [gap, leaf] : visits_) {
      if (gap > farthest(distances)) break;
      visit(leaf, distances, indices);
    }
    for (int p = 0; p < count_; ++p) {
      for (double& value : distances[begin_[p]]) value = std::sqrt(value);
    }
  }

 private:
  void load_points(MatrixView<const Real> Q) {
    tile_.load(Q, begin_, count_);
    for (int p = 0; p < count_; ++p) std::copy_n(Q.row(begin_[p]), d_, &rows_[p * d_]);
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

  void visit(Index leaf, MatrixView<double> distances, MatrixView<Index> indices) {
    const auto worst = [&](int p) { return distances[begin_[p]].back(); };
    const Index begin = screen_.leaves.begin(leaf);
    for (const std::int32_t pair : tile_.find(leaf, worst)) {
      const int p = pair % kPairTile;
      const Index row = screen_.leaves.order[begin + pair / kPairTile];
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
  const ExactKernels& exact_ = SHOAL_PICK_KERNELS(exact_kernels);
  const Index* begin_ = nullptr;
  int count_ = 0;
  ScreenTile tile_;
  std::vector<double> rows_;
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
