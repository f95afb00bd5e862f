// k-medoids against brute force, and what its result must not depend on.
#include <algorithm>
#include <cmath>
#include <vector>

#include "algorithms/kmeans.hpp"
#include "algorithms/kmedoids.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;

double loss_of(const Matrix<double>& D, const std::vector<Index>& medoids) {
  double loss = 0;
  for (Index i = 0; i < D.rows; ++i) {
    double least = INFINITY;
    for (const Index m : medoids) least = std::min(least, D.view()(i, m));
    loss += least;
  }
  return loss;
}

Matrix<double> distances_of(Metric metric, const Matrix<double>& X) {
  Matrix<double> D{std::vector<double>(static_cast<std::size_t>(X.rows * X.rows)), X.rows, X.rows};
  for (Index i = 0; i < X.rows; ++i) {
    for (Index j = 0; j < X.rows; ++j) {
      D.view()(i, j) = exact_distance(metric, X.view().row(i), X.view().row(j), X.cols);
    }
  }
  return D;
}

// No single swap lowers the loss beyond what single precision can tell.
void check_local_optimum(const Matrix<double>& D, const MedoidResult& found) {
  CHECK_NEAR(found.loss, loss_of(D, found.medoids), 1e-9 * found.loss);
  for (std::size_t slot = 0; slot < found.medoids.size(); ++slot) {
    for (Index candidate = 0; candidate < D.rows; ++candidate) {
      std::vector<Index> swapped = found.medoids;
      swapped[slot] = candidate;
      CHECK(loss_of(D, swapped) > found.loss * (1 - 1e-5));
    }
  }
}

}  // namespace

SHOAL_TEST(kmedoids_ends_where_no_swap_helps) {
  at_every_level([] {
    for (const Metric metric :
         {Metric::euclidean, Metric::sqeuclidean, Metric::manhattan, Metric::chebyshev}) {
      for (const int d : {1, 3, 9}) {
        const Matrix<double> X = grouped_points<double>(90, d, 1e3);
        const Matrix<double> D = distances_of(metric, X);
        const DenseRows<double> rows = dense_rows(X.values.data(), X.rows, X.cols, nullptr);
        for (const MedoidMethod method : {MedoidMethod::fasterpam, MedoidMethod::pam}) {
          for (const Index k : {1, 4}) {
            MedoidOptions options;
            options.k = k;
            options.method = method;
            options.n_trials = 3;
            check_local_optimum(D, fit_kmedoids(metric, rows, options));
            check_local_optimum(D,
                                fit_kmedoids(MatrixView<const double>(D.view()), nullptr, options));
          }
        }
      }
    }
  });
}

SHOAL_TEST(kmedoids_does_not_depend_on_threads) {
  const Matrix<float> X = grouped_points<float>(3000, 4);
  std::vector<double> weights;
  for (Index i = 0; i < X.rows; ++i) weights.push_back(static_cast<double>(i % 3));
  const DenseRows<float> rows = dense_rows(X.values.data(), X.rows, X.cols, weights.data());
  for (const MedoidMethod method :
       {MedoidMethod::fasterpam, MedoidMethod::alternate, MedoidMethod::onebatch}) {
    MedoidOptions options;
    options.k = 7;
    options.method = method;
    options.n_trials = 4;
    const MedoidResult one = fit_kmedoids(Metric::manhattan, rows, options);
    options.n_threads = 3;
    const MedoidResult three = fit_kmedoids(Metric::manhattan, rows, options);
    CHECK(one.medoids == three.medoids);
    CHECK(one.labels == three.labels);
    CHECK(one.loss == three.loss);
    CHECK_EQUAL(one.n_swaps, three.n_swaps);
    for (const Index m : one.medoids) CHECK(weights[static_cast<std::size_t>(m)] > 0);
  }
}

SHOAL_TEST(kmedoids_stops_when_asked) {
  const Matrix<double> X = grouped_points<double>(600, 2);
  const DenseRows<double> rows = dense_rows(X.values.data(), X.rows, X.cols, nullptr);
  MedoidOptions options;
  options.k = 5;
  options.keep_going = [](int, int swaps) { return swaps < 1; };
  options.start = MedoidStart::random;
  CHECK_THROWS(fit_kmedoids(Metric::euclidean, rows, options), Interrupted);
}

}  // namespace shoal::tests
