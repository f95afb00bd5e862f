// Rows, centred and scaled, side by side in a tile. For kernel files only.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/tile.hpp"

namespace shoal::SHOAL_ISA {
namespace {

// Four numbers of each of kLanes / 4 rows, one row's after the other's.
typedef float vq __attribute__((vector_size(16)));
typedef float vo __attribute__((vector_size(32)));

SHOAL_INLINE vo join(vq a, vq b) { return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7); }
template <class Quad>
SHOAL_INLINE vf quads(Quad quad) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(join(quad(0), quad(1)), join(quad(2), quad(3)), 0, 1, 2, 3, 4, 5,
                                 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#elif defined(__AVX2__)
  return join(quad(0), quad(1));
#else
  return quad(0);
#endif
}

enum class Mix { pair_low, pair_high, quad_low, quad_high };

template <Mix mix>
constexpr int source_lane(int lane) {
  const int base = lane & ~3, at = lane & 3;
  switch (mix) {
    case Mix::pair_low:
      return ((at & 1) ? kLanes : 0) + base + (at >> 1);
    case Mix::pair_high:
      return ((at & 1) ? kLanes : 0) + base + (at >> 1) + 2;
    case Mix::quad_low:
      return ((at & 2) ? kLanes : 0) + base + (at & 1);
    default:
      return ((at & 2) ? kLanes : 0) + base + (at & 1) + 2;
  }
}

template <Mix mix, int... lane>
SHOAL_INLINE vf shuffle(vf a, vf b, std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(a, b, source_lane<mix>(lane)...);
}
template <Mix mix>
SHOAL_INLINE vf shuffle(vf a, vf b) {
  return shuffle<mix>(a, b, std::make_integer_sequence<int, kLanes>{});
}

// Columns of 4 x 4 numbers become rows, in each group of four lanes by itself.
SHOAL_INLINE void transpose_quads(vf (&r)[4]) {
  const vf a = shuffle<Mix::pair_low>(r[0], r[1]), b = shuffle<Mix::pair_high>(r[0], r[1]);
  const vf c = shuffle<Mix::pair_low>(r[2], r[3]), e = shuffle<Mix::pair_high>(r[2], r[3]);
  r[0] = shuffle<Mix::quad_low>(a, c);
  r[1] = shuffle<Mix::quad_high>(a, c);
  r[2] = shuffle<Mix::quad_low>(b, e);
  r[3] = shuffle<Mix::quad_high>(b, e);
}

template <class T>
SHOAL_INLINE void load_some(const T* p, std::int64_t n, T (&out)[4]) {
  for (std::int64_t i = 0; i < 4; ++i) out[i] = i < n ? p[i] : T{0};
}

typedef double dq __attribute__((vector_size(32)));
SHOAL_INLINE vq centred(const float* x, const float* shift, float scale) {
  return (load<vq>(x) - load<vq>(shift)) * scale;
}
SHOAL_INLINE vq centred(const double* x, const double* shift, double scale) {
  return __builtin_convertvector((load<dq>(x) - load<dq>(shift)) * scale, vq);
}

// Up to four dimensions: too few for the transpose to pay.
template <int d, class T>
SHOAL_INLINE void pack_narrow(const T* const (&row)[kTile], const T* shift, T scale, float* tile) {
  T s[d];
  for (int j = 0; j < d; ++j) s[j] = shift[j];
#pragma GCC unroll 4
  for (int i = 0; i < kTile; ++i) {
    for (int j = 0; j < d; ++j)
      tile[j * kTile + i] = static_cast<float>((row[i][j] - s[j]) * scale);
  }
}

// Row 4 q + i of a group stands in quad q of vector i, so that a transpose within the quads puts
// every column of the group in order.
template <class T>
SHOAL_INLINE void pack_wide(const T* const (&row)[kTile], std::int64_t d, const T* shift, T scale,
                            float* tile) {
  for (int g = 0; g < kGroups; ++g) {
    const T* const* const of = row + g * kLanes;
    float* const to = tile + g * kLanes;
    vf r[4];
    std::int64_t j = 0;
    for (; j + 4 <= d; j += 4) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        r[i] = quads([&](int q) { return centred(of[4 * q + i] + j, shift + j, scale); });
      }
      transpose_quads(r);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) store(to + (j + i) * kTile, r[i]);
    }
    if (j == d) continue;
    T end_shift[4], end[4];
    load_some(shift + j, d - j, end_shift);
    for (int i = 0; i < 4; ++i) {
      r[i] = quads([&](int q) {
        load_some(of[4 * q + i] + j, d - j, end);
        return centred(end, end_shift, scale);
      });
    }
    transpose_quads(r);
    for (std::int64_t i = 0; i < d - j; ++i) store(to + (j + i) * kTile, r[i]);
  }
}

