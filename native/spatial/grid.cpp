#include "spatial/grid.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "algorithms/metric.hpp"
#include "core/radix_sort.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// Cells are narrower than need be by this share, and at most 2^31 in a line, so that rounding, of
// 2^-20 of a cell at most, puts no two points into one cell that are farther apart than the radius.
constexpr double kMargin = 0x1p-17;
constexpr double kMostInLine = 0x1p31;
constexpr double kMostCells = 0x1p62;
constexpr Index kPart = 1 << 16;  // rows

double side_of(Metric metric, double radius, int d) {
  const double share = metric == Metric::manhattan   ? d
                       : metric == Metric::chebyshev ? 1.0
                                                     : std::sqrt(static_cast<double>(d));
  return radius / share * (1 - kMargin);
}

// The least distance, as a key, between points of cells so many cells apart.
double add_gap(Metric metric, double key, Index apart, double side) {
  const double gap = static_cast<double>(std::max<Index>(std::abs(apart) - 1, 0)) * side;
  return add_to_key(metric, key, gap);
}

std::vector<Stretch> stretches_of(const GridFrame& frame, Metric metric, double radius,
                                  Index reach) {
  const double side = 1 / frame.inverse;
  const bool squares = metric == Metric::euclidean || metric == Metric::sqeuclidean;
  // Far more than the rounding of all that is compared with it.
  const double limit = (squares ? radius * radius : radius) * (1 + 1e-3);
  struct Choice {
    double key;
    Index away;
    Stretch stretch;
  };
  std::vector<Choice> choices;
  const Index outer = frame.d > 2 ? reach : 0, inner = frame.d > 1 ? reach : 0;
  for (Index a = -outer; a <= outer; ++a) {
    for (Index b = -inner; b <= inner; ++b) {
      const double key = add_gap(metric, add_gap(metric, 0, a, side), b, side);
      Index last = reach;
      while (last > 0 && add_gap(metric, key, last, side) > limit) --last;
      if (key > limit) continue;
      Index offset = a;
      if (frame.d > 1) offset = offset * frame.extent[static_cast<std::size_t>(frame.d - 2)] + b;
      offset *= frame.extent[static_cast<std::size_t>(frame.d - 1)];
      const bool touching = std::abs(a) <= 1 && std::abs(b) <= 1;
      choices.push_back({key, a * a + b * b, {offset, static_cast<int>(last), touching}});
    }
  }
  std::ranges::stable_sort(choices, [](const Choice& x, const Choice& y) {
    return x.key != y.key ? x.key < y.key : x.away < y.away;
  });
  std::vector<Stretch> stretches;
  for (const Choice& choice : choices) stretches.push_back(choice.stretch);
  return stretches;
}

template <class Real>
void measure(MatrixView<const Real> X, int n_threads, std::array<double, kMostColumns>& low,
             std::array<double, kMostColumns>& high) {
  const Index n = X.rows(), d = X.cols(), n_parts = (n + kPart - 1) / kPart;
  struct Box {
    std::array<double, kMostColumns> low, high;
  };
  const auto empty = [] {
    Box box;
    box.low.fill(std::numeric_limits<double>::infinity());
    box.high.fill(-std::numeric_limits<double>::infinity());
    return box;
  };
  std::vector<Box> boxes(static_cast<std::size_t>(n_parts), empty());
  parallel_for(boxes.size(), n_threads, [&](std::size_t part, int) {
    Box box = empty();
    const Index begin = static_cast<Index>(part) * kPart, end = std::min(n, begin + kPart);
    for (Index i = begin; i < end; ++i) {
      for (Index q = 0; q < d; ++q) {
        box.low[static_cast<std::size_t>(q)] =
            std::min<double>(box.low[static_cast<std::size_t>(q)], X(i, q));
        box.high[static_cast<std::size_t>(q)] =
            std::max<double>(box.high[static_cast<std::size_t>(q)], X(i, q));
      }
    }
    boxes[part] = box;
  });
  low.fill(0);
  for (std::size_t q = 0; q < static_cast<std::size_t>(d); ++q) {
    low[q] = boxes[0].low[q];
    high[q] = boxes[0].high[q];
    for (const Box& box : boxes) {
      low[q] = std::min(low[q], box.low[q]);
      high[q] = std::max(high[q], box.high[q]);
    }
  }
}

}  // namespace

template <class Real>
std::optional<std::uint64_t> GridFrame::key_of(const Real* x) const {
  std::int64_t key = 0;
  for (int q = 0; q < d; ++q) {
    const auto at = static_cast<std::size_t>(q);
    const double cell =
        std::floor((static_cast<double>(x[q]) - low[at]) * inverse) + static_cast<double>(border);
    if (!(cell >= static_cast<double>(border / 2) &&
          cell < static_cast<double>(extent[at] - border / 2))) {
      return std::nullopt;
    }
    key = key * extent[at] + static_cast<Index>(cell);
  }
  return static_cast<std::uint64_t>(key);
}

