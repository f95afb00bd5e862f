// k-medoids: k of the rows as centres, so that the sum of distances to the nearest is small.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/metric.hpp"
#include "algorithms/rows.hpp"
#include "core/views.hpp"

namespace shoal {

enum class MedoidMethod { fasterpam, alternate, onebatch, pam };
enum class MedoidStart { spread, build, random, given };

struct MedoidOptions {
  std::int64_t k = 8;
  MedoidMethod method = MedoidMethod::fasterpam;
  MedoidStart start = MedoidStart::spread;
  std::vector<std::int64_t> given;  // k rows of positive weight, for MedoidStart::given
  int n_init = 1;
  int n_trials = 1;  // draws per medoid, for MedoidStart::spread
  std::uint64_t seed = 0;
  int max_iter = 300;
  int n_threads = 1;
  // Called with the run and the number of swaps now and then; false stops the fit, which then
  // throws Interrupted.
  std::function<bool(int, int)> keep_going;
};

struct MedoidResult {
  std::vector<std::int64_t> medoids;  // rows
  std::vector<std::int32_t> labels;
  std::vector<double> distances;  // of each row to its medoid
  double loss = 0;                // weighted sum of the distances
  int n_iter = 0, n_swaps = 0;
};

// Searches in single precision (PAM in double); labels, distances and loss are those of double
// precision, whatever the search used. Equal rows count as one of their total weight.
template <class T>
MedoidResult fit_kmedoids(Metric metric, const DenseRows<T>& rows, const MedoidOptions& options);

// The same from a symmetric matrix of distances; weights may be null. One batch is no method here.
template <class T>
MedoidResult fit_kmedoids(MatrixView<const T> distances, const double* weights,
                          const MedoidOptions& options);

}  // namespace shoal
