#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "spatial/kd_tree.hpp"
#include "spatial/nearest.hpp"
#include "spatial/radius.hpp"
#include "tests/check.hpp"
#include "tests/data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;
constexpr Metric kNamed[] = {Metric::euclidean, Metric::manhattan, Metric::chebyshev};
constexpr std::int32_t kEmpty = std::numeric_limits<std::int32_t>::max();

template <class Real>
double plain_key(Metric metric, const Real* x, const Real* y, Index d) {
  double sum = 0;
  for (Index q = 0; q < d; ++q) {
    const double e = std::abs(static_cast<double>(x[q]) - static_cast<double>(y[q]));
    if (metric == Metric::euclidean) {
      sum += e * e;
    } else {
      sum = metric == Metric::manhattan ? sum + e : std::max(sum, e);
    }
  }
  return sum;
}

// Whole numbers: many ties and many equal rows.
Matrix<double> lattice(Index n, Index d, int side) {
  Matrix<double> X{std::vector<double>(static_cast<std::size_t>(n * d)), n, d};
  Philox random(3, static_cast<std::uint64_t>(n));
  for (double& value : X.values) {
    value = static_cast<double>(random.next_below(static_cast<std::uint64_t>(side)));
  }
  return X;
}

template <class Real>
std::vector<std::pair<double, Index>> sorted_keys(const Matrix<Real>& X, const Real* query,
                                                  Metric metric, Index left_out) {
  std::vector<std::pair<double, Index>> all;
  for (Index j = 0; j < X.rows; ++j) {
    if (j != left_out) all.emplace_back(plain_key(metric, query, X.view().row(j), X.cols), j);
  }
  std::ranges::sort(all);
  return all;
}

template <class Real>
void check_neighbors(const Matrix<Real>& X, const Matrix<Real>& Q, Index k, bool exclude_self,
                     Metric metric, int n_threads) {
  const auto size = static_cast<std::size_t>(Q.rows * k);
  Matrix<double> distances{std::vector<double>(size), Q.rows, k};
  Matrix<Index> indices{std::vector<Index>(size), Q.rows, k};
  find_neighbors_by_tree<Real>(X.view(), Q.view(), metric, exclude_self, false, n_threads, {},
                               distances.view(), indices.view());
  for (Index i = 0; i < Q.rows; i += 7) {
    const auto all = sorted_keys(X, Q.view().row(i), metric, exclude_self ? i : -1);
    for (Index j = 0; j < k; ++j) {
      const auto [key, row] = all[static_cast<std::size_t>(j)];
      CHECK_EQUAL(distances.view()(i, j), distance_of_key(metric, key));
      CHECK_EQUAL(indices.view()(i, j), row);
    }
  }
}

SHOAL_TEST(tree_holds_each_row_once_in_boxes) {
  for (const Index n : {1, 2, 63, 64, 65, 129, 1000, 9001}) {
    for (const int side : {1, 3, 1000}) {
      const Matrix<double> X = lattice(n, 3, side);
      const KdTree tree(X.view(), Metric::euclidean, 3);
      const KdTree again(X.view(), Metric::euclidean, 1);
      CHECK(std::ranges::equal(tree.rows(), again.rows()));
      std::vector<KdTree::Node> open{tree.root()};
      std::vector<int> seen(static_cast<std::size_t>(n));
      while (!open.empty()) {
        const KdTree::Node node = open.back();
        open.pop_back();
        std::int32_t first = kEmpty;
        for (Index i = 0; i < tree.size(node); ++i) {
          const auto place = static_cast<std::size_t>(tree.begin(node.first_leaf) + i);
          const std::int32_t row = tree.rows()[place];
          first = std::min(first, row);
          if (node.is_leaf()) ++seen[static_cast<std::size_t>(row)];
          for (Index q = 0; q < 3; ++q) {
            const double x = X.view()(row, q);
            CHECK(tree.low(node.number)[q] <= x && x <= tree.high(node.number)[q]);
            if (node.is_leaf()) CHECK(tree.tile(node.first_leaf)[q * kLeafTile + i] == x);
          }
        }
        CHECK_EQUAL(tree.first_row(node.number), first);
        if (node.is_leaf()) {
          CHECK_EQUAL(tree.leaf_node(node.first_leaf), node.number);
        } else {
          open.push_back(node.left());
          open.push_back(node.right());
        }
      }
      CHECK(std::ranges::all_of(seen, [](int times) { return times == 1; }));
    }
  }
}

