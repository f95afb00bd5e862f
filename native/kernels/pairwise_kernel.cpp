#include "kernels/metric_sum.hpp"
#include "kernels/pair_block.hpp"
#include "kernels/pairwise.hpp"

namespace shoal::SHOAL_ISA {
namespace {

using SHOAL_ISA::less_mask;
using SHOAL_ISA::min;
#if defined(__AVX512F__)
SHOAL_INLINE unsigned less_mask(vd a, vd b) {
  return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ);
}
#elif defined(__AVX2__)
SHOAL_INLINE unsigned less_mask(vd a, vd b) {
  return static_cast<unsigned>(
      _mm256_movemask_pd(_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_LT_OQ)));
}
#elif defined(__SSE2__)
SHOAL_INLINE unsigned less_mask(vd a, vd b) {
  return static_cast<unsigned>(_mm_movemask_pd(_mm_cmplt_pd((__m128d)a, (__m128d)b)));
}
#else
SHOAL_INLINE unsigned less_mask(vd a, vd b) {
  unsigned bits = 0;
  for (int l = 0; l < kHalf; ++l) bits |= static_cast<unsigned>(a[l] < b[l]) << l;
  return bits;
}
#endif

// Vectors of keys held at once: eight hide the latency of the additions.
template <class Real>
constexpr int kSums = kPairTile / Lanes<Real>::count < 8 ? kPairTile / Lanes<Real>::count : 8;
template <class Real>
constexpr int kStep = kSums<Real> * Lanes<Real>::count;

// Adds dimensions begin ... end to the keys of points p + g * lanes ...; gap(q, at, y) is how far
// they lie from y in q.
template <Metric metric, class Real, class Gap>
SHOAL_INLINE void sum_up(const Real* other, std::int64_t begin, std::int64_t end, int p, Gap gap,
                         Vector<Real> (&sum)[kSums<Real>]) {
  for (std::int64_t q = begin; q < end; ++q) {
    const Vector<Real> y = Vector<Real>{} + other[q];
#pragma GCC unroll 8
    for (int g = 0; g < kSums<Real>; ++g) {
      sum[g] = add_dimension<metric>(sum[g], gap(q, p + g * Lanes<Real>::count, y));
    }
  }
}

template <class Real>
SHOAL_INLINE bool any_below(const Vector<Real> (&sum)[kSums<Real>], const Real* limits) {
  unsigned mask = 0;
#pragma GCC unroll 8
  for (int g = 0; g < kSums<Real>; ++g) {
    mask |= less_mask(sum[g], load<Vector<Real>>(limits + g * Lanes<Real>::count));
  }
  return mask != 0;
}

// Calls use(first position, mask, keys) for every vector with a key below its limit. Keys only
// grow: points that are all too far after a few dimensions are left there.
template <Metric metric, class Real, class Gap, class Use>
SHOAL_INLINE void select_within(const Real* other, std::int64_t d, const Real* limits, Gap gap,
                                Use use) {
  constexpr std::int64_t kLook = 4;
  for (int p = 0; p < kPairTile; p += kStep<Real>) {
    Vector<Real> sum[kSums<Real>] = {};
    bool near = true;
    for (std::int64_t q = 0; q < d && near; q += kLook) {
      sum_up<metric>(other, q, q + kLook < d ? q + kLook : d, p, gap, sum);
      near = any_below(sum, limits + p);
    }
    if (!near) continue;
#pragma GCC unroll 8
    for (int g = 0; g < kSums<Real>; ++g) {
      const int at = p + g * Lanes<Real>::count;
      const unsigned mask = less_mask(sum[g], load<Vector<Real>>(limits + at));
      if (mask != 0) use(at, mask, sum[g]);
    }
  }
}

template <class Real>
SHOAL_INLINE auto gap_to_points(const Real* tile) {
  return [tile](std::int64_t q, int at, Vector<Real> y) {
    return load<Vector<Real>>(tile + q * kPairTile + at) - y;
  };
}

template <Metric metric, class Real>
int within(const Real* tile, const Real* other, std::int64_t d, const Real* limits,
           std::int32_t* found, Real* keys) {
  int n = 0;
  select_within<metric>(other, d, limits, gap_to_points(tile),
                        [&](int at, unsigned mask, Vector<Real> sum) {
                          Real lanes[Lanes<Real>::count];
                          store(lanes, sum);
                          for (; mask != 0; mask &= mask - 1) {
                            const int l = __builtin_ctz(mask);
                            found[n] = at + l;
                            keys[n++] = lanes[l];
                          }
                        });
  return n;
}

