// OPTICS: a walk through the rows, each time to the one that is easiest to reach.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "kernels/pairwise.hpp"

namespace shoal {

struct OpticsOptions {
  std::int64_t min_samples = 5;  // rows within the core distance of a row, itself among them
  double max_eps = 0;            // distances beyond do not count
  int n_threads = 1;
  KeepGoing keep_going;
};

// All but the ordering by row. A row that has no core distance, or that nothing reached, has an
// infinite one; it has no predecessor, -1.
struct OpticsResult {
  std::vector<std::int64_t> ordering, predecessor;
  std::vector<double> core, reachability;
};

// The walk of Ankerst, Breunig, Kriegel and Sander 1999 (doi:10.1145/304181.304187), which goes on
// to the row of least reachability, the lowest one on a tie, and, where none is reachable, to the
// lowest row not seen. Distances are rounded to fifteen decimals, as scikit-learn's are, so that
// rounding decides no tie. What is near is found when it is needed and never stored: O(n d) memory.
// Throws Interrupted when keep_going says no.
template <class Real>
OpticsResult run_optics(MatrixView<const Real> X, Metric metric, const OpticsOptions& options);

// The same of a square matrix of distances.
template <class Real>
OpticsResult run_optics_matrix(MatrixView<const Real> D, const OpticsOptions& options);

struct XiOptions {
  double xi = 0.05;
  std::int64_t min_samples = 5, min_cluster_size = 5;
  bool predecessor_correction = true;
};

// First and last place in the ordering of the clusters between steep slopes of the reachability
// plot, small ones before those that hold them.
std::vector<std::pair<std::int64_t, std::int64_t>> find_xi_clusters(
    std::span<const double> reachability, std::span<const std::int64_t> predecessor,
    std::span<const std::int64_t> ordering, const XiOptions& options);

// By row: the number of the first cluster that holds it, of those that hold no other; else -1.
std::vector<std::int32_t> label_xi_clusters(
    std::span<const std::pair<std::int64_t, std::int64_t>> clusters,
    std::span<const std::int64_t> ordering);

}  // namespace shoal
