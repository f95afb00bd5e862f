// DBSCAN against all pairs, by every way of finding what is near; the grid and the sort under it.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "algorithms/dbscan_ways.hpp"
#include "algorithms/metric.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "core/radix_sort.hpp"
#include "data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;
constexpr Metric kAll[] = {Metric::euclidean, Metric::sqeuclidean, Metric::manhattan,
                           Metric::chebyshev};

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

template <class Real>
DbscanResult by_hand(MatrixView<const Real> X, const double* weights, const DbscanOptions& o) {
  const Index n = X.rows();
  const auto near = [&](Index i, Index j) {
    return exact_key(o.metric, X.row(i), X.row(j), X.cols()) <= o.limit;
  };
  DbscanResult result{std::vector<std::int32_t>(at(n), -1), std::vector<std::uint8_t>(at(n))};
  for (Index i = 0; i < n; ++i) {
    double total = 0;
    for (Index j = 0; j < n; ++j) {
      if (near(i, j)) total += weights == nullptr ? 1.0 : weights[j];
    }
    result.core[at(i)] = total >= o.min_samples;
  }
  std::int32_t cluster = 0;
  for (Index i = 0; i < n; ++i) {
    if (result.core[at(i)] == 0 || result.labels[at(i)] >= 0) continue;
    std::vector<Index> open{i};
    result.labels[at(i)] = cluster;
    while (!open.empty()) {
      const Index row = open.back();
      open.pop_back();
      if (result.core[at(row)] == 0) continue;
      for (Index j = 0; j < n; ++j) {
        if (result.labels[at(j)] >= 0 || !near(row, j)) continue;
        result.labels[at(j)] = cluster;
        open.push_back(j);
      }
    }
    ++cluster;
  }
  return result;
}

template <class Real>
void check_all_ways(const Matrix<Real>& X, const double* weights, const DbscanOptions& options) {
  const MatrixView<const Real> rows = X.view();
  const DbscanResult wanted = by_hand(rows, weights, options);
  const auto check = [&](const DbscanResult& found) {
    CHECK(found.labels == wanted.labels);
    CHECK(found.core == wanted.core);
  };
  check(fit_dbscan(rows, weights, options));
  check(dbscan::fit_by_tree(rows, weights, options));
  check(dbscan::fit_by_boxes(rows, weights, options));
  std::vector<Real> core;
  std::vector<std::int32_t> labels;
  for (Index i = 0; i < X.rows; ++i) {
    if (wanted.core[at(i)] == 0) continue;
    core.insert(core.end(), rows.row(i), rows.row(i) + X.cols);
    labels.push_back(wanted.labels[at(i)]);
  }
  const MatrixView<const Real> kept{core.data(), static_cast<Index>(labels.size()), X.cols};
  CHECK(least_label_near<Real>(kept, labels, rows, options) == wanted.labels);
  if (labels.empty()) return;
  CHECK(dbscan::label_by_tree<Real>(kept, labels, rows, options) == wanted.labels);
  CHECK(dbscan::label_by_boxes<Real>(kept, labels, rows, options) == wanted.labels);
}

template <class Real>
void check_shapes() {
  for (const Index d : {1, 2, 3, 5, 17, 33}) {
    for (const Index n : {1, 64, 65, 300}) {
      const Matrix<Real> X = grouped_points<Real>(n, d, 100);
      std::vector<double> weights;
      for (Index i = 0; i < n; ++i) weights.push_back(static_cast<double>(i % 3));
      for (const Metric metric : kAll) {
        for (const double radius : {0.05, 0.3, 0.9}) {
          DbscanOptions options;
          options.metric = metric;
          const double reach = radius * std::sqrt(static_cast<double>(d));
          options.limit = metric == Metric::euclidean ? reach * reach : reach;
          options.min_samples = 4;
          options.n_threads = 2;
          check_all_ways(X, nullptr, options);
          check_all_ways(X, weights.data(), options);
        }
      }
    }
  }
}

}  // namespace

SHOAL_TEST(dbscan_gives_the_labels_of_all_pairs) {
  at_every_level([] {
    check_shapes<float>();
    check_shapes<double>();
  });
}

