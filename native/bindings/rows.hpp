// NumPy arrays as the rows the k-means family works on.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "algorithms/kmeans.hpp"
#include "bindings/arrays.hpp"

namespace shoal::bindings {

template <class T>
DenseRows<T> rows_of(const MatrixIn<T>& X, const std::optional<VectorIn<double>>& weights) {
  return dense_rows(X.data(), static_cast<std::int64_t>(X.shape(0)),
                    static_cast<std::int64_t>(X.shape(1)), weights ? weights->data() : nullptr);
}

template <class T>
SparseRows<T> rows_of(const VectorIn<T>& values, const VectorIn<std::int32_t>& columns,
                      const VectorIn<std::int64_t>& starts, std::int64_t d,
                      const std::optional<VectorIn<double>>& weights) {
  return sparse_rows(values.data(), columns.data(), starts.data(),
                     static_cast<std::int64_t>(starts.shape(0)) - 1, d,
                     weights ? weights->data() : nullptr);
}

// Centres to start from, a set for each run.
using Starts =
    nanobind::ndarray<const double, nanobind::ndim<3>, nanobind::c_contig, nanobind::device::cpu>;

// Labels, centres, distances, inertia and iterations.
template <class Rows>
nanobind::tuple hand_over(FitResult result, const Rows& rows, std::int64_t n_clusters) {
  const auto n = static_cast<std::size_t>(rows.n), d = static_cast<std::size_t>(rows.d);
  const auto k = static_cast<std::size_t>(n_clusters);
  return nanobind::make_tuple(
      hand_over(std::move(result.labels), {n}), hand_over(std::move(result.centers), {k, d}),
      hand_over(std::move(result.distances), {n}), result.inertia, result.n_iter);
}

// Label and cost of each of n rows, as write(labels, costs) finds them without the interpreter's
// lock.
template <class Write>
nanobind::tuple labels_and_costs(std::int64_t n, Write&& write) {
  const auto size = static_cast<std::size_t>(n);
  std::vector<std::int32_t> labels(size);
  std::vector<double> costs(size);
  {
    const nanobind::gil_scoped_release unlocked;
    write(labels.data(), costs.data());
  }
  return nanobind::make_tuple(hand_over(std::move(labels), {size}),
                              hand_over(std::move(costs), {size}));
}

}  // namespace shoal::bindings
