#include "kernels/silhouette.hpp"
#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

constexpr int kHalf = kLanes / 2;
constexpr int kColumns = 6;
constexpr int kGroups = kWideFile ? 4 : 2;
// Below this many dimensions differences cost no more than norms and products.
constexpr std::int64_t kDirectDimensions = 4;
// Squared distances below this share of the squared norms are computed again by differences.
constexpr float kCancelled = 1.0f / 64;

typedef double vd __attribute__((vector_size(kLanes * 4)));
typedef float vh __attribute__((vector_size(kLanes * 2)));

using SHOAL_ISA::fma;
using SHOAL_ISA::sqrt;
SHOAL_INLINE vd fma(vd a, vd b, vd c) {
  return a * b + c;
}
SHOAL_INLINE vd sqrt(vd a) {
#if defined(__AVX512F__)
  return (vd)_mm512_sqrt_pd((__m512d)a);
#elif defined(__AVX2__)
  return (vd)_mm256_sqrt_pd((__m256d)a);
#elif defined(__SSE2__)
  return (vd)_mm_sqrt_pd((__m128d)a);
#else
  vd r;
  for (int l = 0; l < kHalf; ++l)
    r[l] = __builtin_sqrt(a[l]);
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

// Column pointers past the end repeat the last column; what they give is not added.
template <class Real>
struct Columns {
  const Real* at[kColumns];
};

template <class Real>
SHOAL_INLINE void by_differences(const Real* tile, const Columns<Real>& columns, std::int64_t d,
                                 Block<Real>& block) {
  using V = Vector<Real>;
#pragma GCC unroll 8
  for (int u = 0; u < kColumns; ++u) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g)
      block.value[u][g] = V{};
  }
  for (std::int64_t q = 0; q < d; ++q) {
    V x[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) {
      x[g] = load<V>(tile + q * kSumTile + g * Lanes<Real>::count) * Real{-0.5};
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

SHOAL_INLINE void by_products(const float* tile, const vf (&norms)[kGroups],
                              const Columns<float>& columns, const float (&column_norms)[kColumns],
                              std::int64_t d, Block<float>& block) {
#pragma GCC unroll 8
  for (int u = 0; u < kColumns; ++u) {
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g)
      block.value[u][g] = norms[g] + column_norms[u];
  }
  for (std::int64_t q = 0; q < d; ++q) {
    vf x[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g)
      x[g] = load<vf>(tile + q * kSumTile + g * kLanes);
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      const vf y = splat(columns.at[u][q]);
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g)
        block.value[u][g] = fma(x[g], y, block.value[u][g]);
    }
  }
}

SHOAL_INLINE bool cancelled(const Block<float>& block, const vf (&norms)[kGroups],
                            float largest_column_norm) {
  unsigned found = 0;
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    vf least = block.value[0][g];
#pragma GCC unroll 8
    for (int u = 1; u < kColumns; ++u)
      least = min(least, block.value[u][g]);
    found |= less_mask(least, (norms[g] + largest_column_norm) * kCancelled);
  }
  return found != 0;
}

SHOAL_INLINE void add_to(double* sums, vd distances) {
  store(sums, load<vd>(sums) + distances);
}
SHOAL_INLINE void add_to(double* sums, vf distances) {
  vh half[2];
  std::memcpy(&half, &distances, sizeof half);
  add_to(sums, __builtin_convertvector(half[0], vd));
  add_to(sums + kHalf, __builtin_convertvector(half[1], vd));
}

// Adds the roots of the first `count` columns: few in single precision, all in double.
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
SHOAL_INLINE Columns<Real> columns_from(const Real* columns, std::int64_t j, std::int64_t end,
                                        std::int64_t d) {
  Columns<Real> picked;
  for (int u = 0; u < kColumns; ++u) {
    picked.at[u] = columns + (j + u < end ? j + u : end - 1) * d;
  }
  return picked;
}

template <class Real>
void add_by_differences(const Real* tile, const Real* columns, std::int64_t begin, std::int64_t end,
                        std::int64_t d, double* sums) {
  constexpr int step = kGroups * Lanes<Real>::count;
  for (std::int64_t j = begin; j < end; j += kColumns) {
    const Columns<Real> picked = columns_from(columns, j, end, d);
    const int count = end - j < kColumns ? static_cast<int>(end - j) : kColumns;
    for (int p = 0; p < kSumTile; p += step) {
      Block<Real> block;
      by_differences(tile + p, picked, d, block);
      add_roots(block, count, sums + p);
    }
  }
}

void add_by_products(const float* tile, const float* norms, const float* columns,
                     const float* column_norms, std::int64_t begin, std::int64_t end,
                     std::int64_t d, double* sums) {
  for (std::int64_t j = begin; j < end; j += kColumns) {
    const Columns<float> picked = columns_from(columns, j, end, d);
    const int count = end - j < kColumns ? static_cast<int>(end - j) : kColumns;
    float picked_norms[kColumns];
    float largest = 0;
    for (int u = 0; u < kColumns; ++u) {
      picked_norms[u] = column_norms[j + u < end ? j + u : end - 1];
      largest = picked_norms[u] > largest ? picked_norms[u] : largest;
    }
    for (int p = 0; p < kSumTile; p += kGroups * kLanes) {
      vf n[kGroups];
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g)
        n[g] = load<vf>(norms + p + g * kLanes);
      Block<float> block;
      by_products(tile + p, n, picked, picked_norms, d, block);
      if (cancelled(block, n, largest)) by_differences(tile + p, picked, d, block);
      add_roots(block, count, sums + p);
    }
  }
}

void add_f32(const float* tile, const float* norms, const float* columns, const float* column_norms,
             std::int64_t begin, std::int64_t end, std::int64_t d, double* sums) {
  if (d <= kDirectDimensions) {
    add_by_differences(tile, columns, begin, end, d, sums);
  } else {
    add_by_products(tile, norms, columns, column_norms, begin, end, d, sums);
  }
}

void center(const double* points, const double* shift, std::int64_t d, float* tile, float* norms) {
  for (int p = 0; p < kSumTile; p += kHalf) {
    vd sum{};
    for (std::int64_t q = 0; q < d; ++q) {
      const vd e = load<vd>(points + q * kSumTile + p) - shift[q];
      store(tile + q * kSumTile + p, __builtin_convertvector(e * -2.0, vh));
      sum += e * e;
    }
    store(norms + p, __builtin_convertvector(sum, vh));
  }
}

}  // namespace

extern const SilhouetteKernels silhouette_kernels;
const SilhouetteKernels silhouette_kernels{&center, &add_f32, &add_by_differences<double>};

}  // namespace shoal::SHOAL_ISA
