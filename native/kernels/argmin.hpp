// Nearest and second nearest centre of many rows: fp32 scores on centred data with an error bound.
//
// Score of row x and centre c: |c|^2 / 2 - x.c, so squared distance = |x|^2 + 2 score. Rows are in
// lanes: a tile holds `tile` rows as [d][tile]; centres are packed, negated, as [block][d][block].
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"

namespace shoal {

struct PackedCenters {
  const float* panel;
  const float* half_norms;  // |c|^2 / 2; padding centres hold kPaddingNorm
  int n_blocks;
  std::int64_t k;
  float max_norm;  // of the real centres, rounded up
};

// Far beyond any scaled score and still finite, so that padding never wins.
inline constexpr float kPaddingNorm = 1e30f;

struct ArgminKernels {
  int tile;
  int block;

  // Centres, scales and transposes `count` <= tile rows of X, the i-th being X + (first + i) d, or
  // X + (first + rows[i]) d when rows is given; missing rows of the tile are copies of the last.
  // squared_norms gets |x|^2.
  void (*pack_f32)(const float* X, std::int64_t d, const std::int32_t* rows, std::int64_t first,
                   int count, const float* shift, float scale, float* tile, float* squared_norms);
  void (*pack_f64)(const double* X, std::int64_t d, const std::int32_t* rows, std::int64_t first,
                   int count, const double* shift, double scale, float* tile, float* squared_norms);

  // Best score, second best score and index of the best for n_tiles tiles.
  void (*reduce)(const float* tiles, int n_tiles, std::int64_t d, const PackedCenters& centers,
                 float* best, float* second, std::int32_t* index);

  // Bounds on the relative rounding error of a score of d dimensions (against |x||c| + |c|^2 / 2),
  // and of n products added one after the other.
  float (*score_error)(std::int64_t d);
  float (*long_sum_error)(std::int64_t n);

  // From scores to certainty. near[i] is an upper bound of the distance to the best centre, far[i]
  // a lower bound of the distance to any other, in scaled units; uncertain[t] has bit i set when
  // row i of tile t needs exact arithmetic.
  void (*settle)(int n_tiles, float score_error, float norm_error, float max_norm,
                 const float* squared_norms, const float* best, const float* second,
                 float* near_low, float* near, float* far, std::uint32_t* uncertain);

  // Takes over new labels; writes the positions of those that differ and what stood there, returns
  // how many.
  int (*relabel)(const std::int32_t* index, std::int32_t* labels, int count, std::int32_t* changed,
                 std::int32_t* before);

  // Lets bounds follow the centres: near grows by the drift of the row's own centre, far shrinks by
  // the drift of its fastest rival. Writes the positions of the rows whose bounds no longer keep
  // them apart and returns how many.
  int (*decay)(float* near, float* far, const std::int32_t* labels, const float* own,
               const float* rival, int count, std::int32_t* active);

  // Settles rows that have been scored against a few fast centres only. near, far and labels are
  // those of the rows; index, near_low, fast_near and fast_far come from settle() and count the
  // fast centres, whose names are in `names`; `given_back` is what far lost to the fast centres, by
  // label. far of a settled row becomes its bound against all centres. Writes the positions of the
  // rows that stay open and returns how many.
  int (*follow)(int count, float* near, float* far, const std::int32_t* labels,
                const float* given_back, const std::int32_t* names, const std::int32_t* index,
                const float* near_low, const float* fast_near, const float* fast_far,
                std::int32_t* open);
};

SHOAL_DECLARE_KERNELS(ArgminKernels, argmin_kernels)

}  // namespace shoal
