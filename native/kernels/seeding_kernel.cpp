#include "kernels/seeding.hpp"
#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

typedef float vf8 __attribute__((vector_size(32)));

template <class T>
void centre(const T* x, int count, std::int64_t d, const T* shift, T scale, float* out) {
  for (int i = 0; i < count; ++i) {
    for (std::int64_t j = 0; j < d; ++j) {
      out[i * d + j] = static_cast<float>((x[i * d + j] - shift[j]) * scale);
    }
  }
}

void squared_norms(const float* rows, int count, std::int64_t d, float* out) {
  for (int i = 0; i < count; ++i) {
    float sum = 0;
    for (std::int64_t j = 0; j < d; ++j) sum += rows[i * d + j] * rows[i * d + j];
    out[i] = sum;
  }
}

SHOAL_INLINE vf8 smaller(vf8 a, vf8 b) { return a < b ? a : b; }
SHOAL_INLINE vf8 splat8(float x) { return vf8{x, x, x, x, x, x, x, x}; }

// Several rows at a time: their sums are independent, which hides the latency of the additions.
template <int rows_at_once>
SHOAL_INLINE void distances_of(const float* rows, const float* norms, std::int64_t d,
                               const float* panel, const float* panel_norms, int n_groups,
                               float* out) {
  for (int g = 0; g < n_groups; ++g) {
    const float* c = panel + static_cast<std::int64_t>(g) * d * kCandidateLanes;
    vf8 sum[rows_at_once] = {};
    for (std::int64_t j = 0; j < d; ++j) {
      const vf8 center = load<vf8>(c + j * kCandidateLanes);
#pragma GCC unroll 8
      for (int r = 0; r < rows_at_once; ++r) sum[r] += center * splat8(rows[r * d + j]);
    }
    const vf8 center_norms = load<vf8>(panel_norms + g * kCandidateLanes);
#pragma GCC unroll 8
    for (int r = 0; r < rows_at_once; ++r) {
      const vf8 squared = (splat8(norms[r]) - sum[r]) + (center_norms - sum[r]);
      store(out + (r * n_groups + g) * kCandidateLanes, squared > 0 ? squared : vf8{});
    }
  }
}

void distances(const float* rows, const float* norms, int count, std::int64_t d, const float* panel,
               const float* panel_norms, int n_groups, float* out) {
  constexpr int kRows = 8;
  int i = 0;
  for (; i + kRows <= count; i += kRows) {
    distances_of<kRows>(rows + i * d, norms + i, d, panel, panel_norms, n_groups,
                        out + i * n_groups * kCandidateLanes);
  }
  for (; i < count; ++i) {
    distances_of<1>(rows + i * d, norms + i, d, panel, panel_norms, n_groups,
                    out + i * n_groups * kCandidateLanes);
  }
}

void potentials(const float* distances, int count, int n_groups, const double* weights,
                float* closest, double* sums) {
  const int stride = n_groups * kCandidateLanes;
  for (int i = 0; i < count; ++i) {
    const float first = distances[i * stride];
    closest[i] = first < closest[i] ? first : closest[i];
  }
  for (int g = 0; g < n_groups; ++g) {
    vd8 total{};
    vf8 run{};
    for (int i = 0; i < count; ++i) {
      const vf8 low =
          smaller(load<vf8>(distances + i * stride + g * kCandidateLanes), splat8(closest[i]));
      if (weights != nullptr) {
        total += __builtin_convertvector(low, vd8) * weights[i];
      } else {
        run += low;
      }
    }
    total += __builtin_convertvector(run, vd8);
    for (int l = 0; l < kCandidateLanes; ++l) sums[g * kCandidateLanes + l] += total[l];
  }
}

double lower(const float* distances, int count, int n_groups, const double* weights, float* closest,
             std::int32_t first, std::int32_t* who) {
  const int stride = n_groups * kCandidateLanes;
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    const float* row = distances + static_cast<std::int64_t>(i) * stride;
    vf8 low = load<vf8>(row);
    for (int g = 1; g < n_groups; ++g) low = smaller(low, load<vf8>(row + g * kCandidateLanes));
    float least = closest[i];
    for (int l = 0; l < kCandidateLanes; ++l) least = low[l] < least ? low[l] : least;
    if (who != nullptr && least < closest[i]) {
      int c = 0;
      while (row[c] != least) ++c;
      who[i] = first + c;
    }
    closest[i] = least;
    sum += (weights != nullptr ? weights[i] : 1.0) * static_cast<double>(least);
  }
  return sum;
}

}  // namespace

extern const SeedingKernels seeding_kernels;
const SeedingKernels seeding_kernels{&centre<float>, &centre<double>, &squared_norms,
                                     &distances,     &potentials,     &lower};

}  // namespace shoal::SHOAL_ISA
