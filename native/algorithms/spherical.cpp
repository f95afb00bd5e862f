#include "algorithms/spherical.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/unit_length.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

constexpr std::int64_t kRowsAtOnce = 1024;

// The rows at length 1, but for those of zeros, which are marked.
template <class Rows>
struct Directions {
  Rows rows;
  std::vector<char> is_zero;
};

// Brings `count` stretches of numbers, from starts(i) to starts(i + 1), to length 1.
template <class T, class Starts>
std::vector<char> to_unit_length(std::vector<T>& values, std::int64_t count, int n_threads,
                                 Starts&& starts) {
  std::vector<char> is_zero(static_cast<std::size_t>(count));
  parallel_for(static_cast<std::size_t>((count + kRowsAtOnce - 1) / kRowsAtOnce), n_threads,
               [&](std::size_t chunk, int) {
                 const std::int64_t begin = static_cast<std::int64_t>(chunk) * kRowsAtOnce;
                 for (std::int64_t i = begin; i < std::min(count, begin + kRowsAtOnce); ++i) {
                   T* row = values.data() + starts(i);
                   is_zero[static_cast<std::size_t>(i)] =
                       !scale_to_unit_length(row, starts(i + 1) - starts(i));
                 }
               });
  return is_zero;
}

template <class T>
Directions<DenseRows<T>> directions(const DenseRows<T>& rows, const double* weights,
                                    int n_threads) {
  std::vector<T> values(rows.data, rows.data + rows.n * rows.d);
  auto is_zero =
      to_unit_length(values, rows.n, n_threads, [&](std::int64_t i) { return i * rows.d; });
  DenseRows<T> unit = dense_rows<T>(values.data(), rows.n, rows.d, weights);
  unit.owned = std::move(values);
  return {std::move(unit), std::move(is_zero)};
}

template <class T>
Directions<SparseRows<T>> directions(const SparseRows<T>& rows, const double* weights,
                                     int n_threads) {
  std::vector<T> values(rows.values, rows.values + rows.starts[rows.n]);
  auto is_zero =
      to_unit_length(values, rows.n, n_threads, [&](std::int64_t i) { return rows.starts[i]; });
  SparseRows<T> unit =
      sparse_rows<T>(values.data(), rows.columns, rows.starts, rows.n, rows.d, weights);
  unit.owned_values = std::move(values);
  return {std::move(unit), std::move(is_zero)};
}

std::vector<double> unit_starts(const double* starts, std::int64_t count, std::int64_t d) {
  std::vector<double> unit(starts, starts + count * d);
  for (std::int64_t c = 0; c < count; ++c) {
    if (scale_to_unit_length(unit.data() + c * d, d)) continue;
    throw Error(Error::Kind::parameter,
                "init must have a number other than 0 in every centre; got zeros in row " +
                    std::to_string(c) + ".");
  }
  return unit;
}

}  // namespace

template <class Rows>
FitResult fit_spherical(const Rows& rows, const double* starts, FitOptions options) {
  Directions<Rows> unit = directions(rows, rows.weights, options.n_threads);
  std::vector<double> weights;
  double weight_of_zeros = 0;
  if (std::count(unit.is_zero.begin(), unit.is_zero.end(), 1) > 0) {
    bool some = false;
    for (std::int64_t i = 0; i < rows.n; ++i) {
      const bool zero = unit.is_zero[static_cast<std::size_t>(i)];
      if (zero) weight_of_zeros += rows.weight(i);
      weights.push_back(zero ? 0.0 : rows.weight(i));
      some = some || weights.back() > 0;
    }
    if (!some) {
      throw Error(Error::Kind::data,
                  "X must have a row with a number other than 0 and a weight above 0; got only "
                  "rows of zeros. Spherical k-means compares directions, which they do not have.");
    }
    unit.rows.weights = weights.data();
  }
  options.unit_centers = true;
  std::vector<double> from;
  if (starts != nullptr) from = unit_starts(starts, options.n_init * options.k, rows.d);
  FitResult result = fit_kmeans(unit.rows, starts != nullptr ? from.data() : nullptr, options);
  result.inertia = result.inertia / 2 + weight_of_zeros;
  for (std::size_t i = 0; i < unit.is_zero.size(); ++i) {
    if (!unit.is_zero[i]) continue;
    result.labels[i] = 0;
    result.distances[i] = std::numbers::sqrt2_v<float>;
  }
  return result;
}

template <class Rows>
void assign_directions(const Rows& rows, const double* centers, std::int64_t k, int n_threads,
                       std::int32_t* labels, double* costs) {
  const Directions<Rows> unit = directions(rows, nullptr, n_threads);
  assign_rows(unit.rows, centers, k, n_threads, labels, costs);
  for (std::size_t i = 0; i < unit.is_zero.size(); ++i) {
    costs[i] = unit.is_zero[i] ? 1.0 : costs[i] / 2;
    if (unit.is_zero[i]) labels[i] = 0;
  }
}

#define SHOAL_INSTANTIATE(Rows)                                                                 \
  template FitResult fit_spherical(const Rows&, const double*, FitOptions);                     \
  template void assign_directions(const Rows&, const double*, std::int64_t, int, std::int32_t*, \
                                  double*);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
