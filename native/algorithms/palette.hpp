// The k colours that an image loses least with, and the index of each pixel's nearest.
#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/color_space.hpp"
#include "core/interrupt.hpp"
#include "core/views.hpp"

namespace shoal {

struct PaletteOptions {
  std::int64_t k = 256;
  ColorSpace space = ColorSpace::rgb;
  int max_iter = 100;
  int n_threads = 1;
  KeepGoing keep_going;  // false stops the work, which then throws Interrupted
};

struct PaletteResult {
  // Fully transparent first, then from dark to light; all different, each in use. min(k, number of
  // colours of the image) of them.
  std::vector<Rgba> colors;
  std::int64_t n_image_colors = 0;
  int n_iter = 0;  // of k-means on all colours, rounded palettes included
  double count_seconds = 0, start_seconds = 0, fit_seconds = 0, map_seconds = 0;
};

// Writes the index of the nearest colour of each pixel, ties to the lowest, to `indices`. Distances
// are those of ColorPoints. Fully transparent pixels keep a colour of their own.
PaletteResult make_palette(MatrixView<const std::uint8_t> pixels, const PaletteOptions& options,
                           std::uint8_t* indices);

// Sum over the pixels of the squared differences between their colour and that of their index: of
// the three channels, or of the four premultiplied ones with alpha, each from 0 to 255.
double palette_error(MatrixView<const std::uint8_t> pixels, const std::vector<Rgba>& colors,
                     const std::uint8_t* indices, int n_threads);

}  // namespace shoal
