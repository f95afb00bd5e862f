#include "algorithms/color_space.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace shoal {
namespace {

double to_linear(int value) {
  const double v = value / 255.0;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double from_linear(double v) {
  v = std::clamp(v, 0.0, 1.0);
  return 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055);
}

const std::array<double, 256>& linear_table() {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> values{};
    for (int v = 0; v < 256; ++v) values[static_cast<std::size_t>(v)] = to_linear(v);
    return values;
  }();
  return table;
}

void to_oklab(Rgba c, double* lab) {
  const auto& linear = linear_table();
  const double r = linear[c.r], g = linear[c.g], b = linear[c.b];
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  lab[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
  lab[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
  lab[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

void from_oklab(const double* lab, double* rgb) {
  const auto cube = [](double x) { return x * x * x; };
  const double l = cube(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]);
  const double m = cube(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]);
  const double s = cube(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]);
  rgb[0] = from_linear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  rgb[1] = from_linear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  rgb[2] = from_linear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
}

std::uint8_t rounded(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
}

}  // namespace

void ColorPoints::point(Rgba c, float* out) const {
  if (space == ColorSpace::oklab) {
    double lab[3];
    to_oklab(c, lab);
    const double share = alpha ? c.a / 255.0 : 1.0;
    for (int j = 0; j < 3; ++j) out[j] = static_cast<float>(lab[j] * share);
    if (alpha) out[3] = static_cast<float>(share);
    return;
  }
  const int factor = alpha ? c.a : 1;
  out[0] = static_cast<float>(c.r * factor);
  out[1] = static_cast<float>(c.g * factor);
  out[2] = static_cast<float>(c.b * factor);
  if (alpha) out[3] = static_cast<float>(255 * c.a);
}

Rgba ColorPoints::color(const double* at) const {
  const bool perceptual = space == ColorSpace::oklab;
  std::uint8_t a = 255;
  if (alpha) a = rounded(perceptual ? 255 * at[3] : at[3] / 255);
  if (a == 0) return {};
  const double share = !alpha ? 1.0 : perceptual ? a / 255.0 : static_cast<double>(a);
  double rgb[3] = {at[0] / share, at[1] / share, at[2] / share};
  if (perceptual) {
    const double lab[3] = {rgb[0], rgb[1], rgb[2]};
    from_oklab(lab, rgb);
  }
  return {rounded(rgb[0]), rounded(rgb[1]), rounded(rgb[2]), a};
}

}  // namespace shoal
