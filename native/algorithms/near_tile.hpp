// Rows within a radius of a tile of rows, found among boxes of rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "algorithms/metric.hpp"
#include "algorithms/screen.hpp"

namespace shoal {

// Boxes of rows to search. Euclidean searches are screened in single precision.
template <class Real>
class NearBoxes {
 public:
  NearBoxes(MatrixView<const Real> X, Metric metric, double limit, int n_threads)
      : X_(X), metric_(metric), limit_(limit) {
    screened_ = metric == Metric::euclidean || metric == Metric::sqeuclidean;
    if (screened_) {
      screen_ = make_screen(X, n_threads);
    } else {
      screen_.leaves = make_leaves(X, n_threads);
    }
  }

  MatrixView<const Real> rows() const { return X_; }
  const Leaves& leaves() const { return screen_.leaves; }
  const Screen& screen() const { return screen_; }
  bool screened() const { return screened_; }
  Metric metric() const { return metric_; }
  double limit() const { return limit_; }

 private:
  MatrixView<const Real> X_;
  Metric metric_;
  double limit_;
  bool screened_ = false;
  Screen screen_;
};

// What one worker needs for one tile of queries.
template <class Real>
class NearTile {
 public:
  explicit NearTile(const NearBoxes<Real>& boxes)
      : boxes_(boxes),
        d_(boxes.rows().cols()),
        screen_tile_(boxes.screen(), boxes.screened() ? d_ : 0),
        rows_(static_cast<std::size_t>(d_ * kPairTile)),
        columns_(boxes.screened() ? 0 : rows_.size()),
        other_(static_cast<std::size_t>(d_)),
        low_(other_.size()),
        high_(other_.size()) {}

  // Takes rows[0] ... rows[count - 1] of Q.
  void load(MatrixView<const Real> Q, const std::int64_t* rows, int count) {
    count_ = count;
    std::ranges::fill(low_, std::numeric_limits<double>::infinity());
    std::ranges::fill(high_, -std::numeric_limits<double>::infinity());
    for (int p = 0; p < kPairTile; ++p) {
      const Real* x = Q.row(rows[std::min(p, count - 1)]);
      for (std::int64_t q = 0; q < d_; ++q) {
        const auto at = static_cast<std::size_t>(q);
        rows_[static_cast<std::size_t>(p * d_ + q)] = x[q];
        if (!columns_.empty()) columns_[static_cast<std::size_t>(q * kPairTile + p)] = x[q];
        low_[at] = std::min<double>(low_[at], x[q]);
        high_[at] = std::max<double>(high_[at], x[q]);
      }
    }
    if (boxes_.screened()) screen_tile_.load(Q, rows, count);
  }

  // Leaves from `first` on that may hold a row near the tile, nearest first or in their order.
  const std::vector<std::pair<double, std::int64_t>>& leaves_near(std::int64_t first = 0,
                                                                  bool nearest_first = true) {
    visits_.clear();
    for (std::int64_t leaf = first; leaf < boxes_.leaves().count(); ++leaf) {
      const double gap = gap_to(leaf);
      if (gap <= boxes_.limit()) visits_.emplace_back(gap, leaf);
    }
    if (nearest_first) std::ranges::sort(visits_);
    return visits_;
  }

  // Calls use(p, row) for the rows of a leaf that are near query p, where wanted(p) and
  // worth(p, row), which may change in between, say that it matters.
  template <class Wanted, class Worth, class Use>
  void visit(std::int64_t leaf, Wanted wanted, Worth worth, Use use) {
    if (boxes_.screened()) {
      visit_screened(leaf, wanted, worth, use);
    } else {
      visit_keys(leaf, wanted, worth, use);
    }
  }

 private:
  double gap_to(std::int64_t leaf) const {
    const double* low = &boxes_.leaves().low[static_cast<std::size_t>(leaf * d_)];
    const double* high = &boxes_.leaves().high[static_cast<std::size_t>(leaf * d_)];
    // The keys of pairs are computed alike, so none of them is below that of the boxes.
    double key = 0;
    for (std::int64_t q = 0; q < d_; ++q) {
      const auto at = static_cast<std::size_t>(q);
      const double gap = std::max({low[q] - high_[at], low_[at] - high[q], 0.0});
      key = add_to_key(boxes_.metric(), key, gap);
    }
    return key;
  }

  template <class Wanted, class Worth, class Use>
  void visit_screened(std::int64_t leaf, Wanted wanted, Worth worth, Use use) {
    const auto worst = [&](int p) {
      return wanted(p) ? boxes_.limit() : -std::numeric_limits<double>::infinity();
    };
    const std::int64_t begin = boxes_.leaves().begin(leaf);
    for (const std::int32_t pair : screen_tile_.find(leaf, worst)) {
      const int p = pair % kPairTile;
      const std::int64_t row = row_at(begin + pair / kPairTile);
      if (!wanted(p) || !worth(p, row)) continue;
      const double* x = &rows_[static_cast<std::size_t>(p * d_)];
      if (exact_key(boxes_.metric(), x, boxes_.rows().row(row), d_) <= boxes_.limit()) use(p, row);
    }
  }

  template <class Wanted, class Worth, class Use>
  void visit_keys(std::int64_t leaf, Wanted wanted, Worth worth, Use use) {
    const MetricKernels<double>& kernels = metric_kernels<double>(boxes_.metric());
    const double limit = std::nextafter(boxes_.limit(), std::numeric_limits<double>::infinity());
    double limits[kPairTile], keys[kPairTile];
    std::int32_t found[kPairTile];
    for (int p = 0; p < kPairTile; ++p) limits[p] = p < count_ && wanted(p) ? limit : -1.0;
    for (std::int64_t i = boxes_.leaves().begin(leaf); i < boxes_.leaves().end(leaf); ++i) {
      const std::int64_t row = row_at(i);
      std::copy_n(boxes_.rows().row(row), d_, other_.begin());
      const int n_found = kernels.within(columns_.data(), other_.data(), d_, limits, found, keys);
      for (int f = 0; f < n_found; ++f) {
        const int p = found[f];
        if (worth(p, row)) use(p, row);
        if (!wanted(p)) limits[p] = -1.0;
      }
    }
  }

  std::int64_t row_at(std::int64_t place) const {
    return boxes_.leaves().order[static_cast<std::size_t>(place)];
  }

  const NearBoxes<Real>& boxes_;
  const std::int64_t d_;
  int count_ = 0;
  ScreenTile screen_tile_;
  std::vector<double> rows_, columns_, other_, low_, high_;
  std::vector<std::pair<double, std::int64_t>> visits_;
};

}  // namespace shoal
