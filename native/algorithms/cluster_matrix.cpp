#include "algorithms/cluster_matrix.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "algorithms/knn.hpp"
#include "core/thread_pool.hpp"
#include "kernels/agglomerate.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// Points as [tile][d][kPairTile]; the last tile is filled up with its last point.
std::vector<double> tile_rows(MatrixView<const double> X) {
  const Index n = X.rows(), d = X.cols(), n_tiles = (n + kPairTile - 1) / kPairTile;
  std::vector<double> tiles(static_cast<std::size_t>(n_tiles * d * kPairTile));
  for (Index i = 0; i < n_tiles * kPairTile; ++i) {
    double* tile = &tiles[static_cast<std::size_t>(i / kPairTile * d * kPairTile)];
    const double* x = X.row(std::min(i, n - 1));
    for (Index q = 0; q < d; ++q) tile[q * kPairTile + i % kPairTile] = x[q];
  }
  return tiles;
}

}  // namespace

RowDistances::RowDistances(MatrixView<const double> X, Metric metric, double factor)
    : DistanceSource(X.rows()), X_(X), metric_(metric), factor_(factor), tiles_(tile_rows(X)) {}

void RowDistances::fill(std::span<const std::int32_t> rows, double* out) const {
  const Index n = n_rows(), d = X_.cols(), whole = n / kPairTile * kPairTile;
  const auto keys = metric_kernels<double>(metric_).keys;
  // All rows go through one tile before the next is loaded.
  for (Index begin = 0; begin < n; begin += kPairTile) {
    const double* tile = &tiles_[static_cast<std::size_t>(begin * d)];
    for (std::size_t r = 0; r < rows.size(); ++r) {
      double* into = out + static_cast<Index>(r) * n + begin;
      if (begin < whole) {
        keys(tile, X_.row(rows[r]), d, into);
      } else {
        double last[kPairTile];
        keys(tile, X_.row(rows[r]), d, last);
        std::copy(last, last + (n - whole), into);
      }
    }
  }
  const Index size = static_cast<Index>(rows.size()) * n;
  if (metric_ == Metric::euclidean) {
    SHOAL_PICK_KERNELS(agglomerate_kernels).roots(out, size, factor_);
  } else if (factor_ != 1) {
    std::for_each(out, out + size, [this](double& value) { value *= factor_; });
  }
}

std::vector<LeastEntry> RowDistances::nearest_rows(int n_threads, const KeepGoing& ask) const {
  if (metric_ != Metric::euclidean) return {};
  const auto n = static_cast<std::size_t>(n_rows());
  std::vector<double> distances(n);
  std::vector<Index> rows(n);
  find_neighbors<double>(X_, X_, true, n_threads, ask, {distances.data(), n_rows(), 1},
                         {rows.data(), n_rows(), 1});
  std::vector<LeastEntry> nearest(n);
  for (std::size_t i = 0; i < n; ++i) nearest[i] = {distances[i] * factor_, rows[i]};
  return nearest;
}

void SquareDistances::fill(std::span<const std::int32_t> rows, double* out) const {
  for (const std::int32_t row : rows) out = std::copy(D_.row(row), D_.row(row) + n_rows(), out);
}

void CondensedDistances::fill(std::span<const std::int32_t> rows, double* out) const {
  const Index n = n_rows();
  for (const std::int32_t row : rows) {
    const double* value = values_ + row - 1;  // of row 0 to this one
    for (Index j = 0; j < row; ++j) {
      *out++ = *value;
      value += n - j - 2;
    }
    *out++ = 0;
    const Index i = row;
    const double* own = values_ + i * (2 * n - i - 1) / 2;
    out = std::copy(own, own + (n - i - 1), out);
  }
}

ClusterMatrix make_cluster_matrix(const DistanceSource& source, const double* weights,
                                  int n_threads) {
  constexpr Index kSpan = 8;
  const Index n = source.n_rows();
  ClusterMatrix matrix;
  matrix.values = Buffer<double>(static_cast<std::size_t>(n * n));
  matrix.values.prefer_large_pages();
  matrix.size.assign(static_cast<std::size_t>(n), 1.0);
  if (weights != nullptr) std::copy(weights, weights + n, matrix.size.begin());
  matrix.member.resize(static_cast<std::size_t>(n));
  std::iota(matrix.member.begin(), matrix.member.end(), 0);
  for (Index i = 0; i < n; ++i) matrix.rows.push_back(matrix.values.data() + i * n);
  parallel_for(
      static_cast<std::size_t>((n + kSpan - 1) / kSpan), n_threads, [&](std::size_t span, int) {
        const Index begin = static_cast<Index>(span) * kSpan;
        const Index count = std::min(kSpan, n - begin);
        source.fill(
            {&matrix.member[static_cast<std::size_t>(begin)], static_cast<std::size_t>(count)},
            matrix.row(begin));
        for (Index i = begin; i < begin + count; ++i) {
          matrix.row(i)[i] = std::numeric_limits<double>::infinity();
        }
      });
  return matrix;
}

}  // namespace shoal
