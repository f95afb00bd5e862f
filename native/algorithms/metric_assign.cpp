#include "algorithms/metric_assign.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "algorithms/coordinates.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kUnit = 0x1p-24;  // one rounding in fp32

// The metric's length of a vector, rounded up.
template <class Real>
double norm_of(Metric metric, const Real* x, Index d, Index stride) {
  double key = 0;
  for (Index q = 0; q < d; ++q) {
    const double v = std::abs(static_cast<double>(x[q * stride]));
    key = metric == Metric::manhattan   ? key + v
          : metric == Metric::chebyshev ? std::max(key, v)
                                        : key + v * v;
  }
  const bool squares = metric == Metric::euclidean || metric == Metric::sqeuclidean;
  return (squares ? std::sqrt(key) : key) * (1 + 1e-6);
}

}  // namespace

template <class T>
template <class Body>
void MetricAssigner<T>::for_each_chunk(Body&& body) const {
  parallel_for(static_cast<std::size_t>((rows_.n + kChunk - 1) / kChunk), n_threads_,
               [&](std::size_t c, int worker) {
                 const Index begin = static_cast<Index>(c) * kChunk;
                 body(c, begin, std::min(rows_.n, begin + kChunk), worker);
               });
}

template <class T>
MetricAssigner<T>::MetricAssigner(Metric metric, const DenseRows<T>& rows, int n_threads)
    : metric_(metric),
      rows_(rows),
      n_threads_(n_threads),
      scale_(unit_scale(rows)),
      kernels_(metric_kernels<float>(metric)) {
  const Index tiles = (rows.n + kPairTile - 1) / kPairTile;
  tiles_.resize(static_cast<std::size_t>(tiles * rows.d * kPairTile));
  norms_.resize(static_cast<std::size_t>(tiles * kPairTile));
  for_each_chunk([&](std::size_t, Index begin, Index end, int) {
    for (Index first = begin; first < end; first += kPairTile) {
      float* tile = &tiles_[static_cast<std::size_t>(first * rows_.d)];
      for (Index p = 0; p < kPairTile; ++p) {
        const T* x = rows_.row(std::min(first + p, end - 1));
        for (Index q = 0; q < rows_.d; ++q) {
          tile[q * kPairTile + p] = coordinate<float>(rows_, scale_, x, q);
        }
        norms_[static_cast<std::size_t>(first + p)] =
            static_cast<float>(norm_of(metric_, tile + p, rows_.d, kPairTile) * (1 + 1e-6));
      }
    }
  });
}

template <class T>
typename MetricAssigner<T>::Packed MetricAssigner<T>::pack(const double* centers, Index k) const {
  Packed packed{std::vector<float>(static_cast<std::size_t>(k * rows_.d)), 0};
  for (Index c = 0; c < k; ++c) {
    float* to = &packed.centers[static_cast<std::size_t>(c * rows_.d)];
    for (Index q = 0; q < rows_.d; ++q) {
      to[q] = coordinate<float>(rows_, scale_, centers + c * rows_.d, q);
    }
    packed.largest = std::max(packed.largest, norm_of(metric_, to, rows_.d, Index{1}));
  }
  return packed;
}

template <class T>
Index MetricAssigner<T>::assign(const double* centers, Index k, const KeepGoing& keep_going,
                                std::int32_t* labels) const {
  const Packed packed = pack(centers, k);
  std::vector<Index> changed(static_cast<std::size_t>((rows_.n + kChunk - 1) / kChunk));
  Ticker ticker(keep_going, static_cast<double>(changed.size()));
  for_each_chunk([&](std::size_t c, Index begin, Index end, int worker) {
    if (!ticker.tick(worker, 1)) return;
    for (Index first = begin; first < end; first += kPairTile) {
      changed[c] += assign_tile(first / kPairTile, centers, k, packed, labels);
    }
  });
  if (ticker.stopped()) throw Interrupted();
  Index total = 0;
  for (const Index c : changed) total += c;
  return total;
}

// A rounded distance is off by at most one rounding of either point's coordinates and d + 4 of its
// own, whatever the metric.
template <class T>
Index MetricAssigner<T>::assign_tile(Index tile, const double* centers, Index k,
                                     const Packed& packed, std::int32_t* labels) const {
  float best[kPairTile], second[kPairTile];
  std::int32_t index[kPairTile];
  const Index first = tile * kPairTile;
  kernels_.nearest(&tiles_[static_cast<std::size_t>(first * rows_.d)], packed.centers.data(), k,
                   rows_.d, best, second, index);
  const bool squares = metric_ == Metric::euclidean || metric_ == Metric::sqeuclidean;
  const double roundings = static_cast<double>(rows_.d + 4);
  Index changed = 0;
  for (Index p = 0; p < std::min<Index>(kPairTile, rows_.n - first); ++p) {
    const double low = squares ? std::sqrt(static_cast<double>(best[p])) : best[p];
    const double next = squares ? std::sqrt(static_cast<double>(second[p])) : second[p];
    const double norms = norms_[static_cast<std::size_t>(first + p)] + packed.largest;
    // Each of the two may be off, and squares of tiny gaps may have vanished.
    const double error = 2 * kUnit * (norms + roundings * next) + 1e-18;
    const bool sure = k == 1 || next - low > 1.01 * error;
    const std::int32_t label = sure ? index[p] : nearest(first + p, centers, k);
    changed += label != labels[first + p];
    labels[first + p] = label;
  }
  return changed;
}

template <class T>
std::int32_t MetricAssigner<T>::nearest(Index row, const double* centers, Index k) const {
  double least = std::numeric_limits<double>::infinity();
  Index best = 0;
  for (Index c = 0; c < k; ++c) {
    const double key = exact_key(metric_, rows_.row(row), centers + c * rows_.d, rows_.d);
    if (key < least) {
      least = key;
      best = c;
    }
  }
  return static_cast<std::int32_t>(best);
}

template <class T>
double MetricAssigner<T>::measure(const double* centers, const std::int32_t* labels,
                                  double* distances) const {
  std::vector<double> parts(static_cast<std::size_t>((rows_.n + kChunk - 1) / kChunk));
  for_each_chunk([&](std::size_t c, Index begin, Index end, int) {
    for (Index i = begin; i < end; ++i) {
      distances[i] = exact_distance(metric_, rows_.row(i), centers + labels[i] * rows_.d, rows_.d);
      parts[c] += rows_.weight(i) * distances[i];
    }
  });
  double total = 0;
  for (const double p : parts) total += p;
  return total;
}

template <class T>
void assign_by_metric(Metric metric, const DenseRows<T>& rows, const double* centers, Index k,
                      int n_threads, std::int32_t* labels, double* distances) {
  const MetricAssigner<T> assigner(metric, rows, n_threads);
  std::fill(labels, labels + rows.n, -1);
  assigner.assign(centers, k, {}, labels);
  assigner.measure(centers, labels, distances);
}

template class MetricAssigner<float>;
template class MetricAssigner<double>;
template void assign_by_metric(Metric, const DenseRows<float>&, const double*, Index, int,
                               std::int32_t*, double*);
template void assign_by_metric(Metric, const DenseRows<double>&, const double*, Index, int,
                               std::int32_t*, double*);

}  // namespace shoal
