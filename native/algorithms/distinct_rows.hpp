// Rows in the order of their values, equal ones together: what the order of the rows in a table
// and the repetition of a row must not change is computed on these.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace shoal {

struct DistinctRows {
  std::vector<std::int64_t> order;   // rows of positive weight, by value, then by index
  std::vector<std::int64_t> starts;  // where in `order` each distinct row begins, and the end
  std::vector<double> weights;       // of each distinct row, all its copies together

  std::size_t size() const { return weights.size(); }
  std::vector<std::int64_t> first_of_each() const {
    std::vector<std::int64_t> rows;
    for (std::size_t g = 0; g < size(); ++g) {
      rows.push_back(order[static_cast<std::size_t>(starts[g])]);
    }
    return rows;
  }
};

template <class Rows>
DistinctRows distinct_rows(const Rows& rows) {
  DistinctRows found;
  for (std::int64_t i = 0; i < rows.n; ++i) {
    if (rows.weight(i) > 0) found.order.push_back(i);
  }
  std::sort(found.order.begin(), found.order.end(), [&](std::int64_t a, std::int64_t b) {
    const int side = rows.compare(a, b);
    return side != 0 ? side < 0 : a < b;
  });
  for (std::size_t at = 0; at < found.order.size(); ++at) {
    const std::int64_t row = found.order[at];
    if (at == 0 || rows.compare(found.order[at - 1], row) != 0) {
      found.starts.push_back(static_cast<std::int64_t>(at));
      found.weights.push_back(0);
    }
    found.weights.back() += rows.weight(row);
  }
  found.starts.push_back(static_cast<std::int64_t>(found.order.size()));
  return found;
}

}  // namespace shoal
