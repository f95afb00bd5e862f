#include "algorithms/dither.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// The nearest of a few colours to any point of the cube from 0 to 255, by looking only at those
// that are nearest somewhere in the cell the point is in.
template <int D>
class NearestColor {
 public:
  explicit NearestColor(const std::vector<Rgba>& colors) : cells_(std::size_t{1} << (kBits * D)) {
    for (const Rgba color : colors) {
      float at[4];
      const ColorPoints space{ColorSpace::rgb, D == 4};
      space.point(color, at);
      for (int j = 0; j < D; ++j) points_.push_back(D == 4 ? at[j] / 255 : at[j]);
    }
  }

  const float* point(std::uint8_t i) const { return points_.data() + i * D; }

  // Ties go to the lowest index.
  std::uint8_t find(const float* x) {
    std::size_t cell = 0;
    for (int j = 0; j < D; ++j) cell = cell << kBits | static_cast<std::size_t>(x[j] / kWidth);
    std::vector<std::uint8_t>& candidates = cells_[cell];
    if (candidates.empty()) fill(cell, candidates);
    std::uint8_t best = 0;
    float least = std::numeric_limits<float>::infinity();
    for (const std::uint8_t c : candidates) {
      float squared = 0;
      for (int j = 0; j < D; ++j) {
        const float e = x[j] - points_[static_cast<std::size_t>(c * D + j)];
        squared += e * e;
      }
      if (squared < least) {
        least = squared;
        best = c;
      }
    }
    return best;
  }

 private:
  static constexpr int kBits = 4;
  static constexpr float kWidth = 256.0f / (1 << kBits);

  // A colour is left out when it is farther from every point of the cell than another one.
  void fill(std::size_t cell, std::vector<std::uint8_t>& candidates) const {
    float low[D];
    for (int j = D; j-- > 0; cell >>= kBits) {
      low[j] = static_cast<float>(cell & ((1u << kBits) - 1)) * kWidth;
    }
    const std::size_t k = points_.size() / D;
    std::vector<float> nearest(k);
    float least_far = std::numeric_limits<float>::infinity();
    for (std::size_t c = 0; c < k; ++c) {
      float near = 0, far = 0;
      for (int j = 0; j < D; ++j) {
        const float p = points_[c * D + static_cast<std::size_t>(j)];
        const float below = low[j] - p, above = p - (low[j] + kWidth);
        const float gap = std::max({below, above, 0.0f});
        const float reach = std::max(std::abs(below), std::abs(above));
        near += gap * gap;
        far += reach * reach;
      }
      nearest[c] = near;
      least_far = std::min(least_far, far);
    }
    for (std::size_t c = 0; c < k; ++c) {
      // A little more than the rounding error of either side.
      if (nearest[c] <= least_far * 1.00001f) candidates.push_back(static_cast<std::uint8_t>(c));
    }
  }

  std::vector<float> points_;
  std::vector<std::vector<std::uint8_t>> cells_;
};

template <int D>
class Diffusion {
 public:
  Diffusion(MatrixView<const std::uint8_t> pixels, Index width, const std::vector<Rgba>& colors,
            std::uint8_t* indices)
      : pixels_(pixels),
        width_(width),
        indices_(indices),
        nearest_(colors),
        here_(static_cast<std::size_t>((width + 2) * D), 0.0f),
        below_(here_.size(), 0.0f) {
    for (std::size_t c = 0; c < colors.size(); ++c) {
      if (colors[c].a == 0) clear_ = static_cast<std::uint8_t>(c);
    }
  }

  void run_row(Index y) {
    const Index step = y % 2 == 0 ? 1 : -1;
    for (Index i = 0, x = step > 0 ? 0 : width_ - 1; i < width_; ++i, x += step) {
      place(y * width_ + x, x, step);
    }
    here_.swap(below_);
    std::fill(below_.begin(), below_.end(), 0.0f);
  }

 private:
  float* error(std::vector<float>& row, Index x) { return row.data() + (x + 1) * D; }

  void place(Index pixel, Index x, Index step) {
    const std::uint8_t* raw = pixels_.row(pixel);
    if (D == 4 && raw[3] == 0) {
      indices_[pixel] = clear_;
      return;
    }
    const ColorPoints space{ColorSpace::rgb, D == 4};
    float wanted[4];
    space.point({raw[0], raw[1], raw[2], D == 4 ? raw[3] : std::uint8_t{255}}, wanted);
    for (int j = 0; j < D; ++j) {
      const float own = D == 4 ? wanted[j] / 255 : wanted[j];
      wanted[j] = std::clamp(own + error(here_, x)[j], 0.0f, 255.0f);
    }
    const std::uint8_t index = nearest_.find(wanted);
    indices_[pixel] = index;
    for (int j = 0; j < D; ++j) {
      const float missed = (wanted[j] - nearest_.point(index)[j]) / 16;
      error(here_, x + step)[j] += 7 * missed;
      error(below_, x - step)[j] += 3 * missed;
      error(below_, x)[j] += 5 * missed;
      error(below_, x + step)[j] += missed;
    }
  }

  MatrixView<const std::uint8_t> pixels_;
  Index width_;
  std::uint8_t* indices_;
  NearestColor<D> nearest_;
  std::vector<float> here_, below_;
  std::uint8_t clear_ = 0;
};

template <int D>
void run(MatrixView<const std::uint8_t> pixels, Index width, const std::vector<Rgba>& colors,
         const KeepGoing& keep_going, std::uint8_t* indices) {
  Diffusion<D> diffusion(pixels, width, colors, indices);
  const Index height = pixels.rows() / width;
  Ticker ticker(keep_going, static_cast<double>(height));
  for (Index y = 0; y < height; ++y) {
    diffusion.run_row(y);
    if (!ticker.tick(0, 1)) throw Interrupted();
  }
}

}  // namespace

void dither(MatrixView<const std::uint8_t> pixels, Index width, const std::vector<Rgba>& colors,
            const KeepGoing& keep_going, std::uint8_t* indices) {
  if (pixels.cols() == 4) {
    run<4>(pixels, width, colors, keep_going, indices);
  } else {
    run<3>(pixels, width, colors, keep_going, indices);
  }
}

}  // namespace shoal
