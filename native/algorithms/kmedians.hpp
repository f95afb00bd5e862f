// k-medians: rows to the nearest centre by Manhattan distance, centres to the medians of their
// rows, column by column.
#pragma once

#include "algorithms/kmeans.hpp"

namespace shoal {

// The best of n_init fits: from `starts` (n_init x k x d) when given, else from seeds drawn by
// distance, or at random where n_trials is kRandomRows. Each ends when no label changes; there is
// no tolerance.
template <class T>
FitResult fit_kmedians(const DenseRows<T>& rows, const double* starts, const FitOptions& options);

}  // namespace shoal
