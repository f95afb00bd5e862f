// Rows of a matrix of distances between clusters: the least entry, and the row of a union.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"
#include "kernels/lance_williams.hpp"

namespace shoal {

struct LeastEntry {
  double value;
  std::int64_t index;  // the first of its value
};

struct AgglomerateKernels {
  // The least of n > 0 numbers, none of them NaN.
  LeastEntry (*least)(const double* values, std::int64_t n);

  // into[i] = distance of cluster i, of sizes[i], to the union. `into` may be x or y.
  void (*merge[kLinkages])(const double* x, const double* y, Union both, const double* sizes,
                           std::int64_t n, double* into);

  // The square root of each of n numbers, times `factor`.
  void (*roots)(double* values, std::int64_t n, double factor);
};

SHOAL_DECLARE_KERNELS(AgglomerateKernels, agglomerate_kernels)

}  // namespace shoal
