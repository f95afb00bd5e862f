// Screens columns for the nearest neighbours of a tile of points.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"
#include "kernels/pair_tile.hpp"

namespace shoal {

struct KnnKernels {
  // tile = -2 (points - shift) and the squared norms of points - shift.
  void (*center)(const double* points, const double* shift, std::int64_t d, float* tile,
                 float* norms);

  // Finds the pairs with |column|^2 - 2 point.column < limit of the point, for columns in
  // [begin, end). Writes (column - begin) * kPairTile + point and returns how many; `found` has
  // room for every pair.
  int (*screen)(const float* tile, const float* limits, const float* columns,
                const float* column_norms, std::int64_t begin, std::int64_t end, std::int64_t d,
                std::int32_t* found);
};

SHOAL_DECLARE_KERNELS(KnnKernels, knn_kernels)

}  // namespace shoal
