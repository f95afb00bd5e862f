#include "algorithms/kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "algorithms/merge_rows.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

constexpr std::int64_t kSample = 4096;  // rows looked at for shift and scale

// The power of two that brings `largest` into [1/2, 1).
double scale_for(double largest) {
  if (!(largest > 0) || !std::isfinite(largest)) return 1;
  int exponent = 0;
  std::frexp(largest, &exponent);
  return std::ldexp(1.0, -std::clamp(exponent, -120, 120));
}

}  // namespace

template <class T>
DenseRows<T> dense_rows(const T* data, std::int64_t n, std::int64_t d, const double* weights) {
  DenseRows<T> rows{data, n, d, weights, {}, 1, {}, {}};
  std::vector<double> sum(static_cast<std::size_t>(d), 0.0);
  const std::int64_t count = std::min(n, kSample);
  const auto sampled = [&](std::int64_t s) { return data + (s * n / count) * d; };
  for (std::int64_t s = 0; s < count; ++s) {
    for (std::int64_t j = 0; j < d; ++j) {
      sum[static_cast<std::size_t>(j)] += static_cast<double>(sampled(s)[j]);
    }
  }
  for (const double s : sum) {
    const T mean = static_cast<T>(s / static_cast<double>(count));
    rows.typed_shift.push_back(std::isfinite(mean) ? mean : T{0});
    rows.shift.push_back(static_cast<double>(rows.typed_shift.back()));
  }
  double largest = 0;
  for (std::int64_t s = 0; s < count; ++s) {
    for (std::int64_t j = 0; j < d; ++j) {
      const double v = static_cast<double>(sampled(s)[j]) - rows.shift[static_cast<std::size_t>(j)];
      largest = std::max(largest, std::abs(v));
    }
  }
  rows.scale = scale_for(largest);
  return rows;
}

template <class T>
SparseRows<T> sparse_rows(const T* values, const std::int32_t* columns, const std::int64_t* starts,
                          std::int64_t n, std::int64_t d, const double* weights) {
  SparseRows<T> rows{values, columns, starts, n, d, weights, {}, 1, 0, {}, {}, {}};
  rows.shift.assign(static_cast<std::size_t>(d), 0.0);
  double largest = 0;
  for (std::int64_t e = 0; e < starts[n]; ++e) {
    largest = std::max(largest, std::abs(static_cast<double>(values[e])));
  }
  rows.scale = scale_for(largest);
  for (std::int64_t i = 0; i < n; ++i)
    rows.longest = std::max(rows.longest, starts[i + 1] - starts[i]);
  return rows;
}

template <class Rows>
double mean_variance(const Rows& rows) {
  const auto& exact = SHOAL_PICK_KERNELS(exact_kernels);
  std::vector<double> sums(static_cast<std::size_t>(rows.d), 0.0);
  double squares = 0, total = 0;
  for (std::int64_t i = 0; i < rows.n; ++i) {
    const double w = rows.weight(i);
    rows.add(exact, i, w, sums.data());
    squares += w * rows.squared(exact, i, rows.shift_data());
    total += w;
  }
  double offset = 0;
  for (const double s : sums) offset += (s / total) * (s / total);
  return std::max(0.0, squares / total - offset) / static_cast<double>(rows.d);
}

template <class Rows>
void first_centers(const Rows& rows, const double* starts, int run, const StartOptions& options,
                   const KeepGoing& keep_going, double* centers) {
  if (starts != nullptr) {
    std::copy_n(starts + run * options.k * rows.d, options.k * rows.d, centers);
    return;
  }
  const std::vector<std::int64_t> seeds =
      choose_seeds(rows, options.k, options.n_trials, options.seed, static_cast<std::uint64_t>(run),
                   options.n_threads, keep_going);
  for (std::int64_t c = 0; c < options.k; ++c) {
    rows.copy_row(seeds[static_cast<std::size_t>(c)], centers + c * rows.d);
  }
}

