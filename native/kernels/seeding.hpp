// Distances from rows to a few candidate centres, candidates in lanes. Plain multiplications and
// additions on eight lanes at every level, so that seeding draws the same rows everywhere.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"

namespace shoal {

inline constexpr int kCandidateLanes = 8;

struct SeedingKernels {
  // out = (x - shift) * scale in fp32 for `count` rows of d numbers.
  void (*centre_f32)(const float* x, int count, std::int64_t d, const float* shift, float scale,
                     float* out);
  void (*centre_f64)(const double* x, int count, std::int64_t d, const double* shift, double scale,
                     float* out);

  // Squared norms of `count` rows, added in the order distances() adds products: two equal rows
  // are at distance exactly zero.
  void (*squared_norms)(const float* rows, int count, std::int64_t d, float* out);

  // Squared distances of `count` rows to n_groups x 8 candidates, packed as [group][d][8] with
  // their norms as [group][8]; out is [count][n_groups][8].
  void (*distances)(const float* rows, const float* norms, int count, std::int64_t d,
                    const float* panel, const float* panel_norms, int n_groups, float* out);

  // closest[i] = min(closest[i], distance to candidate 0); sums[c] += weight * min(closest[i],
  // distance to candidate c). `distances` is [count][n_groups][8]; weights may be null.
  void (*potentials)(const float* distances, int count, int n_groups, const double* weights,
                     float* closest, double* sums);

  // closest[i] = min(closest[i], every distance); returns the weighted sum of closest. Where who is
  // given, who[i] becomes first + candidate in the rows whose closest became less, the lowest such
  // candidate on a tie.
  double (*lower)(const float* distances, int count, int n_groups, const double* weights,
                  float* closest, std::int32_t first, std::int32_t* who);
};

SHOAL_DECLARE_KERNELS(SeedingKernels, seeding_kernels)

}  // namespace shoal
