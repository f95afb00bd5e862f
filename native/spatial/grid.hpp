// Points sorted by the cells of a grid in which any two points of a cell lie within a radius.
//
// Only cells that hold points are kept, sorted by number, so memory does not depend on how large
// the space is. The cells near a cell are a few stretches of consecutive numbers; as numbers
// ascend, so do the places of these stretches, and none needs to be searched for twice.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/buffer.hpp"
#include "core/views.hpp"
#include "kernels/radius.hpp"

namespace shoal {

// Cells at key + offset - reach ... key + offset + reach are near the cell `key`.
struct Stretch {
  std::int64_t offset = 0;
  int reach = 0;
  bool touching = false;  // holds cells next to the one in the middle
};

// Where cells lie and which are near each other.
struct GridFrame {
  int d = 0;
  double inverse = 0;  // of the side of a cell
  std::array<double, kMostColumns> low{};
  std::array<std::int64_t, kMostColumns> extent{};
  std::int64_t border = 0;  // empty cells around all points, so that stretches stay in their line
  int bits = 0;             // of the largest key
  std::vector<Stretch> stretches;  // nearest first; that of the cell itself is the first

  // None for a point that is near no cell of the frame.
  template <class Real>
  std::optional<std::uint64_t> key_of(const Real* x) const;
};

// None where cells would be too many to be numbered, or too small for double precision; `radius` is
// a distance of the metric, the square root of a key where the metric is "sqeuclidean".
template <class Real>
std::optional<GridFrame> make_frame(MatrixView<const Real> X, Metric metric, double radius,
                                    int n_threads);

template <class Real>
struct Grid {
  std::vector<std::uint64_t> keys;   // of the cells
  std::vector<std::int32_t> starts;  // cell c holds places starts[c] ... starts[c + 1]
  Buffer<std::int32_t> rows;         // at each place, ascending within a cell
  Buffer<Real> coordinates;
  PointColumns<Real> points;

  std::int64_t n_cells() const { return static_cast<std::int64_t>(keys.size()); }
  void read(std::int64_t place, double* point) const {
    for (int q = 0; q < points.d; ++q) point[q] = points.at[q * points.stride + place];
  }
};

// Rows that are near no cell of the frame are left out.
template <class Real>
Grid<Real> sort_into(const GridFrame& frame, MatrixView<const Real> X, int n_threads);

// The stretches around one cell after the other, in ascending order.
class GridWalk {
 public:
  GridWalk(const GridFrame& frame, const std::vector<std::uint64_t>& keys)
      : stretches_(frame.stretches), keys_(keys), spans_(frame.stretches.size()) {}

  // Cells first ... last.
  struct Span {
    std::int64_t first = 0, last = 0;
  };

  // To the first cell of a part, by search, and on to later ones.
  void start(std::uint64_t key);
  void move(std::uint64_t key);

  std::size_t size() const { return spans_.size(); }
  const Span& operator[](std::size_t stretch) const { return spans_[stretch]; }

 private:
  const std::vector<Stretch>& stretches_;
  const std::vector<std::uint64_t>& keys_;
  std::vector<Span> spans_;
};

}  // namespace shoal
