// Rows in boxes, centred and rounded to single precision, and the certified search among them: what
// it finds is all that can be near in double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "algorithms/leaves.hpp"
#include "core/views.hpp"
#include "kernels/knn.hpp"

namespace shoal {

// The columns: leaf by leaf, scaled and centred by group. Leaves next to each other share a centre,
// so that tight groups far apart keep their precision.
struct Screen {
  static constexpr std::int64_t kGroupLeaves = 16;

  Leaves leaves;
  double scale = 1;
  std::vector<double> centers;   // of the groups, scaled
  std::vector<double> max_norm;  // of the groups, rounded up
  std::vector<float> columns, norms;
};

template <class Real>
Screen make_screen(MatrixView<const Real> X, int n_threads);

// The same for rows in another order than that of their boxes. Columns have room for `extra` more
// coordinates after their own, zero at first.
template <class Real>
Screen make_screen(MatrixView<const Real> X, Leaves leaves, int n_threads, std::int64_t extra = 0);

// Up to kPairTile points and what is near them.
class ScreenTile {
 public:
  ScreenTile(const Screen& screen, std::int64_t d)
      : screen_(screen),
        d_(d),
        points_(static_cast<std::size_t>(d * kPairTile)),
        tile_(points_.size()),
        norms_(kPairTile),
        limits_(kPairTile),
        found_(kPairTile * kPairTile) {}

  // Takes rows[0] ... rows[count - 1] of Q.
  template <class Real>
  void load(MatrixView<const Real> Q, const std::int64_t* rows, int count) {
    count_ = count;
    group_ = -1;
    for (int p = 0; p < kPairTile; ++p) {
      const Real* x = Q.row(rows[std::min(p, count - 1)]);
      for (std::int64_t q = 0; q < d_; ++q) {
        points_[static_cast<std::size_t>(q * kPairTile + p)] = x[q] * screen_.scale;
      }
    }
  }

  // The pairs of a leaf that may lie within the squared distance worst(p) of point p, those that do
  // among them, as place in the leaf * kPairTile + p.
  template <class Worst>
  std::span<const std::int32_t> find(std::int64_t leaf, Worst worst) {
    if (leaf / Screen::kGroupLeaves != group_) {
      group_ = leaf / Screen::kGroupLeaves;
      kernels_.center(points_.data(), &screen_.centers[static_cast<std::size_t>(group_ * d_)], d_,
                      tile_.data(), norms_.data());
    }
    set_limits(worst);
    const int n_found =
        kernels_.screen(tile_.data(), limits_.data(), screen_.columns.data(), screen_.norms.data(),
                        screen_.leaves.begin(leaf), screen_.leaves.end(leaf), d_, found_.data());
    return {found_.data(), static_cast<std::size_t>(n_found)};
  }

 private:
  // A column at squared distance <= `worst` cannot have a score above the limit. Rounding the
  // point and the column costs 2 units of their product, each addition one unit of the partial
  // sums, and the norms one unit each.
  template <class Worst>
  void set_limits(Worst worst) {
    const double norm = screen_.max_norm[static_cast<std::size_t>(group_)];
    const double unit = static_cast<double>(d_ + 8) * 0x1p-24;
    for (int p = 0; p < kPairTile; ++p) {
      if (p >= count_) {
        limits_[static_cast<std::size_t>(p)] = -std::numeric_limits<float>::infinity();
        continue;
      }
      const double own = norms_[static_cast<std::size_t>(p)];
      const double error = unit * (2 * std::sqrt(own) * norm + norm * norm + own) + 1e-36;
      const double most = worst(p) * screen_.scale * screen_.scale;
      limits_[static_cast<std::size_t>(p)] =
          static_cast<float>(most * (1 + 1e-12) - own + 1.01 * error);
    }
  }

  const Screen& screen_;
  const std::int64_t d_;
  const KnnKernels& kernels_ = SHOAL_PICK_KERNELS(knn_kernels);
  int count_ = 0;
  std::int64_t group_ = -1;
  std::vector<double> points_;
  std::vector<float> tile_, norms_, limits_;
  std::vector<std::int32_t> found_;
};

}  // namespace shoal
