// The nearest cluster by Ward's criterion: the one to be joined with for the least growth of the
// sum of squares.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "kernels/agglomerate.hpp"

namespace shoal {

// nearest[i] for each i of `wanted`: the least of ward_factor * squared distance to the other
// centres, the first on a tie. Candidates are screened in single precision with an error bound and
// decided in double precision; boxes of centres too far away are never looked at. Work is told to
// the ticker by the cluster.
void find_nearest_centers(MatrixView<const double> centers, const std::vector<double>& size,
                          std::span<const std::int32_t> wanted, int n_threads, Ticker& ticker,
                          std::vector<LeastEntry>& nearest);

}  // namespace shoal
