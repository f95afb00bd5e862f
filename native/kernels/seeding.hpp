// Distances from rows to a few candidate centres, candidates in lanes. Plain multiplications and
// additions on eight lanes at every level, so that seeding draws the same rows everywhere.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"

namespace shoal {

inline constexpr int kCandidateLanes = 8;

struct SeedingKernels {
  // out = (x - shift) * scale in fp32, n numbers per row.
  void (*centre_f32)(const float* x, const double* shift, double scale, std::int64_t n, float* out);
  void (*centre_f64)(const double* x, const double* shift, double scale, std::int64_t n,
                     float* out);

  // Squared distances of `count` rows (d numbers each) to n_groups x 8 candidates, packed as
  // [group][d][8]; out is [count][n_groups][8].
  void (*distances)(const float* rows, int count, std::int64_t d, const float* panel, int n_groups,
                    float* out);

  // closest[i] = min(closest[i], distance to candidate 0); sums[c] += weight * min(closest[i],
  // distance to candidate c). `distances` is [count][n_groups][8]; weights may be null.
  void (*potentials)(const float* distances, int count, int n_groups, const double* weights,
                     float* closest, double* sums);

  // closest[i] = min(closest[i], every distance); returns the weighted sum of closest.
  double (*lower)(const float* distances, int count, int n_groups, const double* weights,
                  float* closest);
};

SHOAL_DECLARE_KERNELS(SeedingKernels, seeding_kernels)

}  // namespace shoal
