// The least edges from the places of one leaf to other sets.
#pragma once

#include <cstdint>
#include <vector>

#include "spatial/radius.hpp"
#include "tree/boruvka_forest.hpp"

namespace shoal {

// What one thread needs to look for the least edges of the places of a leaf.
class EdgeSearch {
 public:
  explicit EdgeSearch(TreeForest& forest)
      : forest_(forest),
        tree_(forest.tree()),
        kernels_(tree_.kernels()),
        points_(tree_),
        low_(static_cast<std::size_t>(tree_.d())),
        high_(low_.size()) {}

  void run(std::int32_t leaf);

 private:
  struct Visit {
    KdTree::Node node;
    double gap;
  };

  bool choose(std::int32_t leaf);
  void set_limits();
  void visit(std::int32_t leaf);
  void look(std::int32_t leaf, int p);
  void keep();
  bool in_reach(const Visit& visit) const;
  Visit reach(KdTree::Node node) const;
  std::int32_t place(int p) const { return tree_.begin(points_.leaf()) + p; }

  TreeForest& forest_;
  const KdTree& tree_;
  const LeafKernels& kernels_;
  LeafPoints points_;
  std::vector<double> low_, high_;
  int n_active_ = 0;
  std::int32_t active_[kLeafTile];
  double limits_[kLeafTile];  // of active places; below 0 elsewhere
  KeyedEdge best_[kLeafTile];
  std::int32_t best_place_[kLeafTile];
  double farthest_ = 0;
  std::int32_t own_group_ = Forest::kMixed;
  std::vector<Visit> open_;
};

}  // namespace shoal
