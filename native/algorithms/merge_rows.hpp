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

  // What is kept here becomes what `rows` speaks of.
  void refer_to_itself() {
    rows.n = static_cast<std::int64_t>(weights.size());
    rows.data = rows.owned.data();
    rows.weights = weights.data();
  }
};

// Merges when a look at the rows promises at most one in kMergeShare, else gives nothing.
// merged_row[i] becomes the merged row of row i. From kMergeFrom to
// kMostRows rows of at most kMergeDimensions columns.
inline constexpr std::int64_t kMergeFrom = 1 << 16;
inline constexpr std::int64_t kMergeDimensions = 8;
inline constexpr std::int64_t kMergeShare = 3;
inline constexpr std::int64_t kMostRows = std::int64_t{1} << 28;
template <class T>
std::optional<MergedRows<T>> merge_equal_rows(const DenseRows<T>& rows, int n_threads,
                                              std::vector<std::int32_t>& merged_row);

}  // namespace shoal
