// Rows of a CSR matrix, with the same face as DenseRows. They are not centred, which would fill
// them; everything decided in fp64 is decided on the row written out in full, so labels equal
// those of the dense matrix.
#pragma once

#include <algorithm>
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
  using seeding_norm = double;  // exact enough to take covered squares away from
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
  // The entries themselves when they are a copy.
  std::vector<T> owned_values;
  std::vector<std::int32_t> owned_columns;
  std::vector<std::int64_t> owned_starts;

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
  // The centre's squares between the entries and the squared differences at them: nothing is taken
  // away, so a row on the centre is at distance exactly zero.
  double squared(const ExactKernels&, std::int64_t i, const double* center) const {
    double at_entries = 0, between = 0;
    std::int64_t from = 0;
    for (std::int64_t e = starts[i]; e < starts[i + 1]; ++e) {
      const std::int64_t j = columns[e];
      const double v = static_cast<double>(values[e]) - center[j];
      at_entries += v * v;
      between += sum_of_squares(center + from, j - from);
      from = j + 1;
    }
    return at_entries + between + sum_of_squares(center + from, d - from);
  }
  void add(const ExactKernels&, std::int64_t i, double w, double* sums) const {
    for (std::int64_t e = starts[i]; e < starts[i + 1]; ++e) {
      sums[columns[e]] += static_cast<double>(values[e]) * w;
    }
  }

  // Orders rows by their values, column after column, as if they were written out.
  int compare(std::int64_t a, std::int64_t b) const {
    std::int64_t i = starts[a], j = starts[b];
    while (i < starts[a + 1] || j < starts[b + 1]) {
      const bool left = i < starts[a + 1] && (j == starts[b + 1] || columns[i] <= columns[j]);
      const bool right = j < starts[b + 1] && (i == starts[a + 1] || columns[j] <= columns[i]);
      const T x = left ? values[i++] : T{0};
      const T y = right ? values[j++] : T{0};
      if (x != y) return x < y ? -1 : 1;
    }
    return 0;
  }
  // Some of the rows, copied.
  SparseRows subset(const std::vector<std::int64_t>& chosen, const double* new_weights) const {
    SparseRows part{nullptr, nullptr, nullptr, 0,  d,  new_weights,
                    shift,   scale,   longest, {}, {}, {}};
    part.owned_starts.push_back(0);
    for (const std::int64_t i : chosen) {
      part.owned_values.insert(part.owned_values.end(), values + starts[i], values + starts[i + 1]);
      part.owned_columns.insert(part.owned_columns.end(), columns + starts[i],
                                columns + starts[i + 1]);
      part.owned_starts.push_back(static_cast<std::int64_t>(part.owned_values.size()));
    }
    part.values = part.owned_values.data();
    part.columns = part.owned_columns.data();
    part.starts = part.owned_starts.data();
    part.n = static_cast<std::int64_t>(chosen.size());
    return part;
  }

  // Squared norms, added in column order.
  std::vector<seeding_norm> seeding_norms(const SeedingKernels&, int) const {
    std::vector<seeding_norm> norms(static_cast<std::size_t>(n), 0.0);
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t e = starts[i]; e < starts[i + 1]; ++e) {
        const double v = static_cast<double>(scaled(e));
        norms[static_cast<std::size_t>(i)] += v * v;
      }
    }
    return norms;
  }
  void write_candidate(const SeedingKernels&, std::int64_t i, float* panel, int lane) const {
    float* to = panel + (lane / kCandidateLanes) * d * kCandidateLanes + lane % kCandidateLanes;
    for (std::int64_t j = 0; j < d; ++j) to[j * kCandidateLanes] = 0;
    for (std::int64_t e = starts[i]; e < starts[i + 1]; ++e) {
      to[columns[e] * std::int64_t{kCandidateLanes}] = scaled(e);
    }
  }
  void candidate_distances(const SeedingKernels&, const seeding_norm*, std::int64_t first,
                           int count, const float* panel, const seeding_norm* panel_norms,
                           int n_groups, std::vector<float>&, float* out) const {
    // Squared differences where the row has entries, the candidate's squares everywhere else. The
    // squares are added in column order both times, so equal rows are at distance exactly zero.
    for (int g = 0; g < n_groups; ++g) {
      const float* c = panel + static_cast<std::int64_t>(g) * d * kCandidateLanes;
      const seeding_norm* squares = panel_norms + g * kCandidateLanes;
      for (int i = 0; i < count; ++i) {
        double covered[kCandidateLanes] = {}, apart[kCandidateLanes] = {};
        for (std::int64_t e = starts[first + i]; e < starts[first + i + 1]; ++e) {
          const double x = static_cast<double>(scaled(e));
          for (int l = 0; l < kCandidateLanes; ++l) {
            const double v = static_cast<double>(c[columns[e] * std::int64_t{kCandidateLanes} + l]);
            covered[l] += v * v;
            apart[l] += (v - x) * (v - x);
          }
        }
        for (int l = 0; l < kCandidateLanes; ++l) {
          const double rest = std::max(0.0, squares[l] - covered[l]);
          out[(i * n_groups + g) * kCandidateLanes + l] = static_cast<float>(apart[l] + rest);
        }
      }
    }
  }

 private:
  static double sum_of_squares(const double* x, std::int64_t count) {
    double lanes[4] = {};
    std::int64_t j = 0;
    for (; j + 4 <= count; j += 4) {
      for (int l = 0; l < 4; ++l) lanes[l] += x[j + l] * x[j + l];
    }
    double sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    for (; j < count; ++j) sum += x[j] * x[j];
    return sum;
  }
  float scaled(std::int64_t e) const {
    return static_cast<float>(static_cast<double>(values[e]) * scale);
  }
};

}  // namespace shoal
