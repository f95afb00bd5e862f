// Equal rows of small whole numbers (pixels, counts, grades) merged without a hash table: a row is
// a cell of a lattice, and a bit per cell says which ones are taken.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "algorithms/merge_rows.hpp"

namespace shoal {

// Like merge_equal_rows; the merged rows come in lexicographic order. Gives nothing when a value is
// no whole number, when the lattice has more than kLatticeCells cells a row, or when more than one
// row in kMergeShare would be left.
inline constexpr std::int64_t kLatticeCells = 8;
template <class T>
std::optional<MergedRows<T>> merge_lattice_rows(const DenseRows<T>& rows, int n_threads,
                                                std::vector<std::int32_t>& merged_row);

}  // namespace shoal
