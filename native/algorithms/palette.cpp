#include "algorithms/palette.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "algorithms/palette_fit.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

class Clock {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

template <int D>
void fit(const ColorHistogram& histogram, const PaletteOptions& options, Clock& clock,
         PaletteResult& result, std::vector<std::uint8_t>& labels) {
  PaletteFit<D> work(histogram, options);
  work.start();
  result.start_seconds = clock.lap();
  work.refine();
  work.round();
  result.colors = std::move(work.colors);
  result.n_iter = work.n_iter;
  labels = std::move(work.labels);
  result.fit_seconds = clock.lap();
}

// Every colour of the image has an entry of its own.
void keep_all(const ColorHistogram& histogram, std::vector<Rgba>& colors,
              std::vector<std::uint8_t>& labels) {
  std::vector<std::pair<ColorRank, Index>> order;
  for (Index i = 0; i < histogram.size(); ++i) order.emplace_back(rank_of(histogram.color(i)), i);
  std::sort(order.begin(), order.end());
  labels.resize(order.size());
  for (const auto& [_, i] : order) {
    labels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(colors.size());
    colors.push_back(histogram.color(i));
  }
}

}  // namespace

PaletteResult make_palette(MatrixView<const std::uint8_t> pixels, const PaletteOptions& options,
                           std::uint8_t* indices) {
  Clock clock;
  PaletteResult result;
  const ColorHistogram histogram = count_colors(pixels, options.n_threads);
  result.n_image_colors = histogram.size();
  result.count_seconds = clock.lap();
  std::vector<std::uint8_t> labels;
  if (histogram.size() <= options.k) {
    keep_all(histogram, result.colors, labels);
  } else if (options.k == 1 && histogram.alpha && histogram.keys.front() == 0) {
    throw Error(Error::Kind::parameter,
                "n_colors must be at least 2 for an image with transparent pixels, which keep an "
                "entry of their own; got 1.");
  } else if (histogram.alpha) {
    fit<4>(histogram, options, clock, result, labels);
  } else {
    fit<3>(histogram, options, clock, result, labels);
  }
  clock.lap();
  spread_labels(histogram, labels.data(), pixels, options.n_threads, indices);
  result.map_seconds = clock.lap();
  return result;
}

double palette_error(MatrixView<const std::uint8_t> pixels, const std::vector<Rgba>& colors,
                     const std::uint8_t* indices, int n_threads) {
  constexpr std::size_t kChunks = 32;
  const auto n = static_cast<std::size_t>(pixels.rows());
  const ColorPoints space{ColorSpace::rgb, pixels.cols() == 4};
  const int d = space.dimensions();
  const double unit = space.alpha ? 255 : 1;
  double parts[kChunks] = {};
  parallel_for(kChunks, n_threads, [&](std::size_t chunk, int) {
    double sum = 0;
    for (std::size_t p = chunk * n / kChunks; p < (chunk + 1) * n / kChunks; ++p) {
      const std::uint8_t* x = pixels.row(static_cast<Index>(p));
      float at[4] = {}, to[4] = {};
      space.point({x[0], x[1], x[2], d == 4 ? x[3] : std::uint8_t{255}}, at);
      space.point(colors[indices[p]], to);
      for (int j = 0; j < d; ++j) {
        const double e = static_cast<double>(at[j] - to[j]) / unit;
        sum += e * e;
      }
    }
    parts[chunk] = sum;
  });
  double total = 0;
  for (const double part : parts) total += part;
  return total;
}

}  // namespace shoal
