// NumPy arrays as the rows the k-means family works on.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <cstdint>
#include <optional>

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

}  // namespace shoal::bindings
