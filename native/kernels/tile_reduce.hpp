// Best and second best score of every row of a tile. For kernel files only.
#pragma once

#include <cstdint>

#include "kernels/argmin.hpp"
#include "kernels/tile.hpp"

namespace shoal::SHOAL_ISA {
namespace {

// D: the number of dimensions where it is known and small, else 0. C: centres of the block.
template <int D, int C>
SHOAL_INLINE void multiply_run(const float* tile, const float* panel, std::int64_t n,
                               vf (&sum)[C][kGroups]) {
  const std::int64_t dims = D > 0 ? D : n;
#pragma GCC unroll 4
  for (std::int64_t j = 0; j < dims; ++j) {
    const vf x0 = load<vf>(tile + j * kTile);
    const vf x1 = load<vf>(tile + j * kTile + kLanes);
#pragma GCC unroll 12
    for (int c = 0; c < C; ++c) {
      const vf w = splat(panel[j * kBlock + c]);
      sum[c][0] = fma(x0, w, sum[c][0]);
      sum[c][1] = fma(x1, w, sum[c][1]);
    }
  }
}

template <int D, int C>
SHOAL_INLINE void score_block(const float* tile, std::int64_t d, const float* panel,
                              const float* half_norms, vf (&sum)[C][kGroups]) {
#pragma GCC unroll 12
  for (int c = 0; c < C; ++c) sum[c][0] = sum[c][1] = splat(half_norms[c]);
  if (D > 0 || d <= kRun) {
    multiply_run<D, C>(tile, panel, d, sum);
    return;
  }
  for (std::int64_t j = 0; j < d; j += kRun) {
    vf run[C][kGroups] = {};
    multiply_run<0, C>(tile + j * kTile, panel + j * kBlock, d - j < kRun ? d - j : kRun, run);
#pragma GCC unroll 12
    for (int c = 0; c < C; ++c) {
      sum[c][0] += run[c][0];
      sum[c][1] += run[c][1];
    }
  }
}

struct Scores {
  float* best;
  float* second;
  std::int32_t* index;
};

template <int D, int C>
SHOAL_INLINE void reduce_block(const float* tile, std::int64_t d, const float* panel,
                               const float* half_norms, std::int32_t first, Scores at) {
  vf sum[C][kGroups];
  score_block<D, C>(tile, d, panel, half_norms, sum);
#pragma GCC unroll 2
  for (int g = 0; g < kGroups; ++g) {
    vf low = load<vf>(at.best + g * kLanes), next = load<vf>(at.second + g * kLanes);
    vi who = load<vi>(at.index + g * kLanes);
#pragma GCC unroll 12
    for (int c = 0; c < C; ++c) {
      who = select_less(sum[c][g], low, splat(first + c), who);
      next = min(next, max(low, sum[c][g]));
      low = min(low, sum[c][g]);
    }
    store(at.best + g * kLanes, low);
    store(at.second + g * kLanes, next);
    store(at.index + g * kLanes, who);
  }
}

// The last block, which may hold fewer centres.
template <int D, int C>
SHOAL_INLINE void reduce_rest(int rest, const float* tile, std::int64_t d, const float* panel,
                              const float* half_norms, std::int32_t first, Scores at) {
  if (rest == C) {
    reduce_block<D, C>(tile, d, panel, half_norms, first, at);
  } else if constexpr (C > 1) {
    reduce_rest<D, C - 1>(rest, tile, d, panel, half_norms, first, at);
  }
}

template <int D>
void reduce_for(const float* tiles, int n_tiles, std::int64_t d, const PackedCenters& centers,
                Scores scores) {
  const int full = static_cast<int>(centers.k / kBlock),
            rest = static_cast<int>(centers.k % kBlock);
  for (int b = 0; b < full + (rest > 0); ++b) {
    const float* panel = centers.panel + static_cast<std::int64_t>(b) * d * kBlock;
    const float* half_norms = centers.half_norms + b * kBlock;
    for (int t = 0; t < n_tiles; ++t) {
      const float* tile = tiles + static_cast<std::int64_t>(t) * d * kTile;
      const Scores at{scores.best + t * kTile, scores.second + t * kTile, scores.index + t * kTile};
      if (b < full) {
        reduce_block<D, kBlock>(tile, d, panel, half_norms, b * kBlock, at);
      } else {
        reduce_rest<D, kBlock - 1>(rest, tile, d, panel, half_norms, b * kBlock, at);
      }
    }
  }
}

void reduce(const float* tiles, int n_tiles, std::int64_t d, const PackedCenters& centers,
            float* best, float* second, std::int32_t* index) {
  for (int i = 0; i < n_tiles * kGroups; ++i) {
    store(best + i * kLanes, splat(kPaddingNorm));
    store(second + i * kLanes, splat(kPaddingNorm));
    store(index + i * kLanes, vi{});
  }
  const Scores scores{best, second, index};
  switch (d) {
    case 1:
      return reduce_for<1>(tiles, n_tiles, d, centers, scores);
    case 2:
      return reduce_for<2>(tiles, n_tiles, d, centers, scores);
    case 3:
      return reduce_for<3>(tiles, n_tiles, d, centers, scores);
    case 4:
      return reduce_for<4>(tiles, n_tiles, d, centers, scores);
    default:
      return reduce_for<0>(tiles, n_tiles, d, centers, scores);
  }
}

}  // namespace
}  // namespace shoal::SHOAL_ISA
