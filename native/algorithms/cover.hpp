// Centres chosen one after the other: greedily (BUILD), or drawn far from those chosen before
// (k-means++, with the distance in place of its square).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "algorithms/metric_space.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/philox.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

// evaluate(i, scratch) for every i below n, in parallel.
template <class Real, class Evaluate>
std::vector<double> evaluate_all(std::int64_t n, int n_threads, const KeepGoing& keep_going,
                                 Evaluate&& evaluate) {
  constexpr std::int64_t kSpan = 16;
  std::vector<double> values(static_cast<std::size_t>(n));
  Ticker ticker(keep_going, 0);
  parallel_for(static_cast<std::size_t>((n + kSpan - 1) / kSpan), n_threads,
               [&](std::size_t span, int worker) {
                 if (!ticker.tick(worker, 1)) return;
                 VisitScratch<Real> scratch;
                 const std::int64_t begin = static_cast<std::int64_t>(span) * kSpan;
                 for (std::int64_t i = begin; i < std::min(n, begin + kSpan); ++i) {
                   values[static_cast<std::size_t>(i)] = evaluate(i, scratch);
                 }
               });
  if (ticker.stopped()) throw Interrupted();
  return values;
}

// The points' distances to the nearest centre so far.
template <class Space>
class Cover {
 public:
  using Real = typename Space::real;

  Cover(const Space& space, const double* weights, int n_threads, const KeepGoing& keep_going)
      : space_(space),
        weights_(weights),
        n_threads_(n_threads),
        keep_going_(keep_going),
        limits_(space.n_points()),
        near_(static_cast<std::size_t>(space.n_points())),
        sums_(static_cast<std::size_t>((space.n_points() + kPairTile - 1) / kPairTile)),
        chosen_(static_cast<std::size_t>(space.n_candidates())) {
    limits_.fill(std::numeric_limits<Real>::infinity());
  }

  // Each centre lowers the loss as much as one can; ties go to the lowest rank.
  std::vector<std::int64_t> build(std::int64_t k, const std::int64_t* ranks) {
    const std::int64_t m = space_.n_candidates();
    while (static_cast<std::int64_t>(centers_.size()) < k) {
      const bool first = centers_.empty();
      const std::vector<double> gains = evaluate_all<Real>(
          m, n_threads_, keep_going_, [&](std::int64_t c, VisitScratch<Real>& s) {
            return first ? -total_distance(c, s) : gain(c, s);
          });
      std::int64_t best = -1;
      for (std::int64_t c = 0; c < m; ++c) {
        if (chosen_[static_cast<std::size_t>(c)]) continue;
        const auto value = [&](std::int64_t i) { return gains[static_cast<std::size_t>(i)]; };
        if (best < 0 || value(c) > value(best) ||
            (value(c) == value(best) && ranks[c] < ranks[best])) {
          best = c;
        }
      }
      add(best);
    }
    return centers_;
  }

  // Points are drawn by weight times distance; of `n_trials` draws the one that lowers the loss
  // most is kept.
  std::vector<std::int64_t> spread(std::int64_t k, int n_trials, Philox random) {
    std::vector<std::int64_t> drawn(static_cast<std::size_t>(n_trials));
    std::vector<double> gains(drawn.size());
    add(space_.candidate_of(draw_by_weight(random)));
    while (static_cast<std::int64_t>(centers_.size()) < k) {
      if (keep_going_ && !keep_going_(0)) throw Interrupted();
      double total = 0;
      for (const double s : sums_) total += s;
      if (!(total > 0)) {
        add(first_left());
        continue;
      }
      for (auto& c : drawn) c = space_.candidate_of(draw(random.next_uniform() * total));
      parallel_for(drawn.size(), n_threads_, [&](std::size_t t, int) {
        VisitScratch<Real> scratch;
        gains[t] = gain(drawn[t], scratch);
      });
      add(drawn[static_cast<std::size_t>(std::max_element(gains.begin(), gains.end()) -
                                         gains.begin())]);
    }
    return centers_;
  }

 private:
  double weighted(std::int64_t point) const {
    const auto at = static_cast<std::size_t>(point);
    return weights_[at] * static_cast<double>(near_[at]);
  }

  double total_distance(std::int64_t candidate, VisitScratch<Real>& s) const {
    double sum = 0;
    space_.visit(candidate, limits_, s, [&](std::int64_t point, Real key) {
      sum += weights_[point] * static_cast<double>(space_.distance(key));
    });
    return sum;
  }

  double gain(std::int64_t candidate, VisitScratch<Real>& s) const {
    double sum = 0;
    space_.visit(candidate, limits_, s, [&](std::int64_t point, Real key) {
      sum += weights_[point] * (static_cast<double>(near_[static_cast<std::size_t>(point)]) -
                                static_cast<double>(space_.distance(key)));
    });
    return sum;
  }

  void add(std::int64_t candidate) {
    VisitScratch<Real> scratch;
    space_.visit(candidate, limits_, scratch, [&](std::int64_t point, Real key) {
      const auto at = static_cast<std::size_t>(point);
      near_[at] = space_.distance(key);
      limits_.points[at] = key;
    });
    limits_.refresh();
    chosen_[static_cast<std::size_t>(candidate)] = true;
    centers_.push_back(candidate);
    for (std::size_t t = 0; t < sums_.size(); ++t) {
      const auto first = static_cast<std::int64_t>(t) * kPairTile;
      sums_[t] = 0;
      for (std::int64_t i = first; i < std::min(first + kPairTile, space_.n_points()); ++i) {
        sums_[t] += weighted(i);
      }
    }
  }

  std::int64_t draw_by_weight(Philox& random) const {
    double total = 0;
    const std::int64_t n = space_.n_points();
    for (std::int64_t i = 0; i < n; ++i) total += weights_[i];
    double left = random.next_uniform() * total;
    std::int64_t i = 0;
    while (i + 1 < n && (left -= weights_[i]) >= 0) ++i;
    return i;
  }

  // The point at which the sum of weighted distances passes `left`.
  std::int64_t draw(double left) const {
    std::size_t tile = 0, last_tile = 0;
    for (; tile < sums_.size(); ++tile) {
      if (!(sums_[tile] > 0)) continue;
      last_tile = tile;
      if (left < sums_[tile]) break;
      left -= sums_[tile];
    }
    const auto first = static_cast<std::int64_t>(last_tile) * kPairTile;
    std::int64_t last = first;
    for (std::int64_t i = first; i < std::min(first + kPairTile, space_.n_points()); ++i) {
      if (!(weighted(i) > 0)) continue;
      last = i;
      left -= weighted(i);
      if (left < 0) break;
    }
    return last;
  }

  std::int64_t first_left() const {
    return std::find(chosen_.begin(), chosen_.end(), false) - chosen_.begin();
  }

  const Space& space_;
  const double* weights_;
  int n_threads_;
  const KeepGoing& keep_going_;
  Limits<Real> limits_;
  std::vector<Real> near_;
  std::vector<double> sums_;
  std::vector<bool> chosen_;
  std::vector<std::int64_t> centers_;
};

}  // namespace shoal
