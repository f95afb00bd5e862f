// k-means: Lloyd's iterations to convergence from given centres, and k-means++ seeding.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/rows.hpp"
#include "algorithms/sparse_rows.hpp"

namespace shoal {

struct LloydOptions {
  int max_iter = 300;
  double tolerance = 0;  // on the sum of squared centre shifts
  int n_threads = 1;
  // Called after each iteration with its number; false stops the fit.
  std::function<bool(int)> keep_going;
};

struct LloydResult {
  double inertia = 0;
  int n_iter = 0;
  bool cancelled = false;
};

// Moves `centers` (k x d) and writes `labels` (n), which are exactly the nearest centres on return.
template <class Rows>
LloydResult lloyd(const Rows& rows, std::int64_t k, double* centers, const LloydOptions& options,
                  std::int32_t* labels);

// Nearest and, where asked for, second nearest centre of each row, squared distances in fp64.
template <class Rows>
void assign_rows(const Rows& rows, const double* centers, std::int64_t k, int n_threads,
                 std::int32_t* labels, double* squared, double* second_squared);

// Greedy k-means++ (Arthur and Vassilvitskii 2007, with `n_trials` candidates per step): indices
// of k rows. With one trial, the plain algorithm by rejection from a stale bound.
template <class Rows>
std::vector<std::int64_t> seed_plusplus(const Rows& rows, std::int64_t k, int n_trials,
                                        std::uint64_t seed, int n_threads);

}  // namespace shoal
