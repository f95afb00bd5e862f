// DBSCAN: rows with enough rows within a radius, joined where they lie within it of each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "kernels/pairwise.hpp"

namespace shoal {

struct DbscanOptions {
  Metric metric = Metric::euclidean;
  double limit = 0;        // rows are near when their key is at most this
  double min_samples = 0;  // rows near a core row, itself among them, or the sum of their weights
  int n_threads = 1;
  KeepGoing keep_going;
};

// A core row has enough rows near it. Clusters are the groups of core rows that are connected by
// being near, numbered by their first row; any other row gets the least number of a cluster that
// has a core row near it, or -1. These are the labels of Ester, Kriegel, Sander and Xu 1996 for
// rows taken in their order.
struct DbscanResult {
  std::vector<std::int32_t> labels;
  std::vector<std::uint8_t> core;
};

// Weights may be null. Nothing about pairs is kept: memory is O(n d), time by the way chosen: a
// grid up to three columns, a k-d tree up to sixteen, boxes of rows beyond. Throws Interrupted when
// keep_going says no.
template <class Real>
DbscanResult fit_dbscan(MatrixView<const Real> X, const double* weights,
                        const DbscanOptions& options);

// The same of a square matrix of distances, where `limit` is a distance.
template <class Real>
DbscanResult fit_dbscan_matrix(MatrixView<const Real> D, const double* weights,
                               const DbscanOptions& options);

// The same of a graph: others[starts[i]] ... others[starts[i + 1] - 1] are near row i, itself among
// them.
DbscanResult fit_dbscan_graph(std::span<const std::int64_t> starts,
                              std::span<const std::int32_t> others, const double* weights,
                              const DbscanOptions& options);

// For each row of Q the least label of a row of X near it, or -1. Rows of X that are within the
// limit of each other have the same label.
template <class Real>
std::vector<std::int32_t> least_label_near(MatrixView<const Real> X,
                                           std::span<const std::int32_t> labels,
                                           MatrixView<const Real> Q, const DbscanOptions& options);

}  // namespace shoal
