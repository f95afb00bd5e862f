#include "kernels/exact.hpp"
#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

typedef float vf8 __attribute__((vector_size(32)));

SHOAL_INLINE vd8 load8(const double* x) { return load<vd8>(x); }
SHOAL_INLINE vd8 load8(const float* x) { return __builtin_convertvector(load<vf8>(x), vd8); }

template <class T>
SHOAL_INLINE double squared_distance(const T* x, const double* c, std::int64_t d) {
  std::int64_t j = 0;
  double sum = 0;
  if (d >= 8) {
    vd8 lanes{};
    for (; j + 8 <= d; j += 8) {
      const vd8 e = load8(x + j) - load<vd8>(c + j);
      lanes += e * e;
    }
    sum = sum_lanes(lanes);
  }
  for (; j < d; ++j) {
    const double e = static_cast<double>(x[j]) - c[j];
    sum += e * e;
  }
  return sum;
}

template <class T>
double squared(const T* x, const double* c, std::int64_t d) {
  return squared_distance(x, c, d);
}

template <class T>
Nearest nearest(const T* x, const double* centers, std::int64_t k, std::int64_t d) {
  Nearest found{0, __builtin_inf(), __builtin_inf()};
  for (std::int64_t c = 0; c < k; ++c) {
    const double s = squared_distance(x, centers + c * d, d);
    if (s < found.squared) {
      found.second_squared = found.squared;
      found.squared = s;
      found.index = static_cast<std::int32_t>(c);
    } else if (s < found.second_squared) {
      found.second_squared = s;
    }
  }
  return found;
}

template <class T>
void add(const T* x, const double* shift, double w, std::int64_t d, double* sums) {
  std::int64_t j = 0;
  for (; j + 8 <= d; j += 8) {
    store(sums + j, load<vd8>(sums + j) + (load8(x + j) - load<vd8>(shift + j)) * w);
  }
  for (; j < d; ++j) sums[j] += (static_cast<double>(x[j]) - shift[j]) * w;
}

float rough(const float* x, const float* c, std::int64_t d) {
  vf even{}, odd{};
  std::int64_t j = 0;
  for (; j + 2 * kLanes <= d; j += 2 * kLanes) {
    const vf a = load<vf>(x + j) - load<vf>(c + j);
    const vf b = load<vf>(x + j + kLanes) - load<vf>(c + j + kLanes);
    even = fma(a, a, even);
    odd = fma(b, b, odd);
  }
  double sum = 0;
  for (; j < d; ++j) sum += static_cast<double>((x[j] - c[j]) * (x[j] - c[j]));
  const vf lanes = even + odd;
  for (int l = 0; l < kLanes; ++l) sum += static_cast<double>(lanes[l]);
  return static_cast<float>(sum);
}

}  // namespace

extern const ExactKernels exact_kernels;
const ExactKernels exact_kernels{
    &nearest<float>, &nearest<double>, &squared<float>, &squared<double>,
    &add<float>,     &add<double>,     &rough};

}  // namespace shoal::SHOAL_ISA
