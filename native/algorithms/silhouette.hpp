// The exact Euclidean silhouette of one or several labelings in one pass over all pairs.
//
// P. J. Rousseeuw: Silhouettes: a graphical aid to the interpretation and validation of cluster
// analysis. J. Comput. Appl. Math. 20 (1987), doi:10.1016/0377-0427(87)90125-7.
#pragma once

#include <cstdint>
#include <span>

#include "core/interrupt.hpp"
#include "core/views.hpp"

namespace shoal {

// Writes the silhouettes of `rows` under each of the labelings, one row of `out` per labeling.
// Labels count from 0; a point alone in its cluster gets 0. Up to about n^2 d = 2e8 everything is
// in double precision; beyond, distances are in single precision about the clusters' means and the
// means of distances are good to about 1e-7. Throws Interrupted when keep_going says no.
template <class Real>
void silhouette_samples(MatrixView<const Real> X, MatrixView<const std::int32_t> labels,
                        std::span<const std::int64_t> rows, int n_threads,
                        const KeepGoing& keep_going, MatrixView<double> out);

}  // namespace shoal
