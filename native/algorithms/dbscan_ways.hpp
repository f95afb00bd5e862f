// The ways in which DBSCAN finds what is near; internal to it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "algorithms/dbscan.hpp"
#include "core/union_find.hpp"
#include "spatial/grid.hpp"

namespace shoal::dbscan {

template <class Real>
DbscanResult fit_on_grid(const GridFrame& frame, MatrixView<const Real> X, const double* weights,
                         const DbscanOptions& options);
template <class Real>
DbscanResult fit_by_tree(MatrixView<const Real> X, const double* weights,
                         const DbscanOptions& options);
template <class Real>
DbscanResult fit_by_boxes(MatrixView<const Real> X, const double* weights,
                          const DbscanOptions& options);

template <class Real>
std::vector<std::int32_t> label_on_grid(const GridFrame& frame, MatrixView<const Real> X,
                                        std::span<const std::int32_t> labels,
                                        MatrixView<const Real> Q, const DbscanOptions& options);
template <class Real>
std::vector<std::int32_t> label_by_tree(MatrixView<const Real> X,
                                        std::span<const std::int32_t> labels,
                                        MatrixView<const Real> Q, const DbscanOptions& options);
template <class Real>
std::vector<std::int32_t> label_by_boxes(MatrixView<const Real> X,
                                         std::span<const std::int32_t> labels,
                                         MatrixView<const Real> Q, const DbscanOptions& options);

// Numbers the sets by the first row of each; first_row(i) is that of member i, or -1 where the
// member is in no cluster.
template <class FirstRow>
std::vector<std::int32_t> number_sets(UnionFind& sets, FirstRow first_row) {
  const std::int64_t n = sets.size();
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(n), -1), roots;
  // Until the sets are numbered, the place of a root holds its first row.
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int32_t row = first_row(i);
    if (row < 0) continue;
    const std::int32_t root = sets.find(i);
    std::int32_t& first = numbers[static_cast<std::size_t>(root)];
    if (first < 0) roots.push_back(root);
    first = first < 0 ? row : std::min(first, row);
  }
  std::ranges::sort(roots, {},
                    [&](std::int32_t root) { return numbers[static_cast<std::size_t>(root)]; });
  for (std::size_t c = 0; c < roots.size(); ++c) {
    numbers[static_cast<std::size_t>(roots[c])] = static_cast<std::int32_t>(c);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    if (first_row(i) >= 0) {
      numbers[static_cast<std::size_t>(i)] = numbers[static_cast<std::size_t>(sets.find(i))];
    }
  }
  return numbers;
}

}  // namespace shoal::dbscan
