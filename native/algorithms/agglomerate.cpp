#include "algorithms/agglomerate.hpp"

#include <utility>

#include "algorithms/matrix_clusters.hpp"
#include "algorithms/merge_chain.hpp"
#include "algorithms/merge_queue.hpp"

namespace shoal {

LinkageTree agglomerate(const DistanceSource& source, const AgglomerateOptions& options) {
  const std::int64_t n = source.n_rows();
  std::vector<Edge> edges;
  if (options.linkage == Linkage::single) {
    grow_spanning_tree(source, options, edges);
    return build_linkage_tree(n, std::move(edges));
  }
  const bool reducible = options.linkage != Linkage::centroid && options.linkage != Linkage::median;
  MatrixClusters clusters(reducible && n > kSciPyTies
                              ? merge_in_rounds(source, options, edges)
                              : make_cluster_matrix(source, options.weights, options.n_threads),
                          options.linkage);
  if (!reducible) return MergeQueue<MatrixClusters>(clusters).run(options.keep_going);
  merge_by_chain(clusters, options.keep_going, [](double distance) { return distance; }, edges);
  return build_linkage_tree(n, std::move(edges));
}

}  // namespace shoal
