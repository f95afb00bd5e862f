// Scores of sparse rows against dense centres: centres in lanes, one row at a time.
#pragma once

#include <cstdint>

#include "kernels/isa.hpp"

namespace shoal {

inline constexpr int kSparseBlock = 32;  // centres scored together

struct SparseRow {
  const std::int32_t* columns;
  std::int64_t n_entries;
};

struct ScoredRow {
  float squared_norm, best, second;
  std::int32_t index;
};

struct SparseKernels {
  // panel: negated centres as [block][column][kSparseBlock].
  ScoredRow (*score_f32)(SparseRow row, const float* values, float scale, std::int64_t d,
                         const float* panel, const float* half_norms, int n_blocks);
  ScoredRow (*score_f64)(SparseRow row, const double* values, double scale, std::int64_t d,
                         const float* panel, const float* half_norms, int n_blocks);
};

SHOAL_DECLARE_KERNELS(SparseKernels, sparse_kernels)

}  // namespace shoal
