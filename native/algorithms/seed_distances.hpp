// Squared distance of every row to its nearest seed, kept up to date as seeds are chosen, and rows
// drawn in proportion to it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/philox.hpp"
#include "core/thread_pool.hpp"
#include "kernels/seeding.hpp"

namespace shoal {

template <class Rows>
class SeedDistances {
 public:
  SeedDistances(const Rows& rows, std::int64_t k, Philox random, int n_threads,
                const KeepGoing& keep_going)
      : rows_(rows),
        k_(k),
        random_(random),
        n_threads_(n_threads),
        keep_going_(keep_going),
        kernels_(SHOAL_PICK_KERNELS(seeding_kernels)),
        chunk_(std::clamp<std::int64_t>((rows.n / kChunks + kStep - 1) / kStep * kStep, kStep,
                                        kLongestChunk)),
        n_chunks_((rows.n + chunk_ - 1) / chunk_),
        norms_(rows.seeding_norms(kernels_, n_threads)),
        closest_(static_cast<std::size_t>(rows.n), std::numeric_limits<float>::max()),
        chunk_sums_(static_cast<std::size_t>(n_chunks_)),
        scratch_(static_cast<std::size_t>(std::max(1, n_threads))) {
    chosen_.reserve(static_cast<std::size_t>(k));
  }

 protected:
  static constexpr int kStep = 64;       // rows whose distances are held at a time
  static constexpr int kPassGroups = 8;  // groups of 8 seeds taken in one pass
  static constexpr std::int64_t kMostPending = std::int64_t{1} << 24;  // numbers in their panel
  // A draw walks the sums of all chunks and then the rows of one.
  static constexpr std::int64_t kChunks = 1024, kLongestChunk = 1024;
  // Products from which a pass is worth waking other threads.
  static constexpr std::int64_t kThreadsFrom = std::int64_t{1} << 18;

  struct Scratch {
    std::vector<float> rows, distances;
  };

  const double* weights_at(std::int64_t at) const {
    return rows_.weights != nullptr ? rows_.weights + at : nullptr;
  }

  void set_candidate(int lane, std::int64_t row) {
    rows_.write_candidate(kernels_, row, panel_.data(), lane);
    panel_norms_[static_cast<std::size_t>(lane)] = norms_[static_cast<std::size_t>(row)];
  }

  // Calls use(distances, first row, count, n_groups, chunk) for every step of every chunk, with the
  // distances to the candidates of n_groups groups from `from` on.
  template <class Use>
  void pass(int n_groups, Use&& use, int from = 0) {
    Ticker ticker(keep_going_, 0);
    const std::int64_t work = rows_.n * rows_.d * n_groups * kCandidateLanes;
    const int n_threads = work < kThreadsFrom ? 1 : n_threads_;
    parallel_for(static_cast<std::size_t>(n_chunks_), n_threads, [&](std::size_t c, int worker) {
      if (!ticker.tick(worker, 1)) return;
      visit_chunk(static_cast<std::int64_t>(c), from, n_groups,
                  scratch_[static_cast<std::size_t>(worker)],
                  [&](const float* distances, std::int64_t at, int count) {
                    use(distances, at, count, n_groups, c);
                  });
    });
    if (ticker.stopped()) throw Interrupted();
  }

