// k-means over weighted colours in a tree.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "algorithms/color_tree.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace shoal {

// Weighted points in the order of their keys, and the tree over them. Neither copied nor moved:
// the tree points into it.
template <int D>
class ColorSet {
 public:
  ColorSet(std::vector<float> some_points, std::vector<double> some_weights,
           std::vector<std::uint32_t> keys, double largest, int n_threads)
      : points(std::move(some_points)),
        weights(std::move(some_weights)),
        keys_(std::move(keys)),
        tree(points.data(), weights.data(), keys_.data(), size(), largest, n_threads) {
    double sum[D] = {}, total = 0;
    for (std::int64_t i = 0; i < size(); ++i) {
      total += weight(i);
      for (int j = 0; j < D; ++j) {
        const auto x = static_cast<double>(point(i)[j]);
        sum[j] += weight(i) * x;
        squares += weight(i) * x * x;
      }
    }
    double about_mean = squares;
    for (const double s : sum) about_mean -= s * s / total;
    mean_variance = std::max(0.0, about_mean / total) / D;
  }
  ColorSet(const ColorSet&) = delete;
  ColorSet& operator=(const ColorSet&) = delete;

  std::int64_t size() const { return static_cast<std::int64_t>(weights.size()); }
  const float* point(std::int64_t i) const { return points.data() + i * D; }
  double weight(std::int64_t i) const { return weights[static_cast<std::size_t>(i)]; }

  const std::vector<float> points;
  const std::vector<double> weights;

 private:
  const std::vector<std::uint32_t> keys_;

 public:
  const ColorTree<D> tree;
  double squares = 0;        // weighted sum of squared norms
  double mean_variance = 0;  // mean over the coordinates
};

// Centres, and what is nearest to them.
template <int D>
struct ColorClusters {
  std::vector<double> centers, sums, weights;
  double error = 0;  // weighted sum of squared distances

  int k() const { return static_cast<int>(centers.size()) / D; }
  static std::size_t at(int c, int j) { return static_cast<std::size_t>(c * D + j); }
  double weight(int c) const { return weights[static_cast<std::size_t>(c)]; }

  void assign(const ColorSet<D>& set, int n_threads, std::uint8_t* labels = nullptr) {
    sums.resize(centers.size());
    weights.resize(centers.size() / D);
    set.tree.assign(centers.data(), k(), n_threads, sums.data(), weights.data(), labels);
    error = set.squares;
    for (int c = 0; c < k(); ++c) {
      for (int j = 0; j < D; ++j) {
        error += centers[at(c, j)] * (weight(c) * centers[at(c, j)] - 2 * sums[at(c, j)]);
      }
    }
  }

  // `stride` times the way from each centre to the mean of what is nearest to it; the first
  // `n_fixed` stay, and so does a centre that nothing is nearest to.
  std::vector<double> moved(double stride, int n_fixed) const {
    std::vector<double> next = centers;
    for (int c = n_fixed; c < k(); ++c) {
      for (int j = 0; weight(c) > 0 && j < D; ++j) {
        next[at(c, j)] += stride * (sums[at(c, j)] / weight(c) - next[at(c, j)]);
      }
    }
    return next;
  }
};

struct ColorKMeansOptions {
  double relative_tolerance = 0;  // on the sum of squared moves, times the mean variance
  int max_iter = 300;
  int n_fixed = 0;  // centres that stay where they are
  int n_threads = 1;
  const KeepGoing& keep_going;
};

// Lloyd's iterations with long strides, which need about half as many of them (D. Lee, S. Baek and
// K. Sung 1997, doi:10.1109/97.551685). Returns how many it took.
template <int D>
int run_kmeans(const ColorSet<D>& set, ColorClusters<D>& clusters,
               const ColorKMeansOptions& options) {
  constexpr double kStride = 1.5;
  for (int i = 1;; ++i) {
    if (options.keep_going && !options.keep_going(0.0)) throw Interrupted();
    clusters.assign(set, options.n_threads);
    const std::vector<double> next = clusters.moved(kStride, options.n_fixed);
    double moved = 0;
    for (std::size_t x = 0; x < next.size(); ++x) {
      moved += (next[x] - clusters.centers[x]) * (next[x] - clusters.centers[x]);
    }
    if (i >= options.max_iter || moved <= options.relative_tolerance * set.mean_variance) return i;
    clusters.centers = next;
  }
}

}  // namespace shoal
