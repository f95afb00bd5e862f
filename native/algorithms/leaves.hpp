// Rows sorted into boxes of kPairTile rows: a k-d tree of which only the leaves are kept.
#pragma once

#include <cstdint>
#include <vector>

#include "core/views.hpp"
#include "kernels/pair_tile.hpp"

namespace shoal {

struct Leaves {
  std::vector<std::int64_t>
      order;  // leaf l holds rows order[l * kPairTile ...], the last may be short
  std::vector<double> low, high;  // the leaf's box, one row of n_features per leaf

  std::int64_t count() const {
    return (static_cast<std::int64_t>(order.size()) + kPairTile - 1) / kPairTile;
  }
  std::int64_t begin(std::int64_t leaf) const { return leaf * kPairTile; }
  std::int64_t end(std::int64_t leaf) const {
    const auto n = static_cast<std::int64_t>(order.size());
    return leaf * kPairTile + kPairTile < n ? leaf * kPairTile + kPairTile : n;
  }
};

template <class Real>
Leaves make_leaves(MatrixView<const Real> X, int n_threads);

// The squared distance between two boxes, never above that between any two points in them.
double squared_gap(const double* low_a, const double* high_a, const double* low_b,
                   const double* high_b, std::int64_t d);

}  // namespace shoal
