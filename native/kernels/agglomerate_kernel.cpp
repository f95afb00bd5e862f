#include "kernels/agglomerate.hpp"
#include "kernels/pair_block.hpp"

namespace shoal::SHOAL_ISA {
namespace {

// Numbers of which the least is found before it is looked for.
constexpr std::int64_t kPiece = 512;

SHOAL_INLINE double least_of(const double* values, std::int64_t n) {
  constexpr std::int64_t kStep = 4 * kHalf;
  double least = __builtin_inf();
  std::int64_t i = 0;
  if (n >= kStep) {
    vd low[4];
    for (int g = 0; g < 4; ++g) low[g] = load<vd>(values + g * kHalf);
    for (i = kStep; i + kStep <= n; i += kStep) {
#pragma GCC unroll 4
      for (int g = 0; g < 4; ++g) {
        const vd v = load<vd>(values + i + g * kHalf);
        low[g] = v < low[g] ? v : low[g];
      }
    }
    for (int g = 0; g < 4; ++g) {
      for (int l = 0; l < kHalf; ++l) least = low[g][l] < least ? low[g][l] : least;
    }
  }
  for (; i < n; ++i) least = values[i] < least ? values[i] : least;
  return least;
}

LeastEntry least(const double* values, std::int64_t n) {
  LeastEntry best{__builtin_inf(), 0};
  for (std::int64_t begin = 0; begin < n; begin += kPiece) {
    const double value = least_of(values + begin, n - begin < kPiece ? n - begin : kPiece);
    if (value < best.value) best = {value, begin};
  }
  while (values[best.index] != best.value) ++best.index;
  return best;
}

template <Linkage linkage>
void merge(const double* x, const double* y, Union both, const double* sizes, std::int64_t n,
           double* into) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) {
    into[i] = distance_to_union<linkage>(x[i], y[i], both, sizes[i]);
  }
}

void roots(double* values, std::int64_t n, double factor) {
  for (std::int64_t i = 0; i < n; ++i) values[i] = __builtin_sqrt(values[i]) * factor;
}

}  // namespace

extern const AgglomerateKernels agglomerate_kernels;
const AgglomerateKernels agglomerate_kernels{
    &least,
    {&merge<Linkage::single>, &merge<Linkage::complete>, &merge<Linkage::average>,
     &merge<Linkage::weighted>, &merge<Linkage::ward>, &merge<Linkage::centroid>,
     &merge<Linkage::median>},
    &roots};

}  // namespace shoal::SHOAL_ISA
