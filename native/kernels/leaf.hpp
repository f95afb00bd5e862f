// Keys between one point and the points of a leaf of the k-d tree, in double precision.
//
// Keys are those of kernels/pairwise.hpp: squared where the metric is Euclidean, dimensions added
// one after the other, the same bits at every level and whichever of the two points is the leaf's.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"
#include "kernels/pairwise.hpp"

namespace shoal {

// Points of a leaf, kept as [d][kLeafTile]. Places without a point hold NaN and are never found.
inline constexpr int kLeafTile = 64;

// Who the points of a leaf are in the search for a spanning tree.
struct LeafGroups {
  const double* cores;         // a key below which no edge of the point is; null: none
  const std::int32_t* groups;  // the set the point is in
};

struct LeafKernels {
  // The points with a key of at most `limit` to `other`: writes their places and keys and returns
  // how many.
  int (*within)(const double* tile, const double* other, std::int64_t d, double limit,
                std::int32_t* found, double* keys);

  // How many these are.
  int (*count)(const double* tile, const double* other, std::int64_t d, double limit);

  // Those of them whose core is at most `limit` and whose group is not `own`.
  int (*others)(const double* tile, LeafGroups members, const double* other, std::int64_t d,
                double limit, std::int32_t own, std::int32_t* found, double* keys);

  // The points whose key to the nearest point of a box is at most their own limit, rounded so that
  // it is never above the key to a point in the box.
  int (*near_box)(const double* tile, const double* low, const double* high, std::int64_t d,
                  const double* limits, std::int32_t* found);
};

struct LeafKernelTable {
  LeafKernels of[kMetrics];
};

SHOAL_DECLARE_KERNELS(LeafKernelTable, leaf_kernels)

}  // namespace shoal
