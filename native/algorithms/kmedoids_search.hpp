// How k-medoids looks for better medoids: eager swaps (FasterPAM), the best swap of all (PAM), or
// medoids and labels in turn.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "algorithms/cover.hpp"
#include "algorithms/kmedoids_state.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

template <class Space>
class MedoidSearch {
 public:
  using Real = typename Space::real;

  // keep_going gets the number of swaps.
  MedoidSearch(const Space& space, const double* weights, std::vector<std::int64_t> medoids,
               int n_threads, const KeepGoing& keep_going)
      : space_(space),
        weights_(weights),
        n_threads_(n_threads),
        state_(space, weights, std::move(medoids), n_threads),
        ask_([this, &keep_going](double) {
          return !keep_going || keep_going(static_cast<double>(n_swaps_));
        }),
        scratch_(static_cast<std::size_t>(std::max(1, n_threads))) {}
  MedoidSearch(const MedoidSearch&) = delete;
  MedoidSearch& operator=(const MedoidSearch&) = delete;

  const MedoidState<Space>& state() const { return state_; }
  int n_swaps() const { return n_swaps_; }

  // Looks at the candidates in order, round and round, and takes the first that lowers the loss,
  // until none of them does. Returns the rounds, at most `max_rounds`.
  int swap_eagerly(const std::vector<std::int64_t>& order, int max_rounds) {
    const auto m = static_cast<std::int64_t>(order.size());
    std::int64_t seen = 0, in_vain = 0;
    std::vector<Swap> swaps;
    while (in_vain < m && seen < m * max_rounds) {
      const std::int64_t count = std::min({kAhead, m - in_vain, m * max_rounds - seen});
      const auto candidate = [&](std::int64_t i) {
        return order[static_cast<std::size_t>((seen + i) % m)];
      };
      const std::int64_t first = compare(count, candidate, true, swaps);
      if (first < count) take(swaps[static_cast<std::size_t>(first)], candidate(first));
      in_vain = first < count ? 0 : in_vain + count;
      seen += std::min(first + 1, count);
    }
    return static_cast<int>((seen + m - 1) / std::max<std::int64_t>(1, m));
  }

  // Takes the best swap of all until none lowers the loss; of equal ones that of the candidate of
  // lowest rank. Returns the rounds, at most `max_rounds`.
  int swap_best(const std::int64_t* ranks, int max_rounds) {
    std::vector<Swap> swaps;
    for (int round = 1; round <= max_rounds; ++round) {
      compare(space_.n_candidates(), [](std::int64_t i) { return i; }, false, swaps);
      std::int64_t best = 0;
      for (std::int64_t c = 1; c < space_.n_candidates(); ++c) {
        const double change = swaps[static_cast<std::size_t>(c)].change;
        const double least = swaps[static_cast<std::size_t>(best)].change;
        if (change < least || (change == least && ranks[c] < ranks[best])) best = c;
      }
      const Swap& swap = swaps[static_cast<std::size_t>(best)];
      if (!lowers(swap)) return round;
      take(swap, best);
    }
    return max_rounds;
  }

  // Moves every medoid to the best candidate among its own points until none moves. Returns the
  // rounds, at most `max_rounds`. Points must be candidates.
  int alternate(const std::int64_t* ranks, int max_rounds) {
    for (int round = 1; round <= max_rounds; ++round) {
      std::vector<std::vector<std::int64_t>> members(state_.medoids().size());
      for (std::int64_t i = 0; i < space_.n_points(); ++i) {
        const auto slot = state_.nearest()[static_cast<std::size_t>(i)];
        members[static_cast<std::size_t>(slot)].push_back(i);
      }
      std::vector<std::int64_t> moved = state_.medoids();
      for (std::size_t slot = 0; slot < members.size(); ++slot) {
        if (!members[slot].empty()) moved[slot] = center_of(members[slot], moved[slot], ranks);
      }
      if (moved == state_.medoids()) return round;
      for (std::size_t s = 0; s < moved.size(); ++s) n_swaps_ += moved[s] != state_.medoids()[s];
      state_.start_from(std::move(moved));
      check();
    }
    return max_rounds;
  }

