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
#include "algorithms/kmeans_prefix.hpp"
#include "algorithms/rows.hpp"

namespace shoal {

// Room one worker needs; allocated once per fit.
struct AssignScratch {
  // d: dimensions of a packed row, 0 when rows are not packed. A batch of tiles stays in L1.
  AssignScratch(const ArgminKernels& kernels, std::int64_t d)
      : tiles(static_cast<int>(std::clamp<std::int64_t>(
            4096 / (kernels.tile * std::max<std::int64_t>(d, 16)), 1, 16))) {
    const std::size_t rows = static_cast<std::size_t>(std::max(tiles * kernels.tile, kPairTile));
    panel.resize(static_cast<std::size_t>(tiles * kernels.tile) * static_cast<std::size_t>(d));
    for (auto* v : {&norms, &best, &second, &near_low, &near, &far}) v->resize(rows);
    for (auto* v : {&listed_near, &listed_far}) v->resize(rows);
    for (auto* v : {&index, &open, &listed_labels}) v->resize(rows);
    uncertain.resize(static_cast<std::size_t>(tiles));
    for (auto* v : {&active, &kept, &swapped, &swapped_from, &changed, &changed_from}) {
      v->resize(kSpan);
    }
  }

  static constexpr int kSpan = 4096;  // rows whose bounds are looked at together
  int tiles;
  std::vector<float> panel, norms, best, second, near_low, near, far;
  std::vector<std::int32_t> index, open, active, kept;
  // Rows of a span whose label changed, and what it was: by a fast centre alone, by a full look.
  std::vector<std::int32_t> swapped, swapped_from, changed, changed_from;
  int n_swapped = 0, n_changed = 0;
  // Bounds and labels of listed rows, side by side.
  std::vector<float> listed_near, listed_far;
  std::vector<std::int32_t> listed_labels;
  std::vector<std::uint32_t> uncertain;
  PrefixScratch prefix;
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
  const Drift* drift;                // null: every row is looked at
  const PrefixSearch<Rows>* prefix;  // null: rows are compared as a whole; else all have a label

  // Labels rows begin..end-1, as long as go_on() says so. changed(row, old, new) is called in row
  // order.
  template <class GoOn, class Changed>
  void run(std::int64_t begin, std::int64_t end, AssignScratch& s, GoOn&& go_on,
           Changed&& changed) const {
    for (std::int64_t first = begin; first < end && go_on(); first += AssignScratch::kSpan) {
      const int span = static_cast<int>(std::min<std::int64_t>(AssignScratch::kSpan, end - first));
      s.n_swapped = s.n_changed = 0;
      if (drift == nullptr) {
        look_at_all(first, nullptr, span, s);
      } else {
        int n = argmin.decay(near + first, far + first, labels + first, drift->own.data(),
                             drift->rival.data(), span, s.active.data());
        if (drift->n_fast > 0 && prefix == nullptr) n = look_at_fast(first, span, n, s);
        look_at_all(first, s.active.data(), n, s);
      }
      report(first, s, changed);
    }
  }

 private:
  // Compares rows with the fast centres, one batch at a time; keeps the rows this does not settle.
  // When most rows are left they are taken as they come, which needs no list.
  int look_at_fast(std::int64_t first, int span, int count, AssignScratch& s) const {
    const bool listed = count * 2 < span;
    if (!listed) count = span;
    const PackedCenters fast = drift->fast_panel();
    const int batch = s.tiles * argmin.tile;
    int kept = 0;
    for (int at = 0; at < count; at += batch) {
      const int n = std::min(batch, count - at);
      const std::int32_t* list = listed ? s.active.data() + at : nullptr;
      const std::int64_t from = listed ? first : first + at;
      score(fast, from, list, n, s);
      const int n_open = follow(from, list, n, s);
      for (int o = 0; o < n_open; ++o) {
        const std::int32_t i = s.open[static_cast<std::size_t>(o)];
        const std::int32_t position = listed ? list[i] : at + i;
        if (!settled_by_fast(first, position, i, s)) {
          s.kept[static_cast<std::size_t>(kept++)] = position;
        }
      }
    }
    s.active.swap(s.kept);
    return kept;
  }

