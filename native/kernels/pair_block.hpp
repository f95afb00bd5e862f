// Squared distances of a few points (in lanes) to a few columns (broadcast), and the loop over
// blocks of them that every reduction over pairs shares. For *_kernel.cpp files only.
#pragma once

#include "kernels/pair_tile.hpp"
#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

constexpr int kHalf = kLanes / 2;
constexpr int kColumns = 6;
constexpr int kGroups = kWideFile ? 4 : 2;
// Products are added in runs of this many dimensions, which keeps rounding errors small.
constexpr std::int64_t kRun = 64;

typedef double vd __attribute__((vector_size(kLanes * 4)));
typedef float vh __attribute__((vector_size(kLanes * 2)));

using SHOAL_ISA::fma;
using SHOAL_ISA::sqrt;
SHOAL_INLINE vd fma(vd a, vd b, vd c) { return a * b + c; }
SHOAL_INLINE vd sqrt(vd a) {
#if defined(__AVX512F__)
  return (vd)_mm512_sqrt_pd((__m512d)a);
#elif defined(__AVX2__)
  return (vd)_mm256_sqrt_pd((__m256d)a);
#elif defined(__SSE2__)
  return (vd)_mm_sqrt_pd((__m128d)a);
#else
  vd r;
  for (int l = 0; l < kHalf; ++l) r[l] = __builtin_sqrt(a[l]);
  return r;
#endif
}

template <class Real>
struct Lanes;
template <>
struct Lanes<float> {
  typedef vf type;
  static constexpr int count = kLanes;
};
template <>
struct Lanes<double> {
  typedef vd type;
  static constexpr int count = kHalf;
};

template <class Real>
using Vector = typename Lanes<Real>::type;

template <class Real>
struct Block {
  Vector<Real> value[kColumns][kGroups];
};

// Column pointers past the end repeat the last column; what they give must not be used.
template <class Real>
struct Columns {
  const Real* at[kColumns];
  std::int64_t first;
  int count;
};

template <class Real>
SHOAL_INLINE Columns<Real> columns_from(const Real* columns, std::int64_t j, std::int64_t end,
                                        std::int64_t d) {
  Columns<Real> picked;
  picked.first = j;
  picked.count = end - j < kColumns ? static_cast<int>(end - j) : kColumns;
  for (int u = 0; u < kColumns; ++u) {
    picked.at[u] = columns + (u < picked.count ? j + u : end - 1) * d;
  }
  return picked;
}

template <class Real, class Start>
SHOAL_INLINE void fill(Block<Real>& block, Start start) {
#pragma GCC unroll 8
  for (int u = 0; u < kColumns; ++u) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) block.value[u][g] = start(u, g);
  }
}

// block = |x - y|^2
template <class Real>
SHOAL_INLINE void set_differences(const Real* tile, const Columns<Real>& columns, std::int64_t d,
                                  Block<Real>& block) {
  using V = Vector<Real>;
  fill(block, [](int, int) { return V{}; });
  for (std::int64_t q = 0; q < d; ++q) {
    V x[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) {
      x[g] = load<V>(tile + q * kPairTile + g * Lanes<Real>::count) * Real{-0.5};
    }
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      const Real y = columns.at[u][q];
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) {
        const V e = x[g] - y;
        block.value[u][g] = fma(e, e, block.value[u][g]);
      }
    }
  }
}

SHOAL_INLINE void add_run(const float* tile, const Columns<float>& columns, std::int64_t begin,
                          std::int64_t end, Block<float>& block) {
  for (std::int64_t q = begin; q < end; ++q) {
    vf x[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) x[g] = load<vf>(tile + q * kPairTile + g * kLanes);
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      const vf y = splat(columns.at[u][q]);
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) block.value[u][g] = fma(x[g], y, block.value[u][g]);
    }
  }
}

// block += -2 x.y; `few` says that d <= kRun and leaves the block in registers.
template <bool few>
SHOAL_INLINE void add_products(const float* tile, const Columns<float>& columns, std::int64_t d,
                               Block<float>& block) {
  if constexpr (few) {
    add_run(tile, columns, 0, d, block);
  } else {
    for (std::int64_t q = 0; q < d; q += kRun) {
      Block<float> run;
      fill(run, [](int, int) { return vf{}; });
      add_run(tile, columns, q, q + kRun < d ? q + kRun : d, run);
      fill(block, [&](int u, int g) { return block.value[u][g] + run.value[u][g]; });
    }
  }
}

// Calls reduce(columns, p) for every block of columns in [begin, end) and of points from p on.
template <class Real, class Reduce>
SHOAL_INLINE void for_each_block(const Real* columns, std::int64_t begin, std::int64_t end,
                                 std::int64_t d, Reduce reduce) {
  for (std::int64_t j = begin; j < end; j += kColumns) {
    const Columns<Real> picked = columns_from(columns, j, end, d);
    for (int p = 0; p < kPairTile; p += kGroups * Lanes<Real>::count) reduce(picked, p);
  }
}

// tile = -2 (points - shift) and the squared norms of points - shift.
SHOAL_INLINE void center_tile(const double* points, const double* shift, std::int64_t d,
                              float* tile, float* norms) {
  for (int p = 0; p < kPairTile; p += kHalf) {
    vd sum{};
    for (std::int64_t q = 0; q < d; ++q) {
      const vd e = load<vd>(points + q * kPairTile + p) - shift[q];
      store(tile + q * kPairTile + p, __builtin_convertvector(e * -2.0, vh));
      sum += e * e;
    }
    store(norms + p, __builtin_convertvector(sum, vh));
  }
}

}  // namespace
}  // namespace shoal::SHOAL_ISA
