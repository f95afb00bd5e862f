#include "kernels/simd.hpp"
#include "kernels/sparse.hpp"

namespace shoal::SHOAL_ISA {
namespace {

constexpr int kParts = kSparseBlock / kLanes;

template <class T>
ScoredRow score(SparseRow row, const T* values, T scale, std::int64_t d, const float* panel,
                const float* half_norms, int n_blocks) {
  vf low = splat(3e38f), next = splat(3e38f);
  vi who{};
  vi lane{};
  for (int l = 0; l < kLanes; ++l) lane[l] = l;
  for (int b = 0; b < n_blocks; ++b) {
    const float* block = panel + static_cast<std::int64_t>(b) * d * kSparseBlock;
    vf sum[kParts];
    for (int p = 0; p < kParts; ++p) sum[p] = load<vf>(half_norms + b * kSparseBlock + p * kLanes);
    for (std::int64_t e = 0; e < row.n_entries; ++e) {
      const vf x = splat(static_cast<float>(values[e] * scale));
      const float* c = block + static_cast<std::int64_t>(row.columns[e]) * kSparseBlock;
      for (int p = 0; p < kParts; ++p) sum[p] = fma(x, load<vf>(c + p * kLanes), sum[p]);
    }
    for (int p = 0; p < kParts; ++p) {
      const vi id = lane + splat(static_cast<std::int32_t>(b * kSparseBlock + p * kLanes));
      who = select_less(sum[p], low, id, who);
      next = min(next, max(low, sum[p]));
      low = min(low, sum[p]);
    }
  }
  ScoredRow found{0, 3e38f, 3e38f, 0};
  for (int l = 0; l < kLanes; ++l) {
    if (low[l] < found.best) {
      found.second = found.best < next[l] ? found.best : next[l];
      found.best = low[l];
      found.index = who[l];
    } else {
      found.second = found.second < low[l] ? found.second : low[l];
    }
  }
  for (std::int64_t e = 0; e < row.n_entries; ++e) {
    const float x = static_cast<float>(values[e] * scale);
    found.squared_norm += x * x;
  }
  return found;
}

}  // namespace

extern const SparseKernels sparse_kernels;
const SparseKernels sparse_kernels{&score<float>, &score<double>};

}  // namespace shoal::SHOAL_ISA
