// The rows an algorithm chooses centres among, neighbours near each other.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "algorithms/coordinates.hpp"
#include "algorithms/distinct_rows.hpp"
#include "algorithms/leaves.hpp"

namespace shoal {

template <class Real>
struct PointSet {
  std::int64_t n, d;
  std::vector<Real> coordinates;     // n x d, centred and scaled
  std::vector<std::int64_t> origin;  // the row each point stands for, the lowest of equal ones
  std::vector<double> weights;

  MatrixView<const Real> view() const { return {coordinates.data(), n, d}; }
  std::vector<std::int64_t> all() const {
    std::vector<std::int64_t> points(static_cast<std::size_t>(n));
    std::iota(points.begin(), points.end(), std::int64_t{0});
    return points;
  }
};

// The rows that `chosen` names, with a weight each.
template <class Real, class T>
PointSet<Real> point_set(const DenseRows<T>& rows, const std::vector<std::int64_t>& chosen,
                         const std::vector<double>& weights, int n_threads) {
  const auto n = static_cast<std::int64_t>(chosen.size());
  const double scale = unit_scale(rows);
  std::vector<Real> coordinates(static_cast<std::size_t>(n * rows.d));
  for (std::int64_t i = 0; i < n; ++i) {
    const T* x = rows.row(chosen[static_cast<std::size_t>(i)]);
    Real* to = &coordinates[static_cast<std::size_t>(i * rows.d)];
    for (std::int64_t q = 0; q < rows.d; ++q) to[q] = coordinate<Real>(rows, scale, x, q);
  }
  const MatrixView<const Real> view(coordinates.data(), n, rows.d);
  const Leaves leaves = make_leaves(view, n_threads);
  PointSet<Real> points{n, rows.d, {}, {}, {}};
  points.coordinates.reserve(coordinates.size());
  for (const std::int64_t i : leaves.order) {
    points.coordinates.insert(points.coordinates.end(), view.row(i), view.row(i) + rows.d);
    points.origin.push_back(chosen[static_cast<std::size_t>(i)]);
    points.weights.push_back(weights[static_cast<std::size_t>(i)]);
  }
  return points;
}

template <class Real, class T>
PointSet<Real> distinct_points(const DenseRows<T>& rows, int n_threads) {
  const DistinctRows found = distinct_rows(rows);
  return point_set<Real>(rows, found.first_of_each(), found.weights, n_threads);
}

}  // namespace shoal
