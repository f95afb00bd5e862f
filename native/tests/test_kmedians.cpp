// Medians, the assignment by metric and k-medians against plain loops.
#include <algorithm>
#include <cmath>
#include <vector>

#include "algorithms/kmedians.hpp"
#include "algorithms/medians.hpp"
#include "algorithms/metric_assign.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;

double sorted_median(std::vector<std::pair<double, double>> values) {
  std::sort(values.begin(), values.end());
  double total = 0, sum = 0;
  for (const auto& v : values) total += v.second;
  for (const auto& v : values) {
    sum += v.second;
    if (sum >= total / 2) return v.first;
  }
  return values.back().first;
}

template <class T>
void check_assignment(Metric metric, Index n, int d, double shift) {
  const Matrix<T> X = grouped_points<T>(n, d, shift);
  const DenseRows<T> rows = dense_rows(X.values.data(), n, Index{d}, nullptr);
  const Index k = 9;
  std::vector<double> centers;
  for (Index c = 0; c < k; ++c) {
    for (Index q = 0; q < d; ++q) centers.push_back(static_cast<double>(X.view()(c * 11 % n, q)));
  }
  std::vector<std::int32_t> labels(static_cast<std::size_t>(n));
  std::vector<double> distances(labels.size());
  assign_by_metric(metric, rows, centers.data(), k, 2, labels.data(), distances.data());
  for (Index i = 0; i < n; ++i) {
    double least = INFINITY;
    std::int32_t best = 0;
    for (Index c = 0; c < k; ++c) {
      const double distance =
          exact_distance(metric, X.view().row(i), &centers[static_cast<std::size_t>(c * d)], d);
      if (distance < least) {
        least = distance;
        best = static_cast<std::int32_t>(c);
      }
    }
    CHECK_EQUAL(labels[static_cast<std::size_t>(i)], best);
    CHECK_NEAR(distances[static_cast<std::size_t>(i)], least, 0);
  }
}

}  // namespace

SHOAL_TEST(lower_medians) {
  Philox random(3, 0);
  for (int round = 0; round < 300; ++round) {
    const auto n = static_cast<std::size_t>(1 + random.next_below(12));
    std::vector<std::pair<double, double>> values, equal;
    std::vector<double> plain;
    for (std::size_t i = 0; i < n; ++i) {
      values.emplace_back(static_cast<double>(random.next_below(5)),
                          static_cast<double>(1 + random.next_below(4)));
      equal.emplace_back(values.back().first, 1.0);
      plain.push_back(values.back().first);
    }
    const double weighted = sorted_median(values), middle = sorted_median(equal);
    CHECK_EQUAL(lower_median(values.data(), static_cast<Index>(n)), weighted);
    CHECK_EQUAL(lower_median(equal.data(), static_cast<Index>(n)), middle);
    CHECK_EQUAL(lower_median(plain.data(), static_cast<Index>(n)), middle);
  }
}

SHOAL_TEST(nearest_centres_by_any_metric) {
  at_every_level([] {
    for (const Metric metric :
         {Metric::euclidean, Metric::sqeuclidean, Metric::manhattan, Metric::chebyshev}) {
      for (const int d : {1, 2, 7, 16, 33}) {
        check_assignment<float>(metric, 150, d, 0);
        check_assignment<double>(metric, 150, d, 1e6);
      }
    }
  });
}

SHOAL_TEST(kmedians_does_not_depend_on_threads) {
  const Index n = 3000, d = 3;
  const Matrix<double> X = grouped_points<double>(n, d);
  std::vector<double> weights;
  for (Index i = 0; i < n; ++i) weights.push_back(static_cast<double>(i % 3) + 0.5);
  for (const double* w :
       {static_cast<const double*>(nullptr), static_cast<const double*>(weights.data())}) {
    const DenseRows<double> rows = dense_rows(X.values.data(), n, d, w);
    FitOptions options{6, 2, 3, 11, 40, 0, 1, {}};
    const FitResult one = fit_kmedians(rows, nullptr, options);
    options.n_threads = 3;
    const FitResult three = fit_kmedians(rows, nullptr, options);
    CHECK(one.labels == three.labels);
    CHECK(one.centers == three.centers);
    CHECK(one.inertia == three.inertia);
  }
}

SHOAL_TEST(kmedians_stops_when_asked) {
  const Matrix<double> X = grouped_points<double>(500, 2);
  const DenseRows<double> rows = dense_rows(X.values.data(), Index{500}, Index{2}, nullptr);
  FitOptions options{4, 1, 3, 0, 40, 0, 1, [](int, int iteration) { return iteration < 1; }};
  CHECK_THROWS(fit_kmedians(rows, nullptr, options), Interrupted);
}

}  // namespace shoal::tests
