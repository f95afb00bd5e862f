// Rows dealt out a batch at a time.
#pragma once

#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "algorithms/lottery.hpp"
#include "core/philox.hpp"

namespace shoal {

// Rows without weights are shuffled, and every one is dealt before any comes again: means over the
// batches settle sooner than with rows drawn anew each time. Rows with weights are drawn in
// proportion to them.
template <class Rows>
class Deck {
 public:
  Deck(const Rows& rows, const Lottery<Rows>& lottery) : lottery_(lottery) {
    if (rows.weights != nullptr || rows.n > std::numeric_limits<std::uint32_t>::max()) return;
    order_.resize(static_cast<std::size_t>(rows.n));
    std::iota(order_.begin(), order_.end(), 0u);
  }

  std::vector<std::int64_t> deal(std::int64_t count, Philox random) {
    if (order_.empty()) return lottery_.draw(count, random);
    std::vector<std::int64_t> rows;
    rows.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      if (dealt_ == order_.size()) dealt_ = 0;
      std::swap(order_[dealt_], order_[dealt_ + random.next_below(order_.size() - dealt_)]);
      rows.push_back(order_[dealt_++]);
    }
    return rows;
  }

 private:
  const Lottery<Rows>& lottery_;
  std::vector<std::uint32_t> order_;  // the first `dealt_` of it are dealt
  std::size_t dealt_ = 0;
};

}  // namespace shoal
