// k-means++ and its greedy form on rows of any kind.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/philox.hpp"
#include "core/thread_pool.hpp"
#include "kernels/seeding.hpp"

namespace shoal {

inline constexpr std::int64_t kChunk =
    1024;                                 // rows whose potential is summed and searched together
inline constexpr int kStep = 64;          // rows whose distances are held at a time
inline constexpr int kPendingGroups = 2;  // centres a stale bound may lag behind, in groups of 8
inline constexpr int kMaxRejections = 24;

// Squared distance of every row to its nearest seed, and how to draw a row in proportion to it.
template <class Rows>
class Seeder {
 public:
  Seeder(const Rows& rows, std::int64_t k, Philox random, int n_threads,
         const KeepGoing& keep_going)
      : rows_(rows),
        k_(k),
        random_(random),
        n_threads_(n_threads),
        keep_going_(keep_going),
        kernels_(SHOAL_PICK_KERNELS(seeding_kernels)),
        n_chunks_((rows.n + kChunk - 1) / kChunk),
        norms_(rows.seeding_norms(kernels_, n_threads)),
        closest_(static_cast<std::size_t>(rows.n), std::numeric_limits<float>::max()),
        chunk_sums_(static_cast<std::size_t>(n_chunks_)),
        scratch_(static_cast<std::size_t>(std::max(1, n_threads))) {
    chosen_.reserve(static_cast<std::size_t>(k));
  }

  std::vector<std::int64_t> greedy(int n_trials) {
    const int n_groups = (n_trials + 1 + kCandidateLanes - 1) / kCandidateLanes;
    const int lanes = n_groups * kCandidateLanes;
    panel_.assign(static_cast<std::size_t>(rows_.d * lanes), 0.0f);
    panel_norms_.assign(static_cast<std::size_t>(lanes), 0.0f);
    std::vector<double> sums(static_cast<std::size_t>(n_chunks_ * lanes));
    std::vector<std::int64_t> candidates(static_cast<std::size_t>(n_trials));
    choose(draw_by_weight());
    // Candidate 0 is the seed chosen last: its distances are taken in the same pass.
    for (int lane = 0; lane < kCandidateLanes; ++lane) set_candidate(lane, chosen_.back());
    pass(1, [&](const float* distances, std::int64_t at, int count, int groups, std::size_t chunk) {
      chunk_sums_[chunk] += kernels_.lower(distances, count, groups, weights_at(at),
                                           &closest_[static_cast<std::size_t>(at)]);
    });
    while (static_cast<std::int64_t>(chosen_.size()) < k_) {
      for (auto& c : candidates) c = draw();
      for (std::size_t t = 0; t < candidates.size(); ++t)
        set_candidate(static_cast<int>(t) + 1, candidates[t]);
      for (int lane = n_trials + 1; lane < lanes; ++lane) set_candidate(lane, candidates[0]);
      std::fill(sums.begin(), sums.end(), 0.0);
      pass(n_groups,
           [&](const float* distances, std::int64_t at, int count, int groups, std::size_t chunk) {
             kernels_.potentials(distances, count, groups, weights_at(at),
                                 &closest_[static_cast<std::size_t>(at)],
                                 &sums[chunk * static_cast<std::size_t>(lanes)]);
           });
      const std::size_t best = least_potential(sums, lanes, n_trials);
      for (std::size_t c = 0; c < chunk_sums_.size(); ++c) {
        chunk_sums_[c] = sums[c * static_cast<std::size_t>(lanes) + best];
      }
      choose(candidates[best - 1]);
      set_candidate(0, chosen_.back());
    }
    return chosen_;
  }