template <Metric metric, class Real>
int boxes_within(const Real* low, const Real* high, const Real* other, std::int64_t d,
                 const Real* limits, std::int32_t* found) {
  int n = 0;
  const auto gap = [&](std::int64_t q, int at, Vector<Real> y) {
    const Vector<Real> below = load<Vector<Real>>(low + q * kPairTile + at) - y;
    const Vector<Real> above = y - load<Vector<Real>>(high + q * kPairTile + at);
    return max(max(below, above), Vector<Real>{});
  };
  select_within<metric>(other, d, limits, gap, [&](int at, unsigned mask, Vector<Real>) {
    for (; mask != 0; mask &= mask - 1) found[n++] = at + __builtin_ctz(mask);
  });
  return n;
}

template <Metric metric, class Real>
void keys_of(const Real* tile, const Real* other, std::int64_t d, Real* keys) {
  for (int p = 0; p < kPairTile; p += kStep<Real>) {
    Vector<Real> sum[kSums<Real>] = {};
    sum_up<metric>(other, std::int64_t{0}, d, p, gap_to_points(tile), sum);
    for (int g = 0; g < kSums<Real>; ++g) store(keys + p + g * Lanes<Real>::count, sum[g]);
  }
}

template <Metric metric, class Real>
SHOAL_INLINE void set_keys(const Real* tile, const Columns<Real>& columns, std::int64_t d,
                           Block<Real>& block) {
  using V = Vector<Real>;
  fill(block, [](int, int) { return V{}; });
  for (std::int64_t q = 0; q < d; ++q) {
    V x[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) {
      x[g] = load<V>(tile + q * kPairTile + g * Lanes<Real>::count);
    }
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      const V y = V{} + columns.at[u][q];
#pragma GCC unroll 4
      for (int g = 0; g < kGroups; ++g) {
        block.value[u][g] = add_dimension<metric>(block.value[u][g], x[g] - y);
      }
    }
  }
}

// Columns are numbered in Real, so that numbers and keys have lanes of the same width.
template <class Real>
struct Least {
  Real *best, *second, *number;
};

template <class Real>
SHOAL_INLINE void keep_least(const Block<Real>& block, const Columns<Real>& picked, int p,
                             Least<Real> least) {
  using V = Vector<Real>;
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    const int at = p + g * Lanes<Real>::count;
    V low = load<V>(least.best + at), next = load<V>(least.second + at);
    V who = load<V>(least.number + at);
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      if (u >= picked.count) break;
      const V key = block.value[u][g];
      const auto closer = key < low;
      const V larger = closer ? low : key;
      next = larger < next ? larger : next;
      who = closer ? V{} + static_cast<Real>(picked.first + u) : who;
      low = closer ? key : low;
    }
    store(least.best + at, low);
    store(least.second + at, next);
    store(least.number + at, who);
  }
}

template <Metric metric, class Real>
void nearest(const Real* tile, const Real* columns, std::int64_t k, std::int64_t d, Real* best,
             Real* second, std::int32_t* index) {
  Real number[kPairTile];
  for (int p = 0; p < kPairTile; ++p) {
    best[p] = second[p] = static_cast<Real>(__builtin_inf());
    number[p] = 0;
  }
  for_each_block(columns, std::int64_t{0}, k, d, [&](const Columns<Real>& picked, int p) {
    Block<Real> block;
    set_keys<metric>(tile + p, picked, d, block);
    keep_least(block, picked, p, Least<Real>{best, second, number});
  });
  for (int p = 0; p < kPairTile; ++p) index[p] = static_cast<std::int32_t>(number[p]);
}

template <class Real>
int below(const Real* keys, const Real* limits, std::int32_t* found) {
  using V = Vector<Real>;
  int n = 0;
  for (int at = 0; at < kPairTile; at += Lanes<Real>::count) {
    for (unsigned mask = less_mask(load<V>(keys + at), load<V>(limits + at)); mask != 0;
         mask &= mask - 1) {
      found[n++] = at + __builtin_ctz(mask);
    }
  }
  return n;
}

template <Metric metric, class Real>
constexpr MetricKernels<Real> kernels_of() {
  return {&within<metric, Real>, &boxes_within<metric, Real>, &nearest<metric, Real>,
          &keys_of<metric, Real>};
}

}  // namespace

extern const PairwiseKernels pairwise_kernels;
const PairwiseKernels pairwise_kernels{
    {kernels_of<Metric::euclidean, float>(), kernels_of<Metric::sqeuclidean, float>(),
     kernels_of<Metric::manhattan, float>(), kernels_of<Metric::chebyshev, float>()},
    {kernels_of<Metric::euclidean, double>(), kernels_of<Metric::sqeuclidean, double>(),
     kernels_of<Metric::manhattan, double>(), kernels_of<Metric::chebyshev, double>()},
    &below<float>,
    &below<double>};

}  // namespace shoal::SHOAL_ISA
