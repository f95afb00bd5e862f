// Clusters that are joined one pair at a time, known by their centres.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "algorithms/metric.hpp"
#include "core/views.hpp"
#include "kernels/agglomerate.hpp"

namespace shoal {

// Ward's criterion is the growth of the sum of squared distances to the centres; half the square
// of the height that SciPy gives.
inline double ward_factor(double size_x, double size_y) {
  return size_x * size_y / (size_x + size_y);
}

// The square of the height at which two clusters are joined, by what orders the pairs.
inline double squared_height(Linkage linkage, double order) {
  return linkage == Linkage::ward ? 2 * order : order;
}

// For MergeChain and MergeQueue, with squared distances for distances (Ward: times ward_factor).
class CenterClusters {
 public:
  using Index = std::int64_t;

  CenterClusters(MatrixView<const double> centers, std::vector<double> size,
                 std::vector<std::int32_t> member, Linkage linkage);

  Index count() const { return count_; }
  std::int32_t member(Index x) const { return member_[static_cast<std::size_t>(x)]; }
  double distance(Index x, Index y) const;
  LeastEntry nearest(Index x) const { return nearest_from(x, 0); }
  LeastEntry nearest_after(Index x) const { return nearest_from(x, x + 1); }
  const double* join(Index x, Index y, double distance);

 private:
  double* center(Index x) const { return &centers_[static_cast<std::size_t>(x * d_)]; }
  LeastEntry nearest_from(Index x, Index begin) const;
  void measure(Index x, Index begin) const;
  void place(Index x, const double* center);

  Linkage linkage_;
  Index count_, d_;
  mutable std::vector<double> centers_;
  std::vector<double> tiles_;  // infinitely far where a cluster is gone
  std::vector<double> size_;
  std::vector<std::int32_t> member_;
  mutable std::vector<double> line_;
};

}  // namespace shoal
