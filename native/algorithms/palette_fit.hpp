// From the colours of an image to a palette of k of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <tuple>
#include <vector>

#include "algorithms/color_histogram.hpp"
#include "algorithms/color_kmeans.hpp"
#include "algorithms/palette.hpp"
#include "algorithms/palette_boxes.hpp"
#include "algorithms/palette_search.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

// Fully transparent first, then by luma (ITU-R BT.601, in thousandths).
using ColorRank = std::tuple<bool, int, int, int, int, int>;
inline ColorRank rank_of(Rgba c) {
  return {c.a != 0, 299 * c.r + 587 * c.g + 114 * c.b, c.r, c.g, c.b, c.a};
}

// For a histogram of more than options.k colours.
template <int D>
class PaletteFit {
 public:
  PaletteFit(const ColorHistogram& histogram, const PaletteOptions& options)
      : histogram_(histogram),
        options_(options),
        space_{options.space, histogram.alpha},
        k_(static_cast<int>(options.k)),
        n_fixed_(histogram.alpha && histogram.keys.front() == 0),
        set_(points_of(histogram, space_, options.n_threads), histogram.counts, histogram.keys,
             space_.largest(), options.n_threads) {}

  // Centres found on a coarse grid of colours.
  void start() {
    int bits = kCoarsestBits;
    while (bits < 8 && count_cells(bits) < kCellsPerCenter * k_) ++bits;
    const auto coarse = cells_of(bits);
    const MatrixView<const float> view(coarse->points.data(), coarse->size(), D);
    const ColorKMeansOptions search{kSearchTolerance, options_.max_iter, 0, options_.n_threads,
                                    options_.keep_going};
    std::vector<double> centers =
        improve_palette(*coarse, cut_boxes(view, coarse->weights, k_ - n_fixed_), search);
    centers.insert(centers.begin(), static_cast<std::size_t>(n_fixed_ * D), 0.0);
    // Should the cells have been too few, the entries left over find their place in the end.
    centers.resize(static_cast<std::size_t>(k_ * D), 0.0);
    clusters_.centers = std::move(centers);
  }

  // k-means on all colours.
  void refine() {
    n_iter = run_kmeans(
        set_, clusters_,
        {kTolerance, options_.max_iter, n_fixed_, options_.n_threads, options_.keep_going});
  }

