// How far the centres moved in an iteration, and which few are worth looking at on their own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "algorithms/kmeans_centers.hpp"

namespace shoal {

class Drift {
 public:
  Drift(int block, std::int64_t k, std::int64_t d)
      : own(static_cast<std::size_t>(k)),
        rival(static_cast<std::size_t>(k)),
        given_back(static_cast<std::size_t>(k)),
        block_(block),
        k_(k),
        d_(d),
        order_(static_cast<std::size_t>(k)),
        moved_(static_cast<std::size_t>(k)) {}

  std::vector<float> own, rival;  // per centre: what it moved, what the fastest other moved
  int n_fast = 0;
  std::vector<std::int32_t> fast;  // the fast centres
  // Per centre: what of `rival` is due to the fast centres and can be taken back once a row has
  // been compared with them.
  std::vector<float> given_back;

  // The farthest that any centre moved, in scaled units.
  float largest() const { return largest_but(-1, 0); }

  PackedCenters fast_panel() const { return panel_.front().view(); }

  // `steps`: how far each centre moved, in scaled units. near, far and labels of all n rows as they
  // were before the move help to choose the fast ones.
  void record(const std::vector<double>& steps, const double* centers, const double* shift,
              double scale, const float* near, const float* far, const std::int32_t* labels,
              std::int64_t n) {
    for (std::size_t c = 0; c < steps.size(); ++c) {
      moved_[c] = static_cast<float>(steps[c] * (1 + 1e-6) + 1e-37);
    }
    std::iota(order_.begin(), order_.end(), 0);
    std::sort(order_.begin(), order_.end(), [&](std::int32_t a, std::int32_t b) {
      const float x = moved_[static_cast<std::size_t>(a)], y = moved_[static_cast<std::size_t>(b)];
      return x != y ? x > y : a < b;
    });
    own = moved_;
    for (std::int64_t c = 0; c < k_; ++c) rival[static_cast<std::size_t>(c)] = largest_but(c, 0);
    n_fast = choose(near, far, labels, n);
    if (n_fast == 0) return;
    fast.assign(order_.begin(), order_.begin() + n_fast);
    std::sort(fast.begin(), fast.end());
    for (std::int64_t c = 0; c < k_; ++c) {
      const auto i = static_cast<std::size_t>(c);
      given_back[i] = (rival[i] - largest_but(c, n_fast)) * (1 - 1e-6f);
    }
    std::vector<double> chosen(static_cast<std::size_t>(n_fast * d_));
    for (int f = 0; f < n_fast; ++f) {
      std::copy_n(centers + fast[static_cast<std::size_t>(f)] * d_, d_, chosen.data() + f * d_);
    }
    panel_.clear();
    panel_.emplace_back(block_, n_fast, d_);
    panel_.front().pack(chosen.data(), shift, scale);
  }

 private:
  static constexpr int kSample = 1024;

  // Cost of a row scored against `count` centres, in units of a fused multiplication per lane:
  // packing and settling beside the products and the comparisons.
  double cost(double count) const {
    const auto d = static_cast<double>(d_);
    return 200 + 10 * d + count * (d + 4);
  }

  // The largest move among the centres other than c that come after the `skip` fastest.
  float largest_but(std::int64_t c, int skip) const {
    for (std::int64_t r = skip; r < k_; ++r) {
      const std::int32_t other = order_[static_cast<std::size_t>(r)];
      if (other != c) return moved_[static_cast<std::size_t>(other)];
    }
    return 0;
  }

  // How many of the fastest centres to treat apart: the number with the least work on a sample.
  int choose(const float* near, const float* far, const std::int32_t* labels,
             std::int64_t n) const {
    if (near == nullptr || k_ < 4 * block_) return 0;
    const std::int64_t count = std::min<std::int64_t>(kSample, n);
    const auto failing = [&](int skip) {
      std::int64_t failed = 0;
      for (std::int64_t s = 0; s < count; ++s) {
        const std::int64_t i = s * n / count;
        const float low = far[i] - largest_but(labels[i], skip);
        failed += !(near[i] + moved_[static_cast<std::size_t>(labels[i])] < low);
      }
      return static_cast<double>(failed);
    };
    const double looked_at = failing(0);
    double least = looked_at * cost(static_cast<double>(k_));
    int best = 0;
    for (std::int64_t f = block_; f <= k_ / 2; f *= 2) {
      const double work = looked_at * cost(static_cast<double>(f)) +
                          failing(static_cast<int>(f)) * cost(static_cast<double>(k_));
      if (work < least) {
        least = work;
        best = static_cast<int>(f);
      }
    }
    return best;
  }

  int block_;
  std::int64_t k_, d_;
  std::vector<std::int32_t> order_;
  std::vector<float> moved_;
  std::vector<CenterPanel> panel_;
};

}  // namespace shoal
