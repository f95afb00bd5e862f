// Points and candidate centres among them, by coordinates or by a matrix of distances. What an
// algorithm asks of either: every point that a candidate is closer to than some limit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "algorithms/coordinates.hpp"
#include "algorithms/metric.hpp"
#include "core/views.hpp"

namespace shoal {

// Keys that count as close, per point and the largest of each tile. What is padded is never close.
template <class Real>
struct Limits {
  explicit Limits(std::int64_t n_points) : n(n_points) {
    const std::int64_t tiles_used = (n + kPairTile - 1) / kPairTile;
    points.assign(static_cast<std::size_t>(tiles_used * kPairTile), Real{-1});
    tiles.assign(static_cast<std::size_t>((tiles_used + kPairTile - 1) / kPairTile * kPairTile),
                 Real{-1});
  }
  void fill(Real limit) {
    std::fill_n(points.begin(), n, limit);
    refresh();
  }
  // To be called when points have changed.
  void refresh() {
    for (std::size_t t = 0; t * kPairTile < points.size(); ++t) {
      const auto first = points.begin() + static_cast<std::ptrdiff_t>(t * kPairTile);
      tiles[t] = *std::max_element(first, first + kPairTile);
    }
  }
  std::int64_t n;
  std::vector<Real> points, tiles;
};

// Room one worker needs to visit points.
template <class Real>
struct VisitScratch {
  std::int32_t boxes[kPairTile], found[kPairTile];
  Real keys[kPairTile];
};

// Candidates are the rows of a matrix; points are some of them, best in an order that keeps
// neighbours together. Distances are computed when they are asked for and never kept.
template <class Real>
class CoordinateSpace {
 public:
  using real = Real;

  CoordinateSpace(Metric metric, MatrixView<const Real> candidates,
                  std::vector<std::int64_t> points)
      : metric_(metric),
        kernels_(metric_kernels<Real>(metric)),
        candidates_(candidates),
        points_(std::move(points)),
        tiles_(candidates.data(), d(), n_points(),
               [&](std::int64_t i) { return points_[static_cast<std::size_t>(i)]; }) {
    measure_boxes();
  }

  std::int64_t n_points() const { return static_cast<std::int64_t>(points_.size()); }
  std::int64_t n_candidates() const { return candidates_.rows(); }
  std::int64_t candidate_of(std::int64_t point) const {
    return points_[static_cast<std::size_t>(point)];
  }
  Real distance(Real key) const { return distance_of_key(metric_, key); }
  CoordinateSpace subset(std::vector<std::int64_t> candidates) const {
    return CoordinateSpace(metric_, candidates_, std::move(candidates));
  }

  // Calls use(point, key) for every point whose key to the candidate is below its limit, in order.
  template <class Use>
  void visit(std::int64_t candidate, const Limits<Real>& limits, VisitScratch<Real>& s,
             Use&& use) const {
    const Real* x = candidates_.row(candidate);
    for (std::int64_t b = 0; b < low_.count(); ++b) {
      const int n_boxes =
          kernels_.boxes_within(low_.tile(b), high_.tile(b), x, d(),
                                &limits.tiles[static_cast<std::size_t>(b * kPairTile)], s.boxes);
      for (int i = 0; i < n_boxes; ++i) {
        const std::int64_t t = b * kPairTile + s.boxes[i];
        const int n = kernels_.within(tiles_.tile(t), x, d(),
                                      &limits.points[static_cast<std::size_t>(t * kPairTile)],
                                      s.found, s.keys);
        for (int h = 0; h < n; ++h) use(t * kPairTile + s.found[h], s.keys[h]);
      }
    }
  }

  // A few candidates side by side, to compare one point with all of them.
  class Panel {
   public:
    Panel(const CoordinateSpace& space, std::int64_t k)
        : space_(space), k_(k), tiles_(static_cast<std::size_t>(room() * space.d())) {}
    std::int64_t room() const { return (k_ + kPairTile - 1) / kPairTile * kPairTile; }
    void place(std::int64_t slot, std::int64_t candidate) {
      const Real* x = space_.candidates_.row(candidate);
      const std::int64_t d = space_.d();
      Real* to = &tiles_[static_cast<std::size_t>(slot / kPairTile * d * kPairTile) +
                         static_cast<std::size_t>(slot % kPairTile)];
      for (std::int64_t q = 0; q < d; ++q) to[q * kPairTile] = x[q];
    }
    // `keys` has room() places, of which the first k count.
    void keys(std::int64_t point, Real* keys) const {
      const Real* x = space_.candidates_.row(space_.candidate_of(point));
      for (std::int64_t t = 0; t < room(); t += kPairTile) {
        space_.kernels_.keys(&tiles_[static_cast<std::size_t>(t * space_.d())], x, space_.d(),
                             keys + t);
      }
    }

   private:
    const CoordinateSpace& space_;
    std::int64_t k_;
    std::vector<Real> tiles_;
  };

 private:
  std::int64_t d() const { return candidates_.cols(); }

