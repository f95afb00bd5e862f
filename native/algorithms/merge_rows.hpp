// Equal rows merged into one row of their total weight, where that makes a table much smaller:
// pixels, counts, categories. Every algorithm that weighs rows gives the same groups on both.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "algorithms/rows.hpp"

namespace shoal {

template <class T>
struct MergedRows {
  DenseRows<T> rows;
  std::vector<double> weights;
};

// Merges when a look at a part of the rows promises at most a third as many, else gives nothing.
// merged_row[i] becomes the merged row of row i. At least kMergeFrom rows of at most
// kMergeDimensions columns.
inline constexpr std::int64_t kMergeFrom = 1 << 16;
inline constexpr std::int64_t kMergeDimensions = 8;
template <class T>
std::optional<MergedRows<T>> merge_equal_rows(const DenseRows<T>& rows, int n_threads,
                                              std::vector<std::int32_t>& merged_row);

}  // namespace shoal