 private:
  // Candidates that are handed out together; changes no result.
  static constexpr std::int64_t kAhead = 512;

  // Less than this share of the loss is rounding.
  bool lowers(const Swap& swap) const { return swap.change < -1e-12 * state_.loss(); }

  void check() const {
    if (!ask_(0)) throw Interrupted();
  }

  void take(const Swap& swap, std::int64_t candidate) {
    state_.take(swap, candidate);
    ++n_swaps_;
    check();
  }

  // The best swap with candidate(i) for every i below count, none with a medoid. Returns the first
  // that lowers the loss, else count; an eager look stops there.
  template <class Candidate>
  std::int64_t compare(std::int64_t count, Candidate&& candidate, bool eager,
                       std::vector<Swap>& swaps) {
    constexpr std::int64_t kSpan = 4;
    swaps.assign(static_cast<std::size_t>(count), Swap{});
    std::atomic<std::int64_t> first{count};
    Ticker ticker(ask_, 0);
    parallel_for(static_cast<std::size_t>((count + kSpan - 1) / kSpan), n_threads_,
                 [&](std::size_t span, int worker) {
                   if (!ticker.tick(worker, 1)) return;
                   const std::int64_t begin = static_cast<std::int64_t>(span) * kSpan;
                   for (std::int64_t i = begin; i < std::min(count, begin + kSpan); ++i) {
                     if (eager && i > first.load(std::memory_order_relaxed)) return;
                     if (state_.is_medoid(candidate(i))) continue;
                     Swap& swap = swaps[static_cast<std::size_t>(i)];
                     swap =
                         state_.best_swap(candidate(i), scratch_[static_cast<std::size_t>(worker)]);
                     if (lowers(swap)) keep_lower(first, i);
                   }
                 });
    if (ticker.stopped()) throw Interrupted();
    return first.load();
  }

  static void keep_lower(std::atomic<std::int64_t>& least, std::int64_t value) {
    std::int64_t seen = least.load();
    while (value < seen && !least.compare_exchange_weak(seen, value)) {
    }
  }

  // The member with the least sum of distances to all members; `current` where it is as good.
  std::int64_t center_of(const std::vector<std::int64_t>& members, std::int64_t current,
                         const std::int64_t* ranks) const {
    const Space part = space_.subset(members);
    std::vector<double> weights;
    for (const std::int64_t i : members) weights.push_back(weights_[i]);
    Limits<Real> all(part.n_points());
    all.fill(std::numeric_limits<Real>::infinity());
    const auto sum = [&](std::int64_t candidate, VisitScratch<Real>& s) {
      double total = 0;
      part.visit(candidate, all, s, [&](std::int64_t point, Real key) {
        total += weights[static_cast<std::size_t>(point)] * static_cast<double>(part.distance(key));
      });
      return total;
    };
    const std::vector<double> sums = evaluate_all<Real>(
        part.n_points(), n_threads_, ask_, [&](std::int64_t i, VisitScratch<Real>& s) {
          return sum(members[static_cast<std::size_t>(i)], s);
        });
    VisitScratch<Real> scratch;
    double least = sum(current, scratch) * (1 - 1e-12);
    std::int64_t best = current;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (state_.is_medoid(members[i])) continue;
      if (sums[i] < least || (sums[i] == least && ranks[members[i]] < ranks[best])) {
        least = sums[i];
        best = members[i];
      }
    }
    return best;
  }

  const Space& space_;
  const double* weights_;
  int n_threads_;
  MedoidState<Space> state_;
  int n_swaps_ = 0;
  KeepGoing ask_;
  std::vector<typename MedoidState<Space>::Scratch> scratch_;
};

}  // namespace shoal
