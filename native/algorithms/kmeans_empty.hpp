// What happens to a cluster no row is nearest to: it takes the row farthest from its centre, as in
// scikit-learn; further empty clusters take the farthest of what is left, never an equal row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/exact.hpp"

namespace shoal {

// Up to `count` rows of positive weight, each the farthest from its centre and from those before
// it; fewer when every row sits on a centre or on one of them.
template <class Rows>
std::vector<std::int64_t> farthest_rows(const Rows& rows, const ExactKernels& exact,
                                        const double* centers, const std::int32_t* labels,
                                        std::size_t count) {
  std::vector<double> distance(static_cast<std::size_t>(rows.n));
  for (std::int64_t i = 0; i < rows.n; ++i) {
    distance[static_cast<std::size_t>(i)] =
        rows.weight(i) > 0 ? rows.squared(exact, i, centers + labels[i] * rows.d) : 0.0;
  }
  std::vector<double> taken(static_cast<std::size_t>(rows.d));
  std::vector<std::int64_t> found;
  while (true) {
    const auto farthest = std::max_element(distance.begin(), distance.end());
    if (!(*farthest > 0)) return found;
    found.push_back(farthest - distance.begin());
    if (found.size() == count) return found;
    rows.copy_row(found.back(), taken.data());
    for (std::int64_t i = 0; i < rows.n; ++i) {
      auto& left = distance[static_cast<std::size_t>(i)];
      if (left > 0) left = std::min(left, rows.squared(exact, i, taken.data()));
    }
  }
}

inline std::vector<std::int64_t> empty_clusters(const double* weights, std::int64_t k) {
  std::vector<std::int64_t> empty;
  for (std::int64_t c = 0; c < k; ++c) {
    if (!(weights[c] > 0)) empty.push_back(c);
  }
  return empty;
}

// `sums` (k x d, about the rows' shift) and `weights` (k) are those of `labels`; both are changed.
// Returns whether a row was moved: false as well when every row sits on a centre.
template <class Rows>
bool fill_empty_clusters(const Rows& rows, const ExactKernels& exact, std::int64_t k,
                         const double* centers, const std::int32_t* labels, double* sums,
                         double* weights) {
  const std::vector<std::int64_t> empty = empty_clusters(weights, k);
  if (empty.empty()) return false;
  const std::vector<std::int64_t> moved = farthest_rows(rows, exact, centers, labels, empty.size());
  for (std::size_t m = 0; m < moved.size(); ++m) {
    const std::int64_t c = empty[m], row = moved[m];
    const double w = rows.weight(row);
    rows.add(exact, row, -w, sums + labels[row] * rows.d);
    weights[labels[row]] -= w;
    std::fill(sums + c * rows.d, sums + (c + 1) * rows.d, 0.0);
    rows.add(exact, row, w, sums + c * rows.d);
    weights[c] = w;
  }
  return !moved.empty();
}

}  // namespace shoal
