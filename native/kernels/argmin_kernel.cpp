#include <utility>

#include "kernels/argmin.hpp"
#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

constexpr int kGroups = 2;
constexpr int kTile = kGroups * kLanes;
constexpr int kBlock = kWideFile ? 12 : 6;
// Products are added in runs of this many dimensions, which keeps the error bound small.
constexpr int kRun = 64;
// More than the rounding of the few operations that keep a bound.
constexpr float kSlack = 4.8e-7f;
// The same for what is given back of a bound.
constexpr float kGiven = 1e-6f;
constexpr std::uint32_t kLaneBits = (1u << kLanes) - 1;

typedef double vd __attribute__((vector_size(kLanes * 8)));

// ---- packing ----

enum class Mix { pair_low, pair_high, quad_low, quad_high, swap_low, swap_high };

template <Mix mix, int step>
constexpr int source_lane(int lane) {
  const int base = lane & ~3, at = lane & 3, quad = lane / 4;
  switch (mix) {
    case Mix::pair_low:
      return ((at & 1) ? kLanes : 0) + base + (at >> 1);
    case Mix::pair_high:
      return ((at & 1) ? kLanes : 0) + base + (at >> 1) + 2;
    case Mix::quad_low:
      return ((at & 2) ? kLanes : 0) + base + (at & 1);
    case Mix::quad_high:
      return ((at & 2) ? kLanes : 0) + base + (at & 1) + 2;
    case Mix::swap_low:
      return (quad & step) ? kLanes + lane - 4 * step : lane;
    default:
      return (quad & step) ? kLanes + lane : lane + 4 * step;
  }
}

template <Mix mix, int step, int... lane>
SHOAL_INLINE vf shuffle(vf a, vf b, std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(a, b, source_lane<mix, step>(lane)...);
}
template <Mix mix, int step = 0>
SHOAL_INLINE vf shuffle(vf a, vf b) {
  return shuffle<mix, step>(a, b, std::make_integer_sequence<int, kLanes>{});
}

template <int step>
SHOAL_INLINE void swap_quads(vf (&r)[kLanes]) {
  if constexpr (4 * step < kLanes) {
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i) {
      if ((i / 4) & step) continue;
      const vf a = r[i], b = r[i + 4 * step];
      r[i] = shuffle<Mix::swap_low, step>(a, b);
      r[i + 4 * step] = shuffle<Mix::swap_high, step>(a, b);
    }
    swap_quads<2 * step>(r);
  }
}

SHOAL_INLINE void transpose(vf (&r)[kLanes]) {
#pragma GCC unroll 4
  for (int i = 0; i < kLanes; i += 4) {
    const vf a = shuffle<Mix::pair_low>(r[i], r[i + 1]);
    const vf b = shuffle<Mix::pair_high>(r[i], r[i + 1]);
    const vf c = shuffle<Mix::pair_low>(r[i + 2], r[i + 3]);
    const vf e = shuffle<Mix::pair_high>(r[i + 2], r[i + 3]);
    r[i] = shuffle<Mix::quad_low>(a, c);
    r[i + 1] = shuffle<Mix::quad_high>(a, c);
    r[i + 2] = shuffle<Mix::quad_low>(b, e);
    r[i + 3] = shuffle<Mix::quad_high>(b, e);
  }
  swap_quads<1>(r);
}

template <class V, class T>
SHOAL_INLINE V load_some(const T* p, std::int64_t n) {
  V v{};
  for (std::int64_t i = 0; i < n; ++i) v[i] = p[i];
  return v;
}

SHOAL_INLINE vf centred(const float* x, const float* shift, float scale) {
  return (load<vf>(x) - load<vf>(shift)) * scale;
}
SHOAL_INLINE vf centred(const double* x, const double* shift, double scale) {
  return __builtin_convertvector((load<vd>(x) - load<vd>(shift)) * scale, vf);
}
SHOAL_INLINE vf centred_some(const float* x, const float* shift, float scale, std::int64_t n) {
  return (load_some<vf>(x, n) - load_some<vf>(shift, n)) * scale;
}
SHOAL_INLINE vf centred_some(const double* x, const double* shift, double scale, std::int64_t n) {
  return __builtin_convertvector((load_some<vd>(x, n) - load_some<vd>(shift, n)) * scale, vf);
}

// Up to four dimensions: too few for the transpose to pay.
template <int d, class T>
SHOAL_INLINE void pack_narrow(const T* const (&row)[kTile], const T* shift, T scale, float* tile) {
  T s[d];
  for (int j = 0; j < d; ++j) s[j] = shift[j];
#pragma GCC unroll 4
  for (int i = 0; i < kTile; ++i) {
    for (int j = 0; j < d; ++j)
      tile[j * kTile + i] = static_cast<float>((row[i][j] - s[j]) * scale);
  }
}

