// k-means with a least and a greatest number of rows per cluster.
//
// P. S. Bradley, K. P. Bennett, A. Demiriz: Constrained k-means clustering. MSR-TR-2000-65, 2000.
#pragma once

#include <cstdint>

#include "algorithms/kmeans.hpp"

namespace shoal {

// The best of n_init fits, as fit_kmeans, with every cluster holding size_min to size_max rows.
// Needs 1 <= size_min, k size_min <= n <= k size_max. Rows have no weights.
template <class Rows>
FitResult fit_constrained(const Rows& rows, const double* starts, std::int64_t size_min,
                          std::int64_t size_max, const FitOptions& options);

}  // namespace shoal
