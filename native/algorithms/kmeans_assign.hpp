// The nearest centre of each row, equal to double-precision brute force.
//
// Scores come from fp32 kernels with a bound on their error. A row whose two best scores are
// closer than that bound is decided again in fp64 by differences; ties go to the lowest index.
//
// Between iterations each row keeps an upper bound of the distance to its centre and a lower bound
// of the distance to any other (Hamerly 2010, doi:10.1137/1.9781611972801.12). Where a few centres
// move much farther than the rest, rows are compared with those few alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "algorithms/kmeans_centers.hpp"
#include "algorithms/kmeans_drift.hpp"
#include "algorithms/rows.hpp"

namespace shoal {

// Room one worker needs; allocated once per fit.
struct AssignScratch {
  // d: dimensions of a packed row, 0 when rows are not packed. A batch of tiles stays in L1.
  AssignScratch(const ArgminKernels& kernels, std::int64_t d)
      : tiles(static_cast<int>(std::clamp<std::int64_t>(
            4096 / (kernels.tile * std::max<std::int64_t>(d, 16)), 1, 16))) {
    const std::size_t rows = static_cast<std::size_t>(tiles * kernels.tile);
    panel.resize(rows * static_cast<std::size_t>(d));
    for (auto* v : {&norms, &best, &second, &near, &far}) v->resize(rows);
    index.resize(rows);
    uncertain.resize(static_cast<std::size_t>(tiles));
    active.resize(kSpan);
    before.resize(kSpan);
  }

  static constexpr int kSpan = 4096;  // rows whose bounds are looked at together
  int tiles;
  std::vector<float> panel, norms, best, second, near, far;
  std::vector<std::int32_t> index, active, before;
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
  float* near;  // bounds of every row; null: none kept
  float* far;
  const Drift* drift;  // null: every row is looked at

  // Labels rows begin..end-1, as long as go_on() says so. changed(row, old, new) is called in row
  // order.
  template <class GoOn, class Changed>
  void run(std::int64_t begin, std::int64_t end, AssignScratch& s, GoOn&& go_on,
           Changed&& changed) const {
    for (std::int64_t first = begin; first < end && go_on(); first += AssignScratch::kSpan) {
      const int span = static_cast<int>(std::min<std::int64_t>(AssignScratch::kSpan, end - first));
      std::copy(labels + first, labels + first + span, s.before.begin());
      if (drift == nullptr) {
        look_at_all(first, nullptr, span, s);
      } else {
        int n = argmin.decay(near + first, far + first, labels + first, drift->own.data(),
                             drift->rival.data(), span, s.active.data());
        n = tighten(first, n, s);
        if (drift->n_fast > 0) n = look_at_fast(first, n, s);
        look_at_all(first, s.active.data(), n, s);
      }
      for (int i = 0; i < span; ++i) {
        const std::int32_t old = s.before[static_cast<std::size_t>(i)], now = labels[first + i];
        if (old != now) changed(first + i, old, now);
      }
    }
  }

 private:
  // Puts the true distance in place of the upper bound; keeps the rows this does not settle.
  // With fast centres the lower bound is kept as it was before they moved.
  int tighten(std::int64_t first, int count, AssignScratch& s) const {
    int kept = 0;
    for (int i = 0; i < count; ++i) {
      const std::int32_t at = s.active[static_cast<std::size_t>(i)];
      const std::int64_t row = first + at;
      const double squared = rows.squared(exact, row, centers + labels[row] * rows.d);
      near[row] = static_cast<float>(std::sqrt(squared) * rows.scale * (1 + 1e-7));
      s.active[static_cast<std::size_t>(kept)] = at;
      kept += !(near[row] < far[row]);
    }
    return kept;
  }