  template <class Use>
  void visit_chunk(std::int64_t chunk, int from, int n_groups, Scratch& scratch, Use&& use) {
    scratch.distances.resize(static_cast<std::size_t>(kStep * n_groups * kCandidateLanes));
    const std::int64_t end = std::min(rows_.n, (chunk + 1) * chunk_);
    for (std::int64_t at = chunk * chunk_; at < end; at += kStep) {
      const int count = static_cast<int>(std::min<std::int64_t>(kStep, end - at));
      rows_.candidate_distances(kernels_, norms_.data(), at, count,
                                panel_.data() + from * rows_.d * kCandidateLanes,
                                panel_norms_.data() + from * kCandidateLanes, n_groups,
                                scratch.rows, scratch.distances.data());
      use(scratch.distances.data(), at, count);
    }
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
    const std::int64_t begin = chunk * chunk_, end = std::min(rows_.n, begin + chunk_);
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

  // A row in proportion to the bound, which may lag behind the last seeds.
  std::int64_t draw_stale() {
    double left = 0;
    const std::int64_t chunk = draw_chunk(left);
    if (chunk < 0) return draw_by_weight();
    return draw_in_chunk(chunk, left,
                         [&](std::int64_t i) { return closest_[static_cast<std::size_t>(i)]; });
  }

  // Chooses a row as a seed that the bound does not know yet.
  void add_pending(std::int64_t row) {
    if (n_pending_ >= std::max<std::int64_t>(kCandidateLanes, kMostPending / rows_.d)) catch_up();
    chosen_.push_back(row);
    const int lane = n_pending_++;
    if (lane % kCandidateLanes == 0) {
      // A new group: every lane of it holds a seed.
      const auto lanes = static_cast<std::size_t>(lane + kCandidateLanes);
      if (panel_norms_.size() < lanes) {
        panel_.resize(lanes * static_cast<std::size_t>(rows_.d), 0.0f);
        panel_norms_.resize(lanes, 0);
      }
      for (int l = 1; l < kCandidateLanes; ++l) set_candidate(lane + l, row);
    }
    set_candidate(lane, row);
  }
  int pending_groups() const { return (n_pending_ + kCandidateLanes - 1) / kCandidateLanes; }

  // The squared distance of a row to its nearest seed.
  float current(std::int64_t row) {
    float least = closest_[static_cast<std::size_t>(row)];
    if (n_pending_ == 0) return least;
    Scratch& scratch = scratch_[0];
    scratch.distances.resize(static_cast<std::size_t>(pending_groups() * kCandidateLanes));
    rows_.candidate_distances(kernels_, norms_.data(), row, 1, panel_.data(), panel_norms_.data(),
                              pending_groups(), scratch.rows, scratch.distances.data());
    kernels_.lower(scratch.distances.data(), 1, pending_groups(), nullptr, &least, 0, nullptr);
    return least;
  }

  // Brings the bound up to date.
  void catch_up() {
    for (int from = 0; from < pending_groups(); from += kPassGroups) {
      const int n_groups = std::min(kPassGroups, pending_groups() - from);
      const auto first = static_cast<std::int32_t>(n_caught_up_ + from * kCandidateLanes);
      std::fill(chunk_sums_.begin(), chunk_sums_.end(), 0.0);
      pass(
          n_groups,
          [&](const float* distances, std::int64_t at, int count, int groups, std::size_t chunk) {
            const auto i = static_cast<std::size_t>(at);
            chunk_sums_[chunk] +=
                kernels_.lower(distances, count, groups, weights_at(at), &closest_[i], first,
                               who_.empty() ? nullptr : &who_[i]);
          },
          from);
    }
    n_caught_up_ += n_pending_;
    n_pending_ = 0;
  }

  const Rows& rows_;
  std::int64_t k_;
  Philox random_;
  int n_threads_;
  const KeepGoing& keep_going_;
  const SeedingKernels& kernels_;
  std::int64_t chunk_;  // rows whose potential is summed together
  std::int64_t n_chunks_;
  std::vector<typename Rows::seeding_norm> norms_, panel_norms_;
  std::vector<float> closest_, panel_;
  std::vector<double> chunk_sums_;
  std::vector<Scratch> scratch_;
  std::vector<std::int64_t> chosen_;
  std::vector<std::int32_t> who_;  // the nearest seed of each row by its place in chosen_, if kept
  int n_pending_ = 0;              // seeds the bound does not know yet
  std::int64_t n_caught_up_ = 0;
};

}  // namespace shoal
