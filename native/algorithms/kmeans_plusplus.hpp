// k-means++, its greedy form and k-means|| on rows of any kind.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "algorithms/seed_distances.hpp"

namespace shoal {

template <class Rows>
class Seeder : private SeedDistances<Rows> {
  using Base = SeedDistances<Rows>;

 public:
  using Base::Base;

  std::vector<std::int64_t> greedy(int n_trials) {
    const int n_groups = (n_trials + 1 + kCandidateLanes - 1) / kCandidateLanes;
    const int lanes = n_groups * kCandidateLanes;
    panel_.assign(static_cast<std::size_t>(rows_.d * lanes), 0.0f);
    panel_norms_.assign(static_cast<std::size_t>(lanes), 0);
    std::vector<double> sums(static_cast<std::size_t>(n_chunks_ * lanes));
    std::vector<std::int64_t> candidates(static_cast<std::size_t>(n_trials));
    chosen_.push_back(draw_by_weight());
    // Candidate 0 is the seed chosen last: its distances are taken in the same pass.
    for (int lane = 0; lane < kCandidateLanes; ++lane) set_candidate(lane, chosen_.back());
    pass(1, [&](const float* distances, std::int64_t at, int count, int groups, std::size_t chunk) {
      chunk_sums_[chunk] += kernels_.lower(distances, count, groups, weights_at(at),
                                           &closest_[static_cast<std::size_t>(at)], 0, nullptr);
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
      chosen_.push_back(candidates[best - 1]);
      set_candidate(0, chosen_.back());
    }
    return chosen_;
  }

  // One candidate per step. Rows are drawn from a bound that lags behind the last seeds and kept
  // with probability (true / bound), which is the same draw (Cohen-Addad, Lattanzi,
  // Norouzi-Fard, Sohler and Svensson 2020). The bound is brought up to date when the work spent on
  // rejected rows is what that costs, which is at most twice the least work.
  std::vector<std::int64_t> plain() {
    add_pending(draw_by_weight());
    catch_up();
    extend();
    return chosen_;
  }

  // k-means|| (Bahmani, Moseley, Vattani, Kumar and Vassilvitskii 2012): in each round every row is
  // drawn with `oversampling` k times its share of the potential; the rows drawn, weighted by the
  // rows nearest to them, are seeded by greedy k-means++.
  std::vector<std::int64_t> parallel(int n_rounds, double oversampling, int n_trials) {
    who_.assign(static_cast<std::size_t>(rows_.n), 0);
    add_pending(draw_by_weight());
    catch_up();
    for (int round = 0; round < n_rounds; ++round) {
      for (const std::int64_t row : draw_round(round, oversampling * static_cast<double>(k_))) {
        add_pending(row);
      }
      catch_up();
    }
    if (static_cast<std::int64_t>(chosen_.size()) <= k_) {
      extend();
      return chosen_;
    }
    std::vector<double> weights(chosen_.size(), 0.0);
    for (std::int64_t i = 0; i < rows_.n; ++i) {
      weights[static_cast<std::size_t>(who_[static_cast<std::size_t>(i)])] += rows_.weight(i);
    }
    const Rows candidates = rows_.subset(chosen_, weights.data());
    Seeder reduced(candidates, k_, random_, n_threads_, keep_going_);
    std::vector<std::int64_t> seeds = reduced.greedy(n_trials);
    for (auto& s : seeds) s = chosen_[static_cast<std::size_t>(s)];
    return seeds;
  }

 private:
  // Draws seeds by rejection until there are k.
  void extend() {
    Ticker ticker(keep_going_, 0);
    double wasted = 0;
    while (static_cast<std::int64_t>(chosen_.size()) < k_) {
      if (!ticker.tick(0, 1)) throw Interrupted();
      if (wasted > catching_up()) {
        catch_up();
        wasted = 0;
      }
      const std::int64_t row = draw_stale();
      const float bound = closest_[static_cast<std::size_t>(row)];
      const double u = random_.next_uniform();
      if (bound > 0 && u * static_cast<double>(bound) >= static_cast<double>(current(row))) {
        wasted += drawing() + comparing();
      } else {
        add_pending(row);
      }
    }
  }

  // Work of drawing a row, of comparing it with the seeds the bound does not know, and of bringing
  // the bound up to date, in units of about two cycles.
  double drawing() const { return 2.0 * static_cast<double>(n_chunks_ + chunk_); }
  double comparing() const {
    return static_cast<double>(n_pending_) * static_cast<double>(rows_.d) / kCandidateLanes;
  }
  double catching_up() const {
    const auto d = static_cast<double>(rows_.d);
    return static_cast<double>(rows_.n) *
           (0.5 * static_cast<double>(pending_groups() + 1) * d + 10);
  }

  // Rows drawn in a round of k-means||, in their order.
  std::vector<std::int64_t> draw_round(int round, double expected) {
    double total = 0;
    for (const double s : chunk_sums_) total += s;
    std::vector<std::vector<std::int64_t>> found(static_cast<std::size_t>(n_chunks_));
    if (!(total > 0)) return {};
    const std::uint64_t position = kRoundsFrom + static_cast<std::uint64_t>(round * rows_.n);
    parallel_for(found.size(), n_threads_, [&](std::size_t c, int) {
      const std::int64_t begin = static_cast<std::int64_t>(c) * chunk_;
      for (std::int64_t i = begin; i < std::min(rows_.n, begin + chunk_); ++i) {
        const double share =
            rows_.weight(i) * static_cast<double>(closest_[static_cast<std::size_t>(i)]) / total;
        const double u = random_.uniform_at(position + static_cast<std::uint64_t>(i));
        if (u < expected * share) found[c].push_back(i);
      }
    });
    std::vector<std::int64_t> rows;
    for (const auto& part : found) rows.insert(rows.end(), part.begin(), part.end());
    return rows;
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

  // A row in proportion to its distance to the seeds, the last of which is only candidate 0 yet.
  std::int64_t draw() {
    double left = 0;
    const std::int64_t chunk = draw_chunk(left);
    if (chunk < 0) return draw_by_weight();
    float fresh[Base::kLongestChunk];
    visit_chunk(chunk, 0, 1, scratch_[0], [&](const float* distances, std::int64_t at, int count) {
      for (int i = 0; i < count; ++i) {
        fresh[at - chunk * chunk_ + i] =
            std::min(closest_[static_cast<std::size_t>(at + i)], distances[i * kCandidateLanes]);
      }
    });
    return draw_in_chunk(chunk, left, [&](std::int64_t i) { return fresh[i - chunk * chunk_]; });
  }

  using Base::add_pending, Base::catch_up, Base::current, Base::draw_by_weight, Base::draw_chunk,
      Base::draw_in_chunk, Base::draw_stale, Base::pass, Base::pending_groups, Base::set_candidate,
      Base::visit_chunk, Base::weights_at;
  using Base::chosen_, Base::chunk_, Base::chunk_sums_, Base::closest_, Base::k_, Base::keep_going_,
      Base::kernels_, Base::n_chunks_, Base::n_pending_, Base::n_threads_, Base::panel_,
      Base::panel_norms_, Base::random_, Base::rows_, Base::scratch_, Base::who_;

  // Where the random numbers of k-means|| begin, far beyond those drawn in sequence.
  static constexpr std::uint64_t kRoundsFrom = std::uint64_t{1} << 40;
};

}  // namespace shoal
