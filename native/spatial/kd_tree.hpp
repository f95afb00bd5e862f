// Rows in a k-d tree whose leaves are tiles of kLeafTile rows.
//
// The tree is an array in preorder and has no pointers: a node is known by its number and the
// leaves under it. Leaves are full but the last, so that the row at place i of the tree's order is
// in leaf i / kLeafTile. Splits go by (value, row): equal rows do no harm.
#pragma once

#include <cstdint>
#include <span>

#include "core/buffer.hpp"
#include "core/views.hpp"
#include "kernels/leaf.hpp"

namespace shoal {

class KdTree {
 public:
  struct Node {
    std::int32_t number, first_leaf, n_leaves;

    bool is_leaf() const { return n_leaves == 1; }
    Node left() const { return {number + 1, first_leaf, n_leaves / 2}; }
    Node right() const {
      return {number + 2 * (n_leaves / 2), first_leaf + n_leaves / 2, n_leaves - n_leaves / 2};
    }
  };

  // At least one row and fewer than 2^31. Euclidean keys are squared distances.
  template <class Real>
  KdTree(MatrixView<const Real> X, Metric metric, int n_threads);

  std::int64_t n() const { return n_; }
  std::int64_t d() const { return d_; }
  Metric metric() const { return metric_; }
  std::int32_t n_leaves() const { return n_leaves_; }
  std::int32_t n_nodes() const { return 2 * n_leaves_ - 1; }
  Node root() const { return {0, 0, n_leaves_}; }

  // Rows in the tree's order.
  std::span<std::int32_t> rows() const { return rows_.view(); }
  std::int32_t begin(std::int32_t leaf) const { return leaf * kLeafTile; }
  int size(std::int32_t leaf) const {
    return static_cast<int>(n_ - begin(leaf) < kLeafTile ? n_ - begin(leaf) : kLeafTile);
  }
  std::int64_t size(Node node) const {
    const std::int64_t end = std::int64_t{node.first_leaf + node.n_leaves} * kLeafTile;
    return (end < n_ ? end : n_) - begin(node.first_leaf);
  }
  const double* tile(std::int32_t leaf) const { return &tiles_[leaf * kLeafTile * d_]; }
  void copy_point(std::int32_t leaf, int place, double* point) const {
    const double* from = tile(leaf) + place;
    for (std::int64_t q = 0; q < d_; ++q) point[q] = from[q * kLeafTile];
  }

  // The box around a node's rows, and the lowest of them.
  const double* low(std::int32_t number) const { return &boxes_[number * 2 * d_]; }
  const double* high(std::int32_t number) const { return low(number) + d_; }
  std::int32_t first_row(std::int32_t number) const { return first_rows_[number]; }
  std::int32_t leaf_node(std::int32_t leaf) const { return leaf_nodes_[leaf]; }

  // The key of the nearest two points that two boxes could hold, never above that of two points
  // they do hold, rounding included; and of the farthest two, never below. A point is a box.
  double nearest_key(const double* low_a, const double* high_a, const double* low_b,
                     const double* high_b) const;
  double farthest_key(const double* low_a, const double* high_a, const double* low_b,
                      const double* high_b) const;

  const LeafKernels& kernels() const {
    return SHOAL_PICK_KERNELS(leaf_kernels).of[static_cast<int>(metric_)];
  }

 private:
  void split(Node node);
  void measure(Node node);
  void finish_leaf(Node node);
  void select(std::int64_t begin, std::int64_t middle, std::int64_t end, std::int64_t q);

  std::int64_t n_, d_;
  Metric metric_;
  std::int32_t n_leaves_;
  Buffer<double> tiles_, boxes_;
  Buffer<std::int32_t> rows_, first_rows_, leaf_nodes_;
};

// The key of a distance, and the distance of a key.
double key_of_distance(Metric metric, double distance);
double distance_of_key(Metric metric, double key);

}  // namespace shoal
