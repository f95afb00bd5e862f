// Images of centres under a projection on leading directions, placed anew only where they moved.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "algorithms/kmeans.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

class PrefixCenters {
 public:
  PrefixCenters(const LeadingCoordinates& leading, std::int64_t k, std::int64_t d, double scale)
      : leading_(leading), k_(k), d_(d), scale_(scale) {}

  std::vector<float> columns, norms;  // k x (width + 1), scaled, and their squared lengths
  double max_norm = 0;                // of the scaled centres, rounded up

  void place(const double* centers, std::int64_t width, int n_threads) {
    const bool anew = width_ != width;
    width_ = width;
    columns.resize(static_cast<std::size_t>(k_ * (width + 1)));
    norms.resize(static_cast<std::size_t>(k_));
    lengths_.resize(static_cast<std::size_t>(k_));
    placed_.resize(static_cast<std::size_t>(k_ * d_));
    parallel_for(static_cast<std::size_t>(k_), n_threads, [&](std::size_t c, int) {
      const double* const center = centers + static_cast<std::int64_t>(c) * d_;
      double* const placed = placed_.data() + static_cast<std::int64_t>(c) * d_;
      if (!anew && std::equal(center, center + d_, placed)) return;
      std::copy_n(center, d_, placed);
      place_one(center, c);
    });
    max_norm = *std::max_element(lengths_.begin(), lengths_.end()) * (1 + 1e-6);
  }

 private:
  void place_one(const double* center, std::size_t c) {
    std::vector<double> image(static_cast<std::size_t>(width_), 0.0);
    double whole = 0, part = 0, norm = 0;
    for (std::int64_t j = 0; j < d_; ++j) {
      const double away = center[j] - leading_.origin[j];
      const double* const directions = leading_.directions + j * leading_.width;
      whole += away * away;
      for (std::size_t q = 0; q < image.size(); ++q) image[q] += directions[q] * away;
    }
    for (const double value : image) part += value * value;
    image.push_back(std::sqrt(std::max(0.0, whole - part)));
    float* const to = columns.data() + c * image.size();
    for (std::size_t q = 0; q < image.size(); ++q) {
      to[q] = static_cast<float>(image[q] * scale_);
      norm += static_cast<double>(to[q]) * static_cast<double>(to[q]);
    }
    norms[c] = static_cast<float>(norm);
    lengths_[c] = std::sqrt(whole) * scale_;
  }

  const LeadingCoordinates leading_;
  const std::int64_t k_, d_;
  const double scale_;
  std::int64_t width_ = 0;
  std::vector<double> placed_, lengths_;  // the centres placed last, and how long they are
};

}  // namespace shoal
