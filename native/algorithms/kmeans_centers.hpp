// Centres of a k-means fit as the kernels want them: fp32, negated, in blocks of centres.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/argmin.hpp"

namespace shoal {

class CenterPanel {
 public:
  CenterPanel(int block, std::int64_t k, std::int64_t d)
      : block_(block), n_blocks_(static_cast<int>((k + block - 1) / block)), k_(k), d_(d) {
    const auto lanes = static_cast<std::size_t>(n_blocks_) * static_cast<std::size_t>(block);
    panel_.assign(lanes * static_cast<std::size_t>(d), 0.0f);
    half_norms_.assign(lanes, kPaddingNorm);
  }

  void pack(const double* centers, const double* shift, double scale) {
    double longest = 0;
    for (std::int64_t c = 0; c < k_; ++c) {
      float* lane = panel_.data() + (c / block_) * d_ * block_ + c % block_;
      double norm = 0;
      for (std::int64_t j = 0; j < d_; ++j) {
        const double v = (centers[c * d_ + j] - shift[j]) * scale;
        norm += v * v;
        lane[j * block_] = static_cast<float>(-v);
      }
      half_norms_[static_cast<std::size_t>(c)] = static_cast<float>(0.5 * norm);
      longest = std::max(longest, norm);
    }
    max_norm_ = static_cast<float>(std::sqrt(longest) * (1 + 1e-6));
  }

  PackedCenters view() const {
    return {panel_.data(), half_norms_.data(), n_blocks_, k_, max_norm_};
  }

 private:
  int block_, n_blocks_;
  std::int64_t k_, d_;
  float max_norm_ = 0;
  std::vector<float> panel_, half_norms_;
};

}  // namespace shoal