SHOAL_TEST(dbscan_joins_dense_cells_only_when_they_are_near) {
  // Two full cells, whose nearest points are just near or just not.
  for (const double gap : {0.999, 1.0, 1.001}) {
    Matrix<double> X{std::vector<double>(at(800)), 400, 2};
    Philox random(3, 0);
    for (Index i = 0; i < 400; ++i) {
      X.view()(i, 0) = i < 200 ? -0.6 * random.next_uniform() : gap + 0.6 * random.next_uniform();
      X.view()(i, 1) = 0.6 * random.next_uniform();
    }
    X.view()(0, 0) = 0;
    X.view()(200, 0) = gap;
    X.view()(0, 1) = X.view()(200, 1) = 0.3;
    DbscanOptions options;
    options.limit = 1;
    options.min_samples = 5;
    check_all_ways(X, nullptr, options);
    const DbscanResult found = fit_dbscan<double>(X.view(), nullptr, options);
    CHECK_EQUAL(*std::ranges::max_element(found.labels), gap > 1 ? 1 : 0);
  }
}

SHOAL_TEST(dbscan_stops_when_asked) {
  for (const Index d : {2, 6, 20}) {
    const Matrix<double> X = grouped_points<double>(20'000, d);
    DbscanOptions options;
    options.limit = 0.5;
    options.min_samples = 4;
    bool asked = false, stopped = false;
    options.keep_going = [&](double) {
      asked = true;
      return false;
    };
    try {
      fit_dbscan<double>(X.view(), nullptr, options);
    } catch (const Interrupted&) {
      stopped = true;
    }
    // A fit that is done within the time between two questions asks none.
    CHECK_EQUAL(stopped, asked);
  }
}

SHOAL_TEST(a_grid_of_too_many_cells_is_refused) {
  Matrix<double> X{{0, 0, 0, 1e12, 1e12, 1e12}, 2, 3};
  CHECK(!make_frame<double>(X.view(), Metric::euclidean, 1e-3, 1));
  CHECK(!make_frame<double>(X.view(), Metric::euclidean, 1e-200, 1));
  CHECK(make_frame<double>(X.view(), Metric::euclidean, 1e8, 1).has_value());
  X.values = {-1e308, 0, 0, 1e308, 0, 0};
  CHECK(!make_frame<double>(X.view(), Metric::euclidean, 1.0, 1));
}

SHOAL_TEST(the_points_of_a_cell_are_within_the_radius) {
  for (const Metric metric : kAll) {
    for (const Index d : {1, 2, 3}) {
      const Matrix<float> X = grouped_points<float>(2000, d, 5000);
      const double radius = 0.4;
      const auto frame = make_frame<float>(X.view(), metric, radius, 2);
      CHECK(frame.has_value());
      const Grid<float> grid = sort_into<float>(*frame, X.view(), 2);
      const bool squares = metric == Metric::euclidean || metric == Metric::sqeuclidean;
      for (std::size_t c = 0; c + 1 < grid.starts.size(); ++c) {
        for (Index i = grid.starts[c]; i < grid.starts[c + 1]; ++i) {
          for (Index j = grid.starts[c]; j < i; ++j) {
            const double key = exact_key(metric, X.view().row(grid.rows[at(i)]),
                                         X.view().row(grid.rows[at(j)]), d);
            CHECK(key <= (squares ? radius * radius : radius));
          }
        }
      }
    }
  }
}

SHOAL_TEST(radix_sort_is_stable) {
  for (const int n_threads : {1, 3}) {
    Philox random(1, 0);
    const std::size_t n = 100'000;
    Buffer<std::uint64_t> keys(n);
    Buffer<std::int32_t> values(n);
    std::vector<std::uint64_t> wanted(n);
    for (std::size_t i = 0; i < n; ++i) {
      wanted[i] = keys[i] = static_cast<std::uint64_t>(random.next_uniform() * 5000.0) << 20;
      values[i] = static_cast<std::int32_t>(i);
    }
    std::vector<std::int32_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::int32_t i) { return wanted[at(i)]; });
    radix_sort(keys, values, 33, n_threads);
    CHECK(std::equal(order.begin(), order.end(), values.data()));
    CHECK(std::is_sorted(keys.data(), keys.data() + n));
  }
}

}  // namespace shoal::tests
