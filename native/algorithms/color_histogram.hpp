// The different colours of an image with how often each occurs, and the way back to the pixels.
#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/color_space.hpp"
#include "core/views.hpp"

namespace shoal {

// Pixels: n x 3 (RGB) or n x 4 (RGBA). A fully transparent pixel has one colour: all zero.
struct ColorHistogram {
  bool alpha = false;
  // Bits of the channels interleaved, highest first, ascending: neighbours in the list are
  // neighbours in colour, and cells of a grid are runs.
  std::vector<std::uint32_t> keys;
  std::vector<double> counts;

  std::int64_t size() const { return static_cast<std::int64_t>(keys.size()); }
  int bits() const { return alpha ? 32 : 24; }
  Rgba color(std::int64_t i) const;
};

ColorHistogram count_colors(MatrixView<const std::uint8_t> pixels, int n_threads);

// out[p] = labels[i] where pixel p has the i-th colour.
void spread_labels(const ColorHistogram& histogram, const std::uint8_t* labels,
                   MatrixView<const std::uint8_t> pixels, int n_threads, std::uint8_t* out);

}  // namespace shoal
