// One vector type per level, on the compiler's vector extensions. For *_kernel.cpp files only:
// everything sits in the level's own namespace and is inlined, so nothing leaks between levels.
#pragma once

#ifndef SHOAL_ISA
#error "simd.hpp is for kernel files, which are compiled with SHOAL_ISA set to their level"
#endif

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define SHOAL_INLINE [[gnu::always_inline]] static inline

namespace shoal::SHOAL_ISA {

// kWideFile: 32 vector registers instead of 16. kFused: fma() rounds once.
#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
inline constexpr bool kWideFile = true;
inline constexpr bool kFused = true;
#elif defined(__AVX2__)
inline constexpr int kLanes = 8;
inline constexpr bool kWideFile = false;
inline constexpr bool kFused = true;
#elif defined(__ARM_NEON)
inline constexpr int kLanes = 4;
inline constexpr bool kWideFile = true;
inline constexpr bool kFused = true;
#else
inline constexpr int kLanes = 4;
inline constexpr bool kWideFile = false;
inline constexpr bool kFused = false;
#endif

typedef float vf __attribute__((vector_size(kLanes * 4)));
typedef std::int32_t vi __attribute__((vector_size(kLanes * 4)));
// Eight doubles at every level: sums in this type add in the same order everywhere.
typedef double vd8 __attribute__((vector_size(64)));

template <class V, class T>
SHOAL_INLINE V load(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class V, class T>
SHOAL_INLINE void store(T* p, V v) {
  std::memcpy(p, &v, sizeof v);
}
#if defined(__AVX512F__)
SHOAL_INLINE vf splat(float x) { return (vf)_mm512_set1_ps(x); }
#elif defined(__AVX2__)
SHOAL_INLINE vf splat(float x) { return (vf)_mm256_set1_ps(x); }
#elif defined(__SSE2__)
SHOAL_INLINE vf splat(float x) { return (vf)_mm_set1_ps(x); }
#else
SHOAL_INLINE vf splat(float x) { return vf{x, x, x, x}; }
#endif
SHOAL_INLINE vi splat(std::int32_t x) { return vi{} + x; }

// less_mask: bit l is a[l] < b[l]. select_less: lanes where a < b take `yes`.
#if defined(__AVX512F__)
// The masked forms: the plain ones start from an undefined register, which gcc 12 warns about.
inline constexpr __mmask16 kAll = 0xffff;
SHOAL_INLINE vf fma(vf a, vf b, vf c) {
  return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
SHOAL_INLINE vf min(vf a, vf b) { return (vf)_mm512_maskz_min_ps(kAll, (__m512)a, (__m512)b); }
SHOAL_INLINE vf max(vf a, vf b) { return (vf)_mm512_maskz_max_ps(kAll, (__m512)a, (__m512)b); }
SHOAL_INLINE vf sqrt(vf a) { return (vf)_mm512_maskz_sqrt_ps(kAll, (__m512)a); }
SHOAL_INLINE unsigned less_mask(vf a, vf b) {
  return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
}
SHOAL_INLINE unsigned differ_mask(vi a, vi b) {
  return _mm512_cmpneq_epi32_mask((__m512i)a, (__m512i)b);
}
SHOAL_INLINE vi select_less(vf a, vf b, vi yes, vi no) {
  return (vi)_mm512_mask_mov_epi32(
      (__m512i)no, _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ), (__m512i)yes);
}
#elif defined(__AVX2__)
SHOAL_INLINE vf fma(vf a, vf b, vf c) {
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
SHOAL_INLINE vf min(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
SHOAL_INLINE vf max(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
SHOAL_INLINE vf sqrt(vf a) { return (vf)_mm256_sqrt_ps((__m256)a); }
SHOAL_INLINE unsigned less_mask(vf a, vf b) {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LT_OQ)));
}
SHOAL_INLINE unsigned differ_mask(vi a, vi b) {
  const __m256i same = _mm256_cmpeq_epi32((__m256i)a, (__m256i)b);
  return 0xffu & ~static_cast<unsigned>(_mm256_movemask_ps((__m256)same));
}
SHOAL_INLINE vi select_less(vf a, vf b, vi yes, vi no) {
  return (vi)_mm256_blendv_ps((__m256)no, (__m256)yes,
                              _mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LT_OQ));
}
#elif defined(__SSE2__)
SHOAL_INLINE vf fma(vf a, vf b, vf c) { return a * b + c; }
SHOAL_INLINE vf min(vf a, vf b) { return (vf)_mm_min_ps((__m128)a, (__m128)b); }
SHOAL_INLINE vf max(vf a, vf b) { return (vf)_mm_max_ps((__m128)a, (__m128)b); }
SHOAL_INLINE vf sqrt(vf a) { return (vf)_mm_sqrt_ps((__m128)a); }
SHOAL_INLINE unsigned less_mask(vf a, vf b) {
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmplt_ps((__m128)a, (__m128)b)));
}
SHOAL_INLINE unsigned differ_mask(vi a, vi b) {
  const __m128i same = _mm_cmpeq_epi32((__m128i)a, (__m128i)b);
  return 0xfu & ~static_cast<unsigned>(_mm_movemask_ps((__m128)same));
}
SHOAL_INLINE vi select_less(vf a, vf b, vi yes, vi no) {
  const vi less = (vi)_mm_cmplt_ps((__m128)a, (__m128)b);
  return (less & yes) | (~less & no);
}
#else
SHOAL_INLINE vf fma(vf a, vf b, vf c) {
#if defined(__ARM_NEON)
  return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}
SHOAL_INLINE vf min(vf a, vf b) { return a < b ? a : b; }
SHOAL_INLINE vf max(vf a, vf b) { return a > b ? a : b; }
SHOAL_INLINE vf sqrt(vf a) {
  vf r;
  for (int l = 0; l < kLanes; ++l) r[l] = __builtin_sqrtf(a[l]);
  return r;
}
SHOAL_INLINE unsigned less_mask(vf a, vf b) {
  unsigned bits = 0;
  for (int l = 0; l < kLanes; ++l) bits |= static_cast<unsigned>(a[l] < b[l]) << l;
  return bits;
}
SHOAL_INLINE unsigned differ_mask(vi a, vi b) {
  unsigned bits = 0;
  for (int l = 0; l < kLanes; ++l) bits |= static_cast<unsigned>(a[l] != b[l]) << l;
  return bits;
}
SHOAL_INLINE vi select_less(vf a, vf b, vi yes, vi no) { return a < b ? yes : no; }
#endif

// table[at[l]] in every lane.
template <class V, class T>
SHOAL_INLINE V gather(const T* table, vi at) {
#if defined(__AVX512F__)
  return (V)_mm512_i32gather_epi32((__m512i)at, table, 4);
#elif defined(__AVX2__)
  return (V)_mm256_i32gather_epi32(reinterpret_cast<const int*>(table), (__m256i)at, 4);
#else
  V v;
  for (int l = 0; l < kLanes; ++l) v[l] = table[at[l]];
  return v;
#endif
}

// The sum of the eight lanes in the order NumPy's pairwise summation uses.
SHOAL_INLINE double sum_lanes(const vd8& r) {
  return ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
}

}  // namespace shoal::SHOAL_ISA
