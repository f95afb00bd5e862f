// Sums of Euclidean distances from a tile of points to runs of columns.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"
#include "kernels/pair_tile.hpp"

namespace shoal {

struct SilhouetteKernels {
  // tile = -2 (points - shift) and the squared norms of points - shift.
  void (*center)(const double* points, const double* shift, std::int64_t d, float* tile,
                 float* norms);

  // sums[p] += distances of point p to columns [begin, end). The single-precision version wants
  // points and columns centred on the mean of the columns: then |point|, and the mean of
  // |column|, are bounded by the mean distance, which bounds the relative error of the mean.
  void (*add_f32)(const float* tile, const float* norms, const float* columns,
                  const float* column_norms, std::int64_t begin, std::int64_t end, std::int64_t d,
                  double* sums);
  void (*add_f64)(const double* tile, const double* columns, std::int64_t begin, std::int64_t end,
                  std::int64_t d, double* sums);
};

SHOAL_DECLARE_KERNELS(SilhouetteKernels, silhouette_kernels)

}  // namespace shoal
