// Vectors brought to length 1.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace shoal {

// False, and nothing done, when all numbers are zero. Divided by the largest first, so that no
// square overflows or vanishes; the sum runs in one fixed order.
template <class T>
bool scale_to_unit_length(T* x, std::int64_t d) {
  double largest = 0;
  for (std::int64_t j = 0; j < d; ++j)
    largest = std::max(largest, std::abs(static_cast<double>(x[j])));
  if (!(largest > 0)) return false;
  double squares = 0;
  for (std::int64_t j = 0; j < d; ++j) {
    const double v = static_cast<double>(x[j]) / largest;
    squares += v * v;
  }
  const double length = std::sqrt(squares);
  for (std::int64_t j = 0; j < d; ++j)
    x[j] = static_cast<T>(static_cast<double>(x[j]) / largest / length);
  return true;
}

}  // namespace shoal
