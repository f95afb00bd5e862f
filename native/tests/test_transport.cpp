// Rows to clusters within limits: the optimum, found by trying every assignment.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "algorithms/transport.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"

namespace shoal {
namespace {

std::int64_t total(const std::vector<std::int64_t>& costs, std::int64_t k,
                   const std::vector<std::int32_t>& labels) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum += costs[i * static_cast<std::size_t>(k) + static_cast<std::size_t>(labels[i])];
  }
  return sum;
}

bool within(const std::vector<std::int32_t>& labels, std::int64_t k, std::int64_t low,
            std::int64_t high) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(k), 0);
  for (const std::int32_t label : labels) ++sizes[static_cast<std::size_t>(label)];
  return std::all_of(sizes.begin(), sizes.end(),
                     [&](std::int64_t size) { return low <= size && size <= high; });
}

std::int64_t least_of_all(const std::vector<std::int64_t>& costs, std::int64_t n, std::int64_t k,
                          std::int64_t low, std::int64_t high) {
  std::vector<std::int32_t> labels(static_cast<std::size_t>(n), 0);
  std::int64_t least = INT64_MAX;
  for (;;) {
    if (within(labels, k, low, high)) least = std::min(least, total(costs, k, labels));
    std::size_t at = 0;
    while (at < labels.size() && ++labels[at] == k) labels[at++] = 0;
    if (at == labels.size()) return least;
  }
}

}  // namespace

SHOAL_TEST(an_assignment_within_limits_is_the_best_of_all) {
  Philox random(7, 0);
  for (int trial = 0; trial < 60; ++trial) {
    const std::int64_t n = 1 + static_cast<std::int64_t>(random.next_below(8));
    const std::int64_t k = 1 + static_cast<std::int64_t>(random.next_below(3));
    if (k > n) continue;
    const std::int64_t low =
        static_cast<std::int64_t>(random.next_below(static_cast<std::uint64_t>(n / k + 1)));
    const std::int64_t high = (n + k - 1) / k + static_cast<std::int64_t>(random.next_below(3));
    Transport transport(n, k, low, high);
    std::vector<std::int32_t> labels(static_cast<std::size_t>(n));
    // Every call starts from the prices of the one before, whatever the costs were.
    for (int call = 0; call < 4; ++call) {
      std::vector<std::int64_t> costs;
      const std::uint64_t most = call % 2 == 0 ? 4 : 1000;
      for (std::int64_t i = 0; i < n * k; ++i) {
        costs.push_back(static_cast<std::int64_t>(random.next_below(most)));
      }
      transport.solve(costs.data(), 1 + call % 2, {}, labels.data());
      CHECK(within(labels, k, low, high));
      CHECK_EQUAL(total(costs, k, labels), least_of_all(costs, n, k, low, high));
    }
  }
}

SHOAL_TEST(an_assignment_does_not_depend_on_threads_and_can_be_stopped) {
  const std::int64_t n = 5000, k = 9;
  Philox random(3, 0);
  std::vector<std::int64_t> costs;
  for (std::int64_t i = 0; i < n * k; ++i) {
    costs.push_back(static_cast<std::int64_t>(random.next_below(1000)) * (1 + i % k));
  }
  std::vector<std::vector<std::int32_t>> found;
  for (const int n_threads : {1, 2, 7}) {
    found.emplace_back(static_cast<std::size_t>(n));
    Transport(n, k, 500, 600).solve(costs.data(), n_threads, {}, found.back().data());
    CHECK(within(found.back(), k, 500, 600));
    CHECK(found.back() == found.front());
  }
  bool thrown = false;
  try {
    Transport(n, k, 500, 600).solve(costs.data(), 2, [] { return false; }, found[0].data());
  } catch (const Interrupted&) {
    thrown = true;
  }
  CHECK(thrown);
}

}  // namespace shoal