  // k-means on palettes of 8-bit colours until the error stops falling, every entry in use; then
  // in order.
  void round() {
    colors = rounded_means();
    std::vector<Rgba> best;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kMostRounds && colors != best; ++i) {
      do {
        place(nullptr);
        ++n_iter;
      } while (replace_unused());
      if (!(clusters_.error < least)) break;
      least = clusters_.error;
      best = colors;
      colors = rounded_means();
    }
    colors = best;
    labels.resize(histogram_.counts.size());
    do {
      std::ranges::sort(colors, {}, rank_of);
      place(labels.data());
    } while (replace_unused());
  }

  std::vector<Rgba> colors;
  std::vector<std::uint8_t> labels;  // of the colours of the image
  int n_iter = 0;

 private:
  static constexpr int kCoarsestBits = 5;  // per channel, of the grid
  static constexpr int kCellsPerCenter = 48;
  static constexpr double kSearchTolerance = 3e-4;
  static constexpr double kTolerance = 1e-5;
  static constexpr int kMostRounds = 50;

  static std::vector<float> points_of(const ColorHistogram& histogram, const ColorPoints& space,
                                      int n_threads) {
    constexpr std::int64_t kSpan = 1 << 14;
    const std::int64_t n = histogram.size();
    std::vector<float> points(static_cast<std::size_t>(n * D));
    parallel_for(static_cast<std::size_t>((n + kSpan - 1) / kSpan), n_threads,
                 [&](std::size_t c, int) {
                   const auto begin = static_cast<std::int64_t>(c) * kSpan;
                   for (std::int64_t i = begin; i < std::min(n, begin + kSpan); ++i) {
                     space.point(histogram.color(i), points.data() + i * D);
                   }
                 });
    return points;
  }

  // The cell of a grid with `bits` bits per channel.
  std::uint32_t cell(std::int64_t i, int bits) const {
    return histogram_.keys[static_cast<std::size_t>(i)] >> (D * (8 - bits));
  }

  int count_cells(int bits) const {
    int found = 0;
    for (std::int64_t i = n_fixed_; i < set_.size(); ++i) {
      found += i == n_fixed_ || cell(i, bits) != cell(i - 1, bits);
    }
    return found;
  }

  // Mean and weight of the colours of each cell, the fully transparent one left out.
  std::unique_ptr<ColorSet<D>> cells_of(int bits) const {
    std::vector<float> points;
    std::vector<double> weights;
    std::vector<std::uint32_t> keys;
    for (std::int64_t i = n_fixed_, next = i; i < set_.size(); i = next) {
      double sum[D] = {}, total = 0;
      for (; next < set_.size() && cell(next, bits) == cell(i, bits); ++next) {
        total += set_.weight(next);
        for (int j = 0; j < D; ++j) {
          sum[j] += set_.weight(next) * static_cast<double>(set_.point(next)[j]);
        }
      }
      for (const double s : sum) points.push_back(static_cast<float>(s / total));
      weights.push_back(total);
      keys.push_back(cell(i, bits));
    }
    return std::make_unique<ColorSet<D>>(std::move(points), std::move(weights), std::move(keys),
                                         space_.largest(), options_.n_threads);
  }

  // Makes the palette the centres and finds the colours nearest to each.
  void place(std::uint8_t* labels_out) {
    if (options_.keep_going && !options_.keep_going(0.0)) throw Interrupted();
    for (int c = 0; c < k_; ++c) {
      float at[D];
      space_.point(colors[static_cast<std::size_t>(c)], at);
      std::copy_n(at, D, clusters_.centers.begin() + c * D);
    }
    clusters_.assign(set_, options_.n_threads, labels_out);
  }

  std::vector<Rgba> rounded_means() const {
    const std::vector<double> means = clusters_.moved(1, n_fixed_);
    std::vector<Rgba> palette;
    for (int c = 0; c < k_; ++c) palette.push_back(space_.color(means.data() + c * D));
    return palette;
  }

  // Gives each entry that no colour is nearest to, as equal entries are, the colour with the most
  // squared error. Returns whether there were any.
  bool replace_unused() {
    std::vector<int> unused;
    for (int c = 0; c < k_; ++c) {
      if (!(clusters_.weight(c) > 0)) unused.push_back(c);
    }
    if (unused.empty()) return false;
    std::vector<std::uint8_t> nearest(histogram_.counts.size());
    clusters_.assign(set_, options_.n_threads, nearest.data());
    std::vector<double> lost(nearest.size(), std::numeric_limits<double>::infinity());
    const auto lower = [&](std::int64_t i, const double* to) {
      double squared = 0;
      for (int j = 0; j < D; ++j) {
        const double e = static_cast<double>(set_.point(i)[j]) - to[j];
        squared += e * e;
      }
      double& loss = lost[static_cast<std::size_t>(i)];
      loss = std::min(loss, set_.weight(i) * squared);
    };
    for (std::int64_t i = 0; i < set_.size(); ++i) {
      lower(i, clusters_.centers.data() + nearest[static_cast<std::size_t>(i)] * D);
    }
    for (const int c : unused) {
      const std::int64_t worst = std::ranges::max_element(lost) - lost.begin();
      colors[static_cast<std::size_t>(c)] = histogram_.color(worst);
      double to[D];
      std::copy_n(set_.point(worst), D, to);
      for (std::int64_t i = 0; i < set_.size(); ++i) lower(i, to);
    }
    return true;
  }

  const ColorHistogram& histogram_;
  const PaletteOptions& options_;
  ColorPoints space_;
  int k_;
  int n_fixed_;  // 1 when the first colour is the fully transparent one
  ColorSet<D> set_;
  ColorClusters<D> clusters_;
};

}  // namespace shoal
