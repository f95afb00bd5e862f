// Where a run of k-prototypes starts: k rows.
#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/prototypes.hpp"
#include "core/interrupt.hpp"
#include "core/philox.hpp"

namespace shoal {

// Distinct rows of positive weight; all of them, and the first ones again, where they are fewer
// than k. `overall` is the prototype of all rows: a seed takes from it what its row lacks.
//
// spread: k-means++ by dissimilarity. huang: categories drawn column by column as often as they
// occur, then the row nearest to them (Huang 1998). cao: the row of the most common categories,
// then rows of common categories far from those chosen (F. Cao, J. Liang, L. Bai: A new
// initialization method for categorical data clustering. 2009, doi:10.1016/j.eswa.2009.01.060).
// random: drawn by weight. huang and cao look at categories alone.
template <class Code>
std::vector<std::int64_t> choose_prototype_rows(const MixedTiles<Code>& rows,
                                                const Prototypes<Code>& overall,
                                                std::span<const std::int32_t> levels,
                                                const PrototypeOptions& options, Philox random,
                                                const KeepGoing& keep_going);

// The prototype at row i: what the row has, and what `overall` has where it lacks an entry.
template <class Code>
void prototype_at(const MixedTiles<Code>& rows, std::int64_t i, const Prototypes<Code>& overall,
                  Code* mode, double* mean);

}  // namespace shoal
