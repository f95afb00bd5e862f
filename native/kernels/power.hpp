// Powers in double precision by polynomials: the same bits at every level, which the mathematical
// library does not promise. For *_kernel.cpp files only.
#pragma once

#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

constexpr int kDoubles = kLanes / 2;
typedef double vd __attribute__((vector_size(kDoubles * 8)));
typedef std::uint64_t vu __attribute__((vector_size(kDoubles * 8)));

constexpr double kLn2 = 0.693147180559945309417;

// Several vectors at a time: their chains of operations are long and independent.
constexpr int kChains = 4;
struct Chains {
  vd at[kChains];
};
template <class Make>
SHOAL_INLINE Chains chains(Make make) {
  Chains made;
#pragma GCC unroll 4
  for (int i = 0; i < kChains; ++i) made.at[i] = make(i);
  return made;
}

// log2 of positive numbers, to a few units in the last place; of zero and of numbers too small to
// be normal about -1023.
SHOAL_INLINE Chains log2_of(const Chains& x) {
  // x = 2^e m with m between the root of 1/2 and that of 2; ln m = 2 atanh t.
  constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcdu, kBias = 2000;
  const auto biased = [&](int i) { return ((vu)x.at[i] - kRootHalf + (kBias << 52)) >> 52; };
  const Chains t = chains([&](int i) {
    const vd m = (vd)((vu)x.at[i] - ((biased(i) - kBias) << 52));
    return (m - 1) / (m + 1);
  });
  const Chains s = chains([&](int i) { return t.at[i] * t.at[i]; });
  Chains sum = chains([&](int i) { return s.at[i] * (1.0 / 17) + 1.0 / 15; });
#pragma GCC unroll 7
  for (int n = 13; n >= 1; n -= 2) {
    sum = chains([&](int i) { return sum.at[i] * s.at[i] + 1.0 / n; });
  }
  return chains([&](int i) {
    const vd e = (vd)(biased(i) | std::uint64_t{0x4330000000000000u}) - (0x1p52 + double{kBias});
    return (t.at[i] + t.at[i]) * sum.at[i] * (1 / kLn2) + e;
  });
}

// 2^y for y up to 1000, to a few units in the last place; below -1000 as for -1000.
SHOAL_INLINE Chains exp2_of(const Chains& y) {
  constexpr double kRound = 0x1.8p52;
  const vd low = vd{} - 1000;
  const Chains shifted = chains([&](int i) { return (y.at[i] > low ? y.at[i] : low) + kRound; });
  const Chains f = chains(
      [&](int i) { return ((y.at[i] > low ? y.at[i] : low) - (shifted.at[i] - kRound)) * kLn2; });
  // Taylor's series of e^f for f up to ln(2) / 2.
  constexpr double kFactors[] = {1.0 / 479001600,
                                 1.0 / 39916800,
                                 1.0 / 3628800,
                                 1.0 / 362880,
                                 1.0 / 40320,
                                 1.0 / 5040,
                                 1.0 / 720,
                                 1.0 / 120,
                                 1.0 / 24,
                                 1.0 / 6,
                                 1.0 / 2,
                                 1.0,
                                 1.0};
  Chains sum = chains([&](int) { return vd{} + kFactors[0]; });
#pragma GCC unroll 12
  for (int n = 1; n < 13; ++n) {
    sum = chains([&](int i) { return sum.at[i] * f.at[i] + kFactors[n]; });
  }
  return chains([&](int i) { return (vd)((vu)sum.at[i] + ((vu)shifted.at[i] << 52)); });
}

}  // namespace
}  // namespace shoal::SHOAL_ISA
