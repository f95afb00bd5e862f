// Nearest centres of long rows, most of them ruled out by a few leading coordinates.
//
// With P the projection on some orthonormal directions and r the length of what it leaves over,
// x -> (P x, r(x)) never enlarges a distance, so the distance of two images is a lower bound of
// theirs. Only centres that the bound does not rule out are compared in full, in the end in double
// precision: labels stay those of brute force.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "algorithms/kmeans.hpp"
#include "algorithms/prefix_centers.hpp"
#include "core/thread_pool.hpp"
#include "kernels/exact.hpp"
#include "kernels/knn.hpp"

namespace shoal {

// Room one worker needs.
struct PrefixScratch {
  std::vector<double> points, zeros;
  std::vector<float> tile, norms, limits;
  std::vector<std::int32_t> found;
};

template <class Rows>
class PrefixSearch {
 public:
  PrefixSearch(const Rows& rows, const LeadingCoordinates& leading, std::int64_t k)
      : rows_(rows), leading_(leading), k_(k), images_(leading, k, rows.d, rows.scale) {}

  // Whether rows are to be searched this way.
  bool in_use() const { return width_ > 0; }

  // Chooses how many coordinates to use by the work on a sample of rows with known labels; none
  // when looking at whole rows is no more work.
  void choose(const double* centers, const std::int32_t* labels, int n_threads) {
    width_ = 0;
    if (leading_.values == nullptr) return;
    std::vector<std::int32_t> sample(static_cast<std::size_t>(std::min(kSample, rows_.n)));
    for (std::size_t i = 0; i < sample.size(); ++i) {
      sample[i] = static_cast<std::int32_t>(static_cast<std::int64_t>(i) * rows_.n /
                                            static_cast<std::int64_t>(sample.size()));
    }
    rest_.resize(static_cast<std::size_t>(rows_.n));
    double least = kWorthwhile * work(rows_.d, 0);
    std::int64_t best = 0;
    for (std::int64_t width = kStep; width <= leading_.width; width += kStep) {
      if (work(width, 1) >= least) break;
      width_ = width;
      const double cost = work(width, pairs_per_row(sample, centers, labels, n_threads));
      if (cost < least) {
        least = cost;
        best = width;
      }
    }
    width_ = best;
    if (best > 0) measure_rows(n_threads);
  }

  // Takes over the centres of an iteration.
  void place_centers(const double* centers, int n_threads) {
    images_.place(centers, width_, n_threads);
    if constexpr (kRough) narrow_.assign(centers, centers + k_ * rows_.d);
  }

  // Nearest centre of up to kPairTile rows, first + i or first + list[i], with bounds as
  // ArgminKernels::settle gives them: no other centre is nearer than far. `move` (scaled) is how
  // far bounds are expected to give way in an iteration. Returns how many full distances this took.
  std::int64_t search(std::int64_t first, const std::int32_t* list, int count,
                      const double* centers, const std::int32_t* labels, double move,
                      std::int32_t* index, float* near, float* far, PrefixScratch& s) const {
    Found found[kPairTile];
    const auto row_at = [&](int i) { return first + (list != nullptr ? list[i] : i); };
    load_points(first, list, count, s);
    for (int i = 0; i < count; ++i) {
      found[i] = start(row_at(i), labels[row_at(i)], centers, move);
    }
    std::int64_t pairs = count;
    for (std::int64_t begin = 0; begin < k_; begin += kColumns) {
      const std::int64_t end = std::min(k_, begin + kColumns);
      set_limits(found, count, s);
      const int n_found =
          screen_.screen(s.tile.data(), s.limits.data(), images_.columns.data(),
                         images_.norms.data(), begin, end, width_ + 1, s.found.data());
      for (int f = 0; f < n_found; ++f) {
        const std::int32_t pair = s.found[static_cast<std::size_t>(f)];
        const int i = pair % kPairTile;
        const auto c = static_cast<std::int32_t>(begin) + pair / kPairTile;
        if (c == labels[row_at(i)]) continue;
        ++pairs;
        offer(row_at(i), c, centers, move, found[i]);
      }
    }
    for (int i = 0; i < count; ++i) {
      index[i] = found[i].index;
      near[i] = static_cast<float>(std::sqrt(found[i].best) * rows_.scale * (1 + 1e-6));
      far[i] = static_cast<float>(std::sqrt(found[i].second) * rows_.scale * (1 - 1e-6));
    }
    return pairs;
  }

