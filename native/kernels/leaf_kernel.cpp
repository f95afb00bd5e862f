#include "kernels/leaf.hpp"
#include "kernels/metric_sum.hpp"
#include "kernels/pair_block.hpp"

namespace shoal::SHOAL_ISA {
namespace {

// at_most: bit l is a[l] <= b[l], never with a NaN.
#if defined(__AVX512F__)
SHOAL_INLINE unsigned at_most(vd a, vd b) {
  return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ);
}
#elif defined(__AVX2__)
SHOAL_INLINE unsigned at_most(vd a, vd b) {
  return static_cast<unsigned>(
      _mm256_movemask_pd(_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_LE_OQ)));
}
#elif defined(__SSE2__)
SHOAL_INLINE unsigned at_most(vd a, vd b) {
  return static_cast<unsigned>(_mm_movemask_pd(_mm_cmple_pd((__m128d)a, (__m128d)b)));
}
#else
SHOAL_INLINE unsigned at_most(vd a, vd b) {
  unsigned bits = 0;
  for (int l = 0; l < kHalf; ++l) bits |= static_cast<unsigned>(a[l] <= b[l]) << l;
  return bits;
}
#endif

// Vectors of keys held at once: eight hide the latency of the additions.
constexpr int kSums = kLeafTile / kHalf < 8 ? kLeafTile / kHalf : 8;
constexpr int kStep = kSums * kHalf;

template <Metric metric, class Gap>
SHOAL_INLINE void add(std::int64_t q, int p, Gap gap, vd (&sum)[kSums]) {
#pragma GCC unroll 8
  for (int g = 0; g < kSums; ++g) sum[g] = add_dimension<metric>(sum[g], gap(q, p + g * kHalf));
}

template <class Limit>
SHOAL_INLINE bool any_near(const vd (&sum)[kSums], int p, Limit limit) {
  unsigned mask = 0;
#pragma GCC unroll 8
  for (int g = 0; g < kSums; ++g) mask |= at_most(sum[g], limit(p + g * kHalf));
  return mask != 0;
}

// Calls use(first place, mask, keys) for the vectors with a key that is at most its limit. Keys
// only grow: points that are all too far after a few dimensions are left there.
template <Metric metric, int few, class Gap, class Limit, class Use>
SHOAL_INLINE void select(std::int64_t d, Gap gap, Limit limit, Use use) {
  constexpr std::int64_t kLook = 4;
  for (int p = 0; p < kLeafTile; p += kStep) {
    vd sum[kSums] = {};
    if constexpr (few > 0) {
#pragma GCC unroll 4
      for (int q = 0; q < few; ++q) add<metric>(q, p, gap, sum);
    } else {
      bool near = true;
      for (std::int64_t q = 0; q < d && near;) {
        const std::int64_t end = q + kLook < d ? q + kLook : d;
        for (; q < end; ++q) add<metric>(q, p, gap, sum);
        near = q >= d || any_near(sum, p, limit);
      }
      if (!near) continue;
    }
#pragma GCC unroll 8
    for (int g = 0; g < kSums; ++g) {
      const int at = p + g * kHalf;
      use(at, at_most(sum[g], limit(at)), sum[g]);
    }
  }
}

template <Metric metric, class Gap, class Limit, class Use>
SHOAL_INLINE void select(std::int64_t d, Gap gap, Limit limit, Use use) {
  if (d == 2) return select<metric, 2>(d, gap, limit, use);
  if (d == 3) return select<metric, 3>(d, gap, limit, use);
  return select<metric, 0>(d, gap, limit, use);
}

SHOAL_INLINE auto gap_to(const double* tile, const double* other) {
  return [tile, other](std::int64_t q, int at) {
    return load<vd>(tile + q * kLeafTile + at) - (vd{} + other[q]);
  };
}

SHOAL_INLINE auto one_limit(double limit) {
  const vd same = vd{} + limit;
  return [same](int) { return same; };
}

SHOAL_INLINE int take(int at, unsigned mask, vd sum, int n, std::int32_t* found, double* keys) {
  double lanes[kHalf];
  store(lanes, sum);
  for (; mask != 0; mask &= mask - 1) {
    const int l = __builtin_ctz(mask);
    found[n] = at + l;
    keys[n++] = lanes[l];
  }
  return n;
}

template <Metric metric>
int within(const double* tile, const double* other, std::int64_t d, double limit,
           std::int32_t* found, double* keys) {
  int n = 0;
  select<metric>(d, gap_to(tile, other), one_limit(limit), [&](int at, unsigned mask, vd sum) {
    if (mask != 0) n = take(at, mask, sum, n, found, keys);
  });
  return n;
}

template <Metric metric>
int count(const double* tile, const double* other, std::int64_t d, double limit) {
  int n = 0;
  select<metric>(d, gap_to(tile, other), one_limit(limit),
                 [&](int, unsigned mask, vd) { n += __builtin_popcount(mask); });
  return n;
}

SHOAL_INLINE unsigned others_mask(const std::int32_t* groups, int at, std::int32_t own) {
  unsigned mask = 0;
  for (int l = 0; l < kHalf; ++l) mask |= static_cast<unsigned>(groups[at + l] != own) << l;
  return mask;
}

template <Metric metric>
int others(const double* tile, LeafGroups members, const double* other, std::int64_t d,
           double limit, std::int32_t own, std::int32_t* found, double* keys) {
  int n = 0;
  const vd same = vd{} + limit;
  select<metric>(d, gap_to(tile, other), one_limit(limit), [&](int at, unsigned mask, vd sum) {
    if (mask == 0) return;
    if (members.cores != nullptr) mask &= at_most(load<vd>(members.cores + at), same);
    mask &= others_mask(members.groups, at, own);
    if (mask != 0) n = take(at, mask, sum, n, found, keys);
  });
  return n;
}

template <Metric metric>
int near_box(const double* tile, const double* low, const double* high, std::int64_t d,
             const double* limits, std::int32_t* found) {
  int n = 0;
  const auto gap = [&](std::int64_t q, int at) {
    const vd x = load<vd>(tile + q * kLeafTile + at);
    return max(max((vd{} + low[q]) - x, x - (vd{} + high[q])), vd{});
  };
  const auto own = [limits](int at) { return load<vd>(limits + at); };
  select<metric>(d, gap, own, [&](int at, unsigned mask, vd) {
    for (; mask != 0; mask &= mask - 1) found[n++] = at + __builtin_ctz(mask);
  });
  return n;
}

template <Metric metric>
constexpr LeafKernels kernels_of() {
  return {&within<metric>, &count<metric>, &others<metric>, &near_box<metric>};
}

}  // namespace

extern const LeafKernelTable leaf_kernels;
const LeafKernelTable leaf_kernels{
    {kernels_of<Metric::euclidean>(), kernels_of<Metric::sqeuclidean>(),
     kernels_of<Metric::manhattan>(), kernels_of<Metric::chebyshev>()}};

}  // namespace shoal::SHOAL_ISA
