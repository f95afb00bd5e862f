// Colours as points whose squared distances the palette minimises.
//
// RGB: the three 8-bit values; with alpha the premultiplied colour, 255 times: (ra, ga, ba, 255a),
// whole numbers. OKLab: L, a, b (B. Ottosson, https://bottosson.github.io/posts/oklab/); with alpha
// (L, a, b, 1) times alpha / 255.
#pragma once

#include <cstdint>

namespace shoal {

struct Rgba {
  std::uint8_t r = 0, g = 0, b = 0, a = 0;
  bool operator==(const Rgba&) const = default;
};

enum class ColorSpace { rgb, oklab };

struct ColorPoints {
  ColorSpace space = ColorSpace::rgb;
  bool alpha = false;

  int dimensions() const { return alpha ? 4 : 3; }
  // Writes dimensions() coordinates.
  void point(Rgba color, float* out) const;
  // The 8-bit colour nearest to a point, alpha rounded first; all zero when that is 0.
  Rgba color(const double* point) const;
  // An upper bound of the absolute value of a coordinate.
  double largest() const { return space == ColorSpace::oklab ? 1 : alpha ? 65025 : 255; }
};

}  // namespace shoal
