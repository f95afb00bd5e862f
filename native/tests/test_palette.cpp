#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "algorithms/color_histogram.hpp"
#include "algorithms/color_tree.hpp"
#include "algorithms/dither.hpp"
#include "algorithms/palette.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"
#include "tests/check.hpp"
#include "tests/data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;
using Pixels = Matrix<std::uint8_t>;

// Colours in clumps, with many repeats; with four channels a third of them fully transparent.
Pixels clumps(Index n, int channels) {
  Pixels X{std::vector<std::uint8_t>(static_cast<std::size_t>(n * channels)), n, channels};
  Philox random(3, static_cast<std::uint64_t>(channels));
  for (Index i = 0; i < n; ++i) {
    const double base = 60.0 * static_cast<double>(i % 4);
    for (int j = 0; j < channels; ++j) {
      X.view()(i, j) = static_cast<std::uint8_t>(base + 40 * random.next_uniform());
    }
    if (channels == 4 && i % 3 == 0) X.view()(i, 3) = 0;
  }
  return X;
}

Rgba pixel(const Pixels& X, Index i) {
  const std::uint8_t* x = X.view().row(i);
  if (X.cols == 3) return {x[0], x[1], x[2], 255};
  return x[3] == 0 ? Rgba{} : Rgba{x[0], x[1], x[2], x[3]};
}

std::tuple<int, int, int, int> plain(Rgba c) { return {c.r, c.g, c.b, c.a}; }

SHOAL_TEST(histogram_counts_every_colour_once) {
  for (const int channels : {3, 4}) {
    for (const Index n : {1, 2, 1000, 200000}) {
      const Pixels X = clumps(n, channels);
      std::map<std::tuple<int, int, int, int>, double> expected;
      for (Index i = 0; i < n; ++i) expected[plain(pixel(X, i))] += 1;
      const ColorHistogram found = count_colors(X.view(), 3);
      CHECK_EQUAL(found.size(), static_cast<Index>(expected.size()));
      CHECK(std::is_sorted(found.keys.begin(), found.keys.end()));
      for (Index i = 0; i < found.size(); ++i) {
        CHECK_EQUAL(found.counts[static_cast<std::size_t>(i)], expected[plain(found.color(i))]);
      }
      CHECK(count_colors(X.view(), 1).keys == found.keys);
    }
  }
}

// Labels and sums must be those of a search over all centres, equal centres among them.
template <int D>
void check_tree(ColorSpace space, int k) {
  const Pixels X = clumps(30000, D);
  const ColorHistogram histogram = count_colors(X.view(), 2);
  const ColorPoints points{space, D == 4};
  std::vector<float> at(static_cast<std::size_t>(histogram.size() * D));
  for (Index i = 0; i < histogram.size(); ++i) points.point(histogram.color(i), &at[i * D]);
  std::vector<double> centers;
  for (int c = 0; c < k; ++c) {
    const Index i = (c == 7 ? 3 : c) * histogram.size() / k;
    for (int j = 0; j < D; ++j) centers.push_back(static_cast<double>(at[i * D + j]) * 1.01);
  }
  const ColorTree<D> tree(at.data(), histogram.counts.data(), histogram.keys.data(),
                          histogram.size(), points.largest(), 2);
  std::vector<double> sums(centers.size()), weights(static_cast<std::size_t>(k));
  std::vector<std::uint8_t> labels(histogram.counts.size());
  tree.assign(centers.data(), k, 3, sums.data(), weights.data(), labels.data());
  std::vector<double> expected_sums(centers.size()), expected_weights(weights.size());
  for (Index i = 0; i < histogram.size(); ++i) {
    int best = 0;
    double least = 1e300;
    for (int c = 0; c < k; ++c) {
      double squared = 0;
      for (int j = 0; j < D; ++j) {
        const double e = static_cast<double>(at[i * D + j]) - centers[c * D + j];
        squared += e * e;
      }
      if (squared < least) {
        least = squared;
        best = c;
      }
    }
    CHECK_EQUAL(static_cast<int>(labels[i]), best);
    expected_weights[best] += histogram.counts[i];
    for (int j = 0; j < D; ++j) {
      expected_sums[best * D + j] += histogram.counts[i] * static_cast<double>(at[i * D + j]);
    }
  }
  CHECK(weights == expected_weights);
  for (std::size_t s = 0; s < sums.size(); ++s) {
    CHECK_NEAR(sums[s], expected_sums[s], 1e-9 * std::abs(expected_sums[s]));
  }
  std::vector<double> again(sums.size());
  tree.assign(centers.data(), k, 1, again.data(), weights.data(), nullptr);
  CHECK(again == sums);
}

