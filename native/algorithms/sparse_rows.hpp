// Rows of a CSR matrix, with the same face as DenseRows. They are not centred, which would fill
// them; everything decided in fp64 is decided on the row written out in full, so labels equal
// those of the dense matrix.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "kernels/argmin.hpp"
#include "kernels/exact.hpp"
#include "kernels/seeding.hpp"
#include "kernels/sparse.hpp"

namespace shoal {

template <class T>
struct SparseRows {
  using value_type = T;
  static constexpr bool kPacked = false;

  const T* values;
  const std::int32_t* columns;
  const std::int64_t* starts;  // n + 1
  std::int64_t n;
  std::int64_t d;
  const double* weights;
  std::vector<double> shift;  // zeros
  double scale = 1;
  std::int64_t longest = 0;  // entries of the fullest row

  double weight(std::int64_t i) const { return weights != nullptr ? weights[i] : 1.0; }
  const double* shift_data() const { return shift.data(); }
  static int center_block(const ArgminKernels&) { return kSparseBlock; }
  float score_error(const ArgminKernels& kernels) const { return kernels.long_sum_error(longest); }
  float norm_error(const ArgminKernels& kernels) const { return kernels.long_sum_error(longest); }

  template <class Scratch>
  void score(const ArgminKernels&, const PackedCenters& centers, std::int64_t first,
             const std::int32_t* list, int count, Scratch& s) const {
    const SparseKernels& kernels = SHOAL_PICK_KERNELS(sparse_kernels);
    for (int i = 0; i < count; ++i) {
      const std::int64_t r = first + (list != nullptr ? list[i] : i);
      const SparseRow entries{columns + starts[r], starts[r + 1] - starts[r]};
      ScoredRow found;
      if constexpr (std::is_same_v<T, float>) {
        found = kernels.score_f32(entries, values + starts[r], static_cast<float>(scale), d,
                                  centers.panel, centers.half_norms, centers.n_blocks);
      } else {
        found = kernels.score_f64(entries, values + starts[r], scale, d, centers.panel,
                                  centers.half_norms, centers.n_blocks);
      }
      const auto at = static_cast<std::size_t>(i);
      s.norms[at] = found.squared_norm;
      s.best[at] = found.best;
      s.second[at] = found.second;
      s.index[at] = found.index;
    }
  }

  void copy_row(std::int64_t i, double* out) const {
    for (std::int64_t j = 0; j < d; ++j) out[j] = 0;
    for (std::int64_t e = starts[i]; e < starts[i + 1]; ++e) {
      out[columns[e]] = static_cast<double>(values[e]);
    }
  }
  const double* written_out(std::int64_t i) const {
    thread_local std::vector<double> full;
    full.resize(static_cast<std::size_t>(d));
    copy_row(i, full.data());
    return full.data();
  }
  Nearest nearest(const ExactKernels& exact, std::int64_t i, const double* centers,
                  std::int64_t k) const {
    return exact.nearest_f64(written_out(i), centers, k, d);
  }
  double squared(const ExactKernels& exact, std::int64_t i, const double* center) const {
    return exact.squared_f64(written_out(i), center, d);
  }
  void add(const ExactKernels&, std::int64_t i, double w, double* sums) const {
    for (std::int64_t e = starts[i]; e < starts[i + 1]; ++e) {
      sums[columns[e]] += static_cast<double>(values[e]) * w;
    }
  }

  void write_candidate(const SeedingKernels&, std::int64_t i, float* panel, int lane) const {
    float* to = panel + (lane / kCandidateLanes) * d * kCandidateLanes + lane % kCandidateLanes;
    for (std::int64_t j = 0; j < d; ++j) to[j * kCandidateLanes] = 0;
    for (std::int64_t e = starts[i]; e < starts[i + 1]; ++e) {
      to[columns[e] * std::int64_t{kCandidateLanes}] = scaled(e);
    }
  }
  void candidate_distances(const SeedingKernels&, std::int64_t first, int count,
                           const float* panel, int n_groups, std::vector<float>& room,
                           float* out) const {
    // Differences where the row has entries, plus the candidates' squares everywhere else: no
    // cancellation, so that equal rows are at distance zero.
    room.resize(static_cast<std::size_t>(n_groups * kCandidateLanes));
    for (int g = 0; g < n_groups; ++g) {
      const float* c = panel + static_cast<std::int64_t>(g) * d * kCandidateLanes;
      for (int i = 0; i < count; ++i) {
        double sum[kCandidateLanes] = {};
        std::int64_t next = 0;
        const auto skip_to = [&](std::int64_t column) {
          for (; next < column; ++next) {
            for (int l = 0; l < kCandidateLanes; ++l) {
              const double v = static_cast<double>(c[next * kCandidateLanes + l]);
              sum[l] += v * v;
            }
          }
        };
        for (std::int64_t e = starts[first + i]; e < starts[first + i + 1]; ++e) {
          skip_to(columns[e]);
          const double x = static_cast<double>(scaled(e));
          for (int l = 0; l < kCandidateLanes; ++l) {
            const double v = static_cast<double>(c[next * kCandidateLanes + l]) - x;
            sum[l] += v * v;
          }
          ++next;
        }
        skip_to(d);
        for (int l = 0; l < kCandidateLanes; ++l) {
          out[(i * n_groups + g) * kCandidateLanes + l] = static_cast<float>(sum[l]);
        }
      }
    }
  }

 private:
  float scaled(std::int64_t e) const {
    return static_cast<float>(static_cast<double>(values[e]) * scale);
  }
};

}  // namespace shoal
