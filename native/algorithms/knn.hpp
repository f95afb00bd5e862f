// Exact nearest neighbours by brute force over boxes of rows, nearest boxes first.
#pragma once

#include <cstdint>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/views.hpp"

namespace shoal {

// Up to this many dimensions distances have the bits of those of the k-d tree.
inline constexpr std::int64_t kTreeDimensions = 16;

// The k rows of X nearest to each row of Q, nearest first, ties to the lowest row. Candidates are
// screened in single precision with an error bound and decided in double precision, so the result
// is that of a search in double precision by differences. With exclude_self, Q is X and no row is
// its own neighbour. Throws Interrupted when keep_going says no.
template <class Real>
void find_neighbors(MatrixView<const Real> X, MatrixView<const Real> Q, bool exclude_self,
                    int n_threads, const KeepGoing& keep_going, MatrixView<double> distances,
                    MatrixView<std::int64_t> indices);

}  // namespace shoal