  // One candidate per step. Rows are drawn from a bound that lags behind the last seeds and kept
  // with probability (true / bound), which is the same draw; the bound is brought up to date for
  // many seeds in one pass.
  std::vector<std::int64_t> plain() {
    const int lanes = kPendingGroups * kCandidateLanes;
    panel_.assign(static_cast<std::size_t>(rows_.d * lanes), 0.0f);
    panel_norms_.assign(static_cast<std::size_t>(lanes), 0.0f);
    choose(draw_by_weight());
    add_pending();
    catch_up();
    int rejections = 0;
    while (static_cast<std::int64_t>(chosen_.size()) < k_) {
      const std::int64_t row = draw_stale();
      const float bound = closest_[static_cast<std::size_t>(row)];
      const double u = random_.next_uniform();
      if (bound > 0 && u * static_cast<double>(bound) >= static_cast<double>(current(row))) {
        if (++rejections == kMaxRejections) {
          catch_up();
          rejections = 0;
        }
        continue;
      }
      choose(row);
      add_pending();
      rejections = 0;
      if (n_pending_ == lanes) catch_up();
    }
    return chosen_;
  }

 private:
  struct Scratch {
    std::vector<float> rows, distances;
  };

  const double* weights_at(std::int64_t at) const {
    return rows_.weights != nullptr ? rows_.weights + at : nullptr;
  }

  void choose(std::int64_t row) { chosen_.push_back(row); }

  void set_candidate(int lane, std::int64_t row) {
    rows_.write_candidate(kernels_, row, panel_.data(), lane);
    if (!norms_.empty())
      panel_norms_[static_cast<std::size_t>(lane)] = norms_[static_cast<std::size_t>(row)];
  }

  // Calls use(distances, first row, count, n_groups, chunk) for every step of every chunk.
  template <class Use>
  void pass(int n_groups, Use&& use) {
    Ticker ticker(keep_going_, 0);
    parallel_for(static_cast<std::size_t>(n_chunks_), n_threads_, [&](std::size_t c, int worker) {
      if (!ticker.tick(worker, 1)) return;
      visit_chunk(static_cast<std::int64_t>(c), n_groups,
                  scratch_[static_cast<std::size_t>(worker)],
                  [&](const float* distances, std::int64_t at, int count) {
                    use(distances, at, count, n_groups, c);
                  });
    });
    if (ticker.stopped()) throw Interrupted();
  }

  template <class Use>
  void visit_chunk(std::int64_t chunk, int n_groups, Scratch& scratch, Use&& use) {
    scratch.distances.resize(static_cast<std::size_t>(kStep * n_groups * kCandidateLanes));
    const std::int64_t end = std::min(rows_.n, (chunk + 1) * kChunk);
    for (std::int64_t at = chunk * kChunk; at < end; at += kStep) {
      const int count = static_cast<int>(std::min<std::int64_t>(kStep, end - at));
      rows_.candidate_distances(kernels_, norms_.data(), at, count, panel_.data(),
                                panel_norms_.data(), n_groups, scratch.rows,
                                scratch.distances.data());
      use(scratch.distances.data(), at, count);
    }
  }

  static std::size_t least_potential(const std::vector<double>& sums, int lanes, int n_trials) {
    std::size_t best = 1;
    double least = std::numeric_limits<double>::infinity();
    for (int t = 1; t <= n_trials; ++t) {
      double total = 0;
      for (std::size_t i = static_cast<std::size_t>(t); i < sums.size();
           i += static_cast<std::size_t>(lanes))
        total += sums[i];
      if (total < least) {
        least = total;
        best = static_cast<std::size_t>(t);
      }
    }
    return best;
  }

  std::int64_t draw_by_weight() {
    if (rows_.weights == nullptr) {
      return static_cast<std::int64_t>(random_.next_below(static_cast<std::uint64_t>(rows_.n)));
    }
    double total = 0;
    for (std::int64_t i = 0; i < rows_.n; ++i) total += rows_.weights[i];
    const double target = random_.next_uniform() * total;
    double sum = 0;
    std::int64_t last = 0;
    for (std::int64_t i = 0; i < rows_.n; ++i) {
      if (!(rows_.weights[i] > 0)) continue;
      last = i;
      sum += rows_.weights[i];
      if (sum > target) break;
    }
    return last;
  }

