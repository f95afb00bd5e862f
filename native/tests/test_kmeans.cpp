// k-means as a whole: against plain Lloyd, at every level and number of threads, dense and sparse.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "algorithms/kmeans.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"

namespace shoal {
namespace {

std::vector<double> table(std::int64_t n, std::int64_t d, int groups) {
  Philox random(17, static_cast<std::uint64_t>(d));
  std::vector<double> X;
  for (std::int64_t i = 0; i < n; ++i) {
    const double middle =
        static_cast<double>(random.next_below(static_cast<std::uint64_t>(groups)));
    for (std::int64_t j = 0; j < d; ++j) X.push_back(middle + random.next_uniform() * 1.5);
  }
  return X;
}

std::vector<std::int32_t> plain_lloyd(const std::vector<double>& X, std::int64_t d,
                                      std::vector<double>& centers, int max_iter) {
  const std::size_t n = X.size() / static_cast<std::size_t>(d),
                    k = centers.size() / static_cast<std::size_t>(d);
  const auto dims = static_cast<std::size_t>(d);
  std::vector<std::int32_t> labels(n, -1);
  for (int round = 0; round <= max_iter; ++round) {
    bool changed = false;
    for (std::size_t i = 0; i < n; ++i) {
      double least = INFINITY;
      std::int32_t best = 0;
      for (std::size_t c = 0; c < k; ++c) {
        double sum = 0;
        for (std::size_t j = 0; j < dims; ++j) {
          const double e = X[i * dims + j] - centers[c * dims + j];
          sum += e * e;
        }
        if (sum < least) {
          least = sum;
          best = static_cast<std::int32_t>(c);
        }
      }
      changed |= labels[i] != best;
      labels[i] = best;
    }
    if (!changed || round == max_iter) break;
    std::vector<double> sums(centers.size(), 0.0), counts(k, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      const auto c = static_cast<std::size_t>(labels[i]);
      counts[c] += 1;
      for (std::size_t j = 0; j < dims; ++j) sums[c * dims + j] += X[i * dims + j];
    }
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < dims && counts[c] > 0; ++j) {
        centers[c * dims + j] = sums[c * dims + j] / counts[c];
      }
    }
  }
  return labels;
}

FitOptions options(std::int64_t k, int n_threads) {
  FitOptions chosen;
  chosen.k = k;
  chosen.relative_tolerance = 0;
  chosen.max_iter = 40;
  chosen.n_threads = n_threads;
  return chosen;
}

}  // namespace

SHOAL_TEST(kmeans_is_plain_lloyd_at_every_level_and_thread_count) {
  for (const std::int64_t d : {1, 2, 3, 7, 17, 33}) {
    const std::int64_t n = 3000, k = 40;
    const std::vector<double> X = table(n, d, 9);
    std::vector<double> start;
    for (std::int64_t c = 0; c < k; ++c) {
      start.insert(start.end(), X.begin() + c * 70 * d, X.begin() + (c * 70 + 1) * d);
    }
    std::vector<double> moved = start;
    const std::vector<std::int32_t> wanted = plain_lloyd(X, d, moved, 40);
    std::vector<FitResult> results;
    tests::at_every_level([&] {
      for (const int n_threads : {1, 2, 7}) {
        results.push_back(
            fit_kmeans(dense_rows(X.data(), n, d, nullptr), start.data(), options(k, n_threads)));
      }
    });
    for (const FitResult& result : results) {
      CHECK(result.labels == wanted);
      CHECK(result.centers == results.front().centers);
      CHECK(result.inertia == results.front().inertia);
    }
  }
}

SHOAL_TEST(kmeans_of_sparse_rows_is_that_of_dense_ones) {
  const std::int64_t n = 600, d = 30, k = 8;
  std::vector<double> X = table(n, d, 5);
  for (std::size_t i = 0; i < X.size(); ++i) {
    if (i % 3 != 0) X[i] = 0;
  }
  std::vector<double> values;
  std::vector<std::int32_t> columns;
  std::vector<std::int64_t> starts{0};
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < d; ++j) {
      const double v = X[static_cast<std::size_t>(i * d + j)];
      if (v == 0) continue;
      values.push_back(v);
      columns.push_back(static_cast<std::int32_t>(j));
    }
    starts.push_back(static_cast<std::int64_t>(values.size()));
  }
  tests::at_every_level([&] {
    const auto dense = dense_rows(X.data(), n, d, nullptr);
    const auto sparse = sparse_rows(values.data(), columns.data(), starts.data(), n, d, nullptr);
    const FitResult a = fit_kmeans(dense, X.data(), options(k, 2));
    const FitResult b = fit_kmeans(sparse, X.data(), options(k, 2));
    CHECK(a.labels == b.labels);
    CHECK(std::abs(a.inertia - b.inertia) < 1e-9 * a.inertia);
    const auto seeds = choose_seeds(sparse, k, 3, 5, 0, 2, {});
    CHECK_EQUAL(seeds.size(), static_cast<std::size_t>(k));
  });
}

SHOAL_TEST(seeds_are_the_same_at_every_level_and_thread_count) {
  const std::int64_t n = 20000, d = 5;
  const std::vector<double> X = table(n, d, 12);
  for (const int n_trials : {kRandomRows, kParallelRounds, 1, 4}) {
    std::vector<std::vector<std::int64_t>> found;
    tests::at_every_level([&] {
      for (const int n_threads : {1, 2, 7}) {
        found.push_back(
            choose_seeds(dense_rows(X.data(), n, d, nullptr), 30, n_trials, 3, 1, n_threads, {}));
      }
    });
    std::vector<std::int64_t> sorted = found.front();
    std::sort(sorted.begin(), sorted.end());
    CHECK(std::unique(sorted.begin(), sorted.end()) == sorted.end());
    for (const auto& other : found) CHECK(other == found.front());
  }
}

SHOAL_TEST(rows_that_are_a_copy_have_the_seeds_of_the_original) {
  const std::int64_t n = 500, d = 3;
  const std::vector<double> X = table(n, d, 12);
  const auto rows = dense_rows(X.data(), n, d, nullptr);
  std::vector<std::int64_t> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  const auto copy = rows.subset(all, nullptr);
  for (const int n_trials : {kRandomRows, kParallelRounds, 1, 4}) {
    CHECK(choose_seeds(copy, 20, n_trials, 3, 1, 1, {}) ==
          choose_seeds(rows, 20, n_trials, 3, 1, 1, {}));
  }
}

SHOAL_TEST(empty_clusters_are_filled_while_rows_differ) {
  const std::vector<double> X{0, 0, 1, 1, 2, 2, 3, 3, 9, 9};
  const std::vector<double> start(10, 0.0);
  const FitResult result =
      fit_kmeans(dense_rows(X.data(), 5, 2, nullptr), start.data(), options(5, 1));
  std::vector<std::int32_t> sorted = result.labels;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
  CHECK_EQUAL(result.inertia, 0.0);
}

SHOAL_TEST(a_fit_can_be_stopped) {
  const std::vector<double> X = table(50000, 4, 6);
  FitOptions stopped = options(50, 2);
  stopped.keep_going = [](int, int iteration) { return iteration < 2; };
  bool thrown = false;
  try {
    fit_kmeans(dense_rows(X.data(), 50000, 4, nullptr), X.data(), stopped);
  } catch (const Interrupted&) {
    thrown = true;
  }
  CHECK(thrown);
}

}  // namespace shoal
