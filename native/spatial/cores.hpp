// Core distances: how far the nearest rows reach that weigh a given amount.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interrupt.hpp"
#include "spatial/kd_tree.hpp"

namespace shoal {

// By place in the tree's order.
struct CoreKeys {
  std::vector<double> keys;
  std::int64_t k = 0;                   // neighbours kept of each row
  std::vector<std::int32_t> neighbors;  // their places, nearest first, ties to the lowest row
};

// The key of the distance within which a row and its neighbours weigh at least `min_weight`, or of
// the farthest row where all weigh less. `weights` by row, above 0; null: all 1. Keeps at least
// `at_least` and at most `at_most` neighbours of each row. Throws Interrupted.
CoreKeys find_core_keys(const KdTree& tree, double min_weight, const double* weights,
                        std::int64_t at_least, std::int64_t at_most, int n_threads,
                        const KeepGoing& keep_going);

// The key of one row, given those of its k nearest others, nearest first; below 0 where more of
// them are needed.
double core_key(const double* keys, const std::int32_t* rows, std::int64_t k, std::int32_t row,
                double min_weight, const double* weights);

}  // namespace shoal
