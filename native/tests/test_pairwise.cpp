// The kernels for any metric against arithmetic in the same precision, one dimension after the
// other: the bits must be the same at every level.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "algorithms/coordinates.hpp"
#include "algorithms/metric.hpp"
#include "check.hpp"
#include "data.hpp"

namespace shoal::tests {
namespace {

using Index = std::int64_t;
constexpr Metric kAll[] = {Metric::euclidean, Metric::sqeuclidean, Metric::manhattan,
                           Metric::chebyshev};

template <class Real>
Real plain_key(Metric metric, const Real* x, const Real* y, Index d) {
  Real key = 0;
  for (Index q = 0; q < d; ++q) {
    const Real gap = x[q] - y[q];
    if (metric == Metric::manhattan) {
      key = key + std::abs(gap);
    } else if (metric == Metric::chebyshev) {
      key = std::max(key, std::abs(gap));
    } else {
      const Real square = gap * gap;
      key = key + square;
    }
  }
  return key;
}

template <class Real>
void check_tile(Metric metric, const Matrix<Real>& points, const Matrix<Real>& others) {
  const auto& kernels = metric_kernels<Real>(metric);
  const Index d = points.cols;
  const Tiles<Real> tiles(points.values.data(), d, points.rows, [](Index i) { return i; });
  std::vector<Real> keys(kPairTile), limits(kPairTile), best(kPairTile), second(kPairTile),
      found_keys(kPairTile), wanted_best(kPairTile, std::numeric_limits<Real>::infinity()),
      wanted_second(wanted_best);
  std::vector<std::int32_t> found(kPairTile), index(kPairTile), wanted_index(kPairTile);
  for (Index o = 0; o < others.rows; ++o) {
    const Real* y = others.view().row(o);
    kernels.keys(tiles.tile(0), y, d, keys.data());
    int wanted = 0;
    for (int p = 0; p < kPairTile; ++p) {
      const auto at = static_cast<std::size_t>(p);
      const Real key =
          plain_key(metric, points.view().row(std::min<Index>(p, points.rows - 1)), y, d);
      CHECK(keys[at] == key);
      limits[at] = p % 3 == 0 ? key : p % 3 == 1 ? key * 2 + 1 : Real{-1};
      wanted += p % 3 == 1;
      if (key < wanted_best[at]) {
        wanted_second[at] = wanted_best[at];
        wanted_best[at] = key;
        wanted_index[at] = static_cast<std::int32_t>(o);
      } else {
        wanted_second[at] = std::min(wanted_second[at], key);
      }
    }
    const int n =
        kernels.within(tiles.tile(0), y, d, limits.data(), found.data(), found_keys.data());
    CHECK_EQUAL(n, wanted);
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      CHECK_EQUAL(found[at], 3 * i + 1);
      CHECK(found_keys[at] == keys[static_cast<std::size_t>(found[at])]);
    }
  }
  kernels.nearest(tiles.tile(0), others.values.data(), others.rows, d, best.data(), second.data(),
                  index.data());
  CHECK(best == wanted_best);
  CHECK(second == wanted_second);
  CHECK(index == wanted_index);
}

// A box is never farther than a point it holds, and is as near as its nearest side.
template <class Real>
void check_boxes(Metric metric, const Matrix<Real>& low, const Matrix<Real>& others) {
  const auto& kernels = metric_kernels<Real>(metric);
  const Index d = low.cols;
  Matrix<Real> high = low, inside = low;
  for (std::size_t i = 0; i < high.values.size(); ++i) {
    high.values[i] += Real{0.25};
    inside.values[i] += Real{0.1};
  }
  const auto same = [](Index i) { return i; };
  const Tiles<Real> lows(low.values.data(), d, low.rows, same),
      highs(high.values.data(), d, low.rows, same);
  for (Index o = 0; o < others.rows; ++o) {
    const Real* y = others.view().row(o);
    std::vector<Real> limits(kPairTile), beyond(kPairTile);
    for (int p = 0; p < kPairTile; ++p) {
      const auto at = static_cast<std::size_t>(p);
      std::vector<Real> nearest(y, y + d);
      for (Index q = 0; q < d; ++q) {
        nearest[static_cast<std::size_t>(q)] =
            std::clamp(y[q], low.view()(p, q), high.view()(p, q));
      }
      limits[at] = plain_key(metric, nearest.data(), y, d);
      beyond[at] = std::nextafter(plain_key(metric, inside.view().row(p), y, d),
                                  std::numeric_limits<Real>::infinity());
    }
    std::vector<std::int32_t> found(kPairTile);
    CHECK_EQUAL(
        kernels.boxes_within(lows.tile(0), highs.tile(0), y, d, limits.data(), found.data()), 0);
    CHECK_EQUAL(
        kernels.boxes_within(lows.tile(0), highs.tile(0), y, d, beyond.data(), found.data()),
        kPairTile);
  }
}

template <class Real>
void check_all(int d) {
  Matrix<Real> points = grouped_points<Real>(kPairTile, d, -4);
  for (const Index count : {1, 5, 6, 13}) {
    const Matrix<Real> others = grouped_points<Real>(count, d, -3.5);
    for (const Metric metric : kAll) {
      points.rows = kPairTile;
      check_tile(metric, points, others);
      check_boxes(metric, points, others);
      points.rows = 7;
      check_tile(metric, points, others);
    }
  }
}

}  // namespace

SHOAL_TEST(metric_kernels_have_the_bits_of_plain_arithmetic) {
  at_every_level([] {
    for (const int d : kDimensions) {
      check_all<float>(d);
      check_all<double>(d);
    }
  });
}

SHOAL_TEST(keys_below_their_limits_are_found_in_order) {
  at_every_level([] {
    const PairwiseKernels& kernels = SHOAL_PICK_KERNELS(pairwise_kernels);
    std::vector<float> keys(kPairTile), limits(kPairTile);
    std::vector<double> wide(kPairTile), wide_limits(kPairTile);
    for (int p = 0; p < kPairTile; ++p) {
      const auto at = static_cast<std::size_t>(p);
      keys[at] = static_cast<float>(p % 7);
      limits[at] = static_cast<float>(p % 5);
      wide[at] = keys[at];
      wide_limits[at] = limits[at];
    }
    std::vector<std::int32_t> a(kPairTile), b(kPairTile);
    const int n = kernels.below_f32(keys.data(), limits.data(), a.data());
    CHECK_EQUAL(kernels.below_f64(wide.data(), wide_limits.data(), b.data()), n);
    CHECK(a == b);
    int at = 0;
    for (int p = 0; p < kPairTile; ++p) {
      if (p % 7 < p % 5) CHECK_EQUAL(a[static_cast<std::size_t>(at++)], p);
    }
    CHECK_EQUAL(at, n);
  });
}

}  // namespace shoal::tests
