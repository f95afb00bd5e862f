// Distances of any of the usual metrics between the points of a tile and others.
//
// Everything is done on keys, which order pairs as distances do: the squared distance where the
// metric is Euclidean, the distance itself elsewhere. Dimensions are added one after the other and
// every operation rounds by itself, so that a key has the same bits at every level and whichever
// of its two points is in the tile.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"
#include "kernels/pair_tile.hpp"

namespace shoal {

enum class Metric { euclidean, sqeuclidean, manhattan, chebyshev };
inline constexpr int kMetrics = 4;

// A tile holds kPairTile points as [d][kPairTile], unscaled.
template <class Real>
struct MetricKernels {
  // Finds the points of a tile whose key to `other` is below their limit. Writes their positions
  // and keys and returns how many.
  int (*within)(const Real* tile, const Real* other, std::int64_t d, const Real* limits,
                std::int32_t* found, Real* keys);

  // The same for kPairTile boxes, whose key is that of the nearest point a box could hold: never
  // above the key of one it does hold, rounding included.
  int (*boxes_within)(const Real* low, const Real* high, const Real* other, std::int64_t d,
                      const Real* limits, std::int32_t* found);

  // Least and second least key of every point of a tile to k columns (rows of a C-contiguous
  // matrix), and the column of the least, the first one on a tie.
  void (*nearest)(const Real* tile, const Real* columns, std::int64_t k, std::int64_t d, Real* best,
                  Real* second, std::int32_t* index);

  // keys[p] of every point of a tile to `other`.
  void (*keys)(const Real* tile, const Real* other, std::int64_t d, Real* keys);
};

struct PairwiseKernels {
  MetricKernels<float> single[kMetrics];
  MetricKernels<double> wide[kMetrics];

  // Positions of the kPairTile keys that are below their limits; returns how many.
  int (*below_f32)(const float* keys, const float* limits, std::int32_t* found);
  int (*below_f64)(const double* keys, const double* limits, std::int32_t* found);
};

SHOAL_DECLARE_KERNELS(PairwiseKernels, pairwise_kernels)

}  // namespace shoal
