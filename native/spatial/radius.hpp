// Rows within a radius of a point, or of the points of a leaf, by the k-d tree. A radius is given
// as the key of a distance (key_of_distance) and is inclusive.
#pragma once

#include <cstdint>
#include <vector>

#include "spatial/kd_tree.hpp"

namespace shoal {

// The nodes a walk has yet to open; keep one per thread and use it again.
using OpenNodes = std::vector<KdTree::Node>;

// Calls near(leaf) for the leaves that may hold a point within `limit` of one in the box, and
// inside(node) for nodes all of whose points are within `limit` of all points the box can hold.
// Either returns whether to go on; false when the walk was stopped.
template <class Inside, class Near>
bool walk_within(const KdTree& tree, const double* low, const double* high, double limit,
                 OpenNodes& open, Inside&& inside, Near&& near) {
  open.assign(1, tree.root());
  while (!open.empty()) {
    const KdTree::Node node = open.back();
    open.pop_back();
    const double* const node_low = tree.low(node.number);
    const double* const node_high = tree.high(node.number);
    if (!(tree.nearest_key(low, high, node_low, node_high) <= limit)) continue;
    if (tree.farthest_key(low, high, node_low, node_high) <= limit) {
      if (!inside(node)) return false;
    } else if (node.is_leaf()) {
      if (!near(node.first_leaf)) return false;
    } else {
      open.push_back(node.right());
      open.push_back(node.left());
    }
  }
  return true;
}

// How many rows are within `limit` of a point; may stop counting at `enough`.
inline std::int64_t count_within(const KdTree& tree, const double* point, double limit,
                                 std::int64_t enough, OpenNodes& open) {
  const LeafKernels& kernels = tree.kernels();
  std::int64_t n = 0;
  walk_within(
      tree, point, point, limit, open,
      [&](KdTree::Node node) {
        n += tree.size(node);
        return n < enough;
      },
      [&](std::int32_t leaf) {
        n += kernels.count(tree.tile(leaf), point, tree.d(), limit);
        return n < enough;
      });
  return n;
}

// Calls visit(place in the tree's order, key) for each row within `limit` of a point until it
// returns false; false when it did.
template <class Visit>
bool visit_within(const KdTree& tree, const double* point, double limit, OpenNodes& open,
                  Visit&& visit) {
  const LeafKernels& kernels = tree.kernels();
  const auto look = [&](std::int32_t leaf) {
    std::int32_t found[kLeafTile];
    double keys[kLeafTile];
    const int n = kernels.within(tree.tile(leaf), point, tree.d(), limit, found, keys);
    for (int i = 0; i < n; ++i) {
      if (!visit(tree.begin(leaf) + found[i], keys[i])) return false;
    }
    return true;
  };
  return walk_within(
      tree, point, point, limit, open,
      [&](KdTree::Node node) {
        for (std::int32_t leaf = 0; leaf < node.n_leaves; ++leaf) {
          if (!look(node.first_leaf + leaf)) return false;
        }
        return true;
      },
      look);
}

// The points of a leaf of `queries`, in rows, for walks of all of them at once.
class LeafPoints {
 public:
  explicit LeafPoints(const KdTree& queries)
      : queries_(queries), points_(static_cast<std::size_t>(kLeafTile * queries.d())) {}

  void load(std::int32_t leaf) {
    leaf_ = leaf;
    count_ = queries_.size(leaf);
    for (int p = 0; p < count_; ++p) queries_.copy_point(leaf, p, &points_[offset(p)]);
  }
  int count() const { return count_; }
  std::int32_t leaf() const { return leaf_; }
  const double* point(int place) const { return &points_[offset(place)]; }
  const double* tile() const { return queries_.tile(leaf_); }
  const double* low() const { return queries_.low(queries_.leaf_node(leaf_)); }
  const double* high() const { return queries_.high(queries_.leaf_node(leaf_)); }

 private:
  std::size_t offset(int place) const { return static_cast<std::size_t>(place * queries_.d()); }

  const KdTree& queries_;
  std::int32_t leaf_ = 0;
  int count_ = 0;
  std::vector<double> points_;
};

// How many rows are within `limit` of each point of a leaf of queries, into counts[kLeafTile]; a
// count may stop at `enough`. Points that begin with `enough` are left alone.
inline void count_within(const KdTree& tree, const LeafPoints& queries, double limit,
                         std::int64_t enough, OpenNodes& open, std::int64_t* counts) {
  const LeafKernels& kernels = tree.kernels();
  double limits[kLeafTile];
  int wanting = 0;
  for (int p = 0; p < kLeafTile; ++p) {
    const bool wants = p < queries.count() && counts[p] < enough;
    limits[p] = wants ? limit : -1.0;  // which no box is near
    wanting += wants ? 1 : 0;
  }
  const auto add = [&](int p, std::int64_t n) {
    counts[p] += n;
    if (counts[p] < enough) return;
    limits[p] = -1.0;
    --wanting;
  };
  if (wanting == 0) return;
  walk_within(
      tree, queries.low(), queries.high(), limit, open,
      [&](KdTree::Node node) {
        for (int p = 0; p < queries.count(); ++p) {
          if (limits[p] >= 0) add(p, tree.size(node));
        }
        return wanting > 0;
      },
      [&](std::int32_t leaf) {
        std::int32_t near[kLeafTile];
        const std::int32_t number = tree.leaf_node(leaf);
        const int n_near = kernels.near_box(queries.tile(), tree.low(number), tree.high(number),
                                            tree.d(), limits, near);
        for (int i = 0; i < n_near; ++i) {
          add(near[i], kernels.count(tree.tile(leaf), queries.point(near[i]), tree.d(), limit));
        }
        return wanting > 0;
      });
}

// Calls visit(place in the leaf of queries, place in the tree's order, key) for each pair within
// `limit` until it returns false; false when it did.
template <class Visit>
bool visit_within(const KdTree& tree, const LeafPoints& queries, double limit, OpenNodes& open,
                  Visit&& visit) {
  const LeafKernels& kernels = tree.kernels();
  double limits[kLeafTile];
  for (int p = 0; p < kLeafTile; ++p) limits[p] = p < queries.count() ? limit : -1.0;
  const auto look = [&](std::int32_t leaf) {
    std::int32_t near[kLeafTile], found[kLeafTile];
    double keys[kLeafTile];
    const std::int32_t number = tree.leaf_node(leaf);
    const int n_near = kernels.near_box(queries.tile(), tree.low(number), tree.high(number),
                                        tree.d(), limits, near);
    for (int i = 0; i < n_near; ++i) {
      const int n =
          kernels.within(tree.tile(leaf), queries.point(near[i]), tree.d(), limit, found, keys);
      for (int j = 0; j < n; ++j) {
        if (!visit(near[i], tree.begin(leaf) + found[j], keys[j])) return false;
      }
    }
    return true;
  };
  return walk_within(
      tree, queries.low(), queries.high(), limit, open,
      [&](KdTree::Node node) {
        for (std::int32_t leaf = 0; leaf < node.n_leaves; ++leaf) {
          if (!look(node.first_leaf + leaf)) return false;
        }
        return true;
      },
      look);
}

}  // namespace shoal
