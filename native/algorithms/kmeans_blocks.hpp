// k-means on rows that come a block at a time: what one pass over all blocks adds up.
#pragma once

#include <cstdint>

#include "algorithms/rows.hpp"

namespace shoal {

struct BlockTotals {
  double* sums;     // k x d: weighted rows of each centre, about `shift`
  double* weights;  // k
  double inertia = 0;
  // The row of positive weight farthest from its centre, counted from the first row of the block;
  // -1 when no row of the block is farther than `farthest_squared` was before it.
  std::int64_t farthest = -1;
  double farthest_squared = 0;
  std::int32_t farthest_label = -1;
};

// Adds a block to the totals. Every total is added to in row order: how the rows are cut into
// blocks changes no bit. `shift` must be the same for all blocks.
template <class T>
void add_block(DenseRows<T> rows, const double* centers, std::int64_t k, const double* shift,
               int n_threads, BlockTotals& totals);

}  // namespace shoal
