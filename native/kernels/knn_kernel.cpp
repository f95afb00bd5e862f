#include "kernels/knn.hpp"
#include "kernels/pair_block.hpp"

namespace shoal::SHOAL_ISA {
namespace {

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

template <bool few>
int screen_columns(const float* tile, const float* limits, const float* columns,
                   const float* column_norms, std::int64_t begin, std::int64_t end, std::int64_t d,
                   std::int32_t* found) {
  int n_found = 0;
  for_each_block(columns, begin, end, d, [&](const Columns<float>& picked, int p) {
    float m[kColumns];
#pragma GCC unroll 8
    for (int u = 0; u < kColumns; ++u) {
      m[u] = column_norms[picked.first + (u < picked.count ? u : 0)];
    }
    Block<float> block;
    fill(block, [&](int u, int) { return splat(m[u]); });
    add_products<few>(tile + p, picked, d, block);
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

int screen(const float* tile, const float* limits, const float* columns, const float* column_norms,
           std::int64_t begin, std::int64_t end, std::int64_t d, std::int32_t* found) {
  const auto run = d <= kRun ? &screen_columns<true> : &screen_columns<false>;
  return run(tile, limits, columns, column_norms, begin, end, d, found);
}

void center(const double* points, const double* shift, std::int64_t d, float* tile, float* norms) {
  center_tile(points, shift, d, tile, norms);
}

}  // namespace

extern const KnnKernels knn_kernels;
const KnnKernels knn_kernels{&center, &screen};

}  // namespace shoal::SHOAL_ISA
