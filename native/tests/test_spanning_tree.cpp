#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/union_find.hpp"
#include "tests/check.hpp"
#include "tests/data.hpp"
#include "tree/boruvka.hpp"
#include "tree/dense_boruvka.hpp"
#include "tree/spanning_tree.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;

Matrix<double> whole_numbers(Index n, Index d, std::uint64_t side) {
  Matrix<double> X{std::vector<double>(static_cast<std::size_t>(n * d)), n, d};
  Philox random(11, side);
  for (double& value : X.values) value = static_cast<double>(random.next_below(side));
  return X;
}

double plain_distance(Metric metric, const double* x, const double* y, Index d) {
  double sum = 0;
  for (Index q = 0; q < d; ++q) {
    const double e = std::abs(x[q] - y[q]);
    if (metric == Metric::euclidean) sum += e * e;
    if (metric == Metric::manhattan) sum += e;
    if (metric == Metric::chebyshev) sum = std::max(sum, e);
  }
  return metric == Metric::euclidean ? std::sqrt(sum) : sum;
}

Matrix<double> all_distances(const Matrix<double>& X, Metric metric) {
  Matrix<double> D{std::vector<double>(static_cast<std::size_t>(X.rows * X.rows)), X.rows, X.rows};
  for (Index i = 0; i < X.rows; ++i) {
    for (Index j = 0; j < X.rows; ++j) {
      D.view()(i, j) = plain_distance(metric, X.view().row(i), X.view().row(j), X.cols);
    }
  }
  return D;
}

// Kruskal on all pairs, in the order that makes the tree unique.
std::vector<KeyedEdge> kruskal(const Matrix<double>& D, double min_samples, double alpha) {
  const Index n = D.rows;
  std::vector<double> cores(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    std::vector<double> row(D.view().row(i), D.view().row(i) + n);
    std::ranges::sort(row);
    cores[static_cast<std::size_t>(i)] =
        row[static_cast<std::size_t>(std::min<Index>(n, static_cast<Index>(min_samples)) - 1)];
  }
  std::vector<KeyedEdge> all, kept;
  for (std::int32_t i = 0; i < n; ++i) {
    for (std::int32_t j = i + 1; j < n; ++j) {
      const double distance = D.view()(i, j);
      all.push_back({std::max({distance / alpha, cores[static_cast<std::size_t>(i)],
                               cores[static_cast<std::size_t>(j)]}),
                     distance, i, j});
    }
  }
  std::sort(all.begin(), all.end());
  UnionFind sets(n);
  for (const KeyedEdge& edge : all) {
    if (sets.unite(edge.low, edge.high)) kept.push_back(edge);
  }
  return kept;
}

void check_tree(const SpanningTree& tree, const std::vector<KeyedEdge>& wanted) {
  CHECK_EQUAL(tree.edges.size(), wanted.size());
  for (std::size_t i = 0; i < std::min(wanted.size(), tree.edges.size()); ++i) {
    CHECK_EQUAL(tree.edges[i].weight, wanted[i].weight);
    CHECK_EQUAL(tree.edges[i].a, wanted[i].low);
    CHECK_EQUAL(tree.edges[i].b, wanted[i].high);
  }
}

void check_rows(const Matrix<double>& X) {
  for (const Metric metric : {Metric::euclidean, Metric::manhattan, Metric::chebyshev}) {
    const Matrix<double> D = all_distances(X, metric);
    for (const double min_samples : {1.0, 3.0, 12.0}) {
      for (const double alpha : {1.0, 2.0}) {
        const std::vector<KeyedEdge> wanted = kruskal(D, min_samples, alpha);
        Cores cores;
        cores.min_samples = min_samples;
        cores.alpha = alpha;
        check_tree(spanning_tree_of_matrix<double>(D.view(), cores, {}), wanted);
        for (const int n_threads : {1, 5}) {
          check_tree(spanning_tree<double>(X.view(), metric, cores, n_threads, {}), wanted);
        }
      }
    }
  }
}

SHOAL_TEST(spanning_trees_are_those_of_kruskal) {
  at_every_level([] {
    for (const int d : {1, 2, 5}) check_rows(grouped_points<double>(260, d));
  });
  // Whole numbers: nearly all distances tie, and many rows are equal.
  for (const Index n : {1, 2, 3, 64, 65, 200}) check_rows(whole_numbers(n, 2, 9));
  check_rows(whole_numbers(300, 3, 2));
  check_rows(whole_numbers(150, 2, 1));
}