template <class Real>
std::optional<GridFrame> make_frame(MatrixView<const Real> X, Metric metric, double radius,
                                    int n_threads) {
  GridFrame frame;
  frame.d = static_cast<int>(X.cols());
  std::array<double, kMostColumns> high{};
  // Squares of what is beyond would be lost.
  if (X.cols() > kMostColumns || !(radius > 1e-140) || !(radius < 1e140)) return std::nullopt;
  if (X.rows() == 0) return std::nullopt;
  measure(X, n_threads, frame.low, high);
  const double side = side_of(metric, radius, frame.d);
  const auto reach = static_cast<Index>(std::floor(radius / side)) + 1;
  frame.inverse = 1 / side;
  frame.border = 2 * reach;
  double n_cells = 1;
  for (std::size_t q = 0; q < static_cast<std::size_t>(frame.d); ++q) {
    const double length = std::floor((high[q] - frame.low[q]) * frame.inverse);
    if (!(length < kMostInLine)) return std::nullopt;
    frame.extent[q] = static_cast<Index>(length) + 1 + 2 * frame.border;
    n_cells *= static_cast<double>(frame.extent[q]);
  }
  if (!(n_cells < kMostCells)) return std::nullopt;
  frame.bits = std::bit_width(static_cast<std::uint64_t>(n_cells)) + 1;
  frame.stretches = stretches_of(frame, metric, radius, reach);
  return frame;
}

template <class Real>
Grid<Real> sort_into(const GridFrame& frame, MatrixView<const Real> X, int n_threads) {
  const Index n = X.rows(), n_parts = (n + kPart - 1) / kPart;
  Grid<Real> grid;
  Buffer<std::uint64_t> keys(static_cast<std::size_t>(n));
  grid.rows = Buffer<std::int32_t>(static_cast<std::size_t>(n));
  std::vector<Index> counts(static_cast<std::size_t>(n_parts));
  // Rows outside get the largest key, are sorted to the end and cut off.
  const std::uint64_t outside = (std::uint64_t{1} << frame.bits) - 1;
  parallel_for(counts.size(), n_threads, [&](std::size_t part, int) {
    const Index begin = static_cast<Index>(part) * kPart, end = std::min(n, begin + kPart);
    for (Index i = begin; i < end; ++i) {
      const auto key = frame.key_of(X.row(i));
      keys[static_cast<std::size_t>(i)] = key.value_or(outside);
      grid.rows[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i);
      counts[part] += key.has_value();
    }
  });
  radix_sort(keys, grid.rows, frame.bits, n_threads);
  Index inside = 0;
  for (const Index count : counts) inside += count;

  const auto opens = [&](std::size_t i) { return i == 0 || keys[i] != keys[i - 1]; };
  std::size_t n_cells = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(inside); ++i) n_cells += opens(i);
  grid.keys.reserve(n_cells);
  grid.starts.reserve(n_cells + 1);
  for (std::size_t i = 0; i < static_cast<std::size_t>(inside); ++i) {
    if (!opens(i)) continue;
    grid.keys.push_back(keys[i]);
    grid.starts.push_back(static_cast<std::int32_t>(i));
  }
  grid.starts.push_back(static_cast<std::int32_t>(inside));
  keys = {};

  const Index stride = inside + PointColumns<Real>::kSlack;
  grid.coordinates = Buffer<Real>(static_cast<std::size_t>(stride * frame.d));
  grid.points = {grid.coordinates.data(), stride, frame.d};
  parallel_for(counts.size(), n_threads, [&](std::size_t part, int) {
    const Index begin = static_cast<Index>(part) * kPart, end = std::min(inside, begin + kPart);
    for (Index i = begin; i < end; ++i) {
      const Real* x = X.row(grid.rows[static_cast<std::size_t>(i)]);
      for (Index q = 0; q < frame.d; ++q)
        grid.coordinates[static_cast<std::size_t>(q * stride + i)] = x[q];
    }
  });
  for (Index q = 0; q < frame.d; ++q) {
    std::fill_n(grid.coordinates.data() + q * stride + inside, PointColumns<Real>::kSlack, Real{0});
  }
  return grid;
}

void GridWalk::start(std::uint64_t key) {
  for (std::size_t s = 0; s < spans_.size(); ++s) {
    const Index middle = static_cast<Index>(key) + stretches_[s].offset;
    const auto first = static_cast<std::uint64_t>(middle - stretches_[s].reach);
    const auto from = std::ranges::lower_bound(keys_, first);
    spans_[s] = {from - keys_.begin(), from - keys_.begin()};
  }
  move(key);
}

void GridWalk::move(std::uint64_t key) {
  const auto n = static_cast<Index>(keys_.size());
  for (std::size_t s = 0; s < spans_.size(); ++s) {
    const Index middle = static_cast<Index>(key) + stretches_[s].offset;
    const auto first = static_cast<std::uint64_t>(middle - stretches_[s].reach);
    const auto last = static_cast<std::uint64_t>(middle + stretches_[s].reach);
    Span& span = spans_[s];
    while (span.first < n && keys_[static_cast<std::size_t>(span.first)] < first) ++span.first;
    span.last = std::max(span.first, span.last);
    while (span.last < n && keys_[static_cast<std::size_t>(span.last)] <= last) ++span.last;
  }
}

template std::optional<std::uint64_t> GridFrame::key_of<float>(const float*) const;
template std::optional<std::uint64_t> GridFrame::key_of<double>(const double*) const;
template std::optional<GridFrame> make_frame<float>(MatrixView<const float>, Metric, double, int);
template std::optional<GridFrame> make_frame<double>(MatrixView<const double>, Metric, double, int);
template Grid<float> sort_into<float>(const GridFrame&, MatrixView<const float>, int);
template Grid<double> sort_into<double>(const GridFrame&, MatrixView<const double>, int);

}  // namespace shoal
