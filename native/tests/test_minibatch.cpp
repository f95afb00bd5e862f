// Mini-batch k-means: a batch against the rule written out, and the same bits at every level, on
// any number of threads and however rows are cut into calls.
#include <algorithm>
#include <cmath>
#include <vector>

#include "algorithms/center_pass.hpp"
#include "algorithms/deck.hpp"
#include "algorithms/lottery.hpp"
#include "algorithms/minibatch.hpp"
#include "check.hpp"
#include "data.hpp"

namespace shoal {
namespace {

using tests::grouped_points;

std::vector<double> first_rows(const DenseRows<double>& rows, std::int64_t k) {
  return {rows.data, rows.data + k * rows.d};
}

MiniBatchOptions options(std::int64_t k, int n_threads) {
  MiniBatchOptions chosen;
  chosen.k = k;
  chosen.n_trials = 3;
  chosen.seed = 5;
  chosen.batch_size = 256;
  chosen.init_size = 600;
  chosen.n_threads = n_threads;
  return chosen;
}

}  // namespace

SHOAL_TEST(sums_do_not_depend_on_threads_or_cuts) {
  const std::int64_t n = 5000, d = 17, k = 7;
  const auto X = grouped_points<double>(n, d, 30);
  const auto rows = dense_rows(X.values.data(), n, d, nullptr);
  const std::vector<double> centers = first_rows(rows, k);
  std::vector<std::int32_t> labels(static_cast<std::size_t>(n));
  std::vector<double> squared(labels.size());
  const auto sums_of = [&](std::int64_t piece, int n_threads) {
    std::vector<double> sums(static_cast<std::size_t>(k * d)), weights(static_cast<std::size_t>(k));
    CenterPass<DenseRows<double>> pass(k, d, n_threads);
    for (std::int64_t at = 0; at < n; at += piece) {
      DenseRows<double> part = rows;
      part.data = rows.row(at);
      part.n = std::min(piece, n - at);
      pass.assign(part, centers.data(), labels.data(), squared.data(), [](int) { return true; });
      pass.add(part, labels.data(), sums.data(), weights.data());
    }
    sums.insert(sums.end(), weights.begin(), weights.end());
    return sums;
  };
  const std::vector<double> whole = sums_of(n, 1);
  tests::at_every_level([&] {
    for (const std::int64_t piece : {n, std::int64_t{1000}, std::int64_t{77}}) {
      for (const int threads : {1, 2, 8}) CHECK(sums_of(piece, threads) == whole);
    }
  });
}

SHOAL_TEST(a_batch_moves_centres_to_the_mean_of_all_rows_they_saw) {
  const std::int64_t n = 400, d = 3, k = 5;
  const auto X = grouped_points<double>(n, d);
  const auto rows = dense_rows(X.values.data(), n, d, nullptr);
  MiniBatchState state{first_rows(rows, k), std::vector<double>(k, 2.0), 0};
  const std::vector<double> before = state.centers;
  const double inertia = minibatch_step(rows, state, 0, 1, 0, 2);
  std::vector<double> sums = before, counts(k, 2.0);
  for (double& s : sums) s *= 2;
  double expected = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    double least = INFINITY;
    std::int64_t best = 0;
    for (std::int64_t c = 0; c < k; ++c) {
      const double away = tests::squared_distance(rows.row(i), before.data() + c * d, d);
      if (away < least) {
        least = away;
        best = c;
      }
    }
    expected += least;
    counts[static_cast<std::size_t>(best)] += 1;
    for (std::int64_t j = 0; j < d; ++j) {
      sums[static_cast<std::size_t>(best * d + j)] += rows.row(i)[j];
    }
  }
  CHECK_NEAR(inertia, expected, 1e-9);
  CHECK(state.counts == counts);
  for (std::int64_t i = 0; i < k * d; ++i) {
    const auto at = static_cast<std::size_t>(i);
    CHECK_NEAR(state.centers[at], sums[at] / counts[static_cast<std::size_t>(i / d)], 1e-12);
  }
}

SHOAL_TEST(rows_are_drawn_by_weight) {
  const std::vector<double> X(6, 0.0), weights = {0, 1, 0, 3, 0, 0};
  const auto rows = dense_rows(X.data(), 6, 1, weights.data());
  const Lottery lottery(rows);
  int third = 0;
  for (const std::int64_t row : lottery.draw(4000, Philox(1, 2))) {
    CHECK(row == 1 || row == 3);
    third += row == 3;
  }
  CHECK_NEAR(third, 3000, 150);
}

SHOAL_TEST(every_row_is_dealt_once_before_any_comes_again) {
  const std::vector<double> X(10, 0.0);
  const auto rows = dense_rows(X.data(), 10, 1, nullptr);
  const Lottery lottery(rows);
  Deck deck(rows, lottery);
  std::vector<std::int64_t> dealt;
  for (std::uint64_t batch = 0; batch < 5; ++batch) {
    for (const std::int64_t row : deck.deal(4, Philox(1, batch))) dealt.push_back(row);
  }
  std::vector<std::int64_t> first(dealt.begin(), dealt.begin() + 10);
  std::vector<std::int64_t> second(dealt.begin() + 10, dealt.end());
  CHECK(first != second);
  std::ranges::sort(first);
  std::ranges::sort(second);
  CHECK(first == second);
  CHECK(std::ranges::adjacent_find(first) == first.end());
}

SHOAL_TEST(a_fit_has_the_same_bits_at_every_level_and_thread_count) {
  for (const std::int64_t n : {2000, 20'000}) {
    const auto X = grouped_points<double>(n, 9, 4);
    const auto rows = dense_rows(X.values.data(), n, 9, nullptr);
    const MiniBatchResult one = fit_minibatch(rows, nullptr, options(6, 1));
    tests::at_every_level([&] {
      for (const int threads : {1, 2, 8}) {
        const MiniBatchResult found = fit_minibatch(rows, nullptr, options(6, threads));
        CHECK(found.labels == one.labels);
        CHECK(found.state.centers == one.state.centers);
        CHECK(found.inertia == one.inertia);
        CHECK_EQUAL(found.n_steps, one.n_steps);
      }
    });
  }
}

}  // namespace shoal
