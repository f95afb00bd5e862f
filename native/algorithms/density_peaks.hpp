// Density peaks: how dense it is around each row, and how far the nearest denser row is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "kernels/pairwise.hpp"

namespace shoal {

struct PeaksOptions {
  Metric metric = Metric::euclidean;
  double radius = 0;      // the cutoff distance
  bool gaussian = false;  // a smooth kernel instead of one with an edge
  int n_threads = 1;
  KeepGoing keep_going;
};

// By row. Ranks order rows by density, the densest first, those of the same density by their
// coordinates, and equal rows by their number; rows of weight 0 come last and are nobody's parent.
// Of equally near denser rows the densest is the parent. The densest of all has none, -1, and the
// distance to the row farthest from it.
struct PeaksResult {
  std::vector<double> rho, delta;
  std::vector<std::int64_t> parent, rank;
};

// Rodriguez and Laio 2014 (doi:10.1126/science.1242072): rho is the number of other rows within the
// radius, or the sum of exp(-(distance / radius)^2) over those within four radii. The nearest
// denser row is searched for in a k-d tree whose nodes know the densest row in them (Huang, Yu and
// Shun 2023, arXiv:2305.11335); memory is O(n d). Weights may be null.
template <class Real>
PeaksResult find_peaks(MatrixView<const Real> X, const double* weights,
                       const PeaksOptions& options);

// The border density of each of k clusters: the largest mean density of two rows within the radius,
// of which one is in another cluster; -1 where there are none.
template <class Real>
std::vector<double> border_densities(MatrixView<const Real> X, std::span<const std::int32_t> labels,
                                     std::span<const double> rho, std::int64_t k,
                                     const PeaksOptions& options);

}  // namespace shoal
