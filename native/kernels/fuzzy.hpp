// Fuzzy c-means on a tile of rows: memberships from distances, moments from memberships. Plain
// double-precision arithmetic, one row after the other in each of eight sums: the same bits at
// every level.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"

namespace shoal {

inline constexpr int kFuzzyTile = 32;  // rows of a tile, [d][kFuzzyTile]
inline constexpr int kFuzzyLanes = 8;  // row i of a tile goes into sum i % kFuzzyLanes

// Centres, shifted and scaled like the tiles, and what turns distances into memberships.
struct FuzzyCenters {
  const double* centers;  // k x d
  std::int64_t k, d;
  double fuzzifier;
};

// Sums of a judgement, each over eight lanes.
struct FuzzyScores {
  double objective[kFuzzyLanes];  // w u^m |x - c|^2
  double squares[kFuzzyLanes];    // w u^2
  double entropy[kFuzzyLanes];    // -w u ln u
};

struct FuzzyKernels {
  // tile = (x - shift) * scale of `count` rows; missing rows of the tile are copies of the last.
  void (*pack_f32)(const float* x, int count, std::int64_t d, const double* shift, double scale,
                   double* tile);
  void (*pack_f64)(const double* x, int count, std::int64_t d, const double* shift, double scale,
                   double* tile);

  // powers, [k][kFuzzyTile], = w u^m.
  void (*weigh)(const double* tile, const double* weights, const FuzzyCenters& centers,
                double* powers);

  // sums, [k][1 + d][kFuzzyLanes], += powers, and powers times x.
  void (*add)(const double* tile, const double* powers, std::int64_t k, std::int64_t d,
              double* sums);

  // Adds to the scores; `room` is [k][kFuzzyTile].
  void (*judge)(const double* tile, const double* weights, const FuzzyCenters& centers,
                double* room, FuzzyScores& scores);
};

SHOAL_DECLARE_KERNELS(FuzzyKernels, fuzzy_kernels)

}  // namespace shoal
