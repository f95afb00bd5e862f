#include "kernels/pair_block.hpp"
#include "kernels/radius.hpp"

namespace shoal::SHOAL_ISA {
namespace {

typedef std::int64_t vl __attribute__((vector_size(kLanes * 4)));

SHOAL_INLINE vd load_wide(const double* x) { return load<vd>(x); }
SHOAL_INLINE vd load_wide(const float* x) { return __builtin_convertvector(load<vh>(x), vd); }

SHOAL_INLINE unsigned mask_of(vl lanes) {
#if defined(__AVX512F__)
  return _mm512_movepi64_mask((__m512i)lanes);
#elif defined(__AVX2__)
  return static_cast<unsigned>(_mm256_movemask_pd((__m256d)lanes));
#elif defined(__SSE2__)
  return static_cast<unsigned>(_mm_movemask_pd((__m128d)lanes));
#else
  unsigned bits = 0;
  for (int l = 0; l < kHalf; ++l) bits |= static_cast<unsigned>(lanes[l] != 0) << l;
  return bits;
#endif
}

template <Metric metric>
SHOAL_INLINE vd add(vd sum, vd gap) {
  const vd size = (vd)((vl)gap & std::int64_t{0x7fffffffffffffff});
  if constexpr (metric == Metric::manhattan) return sum + size;
  if constexpr (metric == Metric::chebyshev) return size > sum ? size : sum;
  return sum + gap * gap;
}

template <Metric metric, int d, class Real>
SHOAL_INLINE double count_points(const PointColumns<Real>& points, const double* weights,
                                 std::int64_t begin, std::int64_t end, const double* point,
                                 double limit, double total, double enough) {
  for (std::int64_t i = begin; i < end; i += kHalf) {
    vd sum{};
#pragma GCC unroll 3
    for (int q = 0; q < d; ++q) {
      sum = add<metric>(sum, load_wide(points.at + q * points.stride + i) - point[q]);
    }
    unsigned found = mask_of((vl)(sum <= limit));
    if (end - i < kHalf) found &= (1u << (end - i)) - 1;
    if (found == 0) continue;
    if (weights == nullptr) {
      total += __builtin_popcount(found);
    } else {
      for (; found != 0; found &= found - 1) total += weights[i + __builtin_ctz(found)];
    }
    if (total >= enough) break;
  }
  return total;
}

template <Metric metric, class Real>
double count(const PointColumns<Real>& points, const double* weights, std::int64_t begin,
             std::int64_t end, const double* point, double limit, double total, double enough) {
  if (points.d == 1) {
    return count_points<metric, 1>(points, weights, begin, end, point, limit, total, enough);
  }
  if (points.d == 2) {
    return count_points<metric, 2>(points, weights, begin, end, point, limit, total, enough);
  }
  return count_points<metric, 3>(points, weights, begin, end, point, limit, total, enough);
}

SHOAL_INLINE vl lanes_between(std::int64_t first, std::int64_t begin, std::int64_t end) {
  vl place;
  for (int l = 0; l < kHalf; ++l) place[l] = first + l;
  return (vl)(place >= begin) & (vl)(place < end);
}

template <int few>
SHOAL_INLINE std::int64_t sum_points(const PointColumns<double>& points, std::int64_t begin,
                                     std::int64_t end, const double* point, double limit,
                                     double* sums) {
  const int d = few > 0 ? few : points.d;
  std::int64_t n = 0;
  for (std::int64_t i = begin - begin % kHalf; i < end; i += kHalf) {
    vd key{};
    for (int q = 0; q < d; ++q) {
      key = add<Metric::euclidean>(key, load<vd>(points.at + q * points.stride + i) - point[q]);
    }
    vl inside = (vl)(key <= limit);
    if (i < begin || i + kHalf > end) inside &= lanes_between(i, begin, end);
    const unsigned found = mask_of(inside);
    if (found == 0) continue;
    n += __builtin_popcount(found);
    double* const lanes = sums + i % kSumLanes;
    for (int q = 0; q < d; ++q) {
      const vd x = (vd)((vl)load<vd>(points.at + q * points.stride + i) & inside);
      store(lanes + q * kSumLanes, load<vd>(lanes + q * kSumLanes) + x);
    }
  }
  return n;
}

std::int64_t sum(const PointColumns<double>& points, std::int64_t begin, std::int64_t end,
                 const double* point, double limit, double* sums) {
  if (points.d == 2) return sum_points<2>(points, begin, end, point, limit, sums);
  if (points.d == 3) return sum_points<3>(points, begin, end, point, limit, sums);
  return sum_points<0>(points, begin, end, point, limit, sums);
}

template <class Real>
constexpr RadiusKernels<Real> kernels_of() {
  return {{&count<Metric::euclidean, Real>, &count<Metric::sqeuclidean, Real>,
           &count<Metric::manhattan, Real>, &count<Metric::chebyshev, Real>}};
}

}  // namespace

extern const RadiusTable radius_kernels;
const RadiusTable radius_kernels{kernels_of<float>(), kernels_of<double>(), &sum};

}  // namespace shoal::SHOAL_ISA
