// Rows of a matrix as the k-means family sees them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/thread_pool.hpp"
#include "kernels/argmin.hpp"
#include "kernels/exact.hpp"
#include "kernels/seeding.hpp"

namespace shoal {

// Row-major rows, their centre and a power of two that brings them near 1: scores in fp32 are
// taken on (x - shift) * scale, sums in fp64 on x - shift.
template <class T>
struct DenseRows {
  using value_type = T;
  using seeding_norm = float;
  static constexpr bool kPacked = true;

  const T* data;
  std::int64_t n;
  std::int64_t d;
  const double* weights;  // null: all 1
  std::vector<double> shift;
  double scale = 1;
  std::vector<T> typed_shift;
  std::vector<T> owned;  // the rows themselves when they are a copy

  const T* row(std::int64_t i) const { return data + i * d; }
  double weight(std::int64_t i) const { return weights != nullptr ? weights[i] : 1.0; }

  // Squared norms, best and second best scores of `count` rows, first + i or first + list[i].
  template <class Scratch>
  void score(const ArgminKernels& kernels, const PackedCenters& centers, std::int64_t first,
             const std::int32_t* list, int count, Scratch& s) const {
    int n_tiles = 0;
    for (int at = 0; at < count; at += kernels.tile, ++n_tiles) {
      const int n = count - at < kernels.tile ? count - at : kernels.tile;
      const std::int64_t from = list != nullptr ? first : first + at;
      const std::int32_t* some = list != nullptr ? list + at : nullptr;
      float* tile = s.panel.data() + static_cast<std::int64_t>(n_tiles) * kernels.tile * d;
      if constexpr (std::is_same_v<T, float>) {
        kernels.pack_f32(data, d, some, from, n, typed_shift.data(), static_cast<float>(scale),
                         tile, s.norms.data() + at);
      } else {
        kernels.pack_f64(data, d, some, from, n, typed_shift.data(), scale, tile,
                         s.norms.data() + at);
      }
    }
    kernels.reduce(s.panel.data(), n_tiles, d, centers, s.best.data(), s.second.data(),
                   s.index.data());
  }
  const double* shift_data() const { return shift.data(); }
  static int center_block(const ArgminKernels& kernels) { return kernels.block; }
  float score_error(const ArgminKernels& kernels) const { return kernels.score_error(d); }
  float norm_error(const ArgminKernels& kernels) const { return kernels.long_sum_error(d); }
  void copy_row(std::int64_t i, double* out) const {
    for (std::int64_t j = 0; j < d; ++j) out[j] = static_cast<double>(row(i)[j]);
  }

  Nearest nearest(const ExactKernels& exact, std::int64_t i, const double* centers,
                  std::int64_t k) const {
    if constexpr (std::is_same_v<T, float>) {
      return exact.nearest_f32(row(i), centers, k, d);
    } else {
      return exact.nearest_f64(row(i), centers, k, d);
    }
  }
  double squared(const ExactKernels& exact, std::int64_t i, const double* center) const {
    if constexpr (std::is_same_v<T, float>) {
      return exact.squared_f32(row(i), center, d);
    } else {
      return exact.squared_f64(row(i), center, d);
    }
  }
  void add(const ExactKernels& exact, std::int64_t i, double w, double* sums) const {
    if constexpr (std::is_same_v<T, float>) {
      exact.add_f32(row(i), shift.data(), w, d, sums);
    } else {
      exact.add_f64(row(i), shift.data(), w, d, sums);
    }
  }

  // Takes sums and scores about `point` from now on.
  void centre_on(const double* point) {
    for (std::size_t j = 0; j < shift.size(); ++j) {
      typed_shift[j] = static_cast<T>(point[j]);
      shift[j] = static_cast<double>(typed_shift[j]);
    }
  }

  // Orders rows by their values, column after column.
  int compare(std::int64_t a, std::int64_t b) const {
    for (std::int64_t j = 0; j < d; ++j) {
      if (row(a)[j] != row(b)[j]) return row(a)[j] < row(b)[j] ? -1 : 1;
    }
    return 0;
  }
  // Some of the rows, copied.
  DenseRows subset(const std::vector<std::int64_t>& chosen, const double* new_weights) const {
    DenseRows part{nullptr, 0, d, new_weights, shift, scale, typed_shift, {}};
    part.owned.reserve(chosen.size() * static_cast<std::size_t>(d));
    for (const std::int64_t i : chosen) part.owned.insert(part.owned.end(), row(i), row(i) + d);
    part.data = part.owned.data();
    part.n = static_cast<std::int64_t>(chosen.size());
    return part;
  }

  // Squared norms of all rows, as seeding wants them.
  std::vector<float> seeding_norms(const SeedingKernels& kernels, int n_threads) const {
    constexpr std::int64_t kRows = 1024;
    std::vector<float> norms(static_cast<std::size_t>(n));
    parallel_for(static_cast<std::size_t>((n + kRows - 1) / kRows), n_threads,
                 [&](std::size_t c, int) {
                   const std::int64_t first = static_cast<std::int64_t>(c) * kRows;
                   const int count = static_cast<int>(std::min(kRows, n - first));
                   std::vector<float> room(static_cast<std::size_t>(count * d));
                   centre(kernels, first, count, room.data());
                   kernels.squared_norms(room.data(), count, d, norms.data() + first);
                 });
    return norms;
  }
  // Writes row i into lane `lane` of a candidate panel, [group][d][8].
  void write_candidate(const SeedingKernels& kernels, std::int64_t i, float* panel,
                       int lane) const {
    std::vector<float> centred(static_cast<std::size_t>(d));
    centre(kernels, i, 1, centred.data());
    float* to = panel + (lane / kCandidateLanes) * d * kCandidateLanes + lane % kCandidateLanes;
    for (std::int64_t j = 0; j < d; ++j)
      to[j * kCandidateLanes] = centred[static_cast<std::size_t>(j)];
  }
  void candidate_distances(const SeedingKernels& kernels, const float* norms, std::int64_t first,
                           int count, const float* panel, const float* panel_norms, int n_groups,
                           std::vector<float>& room, float* out) const {
    room.resize(static_cast<std::size_t>(count * d));
    centre(kernels, first, count, room.data());
    kernels.distances(room.data(), norms + first, count, d, panel, panel_norms, n_groups, out);
  }

 private:
  void centre(const SeedingKernels& kernels, std::int64_t first, int count, float* out) const {
    if constexpr (std::is_same_v<T, float>) {
      kernels.centre_f32(row(first), count, d, typed_shift.data(), static_cast<float>(scale), out);
    } else {
      kernels.centre_f64(row(first), count, d, typed_shift.data(), scale, out);
    }
  }
};

}  // namespace shoal