  // The chunk a draw falls into and what is left of the draw inside it; -1 when nothing is left to
  // draw because every row sits on a seed.
  std::int64_t draw_chunk(double& left) {
    double total = 0;
    for (const double s : chunk_sums_) total += s;
    if (!(total > 0)) return -1;
    left = random_.next_uniform() * total;
    std::int64_t last = 0;
    for (std::int64_t c = 0; c < n_chunks_; ++c) {
      const double s = chunk_sums_[static_cast<std::size_t>(c)];
      if (!(s > 0)) continue;
      last = c;
      if (left < s) return c;
      left -= s;
    }
    return last;
  }

  template <class Closest>
  std::int64_t draw_in_chunk(std::int64_t chunk, double left, Closest&& closest) {
    const std::int64_t begin = chunk * kChunk, end = std::min(rows_.n, begin + kChunk);
    std::int64_t last = begin;
    for (std::int64_t i = begin; i < end; ++i) {
      const double s = rows_.weight(i) * static_cast<double>(closest(i));
      if (!(s > 0)) continue;
      last = i;
      left -= s;
      if (left < 0) break;
    }
    return last;
  }

  // A row in proportion to its distance to the seeds, the last of which is only candidate 0 yet.
  std::int64_t draw() {
    double left = 0;
    const std::int64_t chunk = draw_chunk(left);
    if (chunk < 0) return draw_by_weight();
    float fresh[kChunk];
    visit_chunk(chunk, 1, scratch_[0], [&](const float* distances, std::int64_t at, int count) {
      for (int i = 0; i < count; ++i) {
        fresh[at - chunk * kChunk + i] =
            std::min(closest_[static_cast<std::size_t>(at + i)], distances[i * kCandidateLanes]);
      }
    });
    return draw_in_chunk(chunk, left, [&](std::int64_t i) { return fresh[i - chunk * kChunk]; });
  }

  std::int64_t draw_stale() {
    double left = 0;
    const std::int64_t chunk = draw_chunk(left);
    if (chunk < 0) return draw_by_weight();
    return draw_in_chunk(chunk, left,
                         [&](std::int64_t i) { return closest_[static_cast<std::size_t>(i)]; });
  }

  void add_pending() { set_candidate(n_pending_++, chosen_.back()); }

  float current(std::int64_t row) {
    if (n_pending_ == 0) return closest_[static_cast<std::size_t>(row)];
    const int n_groups = (n_pending_ + kCandidateLanes - 1) / kCandidateLanes;
    Scratch& scratch = scratch_[0];
    scratch.distances.resize(static_cast<std::size_t>(kStep * n_groups * kCandidateLanes));
    rows_.candidate_distances(kernels_, norms_.data(), row, 1, panel_.data(), panel_norms_.data(),
                              n_groups, scratch.rows, scratch.distances.data());
    float least = closest_[static_cast<std::size_t>(row)];
    for (int l = 0; l < n_pending_; ++l) {
      least = std::min(least, scratch.distances[static_cast<std::size_t>(l)]);
    }
    return least;
  }

  void catch_up() {
    if (n_pending_ == 0) return;
    const int n_groups = (n_pending_ + kCandidateLanes - 1) / kCandidateLanes;
    for (int lane = n_pending_; lane < n_groups * kCandidateLanes; ++lane)
      set_candidate(lane, chosen_.back());
    std::fill(chunk_sums_.begin(), chunk_sums_.end(), 0.0);
    pass(n_groups,
         [&](const float* distances, std::int64_t at, int count, int groups, std::size_t chunk) {
           chunk_sums_[chunk] += kernels_.lower(distances, count, groups, weights_at(at),
                                                &closest_[static_cast<std::size_t>(at)]);
         });
    n_pending_ = 0;
  }

  const Rows& rows_;
  std::int64_t k_;
  Philox random_;
  int n_threads_;
  const KeepGoing& keep_going_;
  const SeedingKernels& kernels_;
  std::int64_t n_chunks_;
  std::vector<float> norms_, closest_, panel_, panel_norms_;
  std::vector<double> chunk_sums_;
  std::vector<Scratch> scratch_;
  std::vector<std::int64_t> chosen_;
  int n_pending_ = 0;
};

}  // namespace shoal
