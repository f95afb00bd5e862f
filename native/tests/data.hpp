// Data the tests share.
#pragma once

#include <cstdint>
#include <vector>

#include "core/philox.hpp"
#include "core/views.hpp"

namespace shoal::tests {

template <class Real>
struct Matrix {
  std::vector<Real> values;
  std::int64_t rows, cols;

  MatrixView<Real> view() { return {values.data(), rows, cols}; }
  MatrixView<const Real> view() const { return {values.data(), rows, cols}; }
};

// Three groups of points, 5 apart in every dimension, `shift` away from the origin; every eighth
// point repeats the one before.
template <class Real>
Matrix<Real> grouped_points(std::int64_t n, std::int64_t d, double shift = 0) {
  Matrix<Real> X{std::vector<Real>(static_cast<std::size_t>(n * d)), n, d};
  Philox random(7, static_cast<std::uint64_t>(d));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t q = 0; q < d; ++q) {
      const double value = random.next_uniform() + 5.0 * static_cast<double>(i % 3) + shift;
      X.view()(i, q) = i % 8 == 7 ? X.view()(i - 1, q) : static_cast<Real>(value);
    }
  }
  return X;
}

template <class Real>
double squared_distance(const Real* x, const Real* y, std::int64_t d) {
  double sum = 0;
  for (std::int64_t q = 0; q < d; ++q) {
    const double e = static_cast<double>(x[q]) - static_cast<double>(y[q]);
    sum += e * e;
  }
  return sum;
}

}  // namespace shoal::tests
