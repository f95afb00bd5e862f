#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "algorithms/knn.hpp"
#include "algorithms/leaves.hpp"
#include "kernels/knn.hpp"
#include "tests/check.hpp"
#include "tests/data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;

struct Found {
  Matrix<double> distances;
  Matrix<Index> indices;
};

template <class Real>
Found search(const Matrix<Real>& X, const Matrix<Real>& Q, Index k, bool exclude_self,
             int n_threads) {
  const auto size = static_cast<std::size_t>(Q.rows * k);
  Found found{{std::vector<double>(size), Q.rows, k}, {std::vector<Index>(size), Q.rows, k}};
  find_neighbors<Real>(X.view(), Q.view(), exclude_self, n_threads, {}, found.distances.view(),
                       found.indices.view());
  return found;
}

// Distances must be those of a full sort; rows too, wherever distances are further apart than
// another order of summation could change.
template <class Real>
void check_query(const Matrix<Real>& X, const Matrix<Real>& Q, const Found& found, Index i,
                 bool exclude_self) {
  std::vector<std::pair<double, Index>> all;
  for (Index j = 0; j < X.rows; ++j) {
    if (exclude_self && j == i) continue;
    all.emplace_back(std::sqrt(squared_distance(Q.view().row(i), X.view().row(j), X.cols)), j);
  }
  std::ranges::sort(all);
  for (Index r = 0; r < found.indices.cols; ++r) {
    const auto [distance, row] = all[static_cast<std::size_t>(r)];
    CHECK_NEAR(found.distances.view()(i, r), distance, 1e-13 * distance);
    const bool next_is_near =
        r + 1 < static_cast<Index>(all.size()) &&
        all[static_cast<std::size_t>(r + 1)].first - distance < 1e-13 * distance;
    const bool last_is_near =
        r > 0 && distance - all[static_cast<std::size_t>(r - 1)].first < 1e-13 * distance;
    if (!next_is_near && !last_is_near) CHECK_EQUAL(found.indices.view()(i, r), row);
  }
}

template <class Real>
void check_search(Index n, int d, double shift) {
  const Matrix<Real> X = grouped_points<Real>(n, d, shift);
  for (const bool exclude_self : {false, true}) {
    const Found one = search(X, X, 9, exclude_self, 1);
    const Found many = search(X, X, 9, exclude_self, 7);
    CHECK(one.indices.values == many.indices.values);
    CHECK(one.distances.values == many.distances.values);
    for (Index i = 0; i < n; i += 13) check_query(X, X, one, i, exclude_self);
  }
}

SHOAL_TEST(neighbors_at_every_dimension) {
  at_every_level([] {
    for (const int d : kDimensions) {
      check_search<double>(d > 100 ? 150 : 330, d, 0);
      check_search<float>(d > 100 ? 150 : 330, d, 0);
    }
    check_search<double>(1200, 16, 1e8);
    check_search<float>(1200, 3, 1e3);
  });
}

SHOAL_TEST(neighbors_of_other_rows) {
  const Matrix<double> X = grouped_points<double>(500, 6), Q = grouped_points<double>(70, 6, 0.3);
  const Found found = search(X, Q, 500, false, 2);
  for (Index i = 0; i < Q.rows; ++i) check_query(X, Q, found, i, false);
}

SHOAL_TEST(neighbors_that_tie_come_in_order) {
  const Matrix<double> X{std::vector<double>(300, 2.5), 150, 2};
  const Found found = search(X, X, 5, true, 3);
  for (Index i = 0; i < 150; ++i) {
    for (Index r = 0; r < 5; ++r) {
      CHECK_EQUAL(found.indices.view()(i, r), r < i ? r : r + 1);
      CHECK_EQUAL(found.distances.view()(i, r), 0.0);
    }
  }
}

SHOAL_TEST(leaves_hold_each_row_once_and_their_boxes_hold_the_rows) {
  for (const Index n : {1, 63, 64, 65, 1000, 9001}) {
    const Matrix<double> X = grouped_points<double>(n, 3);
    const Leaves leaves = make_leaves<double>(X.view(), 3);
    std::vector<Index> sorted = leaves.order;
    std::ranges::sort(sorted);
    for (Index i = 0; i < n; ++i) CHECK_EQUAL(sorted[static_cast<std::size_t>(i)], i);
    for (Index leaf = 0; leaf < leaves.count(); ++leaf) {
      for (Index i = leaves.begin(leaf); i < leaves.end(leaf); ++i) {
        for (Index q = 0; q < 3; ++q) {
          const double x = X.view()(leaves.order[static_cast<std::size_t>(i)], q);
          CHECK(leaves.low[leaf * 3 + q] <= x && x <= leaves.high[leaf * 3 + q]);
        }
      }
    }
  }
}

// The screen must find exactly the pairs below the limits, columns past the end never.
SHOAL_TEST(screen_kernel) {
  at_every_level([] {
    const KnnKernels& kernels = SHOAL_PICK_KERNELS(knn_kernels);
    for (const int d : kDimensions) {
      const Index n = 75;
      const Matrix<float> X = grouped_points<float>(n, d);
      std::vector<double> points(static_cast<std::size_t>(d * kPairTile)), shift(d, 0.0);
      std::vector<float> tile(points.size()), norms(kPairTile), limits(kPairTile), column_norms;
      for (int p = 0; p < kPairTile; ++p) {
        for (int q = 0; q < d; ++q) points[q * kPairTile + p] = X.view()(p, q);
      }
      const std::vector<float> zero(static_cast<std::size_t>(d));
      for (Index j = 0; j < n; ++j) {
        column_norms.push_back(
            static_cast<float>(squared_distance(X.view().row(j), zero.data(), d)));
      }
      kernels.center(points.data(), shift.data(), d, tile.data(), norms.data());
      // Points of one group lie within 1 and groups 5 apart in each dimension, so 9 d parts them.
      for (int p = 0; p < kPairTile; ++p) {
        limits[p] = p == 10 ? -std::numeric_limits<float>::infinity()
                            : 9.0f * static_cast<float>(d) - norms[p];
      }
      std::vector<std::int32_t> found(static_cast<std::size_t>(n * kPairTile));
      const int n_found = kernels.screen(tile.data(), limits.data(), X.values.data(),
                                         column_norms.data(), 3, n, d, found.data());
      std::vector<char> seen(found.size());
      for (int i = 0; i < n_found; ++i) seen[static_cast<std::size_t>(found[i])] += 1;
      for (Index j = 3; j < n; ++j) {
        for (int p = 0; p < kPairTile; ++p) {
          const bool wanted =
              p != 10 && squared_distance(X.view().row(p), X.view().row(j), d) < 9.0 * d;
          CHECK_EQUAL(static_cast<int>(seen[static_cast<std::size_t>((j - 3) * kPairTile + p)]),
                      static_cast<int>(wanted));
        }
      }
    }
  });
}

}  // namespace
}  // namespace shoal::tests