// Long rows, by keys.
template <class Real>
void check_long_rows(const Matrix<Real>& X) {
  Matrix<double> D{std::vector<double>(static_cast<std::size_t>(X.rows * X.rows)), X.rows, X.rows};
  for (Index i = 0; i < X.rows; ++i) {
    for (Index j = 0; j < X.rows; ++j) {
      D.view()(i, j) = exact_key(X.view().row(i), X.view().row(j), X.cols);
    }
  }
  for (const double min_samples : {1.0, 3.0, 12.0}) {
    const std::vector<KeyedEdge> wanted = kruskal(D, min_samples, 1.0);
    Cores options;
    options.min_samples = min_samples;
    const std::vector<double> cores =
        spanning_tree_of_matrix<double>(D.view(), options, {}).core_distances;
    std::vector<std::int32_t> seeds;
    for (Index i = 0; i < X.rows; ++i) {
      std::vector<std::pair<double, std::int32_t>> near;
      for (std::int32_t j = 0; j < X.rows; ++j) {
        if (j != i) near.emplace_back(D.view()(i, j), j);
      }
      std::ranges::sort(near);
      for (int s = 0; s < 5; ++s) seeds.push_back(near[static_cast<std::size_t>(s)].second);
    }
    for (const int n_threads : {1, 5}) {
      const std::vector<KeyedEdge> found = dense_boruvka<Real>(
          X.view(), cores.empty() ? nullptr : cores.data(), {seeds.data(), 5}, n_threads, {});
      CHECK_EQUAL(found.size(), wanted.size());
      for (std::size_t i = 0; i < std::min(found.size(), wanted.size()); ++i) {
        CHECK_EQUAL(found[i].weight, wanted[i].weight);
        CHECK_EQUAL(found[i].low, wanted[i].low);
        CHECK_EQUAL(found[i].high, wanted[i].high);
      }
    }
  }
}

SHOAL_TEST(spanning_trees_of_long_rows_are_those_of_kruskal) {
  at_every_level([] {
    for (const int d : {3, 17, 70}) {
      check_long_rows(grouped_points<double>(330, d));
      check_long_rows(grouped_points<float>(330, d));
    }
  });
}

SHOAL_TEST(weights_are_repetitions_in_core_distances) {
  const Matrix<double> X = grouped_points<double>(150, 2);
  Matrix<double> repeated{{}, 0, 2};
  std::vector<double> weights;
  std::vector<Index> first;
  for (Index i = 0; i < X.rows; ++i) {
    weights.push_back(static_cast<double>(1 + i % 3));
    first.push_back(repeated.rows);
    for (Index copy = 0; copy < 1 + i % 3; ++copy, ++repeated.rows) {
      repeated.values.insert(repeated.values.end(), X.view().row(i), X.view().row(i) + 2);
    }
  }
  Cores cores;
  cores.min_samples = 7;
  const SpanningTree many = spanning_tree<double>(repeated.view(), Metric::euclidean, cores, 2, {});
  cores.weights = weights.data();
  const SpanningTree few = spanning_tree<double>(X.view(), Metric::euclidean, cores, 2, {});
  const Matrix<double> D = all_distances(X, Metric::euclidean);
  const SpanningTree by_matrix = spanning_tree_of_matrix<double>(D.view(), cores, {});
  for (Index i = 0; i < X.rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    CHECK_EQUAL(few.core_distances[at], many.core_distances[static_cast<std::size_t>(first[at])]);
    CHECK_EQUAL(by_matrix.core_distances[at], few.core_distances[at]);
  }
  // Light rows need many neighbours.
  for (double& weight : weights) weight = 0.02;
  const SpanningTree light = spanning_tree<double>(X.view(), Metric::euclidean, cores, 2, {});
  for (Index i = 0; i < X.rows; ++i) {
    const double* row = D.view().row(i);
    CHECK_EQUAL(light.core_distances[static_cast<std::size_t>(i)],
                *std::max_element(row, row + X.rows));
  }
}

}  // namespace
}  // namespace shoal::tests