SHOAL_TEST(neighbors_by_tree_are_those_of_a_full_sort) {
  at_every_level([] {
    for (const Metric metric : kNamed) {
      for (const int d : {1, 2, 3, 5, 8, 13, 30}) {
        check_neighbors(grouped_points<double>(700, d), grouped_points<double>(700, d), 9, true,
                        metric, 2);
        check_neighbors(grouped_points<float>(300, d), grouped_points<float>(90, d, 0.25), 4, false,
                        metric, 3);
      }
      check_neighbors(lattice(900, 2, 9), lattice(900, 2, 9), 12, true, metric, 2);
      check_neighbors(lattice(300, 2, 1), lattice(300, 2, 1), 70, true, metric, 1);
    }
  });
}

SHOAL_TEST(rows_within_a_radius_are_those_of_a_full_search) {
  at_every_level([] {
    for (const Metric metric : kNamed) {
      for (const int d : {1, 2, 3, 6}) {
        const Matrix<double> X = lattice(1500, d, d == 1 ? 200 : 12);
        const KdTree tree(X.view(), metric, 2);
        OpenNodes open;
        LeafPoints leaf_points(tree);
        for (const double radius : {0.0, 1.0, 3.0, 100.0}) {
          const double limit = key_of_distance(metric, radius);
          for (std::int32_t leaf = 0; leaf < tree.n_leaves(); leaf += 5) {
            leaf_points.load(leaf);
            std::vector<Index> counts(kLeafTile), seen(kLeafTile), capped(kLeafTile);
            count_within(tree, leaf_points, limit, X.rows + 1, open, counts.data());
            count_within(tree, leaf_points, limit, 5, open, capped.data());
            visit_within(
                tree, leaf_points, limit, open, [&](int p, std::int32_t place, double key) {
                  const std::int32_t row = tree.rows()[static_cast<std::size_t>(place)];
                  CHECK_EQUAL(key, plain_key(metric, leaf_points.point(p), X.view().row(row), d));
                  ++seen[static_cast<std::size_t>(p)];
                  return true;
                });
            for (int p = 0; p < leaf_points.count(); p += 3) {
              const double* const point = leaf_points.point(p);
              const Index wanted =
                  std::ranges::count_if(sorted_keys(X, point, metric, -1),
                                        [&](const auto& entry) { return entry.first <= limit; });
              const auto at = static_cast<std::size_t>(p);
              CHECK_EQUAL(counts[at], wanted);
              CHECK_EQUAL(seen[at], wanted);
              CHECK((capped[at] >= 5) == (wanted >= 5));
              CHECK_EQUAL(count_within(tree, point, limit, X.rows + 1, open), wanted);
              Index one = 0;
              visit_within(tree, point, limit, open, [&](std::int32_t, double) {
                ++one;
                return one < 4;
              });
              CHECK_EQUAL(one, std::min<Index>(wanted, 4));
            }
          }
        }
      }
    }
  });
}

SHOAL_TEST(leaf_kernel_leaves_the_own_group_and_far_cores_out) {
  at_every_level([] {
    const Matrix<double> X = lattice(50, 4, 6);
    const KdTree tree(X.view(), Metric::euclidean, 1);
    std::vector<double> cores(kLeafTile), keys(kLeafTile);
    std::vector<std::int32_t> groups(kLeafTile), found(kLeafTile);
    for (int p = 0; p < kLeafTile; ++p) {
      cores[static_cast<std::size_t>(p)] = p % 7;
      groups[static_cast<std::size_t>(p)] = p % 3;
    }
    double point[4];
    tree.copy_point(0, 11, point);
    const int n = tree.kernels().others(tree.tile(0), {cores.data(), groups.data()}, point, 4, 5.0,
                                        groups[11], found.data(), keys.data());
    int wanted = 0;
    for (int p = 0; p < 50; ++p) {
      double other[4];
      tree.copy_point(0, p, other);
      const double key = plain_key(Metric::euclidean, point, other, 4);
      if (key > 5.0 || p % 7 > 5 || p % 3 == groups[11]) continue;
      CHECK_EQUAL(found[static_cast<std::size_t>(wanted)], p);
      CHECK_EQUAL(keys[static_cast<std::size_t>(wanted)], key);
      ++wanted;
    }
    CHECK_EQUAL(n, wanted);
  });
}

}  // namespace
}  // namespace shoal::tests
