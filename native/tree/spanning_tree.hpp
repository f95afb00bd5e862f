// Exact minimum spanning trees of rows, of distances or of mutual reachability.
//
// The edge between two rows weighs the largest of their distance over alpha and the two core
// distances (Campello, Moulavi, Zimek and Sander 2015, doi:10.1145/2733381). Edges are ordered by
// weight, then distance, then lower row, then higher row, which makes the tree unique: it depends
// neither on threads nor on the way it is found, and equal rows are joined to each other first.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "kernels/pairwise.hpp"
#include "tree/linkage_tree.hpp"

namespace shoal {

struct SpanningTree {
  std::vector<Edge> edges;             // of two rows each, in their order
  std::vector<double> core_distances;  // of the rows; empty where there are none
};

// The core distance of a row is that to the nearest rows, itself among them, that weigh
// min_samples together; the farthest row where all rows weigh less.
struct Cores {
  double min_samples = 1;           // 1 where weights are 1: the tree of distances
  const double* weights = nullptr;  // above 0; null: all 1
  const double* given = nullptr;    // core distances found already, in place of the above
  double alpha = 1;
};

// Boruvka's rounds over a k-d tree (March, Ram and Gray 2010, doi:10.1145/1835804.1835882).
template <class Real>
SpanningTree spanning_tree(MatrixView<const Real> X, Metric metric, const Cores& cores,
                           int n_threads, const KeepGoing& keep_going);

// Prim's algorithm on a matrix of all distances.
template <class Real>
SpanningTree spanning_tree_of_matrix(MatrixView<const Real> D, const Cores& cores,
                                     const KeepGoing& keep_going);

}  // namespace shoal
