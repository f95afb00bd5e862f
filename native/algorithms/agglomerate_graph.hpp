// Agglomerative clustering in which only neighbours in a graph can be joined.
#pragma once

#include <cstdint>

#include "algorithms/agglomerate.hpp"
#include "core/views.hpp"

namespace shoal {

// A symmetric graph without loops in rows of neighbours: `distances` of row i to its neighbours
// `columns` are at starts[i] ... starts[i + 1]. It must be connected.
struct RowGraph {
  std::int64_t n_rows = 0;
  const std::int64_t* starts = nullptr;
  const std::int32_t* columns = nullptr;
  const double* distances = nullptr;
};

// Steps come in the order of the merges, whose heights can go down: a union may get a neighbour
// that lay nearer to one part, with which no edge joined the other. A distance to a cluster that
// only one part knew is that of the part. Ward, centroid and median linkage take the distances
// between centres of the rows X, which the others do not need.
LinkageTree agglomerate_graph(const RowGraph& graph, MatrixView<const double> X,
                              const AgglomerateOptions& options);

}  // namespace shoal