  int follow(std::int64_t from, const std::int32_t* list, int n, AssignScratch& s) const {
    const auto run = [&](float* near_rows, float* far_rows, const std::int32_t* label_rows) {
      return argmin.follow(n, near_rows, far_rows, label_rows, drift->given_back.data(),
                           drift->fast.data(), s.index.data(), s.near_low.data(), s.near.data(),
                           s.far.data(), s.open.data());
    };
    if (list == nullptr) return run(near + from, far + from, labels + from);
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      s.listed_near[at] = near[from + list[i]];
      s.listed_far[at] = far[from + list[i]];
      s.listed_labels[at] = labels[from + list[i]];
    }
    const int n_open = run(s.listed_near.data(), s.listed_far.data(), s.listed_labels.data());
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      near[from + list[i]] = s.listed_near[at];
      far[from + list[i]] = s.listed_far[at];
    }
    return n_open;
  }

  // What is left after follow(): rows whose own distance is not known well enough, and rows that a
  // fast centre may have taken over.
  bool settled_by_fast(std::int64_t first, std::int32_t position, int i, AssignScratch& s) const {
    const std::int64_t row = first + position;
    const auto at = static_cast<std::size_t>(i);
    const std::int32_t own = labels[row];
    const std::int32_t best = drift->fast[static_cast<std::size_t>(s.index[at])];
    const float slow = (far[row] + drift->given_back[static_cast<std::size_t>(own)]) * (1 - 1e-6f);
    if (best == own) return false;
    // Knowing the true distance would help neither to keep the row nor to hand it over.
    const float loose = near[row] - 2 * drift->own[static_cast<std::size_t>(own)];
    if (!(loose < slow) && !(s.near[at] < slow)) return false;
    near[row] = true_distance(row, own);
    const float rival = std::min(slow, s.near_low[at]);
    if (near[row] < rival) {
      far[row] = rival;
      return true;
    }
    const bool unsure = (s.uncertain[at / static_cast<std::size_t>(argmin.tile)] >>
                         (at % static_cast<std::size_t>(argmin.tile))) &
                        1u;
    const float own_low = near[row] * (1 - 1e-6f);
    const float others = std::min({slow, own_low, s.far[at]});
    if (unsure || !(s.near[at] < others)) return false;
    s.swapped[static_cast<std::size_t>(s.n_swapped)] = position;
    s.swapped_from[static_cast<std::size_t>(s.n_swapped++)] = own;
    labels[row] = best;
    near[row] = s.near[at];
    far[row] = others;
    return true;
  }

  float true_distance(std::int64_t row, std::int32_t label) const {
    const double squared = rows.squared(exact, row, centers + label * rows.d);
    return static_cast<float>(std::sqrt(squared) * rows.scale * (1 + 1e-7));
  }

  void score(const PackedCenters& against, std::int64_t first, const std::int32_t* list, int n,
             AssignScratch& s) const {
    const int n_tiles = (n + argmin.tile - 1) / argmin.tile;
    rows.score(argmin, against, first, list, n, s);
    argmin.settle(n_tiles, rows.score_error(argmin), rows.norm_error(argmin), against.max_norm,
                  s.norms.data(), s.best.data(), s.second.data(), s.near_low.data(),
                  near != nullptr ? s.near.data() : nullptr, s.far.data(), s.uncertain.data());
  }

  void look_at_all(std::int64_t first, const std::int32_t* list, int count,
                   AssignScratch& s) const {
    const int batch = prefix != nullptr ? kPairTile : s.tiles * argmin.tile;
    for (int at = 0; at < count; at += batch) {
      const int n = std::min(batch, count - at);
      const std::int32_t* some = list != nullptr ? list + at : nullptr;
      const std::int64_t from = list != nullptr ? first : first + at;
      if (prefix != nullptr) {
        prefix->search(from, some, n, centers, labels, 2 * drift->largest(), s.index.data(),
                       s.near.data(), s.far.data(), s.prefix);
      } else {
        score(packed, from, some, n, s);
        recheck(from, some, n, s);
      }
      if (list == nullptr) {
        take_over_run(first, at, n, s);
      } else {
        take_over_listed(first, some, n, s);
      }
    }
  }

  void take_over_run(std::int64_t first, int at, int n, AssignScratch& s) const {
    const std::int64_t from = first + at;
    std::int32_t* positions = s.changed.data() + s.n_changed;
    const int found = argmin.relabel(s.index.data(), labels + from, n, positions,
                                     s.changed_from.data() + s.n_changed);
    for (int c = 0; c < found; ++c) positions[c] += at;
    s.n_changed += found;
    if (near == nullptr) return;
    std::copy_n(s.near.data(), n, near + from);
    std::copy_n(s.far.data(), n, far + from);
  }

  void take_over_listed(std::int64_t first, const std::int32_t* list, int n,
                        AssignScratch& s) const {
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const std::int64_t row = first + list[i];
      near[row] = s.near[at];
      far[row] = s.far[at];
      if (labels[row] == s.index[at]) continue;
      s.changed[static_cast<std::size_t>(s.n_changed)] = list[i];
      s.changed_from[static_cast<std::size_t>(s.n_changed++)] = labels[row];
      labels[row] = s.index[at];
    }
  }

  // Both lists of changes are in row order; together they are reported in row order, which keeps
  // sums independent of which of the two ways settled a row.
  template <class Changed>
  void report(std::int64_t first, const AssignScratch& s, Changed&& changed) const {
    int a = 0, b = 0;
    while (a < s.n_swapped || b < s.n_changed) {
      const bool swapped =
          b == s.n_changed || (a < s.n_swapped && s.swapped[static_cast<std::size_t>(a)] <
                                                      s.changed[static_cast<std::size_t>(b)]);
      const auto at = static_cast<std::size_t>(swapped ? a++ : b++);
      const std::int64_t row = first + (swapped ? s.swapped : s.changed)[at];
      changed(row, (swapped ? s.swapped_from : s.changed_from)[at], labels[row]);
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
