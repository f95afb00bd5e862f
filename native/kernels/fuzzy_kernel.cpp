#include "kernels/fuzzy.hpp"
#include "kernels/power.hpp"

namespace shoal::SHOAL_ISA {
namespace {

constexpr int kParts = kFuzzyTile / kDoubles;
constexpr int kStep = kFuzzyLanes / kDoubles;

struct Part {
  vd at[kParts];
};

SHOAL_INLINE Part load_part(const double* p) {
  Part part;
#pragma GCC unroll 16
  for (int i = 0; i < kParts; ++i) part.at[i] = load<vd>(p + i * kDoubles);
  return part;
}
SHOAL_INLINE void store_part(double* p, const Part& part) {
#pragma GCC unroll 16
  for (int i = 0; i < kParts; ++i) store(p + i * kDoubles, part.at[i]);
}
template <class Make>
SHOAL_INLINE Part each(Make make) {
  Part part;
#pragma GCC unroll 16
  for (int i = 0; i < kParts; ++i) part.at[i] = make(i);
  return part;
}

SHOAL_INLINE void add_lanes(const Part& part, double* sums) {
#pragma GCC unroll 4
  for (int s = 0; s < kStep; ++s) {
    vd sum = load<vd>(sums + s * kDoubles);
#pragma GCC unroll 16
    for (int i = s; i < kParts; i += kStep) sum += part.at[i];
    store(sums + s * kDoubles, sum);
  }
}

template <class T>
void pack(const T* x, int count, std::int64_t d, const double* shift, double scale, double* tile) {
  for (int i = 0; i < kFuzzyTile; ++i) {
    const T* row = x + (i < count ? i : count - 1) * d;
    for (std::int64_t j = 0; j < d; ++j) {
      tile[j * kFuzzyTile + i] = (static_cast<double>(row[j]) - shift[j]) * scale;
    }
  }
}

// squared, [k][kFuzzyTile], and the least of each row.
SHOAL_INLINE Part squared_distances(const double* tile, const FuzzyCenters& to, double* squared) {
  Part least = each([](int) { return vd{} + 1e300; });
  for (std::int64_t c = 0; c < to.k; ++c) {
    const double* center = to.centers + c * to.d;
    Part sum = each([](int) { return vd{}; });
    for (std::int64_t j = 0; j < to.d; ++j) {
      const vd v = vd{} + center[j];
#pragma GCC unroll 16
      for (int i = 0; i < kParts; ++i) {
        const vd e = v - load<vd>(tile + j * kFuzzyTile + i * kDoubles);
        sum.at[i] += e * e;
      }
    }
    least = each([&](int i) { return sum.at[i] < least.at[i] ? sum.at[i] : least.at[i]; });
    store_part(squared + c * kFuzzyTile, sum);
  }
  return least;
}

// Applies make to kChains vectors of a part at a time.
template <class Make>
SHOAL_INLINE Part by_chains(Make make) {
  static_assert(kParts % kChains == 0);
  Part part;
  for (int i = 0; i < kParts; i += kChains) {
    const Chains made = make(i);
#pragma GCC unroll 4
    for (int n = 0; n < kChains; ++n) part.at[i + n] = made.at[n];
  }
  return part;
}

struct Shares {
  Part least;  // squared distance to the nearest centre
  Part total;  // sum of r over the centres
};

// r = (least / squared)^(1 / (m - 1)) of every centre: memberships before they add up to 1.
// `room` gets keep(r, least / squared). `plain`: m = 2, which needs no powers.
template <bool plain, class Keep>
SHOAL_INLINE Shares share(const double* tile, const FuzzyCenters& to, double* room, Keep keep) {
  Shares shares{squared_distances(tile, to, room), each([](int) { return vd{}; })};
  const double power = 1 / (to.fuzzifier - 1);
  for (std::int64_t c = 0; c < to.k; ++c) {
    double* at = room + c * kFuzzyTile;
    for (int part = 0; part < kParts; part += kChains) {
      const Chains q = chains([&](int i) {
        const vd squared = load<vd>(at + (part + i) * kDoubles), least = shares.least.at[part + i];
        return squared > least ? least / squared : vd{} + 1;
      });
      Chains r = q;
      if constexpr (!plain) {
        const Chains log = log2_of(q);
        r = exp2_of(chains([&](int i) { return log.at[i] * power; }));
        r = chains([&](int i) { return q.at[i] > 0 ? r.at[i] : vd{}; });
      }
#pragma GCC unroll 4
      for (int i = 0; i < kChains; ++i) {
        shares.total.at[part + i] += r.at[i];
        store(at + (part + i) * kDoubles, keep(r.at[i], q.at[i]));
      }
    }
  }
  return shares;
}

// total^-m
template <bool plain>
SHOAL_INLINE Part lowered(const Part& total, double fuzzifier) {
  if constexpr (plain) {
    return each([&](int i) { return 1 / (total.at[i] * total.at[i]); });
  }
  return by_chains([&](int from) {
    const Chains log = log2_of(chains([&](int i) { return total.at[from + i]; }));
    return exp2_of(chains([&](int i) { return log.at[i] * -fuzzifier; }));
  });
}

template <bool plain>
void weigh_as(const double* tile, const double* weights, const FuzzyCenters& to, double* powers) {
  // u = r / total, so u^m = r q / total^m.
  const Shares shares = share<plain>(tile, to, powers, [](vd r, vd q) { return r * q; });
  const Part low = lowered<plain>(shares.total, to.fuzzifier);
  const Part factor = each([&](int i) { return load<vd>(weights + i * kDoubles) * low.at[i]; });
  for (std::int64_t c = 0; c < to.k; ++c) {
    double* at = powers + c * kFuzzyTile;
    store_part(at, each([&](int i) { return load<vd>(at + i * kDoubles) * factor.at[i]; }));
  }
}

void weigh(const double* tile, const double* weights, const FuzzyCenters& to, double* powers) {
  const auto run = to.fuzzifier == 2 ? &weigh_as<true> : &weigh_as<false>;
  run(tile, weights, to, powers);
}

template <bool plain>
void judge_as(const double* tile, const double* weights, const FuzzyCenters& to, double* room,
              FuzzyScores& scores) {
  const Shares shares = share<plain>(tile, to, room, [](vd r, vd) { return r; });
  Part squares = each([](int) { return vd{}; }), entropy = squares;
  for (std::int64_t c = 0; c < to.k; ++c) {
    const double* at = room + c * kFuzzyTile;
    const Part u = each([&](int i) { return load<vd>(at + i * kDoubles) / shares.total.at[i]; });
    squares = each([&](int i) { return squares.at[i] + u.at[i] * u.at[i]; });
    const Part information = by_chains([&](int from) {
      const Chains log = log2_of(chains([&](int i) { return u.at[from + i]; }));
      return chains([&](int i) { return u.at[from + i] * log.at[i] * -kLn2; });
    });
    entropy = each([&](int i) { return entropy.at[i] + (u.at[i] > 0 ? information.at[i] : vd{}); });
  }
  const Part w = load_part(weights), low = lowered<plain>(shares.total, to.fuzzifier);
  add_lanes(
      each([&](int i) { return w.at[i] * low.at[i] * shares.total.at[i] * shares.least.at[i]; }),
      scores.objective);
  add_lanes(each([&](int i) { return w.at[i] * squares.at[i]; }), scores.squares);
  add_lanes(each([&](int i) { return w.at[i] * entropy.at[i]; }), scores.entropy);
}

void judge(const double* tile, const double* weights, const FuzzyCenters& to, double* room,
           FuzzyScores& scores) {
  const auto run = to.fuzzifier == 2 ? &judge_as<true> : &judge_as<false>;
  run(tile, weights, to, room, scores);
}

void add(const double* tile, const double* powers, std::int64_t k, std::int64_t d, double* sums) {
  for (std::int64_t c = 0; c < k; ++c) {
    const Part g = load_part(powers + c * kFuzzyTile);
    double* to = sums + c * (1 + d) * kFuzzyLanes;
    add_lanes(g, to);
    for (std::int64_t j = 0; j < d; ++j) {
      to += kFuzzyLanes;
      const double* x = tile + j * kFuzzyTile;
      add_lanes(each([&](int i) { return g.at[i] * load<vd>(x + i * kDoubles); }), to);
    }
  }
}

}  // namespace

extern const FuzzyKernels fuzzy_kernels;
const FuzzyKernels fuzzy_kernels{&pack<float>, &pack<double>, &weigh, &add, &judge};

}  // namespace shoal::SHOAL_ISA