SHOAL_INLINE void add_squares(const float* tile, std::int64_t d, float* squared_norms) {
  vf sum[kGroups] = {};
  for (std::int64_t j = 0; j < d; ++j) {
    for (int g = 0; g < kGroups; ++g) {
      const vf x = load<vf>(tile + j * kTile + g * kLanes);
      sum[g] = fma(x, x, sum[g]);
    }
  }
  for (int g = 0; g < kGroups; ++g) store(squared_norms + g * kLanes, sum[g]);
}

// Column j of kLanes rows of d numbers that lie one after the other in v[0] ... v[d - 1].
template <int d, int j, int source>
constexpr int column_lane(int lane) {
  const int at = lane * d + j, from = at / kLanes;
  if (source == 1 && from == 0) return at;
  return from == source ? kLanes + at % kLanes : lane;
}
template <int d, int j, int source, int... lane>
SHOAL_INLINE vf add_source(vf column, vf v, std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(column, v, column_lane<d, j, source>(lane)...);
}
template <int d, int j, int source = 1>
SHOAL_INLINE vf column_of(vf column, const vf (&v)[d]) {
  if constexpr (source < d) {
    column = add_source<d, j, source>(column, v[source], std::make_integer_sequence<int, kLanes>{});
    return column_of<d, j, source + 1>(column, v);
  }
  return column;
}
template <int d, int... j>
SHOAL_INLINE void store_columns(const vf (&v)[d], const float* shift, float scale, float* tile,
                                std::integer_sequence<int, j...>) {
  (store(tile + j * kTile, (column_of<d, j>(v[0], v) - shift[j]) * scale), ...);
}

// A full tile of narrow rows that follow each other.
template <int d>
SHOAL_INLINE void pack_run(const float* x, const float* shift, float scale, float* tile) {
  for (int g = 0; g < kGroups; ++g) {
    vf v[d];
#pragma GCC unroll 4
    for (int s = 0; s < d; ++s) v[s] = load<vf>(x + (g * d + s) * kLanes);
    store_columns<d>(v, shift, scale, tile + g * kLanes, std::make_integer_sequence<int, d>{});
  }
}

SHOAL_INLINE bool pack_run(const float* x, std::int64_t d, const float* shift, float scale,
                           float* tile) {
  switch (d) {
    case 1:
      pack_run<1>(x, shift, scale, tile);
      return true;
    case 2:
      pack_run<2>(x, shift, scale, tile);
      return true;
    case 3:
      pack_run<3>(x, shift, scale, tile);
      return true;
    case 4:
      pack_run<4>(x, shift, scale, tile);
      return true;
    default:
      return false;
  }
}

template <class T>
void pack(const T* X, std::int64_t d, const std::int32_t* rows, std::int64_t first, int count,
          const T* shift, T scale, float* tile, float* squared_norms) {
  if constexpr (sizeof(T) == sizeof(float)) {
    if (rows == nullptr && count == kTile && pack_run(X + first * d, d, shift, scale, tile)) {
      add_squares(tile, d, squared_norms);
      return;
    }
  }
  const T* row[kTile];
  for (int i = 0; i < kTile; ++i) {
    const int at = i < count ? i : count - 1;
    row[i] = X + (first + (rows != nullptr ? rows[at] : at)) * d;
  }
  // The rows after these are most likely next. Narrow rows come by themselves; wide ones would
  // push this tile out of the first cache.
  if (d >= 8 && d <= 256) {
    const char* ahead = reinterpret_cast<const char*>(row[kTile - 1] + d);
    for (std::int64_t b = 0; b < kTile * d * static_cast<std::int64_t>(sizeof(T)); b += 64) {
      __builtin_prefetch(ahead + b);
    }
  }
  switch (d) {
    case 1:
      pack_narrow<1>(row, shift, scale, tile);
      break;
    case 2:
      pack_narrow<2>(row, shift, scale, tile);
      break;
    case 3:
      pack_narrow<3>(row, shift, scale, tile);
      break;
    case 4:
      pack_narrow<4>(row, shift, scale, tile);
      break;
    default:
      pack_wide(row, d, shift, scale, tile);
  }
  add_squares(tile, d, squared_norms);
}

}  // namespace
}  // namespace shoal::SHOAL_ISA
