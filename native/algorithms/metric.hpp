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

// The key of two points, one dimension after the other.
template <class X, class Y>
double exact_key(Metric metric, const X* x, const Y* y, std::int64_t d) {
  double key = 0;
  for (std::int64_t q = 0; q < d; ++q) {
    const double gap = std::abs(static_cast<double>(x[q]) - static_cast<double>(y[q]));
    if (metric == Metric::manhattan) {
      key += gap;
    } else if (metric == Metric::chebyshev) {
      key = std::max(key, gap);
    } else {
      key += gap * gap;
    }
  }
  return key;
}

template <class X, class Y>
double exact_distance(Metric metric, const X* x, const Y* y, std::int64_t d) {
  return distance_of_key(metric, exact_key(metric, x, y, d));
}

}  // namespace shoal
