// The tree of clusters that hold enough rows, and what is read from it: flat clusters, strengths of
// membership and outlier scores.
//
// R. J. G. B. Campello, D. Moulavi, A. Zimek, J. Sander: Hierarchical density estimates for data
// clustering, visualization, and outlier detection. 2015, doi:10.1145/2733381.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "tree/linkage_tree.hpp"

namespace shoal {

// Lambda is 1 over a distance. Cluster 0 is the root, which is born at lambda 0; parents come
// before their children.
struct CondensedTree {
  std::int64_t n_rows = 0;
  std::vector<std::int32_t> row_cluster;  // the cluster each row leaves last
  std::vector<double> row_lambda;         // and when it does
  std::vector<std::int32_t> parent;       // of each cluster; -1 for the root
  std::vector<double> birth;              // lambda at which it parts from its parent
  std::vector<std::int32_t> size;         // rows
  std::vector<double> weight;             // of these rows

  std::int32_t n_clusters() const { return static_cast<std::int32_t>(parent.size()); }
};

// Goes down the tree of merges and keeps the splits into two sides of at least `min_weight` each.
// `weights` of the rows, null: all 1. A row that weighs enough by itself is a cluster until the
// lambda of its core distance; `core_distances` may be null where there is none.
CondensedTree condense(const LinkageTree& tree, double min_weight, const double* weights,
                       const double* core_distances);

enum class Selection { excess_of_mass, leaf };

struct SelectionOptions {
  Selection method = Selection::excess_of_mass;
  double epsilon =
      0;  // clusters below this distance are merged (doi:10.1109/MFI49285.2020.9235263)
  double max_weight = std::numeric_limits<double>::infinity();
  bool allow_single_cluster = false;
};

struct FlatClusters {
  std::vector<std::int32_t> labels;    // of the rows; -1: noise; from the heaviest
  std::vector<double> probabilities;   // strength of membership
  std::vector<double> outlier_scores;  // GLOSH
  std::vector<std::int32_t>
      cluster_labels;                  // of the clusters of the tree; -1: above those selected
  std::vector<double> max_lambda;      // of the clusters: the last lambda at which something leaves
  std::vector<double> deepest_lambda;  // the same with all clusters below
  std::vector<double> stability;
  double root_lambda = 0;  // where the root is the one cluster: rows that leave before are noise
};

FlatClusters select_clusters(const CondensedTree& tree, const double* weights,
                             const SelectionOptions& options);

}  // namespace shoal
