// Mean shift with a flat kernel: seeds move to the mean of the rows around them until they stay.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"

namespace shoal {

struct MeanShiftOptions {
  double bandwidth = 0;
  std::int64_t max_iter = 300;
  int n_threads = 1;
  KeepGoing keep_going;
};

// Where different seeds ended, once each, and how many rows are within the bandwidth of the place
// they came from; seeds that found no row at all are left out.
struct MeanShiftResult {
  std::vector<double> peaks;  // [m][d]
  std::vector<std::int64_t> n_rows;
  std::int64_t n_iter = 0;  // the most steps of a seed
};

// A seed stops after a step of at most a thousandth of the bandwidth, or max_iter steps and one.
// Seeds that meet go on as one. Throws Interrupted when keep_going says no.
MeanShiftResult shift_means(MatrixView<const double> X, MatrixView<const double> seeds,
                            const MeanShiftOptions& options);

// The distance of each row to its k-th nearest row, itself counted, in O(n) memory a thread; for k
// too large to keep the nearest in order.
void find_kth_distances(MatrixView<const double> X, MatrixView<const double> Q, std::int64_t k,
                        int n_threads, const KeepGoing& keep_going, double* distances);

}  // namespace shoal
