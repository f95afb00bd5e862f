// Distances by metric in double precision, and how the kernels for a metric are found.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/pairwise.hpp"

namespace shoal {

template <class Real>
const MetricKernels<Real>& metric_kernels(Metric metric) {
  const PairwiseKernels& kernels = SHOAL_PICK_KERNELS(pairwise_kernels);
  if constexpr (std::is_same_v<Real, float>) {
    return kernels.single[static_cast<int>(metric)];
  } else {
    return kernels.wide[static_cast<int>(metric)];
  }
}

template <class Real>
Real distance_of_key(Metric metric, Real key) {
  return metric == Metric::euclidean ? std::sqrt(key) : key;
}

// The key once a dimension is added in which the two points are `gap` apart.
inline double add_to_key(Metric metric, double key, double gap) {
  const double size = std::abs(gap);
  if (metric == Metric::manhattan) return key + size;
  if (metric == Metric::chebyshev) return std::max(key, size);
  return key + size * size;
}

// The key of two points, one dimension after the other.
template <class X, class Y>
double exact_key(Metric metric, const X* x, const Y* y, std::int64_t d) {
  double key = 0;
  for (std::int64_t q = 0; q < d; ++q) {
    key = add_to_key(metric, key, static_cast<double>(x[q]) - static_cast<double>(y[q]));
  }
  return key;
}

template <class X, class Y>
double exact_distance(Metric metric, const X* x, const Y* y, std::int64_t d) {
  return distance_of_key(metric, exact_key(metric, x, y, d));
}

}  // namespace shoal