  void measure_boxes() {
    const std::int64_t n = tiles_.count();
    std::vector<Real> low(static_cast<std::size_t>(n * d())), high(low);
    for (std::int64_t t = 0; t < n; ++t) {
      for (std::int64_t q = 0; q < d(); ++q) {
        const Real* at = tiles_.tile(t) + q * kPairTile;
        const auto [least, most] = std::minmax_element(at, at + kPairTile);
        low[static_cast<std::size_t>(t * d() + q)] = *least;
        high[static_cast<std::size_t>(t * d() + q)] = *most;
      }
    }
    const auto same = [](std::int64_t i) { return i; };
    low_ = Tiles<Real>(low.data(), d(), n, same);
    high_ = Tiles<Real>(high.data(), d(), n, same);
  }

  Metric metric_;
  const MetricKernels<Real>& kernels_;
  MatrixView<const Real> candidates_;
  std::vector<std::int64_t> points_;
  Tiles<Real> tiles_, low_, high_;
};

// Candidates are the rows of a symmetric matrix of distances.
template <class Real>
class MatrixSpace {
 public:
  using real = Real;

  MatrixSpace(MatrixView<const Real> distances, std::vector<std::int64_t> candidates)
      : MatrixSpace(distances, candidates, candidates) {}

  std::int64_t n_points() const { return static_cast<std::int64_t>(points_.size()); }
  std::int64_t n_candidates() const { return static_cast<std::int64_t>(candidates_.size()); }
  // Only where the points are candidates with the same numbers.
  std::int64_t candidate_of(std::int64_t point) const {
    return numbers_[static_cast<std::size_t>(point)];
  }
  Real distance(Real key) const { return key; }
  MatrixSpace subset(std::vector<std::int64_t> numbers) const {
    std::vector<std::int64_t> rows;
    for (const std::int64_t i : numbers) rows.push_back(candidates_[static_cast<std::size_t>(i)]);
    MatrixSpace part(distances_, candidates_, std::move(rows));
    part.numbers_ = std::move(numbers);
    return part;
  }

  template <class Use>
  void visit(std::int64_t candidate, const Limits<Real>& limits, VisitScratch<Real>& s,
             Use&& use) const {
    const Real* row = distances_.row(candidates_[static_cast<std::size_t>(candidate)]);
    const std::int64_t n = n_points();
    for (std::int64_t first = 0; first < n; first += kPairTile) {
      const Real* keys = row + first;
      if (!whole_ || first + kPairTile > n) {
        for (std::int64_t i = first; i < std::min(first + kPairTile, n); ++i) {
          s.keys[i - first] = row[points_[static_cast<std::size_t>(i)]];
        }
        std::fill(s.keys + std::min<std::int64_t>(kPairTile, n - first), s.keys + kPairTile,
                  Real{0});
        keys = s.keys;
      }
      const int found = below(keys, &limits.points[static_cast<std::size_t>(first)], s.found);
      for (int h = 0; h < found; ++h) use(first + s.found[h], keys[s.found[h]]);
    }
  }

  class Panel {
   public:
    Panel(const MatrixSpace& space, std::int64_t k)
        : space_(space), rows_(static_cast<std::size_t>(k)) {}
    std::int64_t room() const { return static_cast<std::int64_t>(rows_.size()); }
    void place(std::int64_t slot, std::int64_t candidate) {
      rows_[static_cast<std::size_t>(slot)] =
          space_.candidates_[static_cast<std::size_t>(candidate)];
    }
    void keys(std::int64_t point, Real* keys) const {
      const std::int64_t at = space_.points_[static_cast<std::size_t>(point)];
      for (std::size_t s = 0; s < rows_.size(); ++s) keys[s] = space_.distances_(rows_[s], at);
    }

   private:
    const MatrixSpace& space_;
    std::vector<std::int64_t> rows_;
  };

 private:
  MatrixSpace(MatrixView<const Real> distances, std::vector<std::int64_t> candidates,
              std::vector<std::int64_t> points)
      : distances_(distances), candidates_(std::move(candidates)), points_(std::move(points)) {
    numbers_.resize(points_.size());
    for (std::size_t i = 0; i < points_.size(); ++i) {
      numbers_[i] = static_cast<std::int64_t>(i);
      whole_ = whole_ && points_[i] == numbers_[i];
    }
  }

  static int below(const Real* keys, const Real* limits, std::int32_t* found) {
    const PairwiseKernels& kernels = SHOAL_PICK_KERNELS(pairwise_kernels);
    if constexpr (std::is_same_v<Real, float>) {
      return kernels.below_f32(keys, limits, found);
    } else {
      return kernels.below_f64(keys, limits, found);
    }
  }

  MatrixView<const Real> distances_;
  std::vector<std::int64_t> candidates_, points_;  // rows of the matrix
  std::vector<std::int64_t> numbers_;              // of the points among the candidates
  bool whole_ = true;                              // every row of the matrix is a point
};

}  // namespace shoal
