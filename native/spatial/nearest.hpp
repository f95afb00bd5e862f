// Exact nearest neighbours by the k-d tree, one leaf of queries at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "spatial/kd_tree.hpp"

namespace shoal {

// Neighbours of the rows of a leaf: k keys and rows each, nearest first, ties to the lowest row.
struct LeafNeighbors {
  std::int64_t k = 0;
  std::vector<double> keys;
  std::vector<std::int32_t> rows;

  const double* keys_of(int place) const { return &keys[static_cast<std::size_t>(place * k)]; }
  const std::int32_t* rows_of(int place) const {
    return &rows[static_cast<std::size_t>(place * k)];
  }
};

// What one thread needs to search `tree` for the leaves of `queries`, which may be the same tree;
// then rows may leave themselves out. At least k rows must be there to be found.
class LeafSearch {
 public:
  LeafSearch(const KdTree& tree, const KdTree& queries, std::int64_t k, bool exclude_self);

  const LeafNeighbors& run(std::int32_t query_leaf);

  // Pairs of a query and a leaf looked at so far.
  std::int64_t n_scans() const { return n_scans_; }

 private:
  struct Visit {
    KdTree::Node node;
    double gap;
  };

  void start(std::int32_t query_leaf);
  void visit(std::int32_t leaf);
  void visit_own(std::int32_t leaf);
  void scan(std::int32_t leaf, int place);
  void offer(int place, double key, std::int32_t row);
  void find_farthest();
  bool in_reach(const Visit& visit) const;
  Visit reach(KdTree::Node node) const;

  const KdTree& tree_;
  const KdTree& queries_;
  const LeafKernels& kernels_;
  const bool exclude_self_;
  LeafNeighbors best_;
  std::int32_t leaf_ = 0;
  int count_ = 0;
  double farthest_ = 0;
  std::int32_t farthest_row_ = 0;
  std::int64_t n_scans_ = 0;
  std::vector<double> points_, limits_, keys_;
  std::vector<std::int32_t> found_, near_;
  std::vector<Visit> open_;
};

// Whether a search for the leaves of `queries` has to look at more of the rows than one without a
// tree, which works in single precision, can; told from some of the leaves.
bool is_slow(const KdTree& tree, const KdTree& queries, std::int64_t k, bool exclude_self);

// The k rows of X nearest to each row of Q, as find_neighbors in algorithms/knn.hpp gives them.
// With `unless_slow` it first tries some leaves, and gives up and returns false where they had to
// look at more of the rows than a search without a tree can.
template <class Real>
bool find_neighbors_by_tree(MatrixView<const Real> X, MatrixView<const Real> Q, Metric metric,
                            bool exclude_self, bool unless_slow, int n_threads,
                            const KeepGoing& keep_going, MatrixView<double> distances,
                            MatrixView<std::int64_t> indices);

}  // namespace shoal
