// Mini-batch k-means: centres that follow small batches of rows (Sculley 2010), with the rules of
// scikit-learn for starting, for centres that few rows choose, and for stopping.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/kmeans.hpp"

namespace shoal {

// What one batch hands on to the next.
struct MiniBatchState {
  std::vector<double> centers;        // k x d
  std::vector<double> counts;         // weight each centre has seen
  std::int64_t since_reassigned = 0;  // rows since centres of few rows were last looked for
};

// One batch: labels for the centres as they are, then the centres moved. Returns the inertia of
// those labels. `step` picks the random numbers.
template <class Rows>
double minibatch_step(const Rows& batch, MiniBatchState& state, double reassignment_ratio,
                      std::uint64_t seed, std::uint64_t step, int n_threads);

struct MiniBatchOptions {
  std::int64_t k = 8;
  int n_init = 1;
  int n_trials = 1;
  std::uint64_t seed = 0;
  std::int64_t init_size = 3072;
  std::int64_t batch_size = 1024;
  std::int64_t max_iter = 100;           // batches amount to this many times the rows at most
  double relative_tolerance = 0;         // times the mean variance of the columns; 0: not looked at
  std::int64_t max_no_improvement = 10;  // batches without; below 0: not looked at
  double reassignment_ratio = 0.01;
  bool compute_labels = true;
  bool nested = false;  // batches that hold the one before, and in the end all rows
  int n_threads = 1;
  // Called with the batch and the most batches there will be, now and then; false stops the fit,
  // which then throws Interrupted.
  std::function<bool(int, int)> keep_going;
};

struct MiniBatchResult {
  std::vector<std::int32_t> labels;  // empty without compute_labels
  std::vector<float> distances;      // of each row to its centre; empty likewise
  MiniBatchState state;
  double inertia = 0;  // smoothed over the batches and scaled up without compute_labels
  std::int64_t n_steps = 0;
  std::int64_t n_iter = 0;  // passes over the rows that the batches amount to, rounded up
};

// From the best of `starts` (n_init x k x d) when given, else from seeds of `init_size` rows each.
// Up to kCanonicalRows rows, equal rows count as one row of their total weight and the order of the
// rows does not matter.
template <class Rows>
MiniBatchResult fit_minibatch(const Rows& rows, const double* starts,
                              const MiniBatchOptions& options);

}  // namespace shoal
