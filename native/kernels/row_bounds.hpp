// From scores to bounds on distances, and how bounds follow moving centres. For kernel files only.
#pragma once

#include <cstdint>

#include "kernels/tile.hpp"

namespace shoal::SHOAL_ISA {
namespace {

// More than the rounding of the few operations that keep a bound.
constexpr float kSlack = 4.8e-7f;
// The same for what is given back of a bound.
constexpr float kGiven = 1e-6f;

// One rounding each for x, c and |c|^2, one per product and per addition (none for products when
// fused) inside a run, one per run, and room for the rounding of the bound's own computation.
float score_error(std::int64_t d) {
  const float run = static_cast<float>(d < kRun ? d : kRun);
  const float runs = static_cast<float>((d + kRun - 1) / kRun);
  return ((kFused ? run : 2 * run) + runs + 8) * 5.9604645e-8f;
}

float long_sum_error(std::int64_t n) {
  return (static_cast<float>(kFused ? n : 2 * n) + 8) * 5.9604645e-8f;
}

void settle(int n_tiles, float score_error, float norm_error, float max_norm,
            const float* squared_norms, const float* best, const float* second, float* near_low,
            float* near, float* far, std::uint32_t* uncertain) {
  const vf c = splat(max_norm), half_c = splat(0.5f * max_norm * max_norm), tiny = splat(1e-35f);
  const vf relative = splat(score_error), norm_relative = splat(norm_error), zero{};
  for (int t = 0; t < n_tiles; ++t) {
    std::uint32_t bits = 0;
    for (int group = 0; group < kGroups; ++group) {
      const int at = (t * kGroups + group) * kLanes;
      const vf xx = load<vf>(squared_norms + at), low = load<vf>(best + at),
               next = load<vf>(second + at);
      const vf norm = sqrt(xx) * (1 + norm_error);
      const vf error = fma(relative, fma(norm, c, half_c), tiny);
      const vf twice = error + error;
      bits |= (kLaneBits & ~less_mask(twice, next - low)) << (group * kLanes);
      if (near == nullptr) continue;
      const vf slip = fma(norm_relative, xx, twice);
      store(near_low + at, sqrt(max(xx + low + low - slip, zero)) * (1 - kSlack));
      store(near + at, sqrt(max(xx + low + low + slip, zero)) * (1 + kSlack));
      store(far + at, sqrt(max(xx + next + next - slip, zero)) * (1 - kSlack));
    }
    uncertain[t] = bits;
  }
}

// Appends first + l for every set bit l; returns the new count.
SHOAL_INLINE int append_bits(std::uint32_t bits, int first, std::int32_t* list, int n) {
  for (; bits != 0; bits &= bits - 1) list[n++] = first + __builtin_ctz(bits);
  return n;
}

int decay(float* near, float* far, const std::int32_t* labels, const float* own, const float* rival,
          int count, std::int32_t* active) {
  int n = 0, i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const vi label = load<vi>(labels + i);
    const vf up = (load<vf>(near + i) + gather<vf>(own, label)) * (1 + kSlack);
    const vf low = (load<vf>(far + i) - gather<vf>(rival, label)) * (1 - kSlack);
    store(near + i, up);
    store(far + i, low);
    n = append_bits(kLaneBits & ~less_mask(up, low), i, active, n);
  }
  for (; i < count; ++i) {
    near[i] = (near[i] + own[labels[i]]) * (1 + kSlack);
    far[i] = (far[i] - rival[labels[i]]) * (1 - kSlack);
    if (!(near[i] < far[i])) active[n++] = i;
  }
  return n;
}

int relabel(const std::int32_t* index, std::int32_t* labels, int count, std::int32_t* changed,
            std::int32_t* before) {
  int n = 0, i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const vi now = load<vi>(index + i);
    const unsigned bits = differ_mask(now, load<vi>(labels + i));
    if (bits == 0) continue;
    const int start = n;
    n = append_bits(bits, i, changed, n);
    for (int c = start; c < n; ++c) before[c] = labels[changed[c]];
    store(labels + i, now);
  }
  for (; i < count; ++i) {
    if (index[i] == labels[i]) continue;
    changed[n] = i;
    before[n++] = labels[i];
    labels[i] = index[i];
  }
  return n;
}

int follow(int count, float* near, float* far, const std::int32_t* labels, const float* given_back,
           const std::int32_t* names, const std::int32_t* index, const float* near_low,
           const float* fast_near, const float* fast_far, std::int32_t* open) {
  int n = 0, i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const vi own = load<vi>(labels + i);
    const vi is_best = gather<vi>(names, load<vi>(index + i)) == own;
    const vf slow = (load<vf>(far + i) + gather<vf>(given_back, own)) * (1 - kGiven);
    const vf others = is_best ? load<vf>(fast_far + i) : load<vf>(near_low + i);
    const vf rival = min(slow, others);
    vf up = load<vf>(near + i);
    up = is_best ? min(up, load<vf>(fast_near + i)) : up;
    const std::uint32_t settled = less_mask(up, rival);
    store(near + i, up);
    const vi keep = up < rival;
    store(far + i, keep ? rival : load<vf>(far + i));
    n = append_bits(kLaneBits & ~settled, i, open, n);
  }
  for (; i < count; ++i) {
    const bool is_best = names[index[i]] == labels[i];
    const float slow = (far[i] + given_back[labels[i]]) * (1 - kGiven);
    const float others = is_best ? fast_far[i] : near_low[i];
    const float rival = slow < others ? slow : others;
    if (is_best && fast_near[i] < near[i]) near[i] = fast_near[i];
    if (near[i] < rival) {
      far[i] = rival;
    } else {
      open[n++] = i;
    }
  }
  return n;
}

}  // namespace
}  // namespace shoal::SHOAL_ISA
