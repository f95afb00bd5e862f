// The nearest centre of each row, equal to double-precision brute force.
//
// Scores come from fp32 kernels with a bound on their error. A row whose two best scores are
// closer than that bound is decided again in fp64 by differences; ties go to the lowest index.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "algorithms/kmeans_centers.hpp"
#include "algorithms/rows.hpp"

namespace shoal {

// Room one worker needs; allocated once per fit.
struct AssignScratch {
  // d: dimensions of a packed row, 0 when rows are not packed. A batch of tiles stays in L1.
  AssignScratch(const ArgminKernels& kernels, std::int64_t d)
      : tiles(static_cast<int>(
            std::clamp<std::int64_t>(4096 / (kernels.tile * std::max<std::int64_t>(d, 16)), 1, 16))) {
    const std::size_t rows = static_cast<std::size_t>(tiles * kernels.tile);
    panel.resize(rows * static_cast<std::size_t>(d));
    for (auto* v : {&norms, &best, &second, &gap}) v->resize(rows);
    index.resize(rows);
    uncertain.resize(static_cast<std::size_t>(tiles));
    active.resize(kSpan);
  }

  static constexpr int kSpan = 4096;  // rows whose gaps are looked at together
  int tiles;
  std::vector<float> panel, norms, best, second, gap;
  std::vector<std::int32_t> index, active;
  std::vector<std::uint32_t> uncertain;
};

template <class Rows>
struct Assignment {
  const Rows& rows;
  const ArgminKernels& argmin;
  const ExactKernels& exact;
  const double* centers;  // k x d
  std::int64_t k;
  PackedCenters packed;
  std::int32_t* labels;
  float* gaps;         // null: none kept
  const float* drift;  // null: every row is looked at

  // Labels rows begin..end-1. changed(row, old, new) is called in row order.
  template <class Changed>
  void run(std::int64_t begin, std::int64_t end, AssignScratch& scratch, Changed&& changed) const {
    for (std::int64_t first = begin; first < end; first += AssignScratch::kSpan) {
      const int span = static_cast<int>(std::min<std::int64_t>(AssignScratch::kSpan, end - first));
      if (drift == nullptr) {
        look_at(first, nullptr, span, scratch, changed);
        continue;
      }
      const int n = argmin.decay(gaps + first, labels + first, drift, span, 0,
                                 scratch.active.data());
      look_at(first, scratch.active.data(), n, scratch, changed);
    }
  }

 private:
  template <class Changed>
  void look_at(std::int64_t first, const std::int32_t* list, int count, AssignScratch& s,
               Changed&& changed) const {
    const int batch = s.tiles * argmin.tile;
    for (int at = 0; at < count; at += batch) {
      const int n = std::min(batch, count - at);
      const int n_tiles = (n + argmin.tile - 1) / argmin.tile;
      rows.score(argmin, packed, first + (list != nullptr ? 0 : at),
                 list != nullptr ? list + at : nullptr, n, s);
      argmin.settle(n_tiles, rows.score_error(argmin), rows.norm_error(argmin), packed.max_norm,
                    s.norms.data(), s.best.data(), s.second.data(), s.gap.data(),
                    s.uncertain.data());
      recheck(first, list, at, n, s);
      for (int i = 0; i < n; ++i) {
        const std::int64_t row = first + (list != nullptr ? list[at + i] : at + i);
        if (gaps != nullptr) gaps[row] = s.gap[static_cast<std::size_t>(i)];
        const std::int32_t now = s.index[static_cast<std::size_t>(i)], old = labels[row];
        if (now != old) {
          labels[row] = now;
          changed(row, old, now);
        }
      }
    }
  }

  void recheck(std::int64_t first, const std::int32_t* list, int at, int n,
               AssignScratch& s) const {
    for (int t = 0; t * argmin.tile < n; ++t) {
      for (std::uint32_t bits = s.uncertain[static_cast<std::size_t>(t)]; bits != 0;
           bits &= bits - 1) {
        const int i = t * argmin.tile + __builtin_ctz(bits);
        if (i >= n) break;
        const std::int64_t row = first + (list != nullptr ? list[at + i] : at + i);
        const Nearest found = rows.nearest(exact, row, centers, k);
        s.index[static_cast<std::size_t>(i)] = found.index;
        const double near = std::sqrt(found.squared), far = std::sqrt(found.second_squared);
        const double gap = (far - near) * (1 - 1e-6) - (far + near) * 1e-12;
        s.gap[static_cast<std::size_t>(i)] = k == 1 ? 1e30f : static_cast<float>(gap * rows.scale);
      }
    }
  }
};

}  // namespace shoal