namespace {

template <class Rows>
FitResult best_of_runs(const Rows& rows, const double* starts, const FitOptions& options) {
  const std::int64_t size = options.k * rows.d;
  const double tolerance =
      options.relative_tolerance > 0 ? options.relative_tolerance * mean_variance(rows) : 0.0;
  FitResult best;
  best.inertia = std::numeric_limits<double>::infinity();
  std::vector<std::int32_t> labels(static_cast<std::size_t>(rows.n));
  std::vector<double> centers(static_cast<std::size_t>(size));
  std::vector<float> distances;
  for (int run = 0; run < options.n_init; ++run) {
    const auto keep_going = [&](int iteration) {
      return !options.keep_going || options.keep_going(run, iteration);
    };
    first_centers(
        rows, starts, run, {options.k, options.n_trials, options.seed, options.n_threads},
        [&](double) { return keep_going(0); }, centers.data());
    const LloydResult result = lloyd(rows, options.k, centers.data(),
                                     {options.max_iter, tolerance, options.n_threads, keep_going,
                                      options.unit_centers, true, options.leading},
                                     labels.data(), distances);
    // Two runs that found the same groups differ by rounding alone: the first one stands.
    if (run == 0 || result.inertia < best.inertia * (1 - 1e-9)) {
      best.inertia = result.inertia;
      best.n_iter = result.n_iter;
      best.labels.swap(labels);
      best.centers.swap(centers);
      best.distances.swap(distances);
      labels.resize(run + 1 < options.n_init ? static_cast<std::size_t>(rows.n) : 0);
      centers.resize(static_cast<std::size_t>(size));
    }
  }
  return best;
}

// Fits the merged rows and hands their labels to the rows they stand for.
template <class T>
bool fit_merged(const DenseRows<T>& rows, const double* starts, const FitOptions& options,
                FitResult& result) {
  std::vector<std::int32_t> at;
  auto merged = merge_equal_rows(rows, options.n_threads, at);
  if (!merged || merged->rows.n < options.k) return false;
  result = best_of_runs(merged->rows, starts, options);
  merged.reset();
  std::vector<float> distances(static_cast<std::size_t>(rows.n));
  constexpr std::int64_t kSpan = 1 << 16;
  parallel_for(static_cast<std::size_t>((rows.n + kSpan - 1) / kSpan), options.n_threads,
               [&](std::size_t c, int) {
                 const auto begin = c * kSpan;
                 const auto end = std::min(static_cast<std::size_t>(rows.n), begin + kSpan);
                 for (std::size_t i = begin; i < end; ++i) {
                   const auto m = static_cast<std::size_t>(at[i]);
                   distances[i] = result.distances[m];
                   at[i] = result.labels[m];
                 }
               });
  result.distances.swap(distances);
  result.labels.swap(at);
  return true;
}

template <class T>
bool fit_merged(const SparseRows<T>&, const double*, const FitOptions&, FitResult&) {
  return false;
}

}  // namespace

template <class Rows>
FitResult fit_kmeans(const Rows& rows, const double* starts, const FitOptions& options) {
  FitResult result;
  if (fit_merged(rows, starts, options, result)) return result;
  return best_of_runs(rows, starts, options);
}

template DenseRows<float> dense_rows(const float*, std::int64_t, std::int64_t, const double*);
template DenseRows<double> dense_rows(const double*, std::int64_t, std::int64_t, const double*);
template SparseRows<float> sparse_rows(const float*, const std::int32_t*, const std::int64_t*,
                                       std::int64_t, std::int64_t, const double*);
template SparseRows<double> sparse_rows(const double*, const std::int32_t*, const std::int64_t*,
                                        std::int64_t, std::int64_t, const double*);

#define SHOAL_INSTANTIATE(Rows)                                                     \
  template double mean_variance(const Rows&);                                       \
  template void first_centers(const Rows&, const double*, int, const StartOptions&, \
                              const KeepGoing&, double*);                           \
  template FitResult fit_kmeans(const Rows&, const double*, const FitOptions&);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
