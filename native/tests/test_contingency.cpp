#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "algorithms/contingency.hpp"
#include "algorithms/expected_information.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"
#include "tests/check.hpp"

namespace shoal::tests {
namespace {

using Codes32 = std::vector<std::int32_t>;

Codes32 random_codes(std::int64_t n, std::int32_t k, std::uint64_t stream) {
  Philox random(3, stream);
  Codes32 codes(static_cast<std::size_t>(n));
  for (auto& code : codes) code = static_cast<std::int32_t>(random.next_uniform() * k);
  return codes;
}

// The cells of a table by the codes of their class and cluster.
template <class Count>
std::map<std::pair<int, int>, Count> cells(const Contingency<Count>& table) {
  std::map<std::pair<int, int>, Count> found;
  for (std::size_t r = 0; r < table.classes.size(); ++r) {
    for (auto at = table.row_starts[r]; at < table.row_starts[r + 1]; ++at) {
      found[{table.classes[r], table.clusters[table.columns[at]]}] = table.counts[at];
    }
  }
  return found;
}

// Spans beyond four cells a row are counted by sorting, smaller ones in a dense table.
void check_table(std::int64_t n, std::int32_t k, std::int64_t span) {
  const Codes32 a = random_codes(n, k, 1), b = random_codes(n, k, 2);
  std::vector<std::int64_t> weights(a.size());
  std::vector<double> parts(a.size());
  std::map<std::pair<int, int>, std::int64_t> counted, weighed;
  std::map<std::pair<int, int>, double> shares;
  for (std::size_t i = 0; i < a.size(); ++i) {
    weights[i] = static_cast<std::int64_t>(i % 3);
    parts[i] = static_cast<double>(i % 3) / 3;
    ++counted[{a[i], b[i]}];
    if (i % 3 > 0) {
      weighed[{a[i], b[i]}] += weights[i];
      shares[{a[i], b[i]}] += parts[i];
    }
  }
  for (const int threads : {1, 2, 7}) {
    CHECK(cells(count_pairs<std::int64_t>({a, span}, {b, span}, {}, threads)) == counted);
    CHECK(cells(count_pairs<std::int64_t>({a, span}, {b, span}, weights, threads)) == weighed);
    CHECK(cells(count_pairs<double>({a, span}, {b, span}, parts, threads)) == shares);
  }
}

SHOAL_TEST(contingency_equals_a_map) {
  check_table(1, 1, 1);
  check_table(100, 3, 5);
  check_table(5000, 40, 41);
  check_table(70000, 300, 300);
  check_table(5000, 900, 1000);
}

SHOAL_TEST(contingency_totals_are_those_of_its_cells) {
  const Codes32 a = random_codes(2000, 20, 1), b = random_codes(2000, 30, 2);
  const auto table = count_pairs<std::int64_t>({a, 25}, {b, 35}, {}, 2);
  std::vector<std::int64_t> of_classes(table.classes.size()), of_clusters(table.clusters.size());
  for (std::size_t r = 0; r < table.classes.size(); ++r) {
    for (auto at = table.row_starts[r]; at < table.row_starts[r + 1]; ++at) {
      of_classes[r] += table.counts[at];
      of_clusters[table.columns[at]] += table.counts[at];
    }
  }
  CHECK(of_classes == table.class_totals);
  CHECK(of_clusters == table.cluster_totals);
}

SHOAL_TEST(contingency_of_nothing_and_of_wrong_codes) {
  const Codes32 none, wrong{0, 3}, negative{0, -1}, right{0, 1};
  CHECK(count_pairs<std::int64_t>({none, 0}, {none, 0}, {}, 2).classes.empty());
  CHECK_THROWS(count_pairs<std::int64_t>({wrong, 3}, {right, 2}, {}, 1), Error);
  CHECK_THROWS(count_pairs<std::int64_t>({right, 2}, {negative, 2}, {}, 1), Error);
}

template <class Label>
void check_encoding(const std::vector<Label>& labels, std::int64_t span) {
  const auto coded = encode_labels<Label>(labels, 2);
  CHECK(coded.has_value());
  CHECK_EQUAL(coded->span, span);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    CHECK_EQUAL(coded->low + coded->codes[i], static_cast<std::int64_t>(labels[i]));
  }
}

SHOAL_TEST(labels_are_encoded_unless_they_lie_far_apart) {
  check_encoding<std::int32_t>({-1, 5, 2, 2}, 7);
  check_encoding<std::int64_t>({std::int64_t{1} << 60, (std::int64_t{1} << 60) + 9}, 10);
  check_encoding<std::int64_t>({std::numeric_limits<std::int64_t>::min()}, 1);
  using Limits = std::numeric_limits<std::int64_t>;
  CHECK(!encode_labels<std::int64_t>(std::vector{Limits::min(), Limits::max()}, 1).has_value());
  CHECK(!encode_labels<std::int64_t>(std::vector<std::int64_t>{0, 100000}, 1).has_value());
  CHECK_EQUAL(encode_labels<std::int64_t>(std::vector<std::int64_t>{}, 1)->span, 0);
}

// The definition, with factorials by lgamma.
double expected_by_factorials(const std::vector<std::int64_t>& a,
                              const std::vector<std::int64_t>& b) {
  double n = 0, sum = 0;
  for (const auto size : a) n += static_cast<double>(size);
  const auto log_factorial = [](double x) { return std::lgamma(x + 1); };
  for (const auto x : a) {
    for (const auto y : b) {
      const auto u = static_cast<double>(x), v = static_cast<double>(y);
      for (double m = std::max(1.0, u + v - n); m <= std::min(u, v); ++m) {
        const double log_p = log_factorial(u) + log_factorial(v) + log_factorial(n - u) +
                             log_factorial(n - v) - log_factorial(n) - log_factorial(m) -
                             log_factorial(u - m) - log_factorial(v - m) -
                             log_factorial(n - u - v + m);
        sum += m / n * std::log(n * m / (u * v)) * std::exp(log_p);
      }
    }
  }
  return sum;
}

SHOAL_TEST(expected_information_is_its_definition) {
  const std::vector<std::vector<std::int64_t>> sizes{
      {60}, {1, 59}, {30, 30}, {20, 20, 20}, {1, 2, 3, 4, 50}, std::vector<std::int64_t>(60, 1)};
  for (const auto& a : sizes) {
    for (const auto& b : sizes) {
      const double expected = expected_mutual_information(a, b, 1, {});
      CHECK_NEAR(expected, expected_by_factorials(a, b), 1e-12);
      CHECK_EQUAL(expected, expected_mutual_information(a, b, 3, {}));
    }
  }
}

SHOAL_TEST(expected_information_can_be_stopped) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = 1; size < 3000; ++size) sizes.push_back(size);
  CHECK_THROWS(expected_mutual_information(sizes, sizes, 2, [](double) { return false; }),
               Interrupted);
}

}  // namespace
}  // namespace shoal::tests