template <class T>
SHOAL_INLINE void pack_wide(const T* const (&row)[kTile], std::int64_t d, const T* shift, T scale,
                            float* tile) {
  for (int g = 0; g < kGroups; ++g) {
    std::int64_t j = 0;
    vf r[kLanes];
    for (; j + kLanes <= d; j += kLanes) {
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) r[i] = centred(row[g * kLanes + i] + j, shift + j, scale);
      transpose(r);
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i) store(tile + (j + i) * kTile + g * kLanes, r[i]);
    }
    if (j < d) {
      for (int i = 0; i < kLanes; ++i) {
        r[i] = centred_some(row[g * kLanes + i] + j, shift + j, scale, d - j);
      }
      transpose(r);
      for (std::int64_t i = 0; i < d - j; ++i) store(tile + (j + i) * kTile + g * kLanes, r[i]);
    }
  }
}

SHOAL_INLINE void add_squares(const float* tile, std::int64_t d, float* squared_norms) {
  vf sum[kGroups] = {};
  for (std::int64_t j = 0; j < d; ++j) {
    for (int g = 0; g < kGroups; ++g) {
      const vf x = load<vf>(tile + j * kTile + g * kLanes);
      sum[g] = fma(x, x, sum[g]);
    }
  }
  for (int g = 0; g < kGroups; ++g) store(squared_norms + g * kLanes, sum[g]);
}

// Column j of kLanes rows of d numbers that lie one after the other in v[0] ... v[d - 1].
template <int d, int j, int source>
constexpr int column_lane(int lane) {
  const int at = lane * d + j, from = at / kLanes;
  if (source == 1 && from == 0) return at;
  return from == source ? kLanes + at % kLanes : lane;
}
template <int d, int j, int source, int... lane>
SHOAL_INLINE vf add_source(vf column, vf v, std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(column, v, column_lane<d, j, source>(lane)...);
}
template <int d, int j, int source = 1>
SHOAL_INLINE vf column_of(vf column, const vf (&v)[d]) {
  if constexpr (source < d) {
    column = add_source<d, j, source>(column, v[source], std::make_integer_sequence<int, kLanes>{});
    return column_of<d, j, source + 1>(column, v);
  }
  return column;
}
template <int d, int... j>
SHOAL_INLINE void store_columns(const vf (&v)[d], const float* shift, float scale, float* tile,
                                std::integer_sequence<int, j...>) {
  (store(tile + j * kTile, (column_of<d, j>(v[0], v) - shift[j]) * scale), ...);
}

// A full tile of narrow rows that follow each other.
template <int d>
SHOAL_INLINE void pack_run(const float* x, const float* shift, float scale, float* tile) {
  for (int g = 0; g < kGroups; ++g) {
    vf v[d];
#pragma GCC unroll 4
    for (int s = 0; s < d; ++s) v[s] = load<vf>(x + (g * d + s) * kLanes);
    store_columns<d>(v, shift, scale, tile + g * kLanes, std::make_integer_sequence<int, d>{});
  }
}

SHOAL_INLINE bool pack_run(const float* x, std::int64_t d, const float* shift, float scale,
                           float* tile) {
  switch (d) {
    case 1:
      pack_run<1>(x, shift, scale, tile);
      return true;
    case 2:
      pack_run<2>(x, shift, scale, tile);
      return true;
    case 3:
      pack_run<3>(x, shift, scale, tile);
      return true;
    case 4:
      pack_run<4>(x, shift, scale, tile);
      return true;
    default:
      return false;
  }
}

template <class T>
void pack(const T* X, std::int64_t d, const std::int32_t* rows, std::int64_t first, int count,
          const T* shift, T scale, float* tile, float* squared_norms) {
  if constexpr (sizeof(T) == sizeof(float)) {
    if (rows == nullptr && count == kTile && pack_run(X + first * d, d, shift, scale, tile)) {
      add_squares(tile, d, squared_norms);
      return;
    }
  }
  const T* row[kTile];
  for (int i = 0; i < kTile; ++i) {
    const int at = i < count ? i : count - 1;
    row[i] = X + (first + (rows != nullptr ? rows[at] : at)) * d;
  }
  // The rows after these are most likely next. Narrow rows come by themselves; wide ones would
  // push this tile out of the first cache.
  if (d >= 8 && d <= 256) {
    const char* ahead = reinterpret_cast<const char*>(row[kTile - 1] + d);
    for (std::int64_t b = 0; b < kTile * d * static_cast<std::int64_t>(sizeof(T)); b += 64) {
      __builtin_prefetch(ahead + b);
    }
  }
  switch (d) {
    case 1:
      pack_narrow<1>(row, shift, scale, tile);
      break;
    case 2:
      pack_narrow<2>(row, shift, scale, tile);
      break;
    case 3:
      pack_narrow<3>(row, shift, scale, tile);
      break;
    case 4:
      pack_narrow<4>(row, shift, scale, tile);
      break;
    default:
      pack_wide(row, d, shift, scale, tile);
  }
  add_squares(tile, d, squared_norms);
}

// ---- reducing ----

