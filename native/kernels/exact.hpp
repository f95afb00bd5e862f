// Double-precision arithmetic in one fixed order, the same at every level.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"

namespace shoal {

struct Nearest {
  std::int32_t index;
  double squared;         // to the nearest centre
  double second_squared;  // to the second nearest; infinity when there is one centre
};

struct ExactKernels {
  // Nearest of k centres by sums of squared differences; ties go to the lowest index.
  Nearest (*nearest_f32)(const float* x, const double* centers, std::int64_t k, std::int64_t d);
  Nearest (*nearest_f64)(const double* x, const double* centers, std::int64_t k, std::int64_t d);

  double (*squared_f32)(const float* x, const double* c, std::int64_t d);
  double (*squared_f64)(const double* x, const double* c, std::int64_t d);

  // sums += w (x - shift), one dimension after the other.
  void (*add_f32)(const float* x, const double* shift, double w, std::int64_t d, double* sums);
  void (*add_f64)(const double* x, const double* shift, double w, std::int64_t d, double* sums);

  // Squared distance in single precision, by differences.
  float (*rough)(const float* x, const float* c, std::int64_t d);
};

// Bound on the relative error of `rough` where it neither overflows nor underflows.
constexpr double rough_error(std::int64_t d) { return static_cast<double>(d / 8 + 8) * 0x1p-24; }

SHOAL_DECLARE_KERNELS(ExactKernels, exact_kernels)

}  // namespace shoal
