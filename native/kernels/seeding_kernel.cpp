#include "kernels/seeding.hpp"
#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

typedef float vf8 __attribute__((vector_size(32)));

template <class T>
void centre(const T* x, const double* shift, double scale, std::int64_t n, float* out) {
  for (std::int64_t j = 0; j < n; ++j) {
    out[j] = static_cast<float>((static_cast<double>(x[j]) - shift[j]) * scale);
  }
}

// Four rows at a time: their sums are independent, which hides the latency of the additions.
template <int rows_at_once>
SHOAL_INLINE void distances_of(const float* rows, std::int64_t d, const float* panel, int n_groups,
                               float* out) {
  for (int g = 0; g < n_groups; ++g) {
    const float* c = panel + static_cast<std::int64_t>(g) * d * kCandidateLanes;
    vf8 sum[rows_at_once] = {};
    for (std::int64_t j = 0; j < d; ++j) {
      const vf8 center = load<vf8>(c + j * kCandidateLanes);
#pragma GCC unroll 4
      for (int r = 0; r < rows_at_once; ++r) {
        const vf8 e = center - rows[r * d + j];
        sum[r] += e * e;
      }
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows_at_once; ++r) {
      store(out + (r * n_groups + g) * kCandidateLanes, sum[r]);
    }
  }
}

void distances(const float* rows, int count, std::int64_t d, const float* panel, int n_groups,
               float* out) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    distances_of<4>(rows + i * d, d, panel, n_groups, out + i * n_groups * kCandidateLanes);
  }
  for (; i < count; ++i) {
    distances_of<1>(rows + i * d, d, panel, n_groups, out + i * n_groups * kCandidateLanes);
  }
}

SHOAL_INLINE vf8 smaller(vf8 a, vf8 b) { return a < b ? a : b; }

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
          smaller(load<vf8>(distances + i * stride + g * kCandidateLanes), vf8{} + closest[i]);
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

double lower(const float* distances, int count, int n_groups, const double* weights,
             float* closest) {
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    vf8 low = load<vf8>(distances + static_cast<std::int64_t>(i) * n_groups * kCandidateLanes);
    for (int g = 1; g < n_groups; ++g) {
      low = smaller(low, load<vf8>(distances + (i * n_groups + g) * kCandidateLanes));
    }
    float least = closest[i];
    for (int l = 0; l < kCandidateLanes; ++l) least = low[l] < least ? low[l] : least;
    closest[i] = least;
    sum += (weights != nullptr ? weights[i] : 1.0) * static_cast<double>(least);
  }
  return sum;
}

}  // namespace

extern const SeedingKernels seeding_kernels;
const SeedingKernels seeding_kernels{&centre<float>, &centre<double>, &distances, &potentials,
                                     &lower};

}  // namespace shoal::SHOAL_ISA
