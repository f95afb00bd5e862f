#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "algorithms/silhouette.hpp"
#include "core/error.hpp"
#include "kernels/silhouette.hpp"
#include "tests/check.hpp"
#include "tests/data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;

template <class Real>
double reference(const Matrix<Real>& X, const std::int32_t* labels, Index i) {
  std::vector<double> sums(8), counts(8);
  for (Index j = 0; j < X.rows; ++j) {
    const auto label = static_cast<std::size_t>(labels[j]);
    sums[label] += std::sqrt(squared_distance(X.view().row(i), X.view().row(j), X.cols));
    counts[label] += 1;
  }
  const auto own = static_cast<std::size_t>(labels[i]);
  if (counts[own] == 1) return 0;
  double nearest = HUGE_VAL;
  for (std::size_t c = 0; c < 8; ++c) {
    if (c != own && counts[c] > 0) nearest = std::min(nearest, sums[c] / counts[c]);
  }
  const double within = sums[own] / (counts[own] - 1);
  const double larger = std::max(within, nearest);
  return larger > 0 ? (nearest - within) / larger : 0;
}

// Three labelings: the groups, blocks of rows, and one with a cluster of a single row.
Matrix<std::int32_t> make_labelings(Index n) {
  Matrix<std::int32_t> labels{std::vector<std::int32_t>(static_cast<std::size_t>(3 * n)), 3, n};
  for (Index i = 0; i < n; ++i) {
    labels.view()(0, i) = static_cast<std::int32_t>(i % 3);
    labels.view()(1, i) = static_cast<std::int32_t>(i * 5 / n);
    labels.view()(2, i) = i == 0 ? 7 : static_cast<std::int32_t>(i % 2);
  }
  return labels;
}

template <class Real>
Matrix<double> silhouettes(const Matrix<Real>& X, const Matrix<std::int32_t>& labels,
                           const std::vector<Index>& rows, int n_threads) {
  Matrix<double> out{std::vector<double>(static_cast<std::size_t>(labels.rows) * rows.size()),
                     labels.rows, static_cast<Index>(rows.size())};
  silhouette_samples<Real>(X.view(), labels.view(), rows, n_threads, {}, out.view());
  return out;
}

template <class Real>
void check_against_reference(Index n, int d, double shift, double tolerance) {
  const Matrix<Real> X = grouped_points<Real>(n, d, shift);
  const Matrix<std::int32_t> labels = make_labelings(n);
  std::vector<Index> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), Index{0});
  const Matrix<double> one = silhouettes(X, labels, rows, 1);
  CHECK(one.values == silhouettes(X, labels, rows, 7).values);
  for (Index m = 0; m < labels.rows; ++m) {
    for (Index i = 0; i < n; i += 17) {
      CHECK_NEAR(one.view()(m, i), reference(X, labels.view().row(m), i), tolerance);
    }
  }
}

SHOAL_TEST(silhouette_in_double_precision) {
  at_every_level([] {
    for (const int d : kDimensions) {
      check_against_reference<double>(d > 100 ? 150 : 400, d, 0, 1e-12);
      check_against_reference<float>(d > 100 ? 150 : 400, d, 0, 1e-12);
    }
  });
}

SHOAL_TEST(silhouette_in_single_precision) {
  at_every_level([] {
    check_against_reference<double>(1500, 100, 0, 5e-7);
    check_against_reference<double>(1500, 100, 1e8, 5e-7);
    check_against_reference<float>(520, 784, 0, 5e-7);
  });
}

// Sums of the kernel itself, at every dimension, against double precision.
SHOAL_TEST(distance_sums_kernel) {
  at_every_level([] {
    const SilhouetteKernels& kernels = SHOAL_PICK_KERNELS(silhouette_kernels);
    for (const int d : kDimensions) {
      const Index n = 97;
      const Matrix<double> X = grouped_points<double>(n, d);
      std::vector<double> points(static_cast<std::size_t>(d * kPairTile)), shift(d, 6.0);
      std::vector<float> tile(points.size()), norms(kPairTile), columns, column_norms;
      for (int p = 0; p < kPairTile; ++p) {
        for (int q = 0; q < d; ++q) points[q * kPairTile + p] = X.view()(p, q);
      }
      for (Index j = 0; j < n; ++j) {
        double norm = 0;
        for (int q = 0; q < d; ++q) {
          columns.push_back(static_cast<float>(X.view()(j, q) - shift[q]));
          norm += (X.view()(j, q) - shift[q]) * (X.view()(j, q) - shift[q]);
        }
        column_norms.push_back(static_cast<float>(norm));
      }
      kernels.center(points.data(), shift.data(), d, tile.data(), norms.data());
      for (double& value : points) value *= -2;
      for (const Index begin : {Index{0}, Index{5}, Index{95}}) {
        std::vector<double> single(kPairTile, 1.0), both(kPairTile, 1.0);
        kernels.add_f32(tile.data(), norms.data(), columns.data(), column_norms.data(), begin, n, d,
                        single.data());
        kernels.add_f64(points.data(), X.values.data(), begin, n, d, both.data());
        for (int p = 0; p < kPairTile; ++p) {
          double sum = 1;
          for (Index j = begin; j < n; ++j) {
            sum += std::sqrt(squared_distance(X.view().row(p), X.view().row(j), d));
          }
          CHECK_NEAR(single[p], sum, 1e-6 * sum);
          CHECK_NEAR(both[p], sum, 1e-13 * sum);
        }
      }
    }
  });
}

SHOAL_TEST(silhouette_of_some_rows) {
  const Matrix<double> X = grouped_points<double>(200, 5);
  const Matrix<std::int32_t> labels = make_labelings(200);
  const std::vector<Index> rows{3, 199, 0, 3};
  const Matrix<double> some = silhouettes(X, labels, rows, 2);
  for (Index m = 0; m < 3; ++m) {
    for (Index r = 0; r < 4; ++r) {
      CHECK_NEAR(some.view()(m, r), reference(X, labels.view().row(m), rows[r]), 1e-12);
    }
  }
}

SHOAL_TEST(silhouette_refuses_bad_labels) {
  const Matrix<double> X = grouped_points<double>(60, 3);
  Matrix<std::int32_t> labels{std::vector<std::int32_t>(60), 1, 60};
  std::vector<Index> rows(60);
  std::iota(rows.begin(), rows.end(), Index{0});
  CHECK_THROWS(silhouettes(X, labels, rows, 1), Error);
  labels.values[5] = -1;
  CHECK_THROWS(silhouettes(X, labels, rows, 1), Error);
  labels.values[5] = 60;
  CHECK_THROWS(silhouettes(X, labels, rows, 1), Error);
}

}  // namespace
}  // namespace shoal::tests