SHOAL_TEST(color_tree_agrees_with_brute_force) {
  for (const int k : {1, 2, 25, 256}) {
    check_tree<3>(ColorSpace::rgb, k);
    check_tree<4>(ColorSpace::rgb, k);
    check_tree<3>(ColorSpace::oklab, k);
    check_tree<4>(ColorSpace::oklab, k);
  }
}

SHOAL_TEST(palettes_have_as_many_colours_as_asked_each_in_use) {
  for (const int channels : {3, 4}) {
    const Pixels X = clumps(5000, channels);
    for (const ColorSpace space : {ColorSpace::rgb, ColorSpace::oklab}) {
      for (const Index k : {2, 3, 16, 200, 256}) {
        std::vector<std::uint8_t> indices(5000), other(5000);
        const PaletteResult one = make_palette(X.view(), {k, space, 100, 1, {}}, indices.data());
        const PaletteResult many = make_palette(X.view(), {k, space, 100, 5, {}}, other.data());
        CHECK(one.colors == many.colors);
        CHECK(indices == other);
        std::set<std::tuple<int, int, int, int>> different;
        for (const Rgba c : one.colors) different.insert(plain(c));
        CHECK_EQUAL(static_cast<Index>(different.size()), k);
        CHECK_EQUAL(std::set<int>(indices.begin(), indices.end()).size(), different.size());
        if (channels == 4) CHECK(one.colors.front() == Rgba{});
      }
    }
  }
}

SHOAL_TEST(few_colours_are_all_kept) {
  const Pixels X{{9, 9, 9, 1, 2, 3, 9, 9, 9, 200, 100, 0}, 4, 3};
  std::vector<std::uint8_t> indices(4);
  const PaletteResult found =
      make_palette(X.view(), {3, ColorSpace::rgb, 100, 2, {}}, indices.data());
  CHECK_EQUAL(found.colors.size(), std::size_t{3});
  CHECK_EQUAL(palette_error(X.view(), found.colors, indices.data(), 2), 0.0);
}

SHOAL_TEST(one_colour_cannot_keep_transparent_pixels) {
  const Pixels X = clumps(100, 4);
  std::vector<std::uint8_t> indices(100);
  CHECK_THROWS(make_palette(X.view(), {1, ColorSpace::rgb, 100, 1, {}}, indices.data()), Error);
}

SHOAL_TEST(a_stopped_palette_throws) {
  const Pixels X = clumps(5000, 3);
  std::vector<std::uint8_t> indices(5000);
  const KeepGoing stop = [](double) { return false; };
  CHECK_THROWS(make_palette(X.view(), {16, ColorSpace::rgb, 100, 1, stop}, indices.data()),
               Interrupted);
}

// A grey between two others must come out as their mixture, with the right mean.
SHOAL_TEST(dithering_keeps_the_mean) {
  const Index width = 64, height = 50;
  const Pixels X{std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), 100),
                 width * height, 3};
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(width * height));
  dither(X.view(), width, {{0, 0, 0, 255}, {200, 200, 200, 255}}, {}, indices.data());
  const auto bright = std::count(indices.begin(), indices.end(), 1);
  CHECK_NEAR(static_cast<double>(bright) / static_cast<double>(indices.size()), 0.5, 0.02);
}

}  // namespace
}  // namespace shoal::tests
