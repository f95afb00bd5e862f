#include "kernels/pair_block.hpp"
#include "kernels/silhouette.hpp"

namespace shoal::SHOAL_ISA {
namespace {

// Below this many dimensions differences cost no more than norms and products.
constexpr std::int64_t kDirectDimensions = 4;
// Squared distances below this share of the squared norms are computed again by differences.
constexpr float kCancelled = 1.0f / 64;

SHOAL_INLINE bool cancelled(const Block<float>& block, const vf (&norms)[kGroups],
                            float largest_column_norm) {
  unsigned found = 0;
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    vf least = block.value[0][g];
#pragma GCC unroll 8
    for (int u = 1; u < kColumns; ++u) least = min(least, block.value[u][g]);
    found |= less_mask(least, (norms[g] + largest_column_norm) * kCancelled);
  }
  return found != 0;
}

SHOAL_INLINE void add_to(double* sums, vd distances) { store(sums, load<vd>(sums) + distances); }
SHOAL_INLINE void add_to(double* sums, vf distances) {
  vh half[2];
  std::memcpy(&half, &distances, sizeof half);
  add_to(sums, __builtin_convertvector(half[0], vd));
  add_to(sums + kHalf, __builtin_convertvector(half[1], vd));
}

// The roots of one block are added in its own precision, the blocks in double precision.
template <class Real>
SHOAL_INLINE void add_roots(const Block<Real>& block, int count, double* sums) {
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    double* const to = sums + g * Lanes<Real>::count;
    if (count == kColumns) {
      const auto a = sqrt(block.value[0][g]) + sqrt(block.value[1][g]);
      const auto b = sqrt(block.value[2][g]) + sqrt(block.value[3][g]);
      const auto c = sqrt(block.value[4][g]) + sqrt(block.value[5][g]);
      add_to(to, (a + b) + c);
    } else {
      Vector<Real> s = sqrt(block.value[0][g]);
#pragma GCC unroll 8
      for (int u = 1; u < kColumns - 1; ++u) {
        if (u < count) s += sqrt(block.value[u][g]);
      }
      add_to(to, s);
    }
  }
}

template <class Real>
void add_by_differences(const Real* tile, const Real* columns, std::int64_t begin, std::int64_t end,
                        std::int64_t d, double* sums) {
  for_each_block(columns, begin, end, d, [&](const Columns<Real>& picked, int p) {
    Block<Real> block;
    set_differences(tile + p, picked, d, block);
    add_roots(block, picked.count, sums + p);
  });
}

template <bool few>
void add_by_products(const float* tile, const float* norms, const float* columns,
                     const float* column_norms, std::int64_t begin, std::int64_t end,
                     std::int64_t d, double* sums) {
  for_each_block(columns, begin, end, d, [&](const Columns<float>& picked, int p) {
    vf n[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) n[g] = load<vf>(norms + p + g * kLanes);
    float m[kColumns], largest = 0;
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      m[u] = column_norms[picked.first + (u < picked.count ? u : 0)];
      largest = m[u] > largest ? m[u] : largest;
    }
    Block<float> block;
    fill(block, [&](int u, int g) { return n[g] + m[u]; });
    add_products<few>(tile + p, picked, d, block);
    if (cancelled(block, n, largest)) set_differences(tile + p, picked, d, block);
    add_roots(block, picked.count, sums + p);
  });
}

void add_f32(const float* tile, const float* norms, const float* columns, const float* column_norms,
             std::int64_t begin, std::int64_t end, std::int64_t d, double* sums) {
  if (d <= kDirectDimensions) {
    add_by_differences(tile, columns, begin, end, d, sums);
  } else {
    const auto add = d <= kRun ? &add_by_products<true> : &add_by_products<false>;
    add(tile, norms, columns, column_norms, begin, end, d, sums);
  }
}

void center(const double* points, const double* shift, std::int64_t d, float* tile, float* norms) {
  center_tile(points, shift, d, tile, norms);
}

}  // namespace

extern const SilhouetteKernels silhouette_kernels;
const SilhouetteKernels silhouette_kernels{&center, &add_f32, &add_by_differences<double>};

}  // namespace shoal::SHOAL_ISA