 private:
  // The nearest centre so far, its squared distance (from above until it is `exact`), and a lower
  // bound of the squared distance to any other.
  struct Found {
    std::int32_t index;
    bool exact;
    double best, second;
  };

  // Centres of rows in single precision are in single precision too.
  static constexpr bool kRough = Rows::kPacked && std::is_same_v<typename Rows::value_type, float>;
  static constexpr std::int64_t kSample = 512, kStep = 16, kColumns = 64;
  static constexpr double kFullProduct = kRough ? 3 : 8;  // a product of a full distance
  static constexpr double kWorthwhile = 0.7;              // of the work on whole rows
  static constexpr double kMargin = 0.05;                 // of the distance to the nearest centre

  // Work of a row, in products of a fused kernel, when `width` coordinates leave `pairs` centres.
  double work(std::int64_t width, double pairs) const {
    return static_cast<double>(k_) * static_cast<double>(width + 5) +
           pairs * (kFullProduct * static_cast<double>(rows_.d) + 60);
  }

  // Full distances taken for a row of the sample.
  double pairs_per_row(const std::vector<std::int32_t>& sample, const double* centers,
                       const std::int32_t* labels, int n_threads) {
    place_centers(centers, n_threads);
    std::vector<std::int64_t> pairs((sample.size() + kPairTile - 1) / kPairTile);
    parallel_for(pairs.size(), n_threads, [&](std::size_t tile, int) {
      const std::int32_t* const list = sample.data() + tile * kPairTile;
      const int count = std::min(kPairTile, static_cast<int>(sample.size() - tile * kPairTile));
      for (int i = 0; i < count; ++i) rest_[static_cast<std::size_t>(list[i])] = rest_of(list[i]);
      std::int32_t index[kPairTile];
      float near[kPairTile], far[kPairTile];
      PrefixScratch room;
      pairs[tile] = search(0, list, count, centers, labels, 0, index, near, far, room);
    });
    std::int64_t total = 0;
    for (const std::int64_t p : pairs) total += p;
    return static_cast<double>(total) / static_cast<double>(sample.size());
  }

  // Length of what the chosen coordinates leave over of a row.
  float rest_of(std::int64_t row) const {
    double rest = rows_.squared(exact_, row, leading_.origin);
    const float* const z = leading_.values + row * leading_.width;
    for (std::int64_t q = 0; q < width_; ++q) {
      rest -= static_cast<double>(z[q]) * static_cast<double>(z[q]);
    }
    return static_cast<float>(std::sqrt(std::max(0.0, rest)));
  }

  void measure_rows(int n_threads) {
    constexpr std::int64_t kRows = 1024;
    parallel_for(static_cast<std::size_t>((rows_.n + kRows - 1) / kRows), n_threads,
                 [&](std::size_t part, int) {
                   const std::int64_t begin = static_cast<std::int64_t>(part) * kRows;
                   const std::int64_t end = std::min(rows_.n, begin + kRows);
                   for (std::int64_t row = begin; row < end; ++row) {
                     rest_[static_cast<std::size_t>(row)] = rest_of(row);
                   }
                 });
  }

  void load_points(std::int64_t first, const std::int32_t* list, int count,
                   PrefixScratch& s) const {
    const std::int64_t columns = width_ + 1;
    s.points.resize(static_cast<std::size_t>(columns * kPairTile));
    s.tile.resize(s.points.size());
    s.norms.resize(kPairTile);
    s.limits.resize(kPairTile);
    s.found.resize(kPairTile * kColumns);
    s.zeros.assign(static_cast<std::size_t>(columns), 0.0);
    for (int p = 0; p < kPairTile; ++p) {
      const int i = std::min(p, count - 1);
      const std::int64_t row = first + (list != nullptr ? list[i] : i);
      const float* const z = leading_.values + row * leading_.width;
      double* const to = s.points.data() + p;
      for (std::int64_t q = 0; q < width_; ++q) to[q * kPairTile] = z[q] * rows_.scale;
      to[width_ * kPairTile] = rest_[static_cast<std::size_t>(row)] * rows_.scale;
    }
    screen_.center(s.points.data(), s.zeros.data(), columns, s.tile.data(), s.norms.data());
  }

