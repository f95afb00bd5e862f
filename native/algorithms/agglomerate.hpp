// Agglomerative clustering: from single rows to one cluster, always joining the two nearest.
#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/cluster_matrix.hpp"
#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "kernels/lance_williams.hpp"
#include "tree/linkage_tree.hpp"

namespace shoal {

// `weights` may be null; keep_going false makes the merging throw Interrupted.
struct AgglomerateOptions {
  Linkage linkage = Linkage::ward;
  const double* weights = nullptr;
  int n_threads = 1;
  KeepGoing keep_going;
};

// Up to this many rows ties are broken as SciPy does; beyond, the older cluster comes first, then
// the lower one.
inline constexpr std::int64_t kSciPyTies = 4096;

// By distances between clusters, any linkage, in O(n^2) memory; single linkage in O(n).
LinkageTree agglomerate(const DistanceSource& source, const AgglomerateOptions& options);

// By centres of clusters: Ward, centroid and median linkage of Euclidean distances, in O(n d)
// memory. Rows should be centred. Of Ward's ties, see kSciPyTies.
LinkageTree agglomerate_centers(MatrixView<const double> X, const AgglomerateOptions& options);

// The parts of these two.

// Merges the pairs that are each other's nearest, many at once, until few are left. Only for
// reducible linkages (all but centroid and median). The clusters left come back as a matrix.
ClusterMatrix merge_in_rounds(const DistanceSource& source, const AgglomerateOptions& options,
                              std::vector<Edge>& edges);

// Single linkage: a spanning tree grown from the first row (R. C. Prim 1957,
// doi:10.1002/j.1538-7305.1957.tb01515.x).
void grow_spanning_tree(const DistanceSource& source, const AgglomerateOptions& options,
                        std::vector<Edge>& edges);

}  // namespace shoal
