// Bisecting k-means: the same at every level and number of threads, and a tree that gives back the
// labels of the fit.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "algorithms/bisect.hpp"
#include "algorithms/kmeans.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"

namespace shoal {
namespace {

std::vector<double> table(std::int64_t n, std::int64_t d) {
  Philox random(23, static_cast<std::uint64_t>(d));
  std::vector<double> X;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto middle = static_cast<double>(random.next_below(11));
    for (std::int64_t j = 0; j < d; ++j) X.push_back(middle + random.next_uniform());
  }
  return X;
}

BisectOptions options(std::int64_t k, int n_threads) {
  BisectOptions chosen;
  chosen.k = k;
  chosen.n_init = 2;
  chosen.n_trials = 2;
  chosen.n_threads = n_threads;
  return chosen;
}

}  // namespace

SHOAL_TEST(bisection_is_the_same_at_every_level_and_thread_count) {
  // Beside the size up to which equal rows are merged and rows are put in order.
  for (const std::int64_t n : {std::int64_t{900}, kCanonicalRows + 500}) {
    for (const std::int64_t d : {1, 3, 17}) {
      const std::vector<double> X = table(n, d);
      const auto rows = dense_rows(X.data(), n, d, nullptr);
      std::vector<BisectResult> results;
      tests::at_every_level([&] {
        for (const int n_threads : {1, 2, 7}) {
          results.push_back(fit_bisecting(rows, options(12, n_threads)));
        }
      });
      for (const BisectResult& result : results) {
        CHECK(result.labels == results.front().labels);
        CHECK(result.tree.centers == results.front().tree.centers);
        CHECK(result.tree.children == results.front().tree.children);
        CHECK(result.inertia == results.front().inertia);
      }
      std::vector<std::int32_t> labels(static_cast<std::size_t>(n));
      std::vector<double> squared(static_cast<std::size_t>(n));
      descend(rows, results.front().tree, 2, labels.data(), squared.data());
      CHECK(labels == results.front().labels);
    }
  }
}

SHOAL_TEST(weightless_rows_take_part_in_no_split) {
  const std::int64_t n = 600, d = 2;
  const std::vector<double> X = table(n, d);
  std::vector<double> weights(static_cast<std::size_t>(n), 1.0), left;
  for (std::int64_t i = 0; i < n; ++i) {
    if (i % 3 == 0) {
      weights[static_cast<std::size_t>(i)] = 0;
    } else {
      left.insert(left.end(), X.begin() + i * d, X.begin() + (i + 1) * d);
    }
  }
  const auto all = fit_bisecting(dense_rows(X.data(), n, d, weights.data()), options(7, 2));
  const auto some = fit_bisecting(dense_rows(left.data(), n / 3 * 2, d, nullptr), options(7, 2));
  for (std::size_t i = 0; i < some.tree.centers.size(); ++i) {
    CHECK_NEAR(all.tree.centers[i], some.tree.centers[i], 1e-12);
  }
  CHECK(all.tree.children == some.tree.children);
}

SHOAL_TEST(a_tree_with_a_loop_is_refused) {
  const std::vector<double> X = table(50, 2);
  const auto rows = dense_rows(X.data(), 50, 2, nullptr);
  SplitTree tree = fit_bisecting(rows, options(3, 1)).tree;
  tree.children[0] = 4;
  std::vector<std::int32_t> labels(50);
  std::vector<double> squared(50);
  bool thrown = false;
  try {
    descend(rows, tree, 1, labels.data(), squared.data());
  } catch (const Error&) {
    thrown = true;
  }
  CHECK(thrown);
}

}  // namespace shoal