  // As in a neighbour search: rounding costs 2 units for the point and the column, one for each
  // addition and one for the norms. What the coordinates themselves are off comes on top of the
  // distance; the rest is the root of a difference, whose error grows as it gets small.
  void set_limits(const Found* found, int count, PrefixScratch& s) const {
    const double unit = static_cast<double>(width_ + 9) * 0x1p-24;
    const double max_norm = images_.max_norm;
    for (int p = 0; p < kPairTile; ++p) {
      float& limit = s.limits[static_cast<std::size_t>(p)];
      limit = -std::numeric_limits<float>::infinity();
      if (p >= count) continue;
      const double squared_norm = s.norms[static_cast<std::size_t>(p)];
      const double norm = std::sqrt(squared_norm) * (1 + leading_.error) + 1e-30;
      const double rest = s.points[static_cast<std::size_t>(width_ * kPairTile + p)];
      const double off = leading_.error * norm;
      const double rest_off =
          std::min(2 * off * norm / std::max(rest, 1e-30), std::sqrt(2 * off * norm));
      const double allowed = std::sqrt(found[p].second) * rows_.scale + 1.01 * (off + rest_off) +
                             1e-6 * (norm + max_norm);
      const double rounding =
          unit * (2 * norm * max_norm + max_norm * max_norm + squared_norm) + 1e-36;
      limit = static_cast<float>(allowed * allowed * (1 + 1e-6) - squared_norm + 1.01 * rounding);
    }
  }

  // Squared distance up to which centres are not ruled out. While centres move far, bounds will not
  // hold however wide the margin.
  double reach(double squared, double move) const {
    const double distance = std::sqrt(squared) * (1 + 1e-9);
    const bool settling = move <= kMargin * distance * rows_.scale;
    const double allowed = settling ? (1 + kMargin) * distance : distance;
    return allowed * allowed;
  }

  // Squared distance in single precision, or a negative number where that cannot be trusted.
  double rough(std::int64_t row, std::int32_t c) const {
    if constexpr (kRough) {
      const float* const center = narrow_.data() + c * rows_.d;
      const double value = exact_.rough(rows_.row(row), center, rows_.d);
      if (value > 1e-30 && value < 1e30) return value;
    }
    return -1;
  }

  Found start(std::int64_t row, std::int32_t own, const double* centers, double move) const {
    Found found{own, false, rough(row, own) * (1 + rough_error(rows_.d)), 0};
    if (found.best < 0) make_exact(row, centers, found);
    found.second = reach(found.best, move);
    return found;
  }

  void make_exact(std::int64_t row, const double* centers, Found& found) const {
    found.best = rows_.squared(exact_, row, centers + found.index * rows_.d);
    found.exact = true;
  }

  void offer(std::int64_t row, std::int32_t c, const double* centers, double move,
             Found& found) const {
    const double value = rough(row, c);
    const double least = value * (1 - rough_error(rows_.d));
    if (value >= 0 && least > found.best) {
      found.second = std::min(found.second, least);
      return;
    }
    if (!found.exact) make_exact(row, centers, found);
    const double squared = rows_.squared(exact_, row, centers + c * rows_.d);
    if (squared < found.best || (squared == found.best && c < found.index)) {
      found.second = std::min(found.best, reach(squared, move));
      found.best = squared;
      found.index = c;
    } else {
      found.second = std::min(found.second, squared);
    }
  }

  const Rows& rows_;
  const LeadingCoordinates leading_;
  const std::int64_t k_;
  const ExactKernels& exact_ = SHOAL_PICK_KERNELS(exact_kernels);
  const KnnKernels& screen_ = SHOAL_PICK_KERNELS(knn_kernels);
  std::int64_t width_ = 0;
  std::vector<float> rest_;  // per row
  PrefixCenters images_;
  std::vector<float> narrow_;  // the centres in full, where kRough
};

}  // namespace shoal
