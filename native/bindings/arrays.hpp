// NumPy arrays as views, and views as NumPy arrays.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "core/views.hpp"

namespace shoal::bindings {

template <class T>
using MatrixIn =
    nanobind::ndarray<const T, nanobind::ndim<2>, nanobind::c_contig, nanobind::device::cpu>;
template <class T>
using VectorIn =
    nanobind::ndarray<const T, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;
template <class T>
using ArrayOut = nanobind::ndarray<nanobind::numpy, T>;

template <class T>
MatrixView<const T> view(const MatrixIn<T>& array) {
  return {array.data(), static_cast<std::int64_t>(array.shape(0)),
          static_cast<std::int64_t>(array.shape(1))};
}

// A matrix NumPy will own.
template <class T>
class NewMatrix {
 public:
  NewMatrix(std::int64_t rows, std::int64_t cols)
      : data_(new T[static_cast<std::size_t>(rows * cols)]), rows_(rows), cols_(cols) {}

  MatrixView<T> view() const { return {data_.get(), rows_, cols_}; }

  ArrayOut<T> release() {
    T* const data = data_.release();
    const nanobind::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
    return ArrayOut<T>(data, {static_cast<std::size_t>(rows_), static_cast<std::size_t>(cols_)},
                       owner);
  }

 private:
  std::unique_ptr<T[]> data_;
  std::int64_t rows_;
  std::int64_t cols_;
};

// A vector NumPy takes over.
template <class T>
ArrayOut<T> hand_over(std::vector<T> values, std::initializer_list<std::size_t> shape) {
  auto* kept = new std::vector<T>(std::move(values));
  nanobind::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return ArrayOut<T>(kept->data(), shape, owner);
}

}  // namespace shoal::bindings
