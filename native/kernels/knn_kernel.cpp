#include "kernels/knn.hpp"
#include "kernels/pair_block.hpp"

namespace shoal::SHOAL_ISA {
namespace {

typedef float vf8 __attribute__((vector_size(32)));

SHOAL_INLINE bool any_within(const Block<float>& block, const vf (&limits)[kGroups]) {
  unsigned found = 0;
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    vf least = block.value[0][g];
#pragma GCC unroll 8
    for (int u = 1; u < kColumns; ++u) least = min(least, block.value[u][g]);
    found |= less_mask(least, limits[g]);
  }
  return found != 0;
}

int screen(const float* tile, const float* limits, const float* columns, const float* column_norms,
           std::int64_t begin, std::int64_t end, std::int64_t d, std::int32_t* found) {
  int n_found = 0;
  for_each_block(columns, begin, end, d, [&](const Columns<float>& picked, int p) {
    float m[kColumns];
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      m[u] = column_norms[picked.first + (u < picked.count ? u : 0)];
    }
    Block<float> block;
    fill(block, [&](int u, int) { return splat(m[u]); });
    add_products(tile + p, picked, d, block);
    vf limit[kGroups];
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) limit[g] = load<vf>(limits + p + g * kLanes);
    if (!any_within(block, limit)) return;
    for (int u = 0; u < picked.count; ++u) {
      const auto column = static_cast<std::int32_t>(picked.first - begin) + u;
      for (int g = 0; g < kGroups; ++g) {
        for (unsigned mask = less_mask(block.value[u][g], limit[g]); mask != 0; mask &= mask - 1) {
          found[n_found++] = column * kPairTile + p + g * kLanes + __builtin_ctz(mask);
        }
      }
    }
  });
  return n_found;
}

SHOAL_INLINE vd8 load8(const double* x) { return load<vd8>(x); }
SHOAL_INLINE vd8 load8(const float* x) { return __builtin_convertvector(load<vf8>(x), vd8); }

template <class Real>
double squared(const double* x, const Real* y, std::int64_t d) {
  vd8 lanes{};
  std::int64_t q = 0;
  for (; q + 8 <= d; q += 8) {
    const vd8 e = load<vd8>(x + q) - load8(y + q);
    lanes += e * e;
  }
  double sum = sum_lanes(lanes);
  for (; q < d; ++q) {
    const double e = x[q] - static_cast<double>(y[q]);
    sum += e * e;
  }
  return sum;
}

void center(const double* points, const double* shift, std::int64_t d, float* tile, float* norms) {
  center_tile(points, shift, d, tile, norms);
}

}  // namespace

extern const KnnKernels knn_kernels;
const KnnKernels knn_kernels{&center, &screen, &squared<float>, &squared<double>};

}  // namespace shoal::SHOAL_ISA
