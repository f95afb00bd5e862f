// Rows as points near the origin and of size near 1, in the precision of the kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "algorithms/rows.hpp"
#include "kernels/pair_tile.hpp"

namespace shoal {

// The power of two that brings every row's distance from the shift, column by column, below 1.
template <class T>
double unit_scale(const DenseRows<T>& rows) {
  double largest = 0;
  for (std::int64_t i = 0; i < rows.n; ++i) {
    const T* x = rows.row(i);
    for (std::int64_t q = 0; q < rows.d; ++q) {
      const double from = rows.shift[static_cast<std::size_t>(q)];
      largest = std::max(largest, std::abs(static_cast<double>(x[q]) - from));
    }
  }
  if (!(largest > 0) || !std::isfinite(largest)) return 1;
  return std::ldexp(1.0, -std::clamp(std::ilogb(largest) + 1, -1000, 1000));
}

template <class Real, class T, class X>
Real coordinate(const DenseRows<T>& rows, double scale, const X* x, std::int64_t q) {
  const double from = rows.shift[static_cast<std::size_t>(q)];
  return static_cast<Real>((static_cast<double>(x[q]) - from) * scale);
}

// Points as tiles of kPairTile; the last one repeats its last point.
template <class Real>
class Tiles {
 public:
  Tiles() = default;
  // Takes points points[at(i)] of d coordinates, for i below n.
  template <class At>
  Tiles(const Real* points, std::int64_t d, std::int64_t n, At&& at)
      : d_(d), count_((n + kPairTile - 1) / kPairTile) {
    values_.resize(static_cast<std::size_t>(count_ * d * kPairTile));
    for (std::int64_t i = 0; i < count_ * kPairTile; ++i) {
      const Real* x = points + at(std::min(i, n - 1)) * d;
      Real* to = &values_[static_cast<std::size_t>(i / kPairTile * d * kPairTile + i % kPairTile)];
      for (std::int64_t q = 0; q < d; ++q) to[q * kPairTile] = x[q];
    }
  }

  std::int64_t count() const { return count_; }
  const Real* tile(std::int64_t t) const {
    return &values_[static_cast<std::size_t>(t * d_ * kPairTile)];
  }

 private:
  std::int64_t d_ = 0, count_ = 0;
  std::vector<Real> values_;
};

}  // namespace shoal
