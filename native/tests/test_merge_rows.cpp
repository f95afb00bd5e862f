#include <algorithm>
#include <map>
#include <vector>

#include "algorithms/kmeans.hpp"
#include "algorithms/merge_rows.hpp"
#include "check.hpp"
#include "core/philox.hpp"

namespace shoal::tests {
namespace {

constexpr std::int64_t kN = kMergeFrom + 5000;

// Values from a few whole numbers, `step` apart from `low` on.
template <class T>
std::vector<T> coarse_rows(std::int64_t d, int n_values, T low, T step) {
  std::vector<T> X(static_cast<std::size_t>(kN * d));
  Philox random(3, static_cast<std::uint64_t>(d));
  for (T& x : X)
    x = low + step * static_cast<T>(static_cast<int>(random.next_uniform() * n_values));
  return X;
}

std::vector<double> weights_of_rows() {
  std::vector<double> weights(static_cast<std::size_t>(kN));
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<double>(i % 7) / 3;
  return weights;
}

template <class T>
void check_merged(const std::vector<T>& X, std::int64_t d, const double* weights) {
  const auto rows = dense_rows(X.data(), kN, d, weights);
  std::map<std::vector<T>, double> totals;
  for (std::int64_t i = 0; i < kN; ++i) {
    totals[std::vector<T>(rows.row(i), rows.row(i) + d)] += rows.weight(i);
  }
  std::vector<std::int32_t> first;
  std::vector<T> first_rows;
  for (const int n_threads : {1, 2, 7}) {
    std::vector<std::int32_t> at;
    const auto merged = merge_equal_rows(rows, n_threads, at);
    CHECK(merged.has_value());
    if (!merged) return;
    CHECK_EQUAL(merged->rows.n, static_cast<std::int64_t>(totals.size()));
    for (std::int64_t i = 0; i < kN; ++i) {
      const T* copy = merged->rows.row(at[static_cast<std::size_t>(i)]);
      if (!std::equal(copy, copy + d, rows.row(i))) CHECK_EQUAL(i, -1);
    }
    for (std::int64_t m = 0; m < merged->rows.n; ++m) {
      const T* row = merged->rows.row(m);
      CHECK_NEAR(merged->rows.weight(m), totals[std::vector<T>(row, row + d)], 0.0);
    }
    if (n_threads == 1) {
      first = at;
      first_rows = merged->rows.owned;
    }
    CHECK(at == first);
    CHECK(merged->rows.owned == first_rows);
  }
}

}  // namespace

SHOAL_TEST(equal_rows_are_merged_into_their_weight) {
  const std::vector<double> weights = weights_of_rows();
  for (const double* w : {static_cast<const double*>(nullptr), weights.data()}) {
    check_merged(coarse_rows<float>(3, 12, -5, 1), 3, w);       // on a lattice
    check_merged(coarse_rows<double>(1, 200, 1e6, 3), 1, w);    // with gaps
    check_merged(coarse_rows<float>(8, 3, 0, 1), 8, w);         // of most columns
    check_merged(coarse_rows<float>(3, 12, 0.5f, 1), 3, w);     // no whole numbers
    check_merged(coarse_rows<double>(2, 40, 0, 4e5), 2, w);     // a lattice of too many cells
    check_merged(coarse_rows<double>(2, 40, -3e9, 1e8), 2, w);  // beyond 32 bits
    check_merged(coarse_rows<double>(4, 1, 7, 1), 4, w);        // one row only
  }
}

SHOAL_TEST(rows_that_are_mostly_different_are_not_merged) {
  std::vector<std::int32_t> at;
  const auto continuous = coarse_rows<double>(2, 1 << 30, 0, 1e-3);
  CHECK(!merge_equal_rows(dense_rows(continuous.data(), kN, 2, nullptr), 2, at).has_value());
  const auto whole = coarse_rows<double>(1, 1 << 18, 0, 1);
  CHECK(!merge_equal_rows(dense_rows(whole.data(), kN, 1, nullptr), 2, at).has_value());
  const auto wide = coarse_rows<float>(9, 2, 0, 1);
  CHECK(!merge_equal_rows(dense_rows(wide.data(), kN, 9, nullptr), 2, at).has_value());
}

}  // namespace shoal::tests
