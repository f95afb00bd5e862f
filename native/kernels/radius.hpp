// Counts points near a point.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"
#include "kernels/pairwise.hpp"

namespace shoal {

// Points as columns: coordinate q of point i is at[q * stride + i]. kSlack numbers past the last
// point can be read.
template <class Real>
struct PointColumns {
  static constexpr std::int64_t kSlack = 8;

  const Real* at = nullptr;
  std::int64_t stride = 0;
  int d = 0;
};

inline constexpr int kMostColumns = 3;

// Keys as in pairwise.hpp, in double precision whatever the points are held in.
template <class Real>
struct RadiusKernels {
  // Adds the number of the points begin ... end that have a key of at most `limit` to `point`, or
  // their weights where there are any, one by one to `total`, and returns the sum; one of at least
  // `enough` ends the search. d is from 1 to kMostColumns.
  using Count = double (*)(const PointColumns<Real>& points, const double* weights,
                           std::int64_t begin, std::int64_t end, const double* point, double limit,
                           double total, double enough);
  Count count[kMetrics];
};

// The sums of points are kept in as many lanes as this, that of point i in lane i % kSumLanes, so
// that the sum of the same points has the same bits at every level and whatever else is near.
inline constexpr std::int64_t kSumLanes = 8;

struct RadiusTable {
  RadiusKernels<float> narrow;
  RadiusKernels<double> wide;

  // Adds the points begin ... end that have a squared distance of at most `limit` to `point` to
  // sums[d][kSumLanes] and returns how many they are. Any d; the numbers from the multiple of
  // kSumLanes at or before `begin` to that after `end` can be read.
  std::int64_t (*sum)(const PointColumns<double>& points, std::int64_t begin, std::int64_t end,
                      const double* point, double limit, double* sums);
};

SHOAL_DECLARE_KERNELS(RadiusTable, radius_kernels)

}  // namespace shoal
