// Medians of the rows of each cluster, column by column. The median is the lower one: the least
// value with at least half of the weight at or below it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "algorithms/rows.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

// Reorders `values`.
template <class T>
T lower_median(T* values, std::int64_t n) {
  T* const middle = values + (n - 1) / 2;
  std::nth_element(values, middle, values + n);
  return *middle;
}

template <class T>
T lower_median(std::pair<T, double>* values, std::int64_t n) {
  double left = 0;  // weight still wanted
  for (std::int64_t i = 0; i < n; ++i) left += values[i].second;
  left /= 2;
  const auto by_value = [](const auto& a, const auto& b) { return a.first < b.first; };
  for (;;) {
    std::pair<T, double>* const middle = values + n / 2;
    std::nth_element(values, middle, values + n, by_value);
    double below = 0;
    for (const auto* v = values; v != middle; ++v) below += v->second;
    const std::int64_t above = values + n - middle - 1;
    if (below >= left && middle != values) {
      n = middle - values;
    } else if (below + middle->second >= left || above == 0) {
      return middle->first;
    } else {
      left -= below + middle->second;
      values = middle + 1;
      n = above;
    }
  }
}

// Rows by cluster, and the clusters whose members have changed.
template <class T>
class Medians {
 public:
  Medians(const DenseRows<T>& rows, std::int64_t k)
      : rows_(rows),
        k_(k),
        starts_(static_cast<std::size_t>(k + 1)),
        changed_(static_cast<std::size_t>(k), true) {}

  // Weight of each cluster, which may be 0.
  const std::vector<double>& weights() const { return weights_; }

  void group(const std::int32_t* labels) {
    const std::vector<std::int64_t> old_starts = starts_;
    const std::vector<std::int64_t> before = std::move(order_);
    std::fill(starts_.begin(), starts_.end(), 0);
    weights_.assign(static_cast<std::size_t>(k_), 0.0);
    for (std::int64_t i = 0; i < rows_.n; ++i) {
      if (!(rows_.weight(i) > 0)) continue;
      ++starts_[static_cast<std::size_t>(labels[i]) + 1];
      weights_[static_cast<std::size_t>(labels[i])] += rows_.weight(i);
    }
    for (std::size_t c = 0; c < static_cast<std::size_t>(k_); ++c) starts_[c + 1] += starts_[c];
    order_.resize(static_cast<std::size_t>(starts_.back()));
    std::vector<std::int64_t> next(starts_.begin(), starts_.end() - 1);
    for (std::int64_t i = 0; i < rows_.n; ++i) {
      if (!(rows_.weight(i) > 0)) continue;
      order_[static_cast<std::size_t>(next[static_cast<std::size_t>(labels[i])]++)] = i;
    }
    for (std::size_t c = 0; c < changed_.size(); ++c) {
      if (changed_[c]) continue;
      changed_[c] = !std::equal(order_.begin() + starts_[c], order_.begin() + starts_[c + 1],
                                before.begin() + old_starts[c], before.begin() + old_starts[c + 1]);
    }
  }

  // Writes the medians of the clusters that have changed since the last time and are not empty.
  void update(double* centers, int n_threads) {
    const std::int64_t parts = (rows_.d + kColumns - 1) / kColumns;
    std::vector<Scratch> scratch(static_cast<std::size_t>(std::max(1, n_threads)));
    parallel_for(static_cast<std::size_t>(k_ * parts), n_threads, [&](std::size_t task, int w) {
      const std::size_t c = task / static_cast<std::size_t>(parts);
      if (!changed_[c] || starts_[c] == starts_[c + 1]) return;
      const std::int64_t q = static_cast<std::int64_t>(task) % parts * kColumns;
      Scratch& s = scratch[static_cast<std::size_t>(w)];
      double* to = centers + static_cast<std::int64_t>(c) * rows_.d;
      if (rows_.weights == nullptr) {
        update_columns(s.plain, c, q, to, [](std::int64_t, T x, T& v) { v = x; });
      } else {
        update_columns(s.weighted, c, q, to, [&](std::int64_t i, T x, std::pair<T, double>& v) {
          v = {x, rows_.weight(i)};
        });
      }
    });
    changed_.assign(changed_.size(), false);
  }

 private:
  static constexpr std::int64_t kColumns = 4;  // columns that are read together
  struct Scratch {
    std::vector<T> plain;
    std::vector<std::pair<T, double>> weighted;
  };

  template <class Value, class Put>
  void update_columns(std::vector<Value>& values, std::size_t c, std::int64_t q, double* to,
                      Put&& put) const {
    const std::int64_t n = starts_[c + 1] - starts_[c];
    const std::int64_t columns = std::min(kColumns, rows_.d - q);
    values.resize(static_cast<std::size_t>(n * columns));
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t row = order_[static_cast<std::size_t>(starts_[c] + i)];
      for (std::int64_t j = 0; j < columns; ++j) {
        put(row, rows_.row(row)[q + j], values[static_cast<std::size_t>(j * n + i)]);
      }
    }
    for (std::int64_t j = 0; j < columns; ++j) {
      to[q + j] = static_cast<double>(lower_median(values.data() + j * n, n));
    }
  }

  const DenseRows<T>& rows_;
  std::int64_t k_;
  std::vector<std::int64_t> starts_;  // of each cluster in order_
  std::vector<std::int64_t> order_;
  std::vector<double> weights_;
  std::vector<bool> changed_;
};

}  // namespace shoal
