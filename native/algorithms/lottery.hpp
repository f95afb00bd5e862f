// Rows drawn in proportion to their weight.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/philox.hpp"

namespace shoal {

// Draws with replacement. A row of weight w is drawn as w equal rows in its place would be.
template <class Rows>
class Lottery {
 public:
  explicit Lottery(const Rows& rows) : n_(static_cast<std::uint64_t>(rows.n)) {
    if (rows.weights == nullptr) return;
    upto_.resize(static_cast<std::size_t>(rows.n));
    std::partial_sum(rows.weights, rows.weights + rows.n, upto_.begin());
  }
  std::vector<std::int64_t> draw(std::int64_t count, Philox random) const {
    std::vector<std::int64_t> rows;
    rows.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) rows.push_back(draw_one(random));
    return rows;
  }

 private:
  std::int64_t draw_one(Philox& random) const {
    if (upto_.empty()) return static_cast<std::int64_t>(random.next_below(n_));
    const double target = random.next_uniform() * upto_.back();
    const auto found = std::upper_bound(upto_.begin(), upto_.end(), target);
    // Rounding can put the target on the very end, which belongs to the last row with a weight.
    if (found == upto_.end()) return std::lower_bound(upto_.begin(), found, target) - upto_.begin();
    return found - upto_.begin();
  }

  std::uint64_t n_;
  std::vector<double> upto_;
};

}  // namespace shoal
