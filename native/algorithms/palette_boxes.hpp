// Boxes cut out of weighted points so that the squared error about their means falls fastest.
#pragma once

#include <cstdint>
#include <vector>

#include "core/views.hpp"

namespace shoal {

// Means (at most k, each of d coordinates) of boxes: the box with the most to gain is halved where
// that lowers the squared error most (X. Wu 1991, "Efficient statistical computations for optimal
// color quantization"; the best of the cheap starts in M. E. Celebi 2011,
// doi:10.1016/j.imavis.2010.10.002). Fewer than k when the points are.
std::vector<double> cut_boxes(MatrixView<const float> points, const std::vector<double>& weights,
                              std::int64_t k);

}  // namespace shoal
