// One step of mini-batch k-means: D. Sculley: Web-scale k-means clustering. WWW 2010,
// doi:10.1145/1772690.1772862.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "algorithms/center_pass.hpp"
#include "algorithms/minibatch.hpp"
#include "core/philox.hpp"

namespace shoal {

// Steps with room that lasts over many batches.
template <class Rows>
class Stepper {
  // Streams of random numbers beside those of the seeding, which counts from 0.
  static constexpr std::uint64_t kNewCenters = std::uint64_t{4} << 32;

 public:
  Stepper(std::int64_t k, std::int64_t d, double ratio, std::uint64_t seed, int n_threads)
      : k_(k), d_(d), ratio_(ratio), seed_(seed), pass_(k, d, n_threads) {}

  double step(const Rows& batch, MiniBatchState& state, std::uint64_t step) {
    const bool look = time_to_reassign(batch.n, state);
    labels_.resize(static_cast<std::size_t>(batch.n));
    squared_.resize(labels_.size());
    pass_.assign(batch, state.centers.data(), labels_.data(), squared_.data(),
                 [](int) { return true; });
    double inertia = 0;
    for (std::int64_t i = 0; i < batch.n; ++i) {
      inertia += batch.weight(i) * squared_[static_cast<std::size_t>(i)];
    }
    move(batch, state);
    if (look) reassign(batch, state, Philox(seed_, kNewCenters + step));
    return inertia;
  }

 private:
  // Centres that hardly any row chooses are looked for every 10 k rows, and while one has none.
  bool time_to_reassign(std::int64_t n, MiniBatchState& state) const {
    state.since_reassigned += n;
    const bool unused = std::count(state.counts.begin(), state.counts.end(), 0.0) > 0;
    if (!unused && state.since_reassigned < 10 * k_) return false;
    state.since_reassigned = 0;
    return ratio_ > 0;
  }

  // Every centre becomes the mean of all rows that ever chose it.
  void move(const Rows& batch, MiniBatchState& state) {
    sums_.assign(static_cast<std::size_t>(k_ * d_), 0.0);
    weights_.assign(static_cast<std::size_t>(k_), 0.0);
    pass_.add(batch, labels_.data(), sums_.data(), weights_.data());
    for (std::int64_t c = 0; c < k_; ++c) {
      const double w = weights_[static_cast<std::size_t>(c)];
      if (!(w > 0)) continue;
      double& count = state.counts[static_cast<std::size_t>(c)];
      double* center = state.centers.data() + c * d_;
      for (std::int64_t j = 0; j < d_; ++j) {
        const double shift = batch.shift_data()[j];
        const double sum = sums_[static_cast<std::size_t>(c * d_ + j)];
        center[j] = shift + ((center[j] - shift) * count + sum) / (count + w);
      }
      count += w;
    }
  }

  // Centres that few rows chose take rows of the batch.
  void reassign(const Rows& batch, MiniBatchState& state, Philox random) const {
    const double limit = ratio_ * *std::max_element(state.counts.begin(), state.counts.end());
    std::vector<std::int64_t> order(static_cast<std::size_t>(k_));
    std::iota(order.begin(), order.end(), 0);
    const auto count = [&](std::int64_t c) { return state.counts[static_cast<std::size_t>(c)]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return count(a) < count(b); });
    // Half of the batch at most, the least chosen first.
    const auto most = static_cast<std::size_t>(std::min(k_, batch.n / 2));
    std::size_t few = 0;
    while (few < most && count(order[few]) < limit) ++few;
    if (few == 0) return;
    // Not so small a count that they are taken away again at once.
    const double smallest = few < order.size() ? count(order[few]) : 0.0;
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(few));
    std::vector<std::int64_t> rows(static_cast<std::size_t>(batch.n));
    std::iota(rows.begin(), rows.end(), 0);
    for (std::size_t i = 0; i < few; ++i) {
      std::swap(rows[i], rows[i + random.next_below(rows.size() - i)]);
      batch.copy_row(rows[i], state.centers.data() + order[i] * d_);
      state.counts[static_cast<std::size_t>(order[i])] = smallest;
    }
  }

  std::int64_t k_, d_;
  double ratio_;
  std::uint64_t seed_;
  CenterPass<Rows> pass_;
  std::vector<std::int32_t> labels_;
  std::vector<double> squared_, sums_, weights_;
};

}  // namespace shoal
