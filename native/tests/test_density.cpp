// OPTICS, mean shift and density peaks: what must not depend on threads or on the instruction set.
#include <cmath>
#include <vector>

#include "algorithms/density_peaks.hpp"
#include "algorithms/mean_shift.hpp"
#include "algorithms/metric.hpp"
#include "algorithms/optics.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

template <class Run>
void check_same_everywhere(Run run) {
  const auto wanted = run(1);
  at_every_level([&] {
    for (const int n_threads : {1, 3}) CHECK(run(n_threads) == wanted);
  });
}

Matrix<double> distances_of(Metric metric, const Matrix<double>& X) {
  Matrix<double> D{std::vector<double>(at(X.rows * X.rows)), X.rows, X.rows};
  for (Index i = 0; i < X.rows; ++i) {
    for (Index j = 0; j < X.rows; ++j) {
      D.view()(i, j) = exact_distance(metric, X.view().row(i), X.view().row(j), X.cols);
    }
  }
  return D;
}

}  // namespace

SHOAL_TEST(optics_of_rows_is_optics_of_their_distances) {
  for (const Metric metric : {Metric::euclidean, Metric::manhattan, Metric::chebyshev}) {
    for (const Index d : {1, 2, 7}) {
      const Matrix<double> X = grouped_points<double>(230, d);
      const Matrix<double> D = distances_of(metric, X);
      for (const double most : {0.4, 3.0, 1e300}) {
        OpticsOptions options;
        options.max_eps = most;
        const OpticsResult by_matrix = run_optics_matrix<double>(D.view(), options);
        check_same_everywhere([&](int n_threads) {
          options.n_threads = n_threads;
          const OpticsResult found = run_optics<double>(X.view(), metric, options);
          CHECK(found.ordering == by_matrix.ordering);
          CHECK(found.predecessor == by_matrix.predecessor);
          CHECK(found.core == by_matrix.core);
          CHECK(found.reachability == by_matrix.reachability);
          return found.reachability;
        });
      }
    }
  }
}

SHOAL_TEST(mean_shift_has_the_same_bits_everywhere) {
  for (const Index d : {1, 2, 3, 6}) {
    const Matrix<double> X = grouped_points<double>(700, d, 1e4);
    check_same_everywhere([&](int n_threads) {
      MeanShiftOptions options;
      options.bandwidth = 0.8;
      options.n_threads = n_threads;
      return shift_means(X.view(), X.view(), options).peaks;
    });
  }
}

SHOAL_TEST(density_peaks_has_the_same_bits_everywhere) {
  for (const bool gaussian : {false, true}) {
    const Matrix<double> X = grouped_points<double>(700, 3);
    check_same_everywhere([&](int n_threads) {
      PeaksOptions options;
      options.radius = 0.3;
      options.gaussian = gaussian;
      options.n_threads = n_threads;
      PeaksResult found = find_peaks<double>(X.view(), nullptr, options);
      found.rho.insert(found.rho.end(), found.delta.begin(), found.delta.end());
      return found.rho;
    });
  }
}

}  // namespace shoal::tests
