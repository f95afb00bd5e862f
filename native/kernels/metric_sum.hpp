// How a metric adds the gap in one dimension to a key. For kernel files only.
#pragma once

#include "kernels/pair_block.hpp"
#include "kernels/pairwise.hpp"

namespace shoal::SHOAL_ISA {

typedef std::int64_t vl __attribute__((vector_size(kLanes * 4)));

SHOAL_INLINE vf magnitude(vf a) { return (vf)((vi)a & 0x7fffffff); }
SHOAL_INLINE vd magnitude(vd a) { return (vd)((vl)a & std::int64_t{0x7fffffffffffffff}); }

// `b` where `a` is NaN or `b` is.
#if defined(__AVX512F__)
SHOAL_INLINE vd max(vd a, vd b) { return (vd)_mm512_maskz_max_pd(0xff, (__m512d)a, (__m512d)b); }
#elif defined(__AVX2__)
SHOAL_INLINE vd max(vd a, vd b) { return (vd)_mm256_max_pd((__m256d)a, (__m256d)b); }
#elif defined(__SSE2__)
SHOAL_INLINE vd max(vd a, vd b) { return (vd)_mm_max_pd((__m128d)a, (__m128d)b); }
#else
SHOAL_INLINE vd max(vd a, vd b) { return a > b ? a : b; }
#endif

template <Metric metric, class V>
SHOAL_INLINE V add_dimension(V sum, V gap) {
  if constexpr (metric == Metric::manhattan) return sum + magnitude(gap);
  if constexpr (metric == Metric::chebyshev) return max(sum, magnitude(gap));
  return sum + gap * gap;
}

}  // namespace shoal::SHOAL_ISA
