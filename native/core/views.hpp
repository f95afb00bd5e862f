// Views of memory that somebody else owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shoal {

// A C-contiguous matrix.
template <class T>
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(T* data, std::int64_t rows, std::int64_t cols)
      : data_(data), rows_(rows), cols_(cols) {}
  operator MatrixView<const T>() const { return {data_, rows_, cols_}; }

  T* data() const { return data_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  T* row(std::int64_t i) const { return data_ + i * cols_; }
  T& operator()(std::int64_t i, std::int64_t j) const { return data_[i * cols_ + j]; }
  std::span<T> operator[](std::int64_t i) const {
    return {row(i), static_cast<std::size_t>(cols_)};
  }

 private:
  T* data_ = nullptr;
  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
};

}  // namespace shoal