// D: the number of dimensions where it is known and small, else 0. C: centres of the block.
template <int D, int C>
SHOAL_INLINE void multiply_run(const float* tile, const float* panel, std::int64_t n,
                               vf (&sum)[C][kGroups]) {
  const std::int64_t dims = D > 0 ? D : n;
#pragma GCC unroll 4
  for (std::int64_t j = 0; j < dims; ++j) {
    const vf x0 = load<vf>(tile + j * kTile);
    const vf x1 = load<vf>(tile + j * kTile + kLanes);
#pragma GCC unroll 12
    for (int c = 0; c < C; ++c) {
      const vf w = splat(panel[j * kBlock + c]);
      sum[c][0] = fma(x0, w, sum[c][0]);
      sum[c][1] = fma(x1, w, sum[c][1]);
    }
  }
}

template <int D, int C>
SHOAL_INLINE void score_block(const float* tile, std::int64_t d, const float* panel,
                              const float* half_norms, vf (&sum)[C][kGroups]) {
#pragma GCC unroll 12
  for (int c = 0; c < C; ++c) sum[c][0] = sum[c][1] = splat(half_norms[c]);
  if (D > 0 || d <= kRun) {
    multiply_run<D, C>(tile, panel, d, sum);
    return;
  }
  for (std::int64_t j = 0; j < d; j += kRun) {
    vf run[C][kGroups] = {};
    multiply_run<0, C>(tile + j * kTile, panel + j * kBlock, d - j < kRun ? d - j : kRun, run);
#pragma GCC unroll 12
    for (int c = 0; c < C; ++c) {
      sum[c][0] += run[c][0];
      sum[c][1] += run[c][1];
    }
  }
}

struct Scores {
  float* best;
  float* second;
  std::int32_t* index;
};

template <int D, int C>
SHOAL_INLINE void reduce_block(const float* tile, std::int64_t d, const float* panel,
                               const float* half_norms, std::int32_t first, Scores at) {
  vf sum[C][kGroups];
  score_block<D, C>(tile, d, panel, half_norms, sum);
#pragma GCC unroll 2
  for (int g = 0; g < kGroups; ++g) {
    vf low = load<vf>(at.best + g * kLanes), next = load<vf>(at.second + g * kLanes);
    vi who = load<vi>(at.index + g * kLanes);
#pragma GCC unroll 12
    for (int c = 0; c < C; ++c) {
      who = select_less(sum[c][g], low, splat(first + c), who);
      next = min(next, max(low, sum[c][g]));
      low = min(low, sum[c][g]);
    }
    store(at.best + g * kLanes, low);
    store(at.second + g * kLanes, next);
    store(at.index + g * kLanes, who);
  }
}

// The last block, which may hold fewer centres.
template <int D, int C>
SHOAL_INLINE void reduce_rest(int rest, const float* tile, std::int64_t d, const float* panel,
                              const float* half_norms, std::int32_t first, Scores at) {
  if (rest == C) {
    reduce_block<D, C>(tile, d, panel, half_norms, first, at);
  } else if constexpr (C > 1) {
    reduce_rest<D, C - 1>(rest, tile, d, panel, half_norms, first, at);
  }
}

template <int D>
void reduce_for(const float* tiles, int n_tiles, std::int64_t d, const PackedCenters& centers,
                Scores scores) {
  const int full = static_cast<int>(centers.k / kBlock),
            rest = static_cast<int>(centers.k % kBlock);
  for (int b = 0; b < full + (rest > 0); ++b) {
    const float* panel = centers.panel + static_cast<std::int64_t>(b) * d * kBlock;
    const float* half_norms = centers.half_norms + b * kBlock;
    for (int t = 0; t < n_tiles; ++t) {
      const float* tile = tiles + static_cast<std::int64_t>(t) * d * kTile;
      const Scores at{scores.best + t * kTile, scores.second + t * kTile, scores.index + t * kTile};
      if (b < full) {
        reduce_block<D, kBlock>(tile, d, panel, half_norms, b * kBlock, at);
      } else {
        reduce_rest<D, kBlock - 1>(rest, tile, d, panel, half_norms, b * kBlock, at);
      }
    }
  }
}

void reduce(const float* tiles, int n_tiles, std::int64_t d, const PackedCenters& centers,
            float* best, float* second, std::int32_t* index) {
  for (int i = 0; i < n_tiles * kGroups; ++i) {
    store(best + i * kLanes, splat(kPaddingNorm));
    store(second + i * kLanes, splat(kPaddingNorm));
    store(index + i * kLanes, vi{});
  }
  const Scores scores{best, second, index};
  switch (d) {
    case 1:
      return reduce_for<1>(tiles, n_tiles, d, centers, scores);
    case 2:
      return reduce_for<2>(tiles, n_tiles, d, centers, scores);
    case 3:
      return reduce_for<3>(tiles, n_tiles, d, centers, scores);
    case 4:
      return reduce_for<4>(tiles, n_tiles, d, centers, scores);
    default:
      return reduce_for<0>(tiles, n_tiles, d, centers, scores);
  }
}

// ---- settling ----

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

extern const ArgminKernels argmin_kernels;
const ArgminKernels argmin_kernels{kTile,    kBlock,       &pack<float>,    &pack<double>,
                                   &reduce,  &score_error, &long_sum_error, &settle,
                                   &relabel, &decay,       &follow};

}  // namespace shoal::SHOAL_ISA