  // Compares rows with the fast centres, one batch at a time; keeps the rows this does not settle.
  int look_at_fast(std::int64_t first, int count, AssignScratch& s) const {
    const PackedCenters fast = drift->fast_panel();
    const int batch = s.tiles * argmin.tile;
    int kept = 0;
    for (int at = 0; at < count; at += batch) {
      const int n = std::min(batch, count - at);
      score(fast, first, s.active.data() + at, n, s);
      for (int i = 0; i < n; ++i) {
        const std::int32_t position = s.active[static_cast<std::size_t>(at + i)];
        s.active[static_cast<std::size_t>(kept)] = position;
        kept += !settled_by_fast(first + position, i, s);
      }
    }
    return kept;
  }

  bool settled_by_fast(std::int64_t row, int i, AssignScratch& s) const {
    const auto at = static_cast<std::size_t>(i);
    const std::int32_t own = labels[row];
    // What the rivals that are not fast can be at: the bound before this iteration's move, which
    // far[row] has already lost, less what the slow ones moved.
    const float slow = (far[row] + drift->given_back[static_cast<std::size_t>(own)]) * (1 - 1e-6f);
    const std::int32_t best = drift->fast[static_cast<std::size_t>(s.index[at])];
    const float own_high = near[row], own_low = near[row] * (1 - 1e-6f);
    if (!(own_high < slow)) return false;
    const bool unsure = (s.uncertain[at / static_cast<std::size_t>(argmin.tile)] >>
                         (at % static_cast<std::size_t>(argmin.tile))) &
                        1u;
    if (best == own) {
      if (unsure || !(own_high < s.far[at])) return false;
      far[row] = std::min(slow, s.far[at]);
      return true;
    }
    const float best_low = drift->lower_best(s.norms[at], s.best[at], rows, argmin);
    if (own_high < best_low) {
      far[row] = std::min(slow, best_low);
      return true;
    }
    if (unsure || !(s.near[at] < own_low) || !(s.near[at] < slow)) return false;
    labels[row] = best;
    near[row] = s.near[at];
    far[row] = std::min({slow, own_low, s.far[at]});
    return true;
  }

  void score(const PackedCenters& against, std::int64_t first, const std::int32_t* list, int n,
             AssignScratch& s) const {
    const int n_tiles = (n + argmin.tile - 1) / argmin.tile;
    rows.score(argmin, against, first, list, n, s);
    argmin.settle(n_tiles, rows.score_error(argmin), rows.norm_error(argmin), against.max_norm,
                  s.norms.data(), s.best.data(), s.second.data(), s.near.data(), s.far.data(),
                  s.uncertain.data());
  }

  void look_at_all(std::int64_t first, const std::int32_t* list, int count,
                   AssignScratch& s) const {
    const int batch = s.tiles * argmin.tile;
    for (int at = 0; at < count; at += batch) {
      const int n = std::min(batch, count - at);
      const std::int32_t* some = list != nullptr ? list + at : nullptr;
      const std::int64_t from = list != nullptr ? first : first + at;
      score(packed, from, some, n, s);
      recheck(from, some, n, s);
      for (int i = 0; i < n; ++i) {
        const std::int64_t row = from + (list != nullptr ? some[i] : i);
        labels[row] = s.index[static_cast<std::size_t>(i)];
        if (near != nullptr) {
          near[row] = s.near[static_cast<std::size_t>(i)];
          far[row] = s.far[static_cast<std::size_t>(i)];
        }
      }
    }
  }

  void recheck(std::int64_t from, const std::int32_t* some, int n, AssignScratch& s) const {
    for (int t = 0; t * argmin.tile < n; ++t) {
      for (std::uint32_t bits = s.uncertain[static_cast<std::size_t>(t)]; bits != 0;
           bits &= bits - 1) {
        const int i = t * argmin.tile + __builtin_ctz(bits);
        if (i >= n) break;
        const auto at = static_cast<std::size_t>(i);
        const Nearest found =
            rows.nearest(exact, from + (some != nullptr ? some[i] : i), centers, k);
        s.index[at] = found.index;
        s.near[at] = static_cast<float>(std::sqrt(found.squared) * rows.scale * (1 + 1e-6));
        s.far[at] =
            k == 1 ? 1e30f
                   : static_cast<float>(std::sqrt(found.second_squared) * rows.scale * (1 - 1e-6));
      }
    }
  }
};

}  // namespace shoal
