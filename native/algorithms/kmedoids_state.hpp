// Medoids and what every point knows of them: the nearest, the second nearest, and what a swap
// would do (E. Schubert and P. J. Rousseeuw 2021, doi:10.1016/j.is.2021.101804).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "algorithms/metric_space.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

// What taking a candidate in place of the medoid in a slot does to the loss.
struct Swap {
  double change = 0;
  std::int64_t slot = 0;
};

template <class Space>
class MedoidState {
 public:
  using Real = typename Space::real;
  struct Scratch {
    VisitScratch<Real> visit;
    std::vector<double> change;
  };

  // `medoids` are candidates; a point's weight is that of all rows it stands for.
  MedoidState(const Space& space, const double* weights, std::vector<std::int64_t> medoids,
              int n_threads)
      : space_(space),
        weights_(weights),
        k_(static_cast<std::int64_t>(medoids.size())),
        n_threads_(n_threads),
        panel_(space, k_),
        limits_(space.n_points()) {
    const auto n = static_cast<std::size_t>(space.n_points());
    nearest_.resize(n);
    next_.resize(n);
    near_keys_.resize(n);
    near_.resize(n);
    second_.resize(n);
    start_from(std::move(medoids));
  }

  const std::vector<std::int64_t>& medoids() const { return medoids_; }
  const std::vector<std::int32_t>& nearest() const { return nearest_; }
  bool is_medoid(std::int64_t candidate) const {
    return is_medoid_[static_cast<std::size_t>(candidate)];
  }
  double loss() const { return loss_; }

  void start_from(std::vector<std::int64_t> medoids) {
    medoids_ = std::move(medoids);
    is_medoid_.assign(static_cast<std::size_t>(space_.n_candidates()), false);
    for (std::int64_t s = 0; s < k_; ++s) {
      const std::int64_t medoid = medoids_[static_cast<std::size_t>(s)];
      is_medoid_[static_cast<std::size_t>(medoid)] = true;
      panel_.place(s, medoid);
    }
    look_again(space_.n_points(), [](std::int64_t i) { return i; });
    add_up();
  }

  // Every medoid is compared with the candidate in one look at the points near it: only those
  // matter that are closer to it than to their second nearest medoid.
  Swap best_swap(std::int64_t candidate, Scratch& s) const {
    s.change = removal_;
    double joint = 0;  // what the candidate saves whichever medoid goes
    space_.visit(candidate, limits_, s.visit, [&](std::int64_t point, Real key) {
      const auto at = static_cast<std::size_t>(point);
      const double distance = static_cast<double>(space_.distance(key));
      const double near = static_cast<double>(near_[at]), next = static_cast<double>(second_[at]);
      double& own = s.change[static_cast<std::size_t>(nearest_[at])];
      if (key < near_keys_[at]) {
        joint += weights_[at] * (distance - near);
        own += weights_[at] * (near - next);
      } else {
        own += weights_[at] * (distance - next);
      }
    });
    const auto least = std::ranges::min_element(s.change);
    return {*least + joint, least - s.change.begin()};
  }

  void take(const Swap& swap, std::int64_t candidate) {
    const auto slot = static_cast<std::int32_t>(swap.slot);
    auto& medoid = medoids_[static_cast<std::size_t>(slot)];
    is_medoid_[static_cast<std::size_t>(medoid)] = false;
    medoid = candidate;
    is_medoid_[static_cast<std::size_t>(medoid)] = true;
    panel_.place(slot, candidate);
    std::vector<std::int64_t> bereft;
    for (std::size_t i = 0; i < nearest_.size(); ++i) {
      if (nearest_[i] == slot || next_[i] == slot) bereft.push_back(static_cast<std::int64_t>(i));
    }
    VisitScratch<Real> visit;
    space_.visit(candidate, limits_, visit, [&](std::int64_t point, Real key) {
      const auto at = static_cast<std::size_t>(point);
      if (nearest_[at] != slot && next_[at] != slot) welcome(at, slot, key);
    });
    look_again(static_cast<std::int64_t>(bereft.size()),
               [&](std::int64_t i) { return bereft[static_cast<std::size_t>(i)]; });
    add_up();
  }

 private:
  // A point is closer to a newcomer than to its second nearest medoid.
  void welcome(std::size_t at, std::int32_t slot, Real key) {
    const bool first = key < near_keys_[at] || (key == near_keys_[at] && slot < nearest_[at]);
    next_[at] = first ? nearest_[at] : slot;
    limits_.points[at] = first ? near_keys_[at] : key;
    second_[at] = first ? near_[at] : space_.distance(key);
    if (!first) return;
    nearest_[at] = slot;
    near_keys_[at] = key;
    near_[at] = space_.distance(key);
  }

  // Compares points with all medoids.
  template <class Point>
  void look_again(std::int64_t count, Point&& point) {
    constexpr std::int64_t kSpan = 512;
    parallel_for(static_cast<std::size_t>((count + kSpan - 1) / kSpan), n_threads_,
                 [&](std::size_t span, int) {
                   std::vector<Real> keys(static_cast<std::size_t>(panel_.room()));
                   const std::int64_t begin = static_cast<std::int64_t>(span) * kSpan;
                   for (std::int64_t i = begin; i < std::min(count, begin + kSpan); ++i) {
                     panel_.keys(point(i), keys.data());
                     set_nearest(static_cast<std::size_t>(point(i)), keys.data());
                   }
                 });
  }

  void set_nearest(std::size_t at, const Real* keys) {
    Real low = std::numeric_limits<Real>::infinity(), next = low;
    std::int32_t best = 0, other = -1;
    for (std::int32_t s = 0; s < k_; ++s) {
      if (keys[s] < low) {
        next = low;
        other = s > 0 ? best : -1;
        low = keys[s];
        best = s;
      } else if (keys[s] < next) {
        next = keys[s];
        other = s;
      }
    }
    nearest_[at] = best;
    next_[at] = other;
    near_keys_[at] = low;
    near_[at] = space_.distance(low);
    // With one medoid there is no second: every point counts as close, and what its removal costs
    // cancels out.
    limits_.points[at] = next;
    second_[at] = k_ > 1 ? space_.distance(next) : Real{0};
  }

  // The loss, and what the removal of each medoid adds to it.
  void add_up() {
    limits_.refresh();
    removal_.assign(static_cast<std::size_t>(k_), 0.0);
    loss_ = 0;
    for (std::size_t i = 0; i < nearest_.size(); ++i) {
      const double near = static_cast<double>(near_[i]);
      loss_ += weights_[i] * near;
      removal_[static_cast<std::size_t>(nearest_[i])] +=
          weights_[i] * (static_cast<double>(second_[i]) - near);
    }
  }

  const Space& space_;
  const double* weights_;
  std::int64_t k_;
  int n_threads_;
  typename Space::Panel panel_;
  Limits<Real> limits_;  // the key of each point's second nearest medoid
  std::vector<std::int64_t> medoids_;
  std::vector<bool> is_medoid_;
  std::vector<std::int32_t> nearest_, next_;  // slots
  std::vector<Real> near_keys_, near_, second_;
  std::vector<double> removal_;
  double loss_ = 0;
};

}  // namespace shoal
