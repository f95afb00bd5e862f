// Clusters that are joined one pair at a time, known by the matrix of their distances.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "algorithms/cluster_matrix.hpp"
#include "kernels/agglomerate.hpp"

namespace shoal {

// For MergeChain and MergeQueue, which say what they ask of clusters.
class MatrixClusters {
 public:
  using Index = std::int64_t;

  MatrixClusters(ClusterMatrix matrix, Linkage linkage)
      : matrix_(std::move(matrix)), merge_(kernels_.merge[static_cast<int>(linkage)]) {
    for (Index i = 0; i < count(); ++i) left_.push_back(i);
  }

  Index count() const { return matrix_.count(); }
  std::int32_t member(Index x) const { return matrix_.member[static_cast<std::size_t>(x)]; }
  double distance(Index x, Index y) const { return matrix_.row(x)[y]; }

  LeastEntry nearest(Index x) const { return kernels_.least(matrix_.row(x), count()); }

  LeastEntry nearest_after(Index x) const {
    const LeastEntry found = kernels_.least(matrix_.row(x) + x + 1, count() - x - 1);
    return {found.value, found.index + x + 1};
  }

  const double* join(Index x, Index y, double distance) {
    auto& size = matrix_.size;
    const auto at_x = static_cast<std::size_t>(x), at_y = static_cast<std::size_t>(y);
    double* const into = matrix_.row(y);
    merge_(matrix_.row(x), into, {distance, size[at_x], size[at_y]}, size.data(), count(), into);
    size[at_y] += size[at_x];
    std::size_t kept = 0;
    Index next = 0;
    for (const Index i : left_) {
      // What the merge made of clusters that are gone.
      for (; next < i; ++next) into[next] = kInfinity;
      next = i + 1;
      if (i == x) {
        into[i] = kInfinity;
        continue;
      }
      left_[kept++] = i;
      matrix_.row(i)[x] = kInfinity;
      matrix_.row(i)[y] = into[i];
    }
    for (; next < count(); ++next) into[next] = kInfinity;
    left_.resize(kept);
    into[y] = kInfinity;
    return into;
  }

 private:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  const AgglomerateKernels& kernels_ = SHOAL_PICK_KERNELS(agglomerate_kernels);
  ClusterMatrix matrix_;
  decltype(kernels_.merge[0]) merge_;
  std::vector<Index> left_;
};

}  // namespace shoal
