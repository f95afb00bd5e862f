// Drawing without replacement, and a random order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/philox.hpp"

namespace shoal {

// k of n items in proportion to their weights: the k least of -ln(u) / w
// (Efraimidis and Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
template <class Weight>
std::vector<std::int64_t> draw_without_replacement(std::int64_t n, std::int64_t k, Weight&& weight,
                                                   const Philox& random) {
  std::vector<std::pair<double, std::int64_t>> keys;
  keys.reserve(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    const double u = random.uniform_at(static_cast<std::uint64_t>(i));
    keys.emplace_back(
        weight(i) > 0 ? -std::log1p(-u) / weight(i) : std::numeric_limits<double>::infinity(), i);
  }
  std::partial_sort(keys.begin(), keys.begin() + k, keys.end());
  std::vector<std::int64_t> chosen;
  for (std::int64_t c = 0; c < k; ++c) chosen.push_back(keys[static_cast<std::size_t>(c)].second);
  return chosen;
}

inline std::vector<std::int64_t> random_order(std::int64_t n, Philox random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.next_below(i))]);
  }
  return order;
}

}  // namespace shoal
