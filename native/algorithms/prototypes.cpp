#include "algorithms/prototypes.hpp"

#include <algorithm>
#include <limits>

#include "algorithms/distinct_rows.hpp"
#include "algorithms/prototypes_moves.hpp"
#include "algorithms/prototypes_pass.hpp"
#include "algorithms/prototypes_seeding.hpp"
#include "algorithms/prototypes_sums.hpp"

namespace shoal {
namespace {

// Costs closer than this part are equal but for rounding.
constexpr double kRounding = 1e-12;
// Two runs that found the same groups differ by rounding alone: the first one stands.
constexpr double kSameCost = 1e-9;

template <class Code>
class Run {
 public:
  Run(const MixedTiles<Code>& rows, const PrototypeSums<Code>& sums,
      const Prototypes<Code>& overall, Prototypes<Code>& at, const PrototypeOptions& options,
      int run)
      : rows_(rows),
        sums_(sums),
        overall_(overall),
        at_(at),
        options_(options),
        keep_going_([this, run](double) {
          return !options_.keep_going || options_.keep_going(run, n_iter_);
        }),
        units_(tile_units(rows.n_tiles, at.k * sums.size())),
        labels_(static_cast<std::size_t>(rows.n_tiles * kRowTile), -1),
        costs_(labels_.size()),
        unit_sums_(static_cast<std::size_t>(units_.count * at.k * sums.size())),
        totals_(static_cast<std::size_t>(at.k * sums.size())),
        changes_(static_cast<std::size_t>(units_.count)),
        unit_costs_(changes_.size()) {}

  // On return every row is nearest to its own prototype. With `single_moves`, goes on from there
  // after `n_iter` iterations by moving single rows.
  double run(bool single_moves = false, int n_iter = 0) {
    n_iter_ = n_iter;
    double before = std::numeric_limits<double>::infinity();
    for (;;) {
      const bool changed = assign();
      ++n_iter_;
      if (!keep_going_(0)) throw Interrupted();
      // A cluster that takes a row lowers the cost, so this ends; it goes on beyond max_iter.
      if (fill_empty()) continue;
      if (n_iter_ >= options_.max_iter) return cost_;
      // Without the second test, ties could lead round in circles.
      const bool going = changed && cost_ < before * (1 - kRounding);
      if (!going && !(single_moves && move_single_rows())) return cost_;
      before = cost_;
      move();
    }
  }

  int n_iter() const { return n_iter_; }

 private:
  // Labels every row and adds up its cluster's sums; returns whether a label changed.
  bool assign() {
    std::fill(unit_sums_.begin(), unit_sums_.end(), 0.0);
    std::fill(changes_.begin(), changes_.end(), 0);
    std::fill(unit_costs_.begin(), unit_costs_.end(), 0.0);
    for_each_tile(units_, options_.n_threads, keep_going_,
                  [&](std::size_t u, std::int64_t t) { assign_tile(u, t); });
    const std::int64_t size = sums_.size();
    parallel_for(static_cast<std::size_t>(at_.k), options_.n_threads, [&](std::size_t m, int) {
      double* const total = totals_.data() + static_cast<std::int64_t>(m) * size;
      std::fill(total, total + size, 0.0);
      for (std::int64_t u = 0; u < units_.count; ++u) {
        const double* part = unit_sums_.data() + (u * at_.k + static_cast<std::int64_t>(m)) * size;
        for (std::int64_t s = 0; s < size; ++s) total[s] += part[s];
      }
    });
    cost_ = 0;
    for (const double c : unit_costs_) cost_ += c;
    return std::find(changes_.begin(), changes_.end(), 1) != changes_.end();
  }

  void assign_tile(std::size_t u, std::int64_t t) {
    std::int32_t nearest[kRowTile];
    double* const costs = costs_.data() + t * kRowTile;
    nearest_in_tile(rows_.tile(t), at_.view(), costs, nearest);
    double* const sums = unit_sums_.data() + static_cast<std::int64_t>(u) * at_.k * sums_.size();
    const std::int64_t first = t * kRowTile;
    for (std::int64_t i = first; i < std::min(rows_.n, first + kRowTile); ++i) {
      const std::int32_t label = nearest[i - first];
      auto& old = labels_[static_cast<std::size_t>(i)];
      if (old != label) changes_[u] = 1;
      old = label;
      unit_costs_[u] += rows_.weight(i) * costs[i - first];
      sums_.add(rows_, i, sums + label * sums_.size());
    }
  }

  // The prototypes of empty clusters move to the rows that cost most, one after the other; false
  // when there is none, or no row costs anything.
  bool fill_empty() {
    bool filled = false;
    for (std::int64_t m = 0; m < at_.k; ++m) {
      if (totals_[static_cast<std::size_t>(m * sums_.size())] > 0) continue;
      const auto worst = std::max_element(costs_.begin(), costs_.begin() + rows_.n);
      if (!(*worst > 0)) break;
      prototype_at(rows_, worst - costs_.begin(), overall_, at_.modes.data() + m * at_.c,
                   at_.means.data() + m * at_.d);
      const PrototypeView<Code> alone{
          at_.modes.data() + m * at_.c, at_.means.data() + m * at_.d, 1, at_.c, at_.d, at_.gamma};
      for_each_tile(units_, options_.n_threads, keep_going_, [&](std::size_t, std::int64_t t) {
        double to_it[kRowTile];
        costs_in_tile(rows_.tile(t), alone, to_it);
        double* const costs = costs_.data() + t * kRowTile;
        for (int i = 0; i < kRowTile; ++i) costs[i] = std::min(costs[i], to_it[i]);
      });
      filled = true;
    }
    return filled;
  }

  bool move_single_rows() {
    SingleMoves<Code> moves(rows_, sums_, at_.k, at_.gamma, labels_, totals_);
    return moves.run(units_, options_.n_threads, keep_going_);
  }

  // Moves every prototype to the modes and means of its cluster.
  void move() {
    for (std::int64_t m = 0; m < at_.k; ++m) {
      const double* const sums = totals_.data() + m * sums_.size();
      if (!(sums[0] > 0)) continue;
      sums_.settle(sums, overall_, at_.modes.data() + m * at_.c, at_.means.data() + m * at_.d);
    }
  }

  const MixedTiles<Code>& rows_;
  const PrototypeSums<Code>& sums_;
  const Prototypes<Code>& overall_;
  Prototypes<Code>& at_;
  const PrototypeOptions& options_;
  const KeepGoing keep_going_;
  const Units units_;
  std::vector<std::int32_t> labels_;
  std::vector<double> costs_, unit_sums_, totals_;
  std::vector<char> changes_;
  std::vector<double> unit_costs_;
  double cost_ = 0;
  int n_iter_ = 0;
};

template <class Code>
Prototypes<Code> empty_prototypes(std::int64_t k, const MixedTiles<Code>& rows, double gamma) {
  return {k,
          rows.c,
          rows.d,
          gamma,
          std::vector<Code>(static_cast<std::size_t>(k * rows.c), kNoCode<Code>),
          std::vector<double>(static_cast<std::size_t>(k * rows.d), 0.0)};
}

// The modes and means of all rows together.
template <class Code>
Prototypes<Code> overall_prototype(const MixedTiles<Code>& rows, const PrototypeSums<Code>& sums,
                                   double gamma) {
  Prototypes<Code> overall = empty_prototypes(1, rows, gamma);
  std::vector<double> total(static_cast<std::size_t>(sums.size()), 0.0);
  for (std::int64_t i = 0; i < rows.n; ++i) sums.add(rows, i, total.data());
  const Prototypes<Code> nothing = overall;
  sums.settle(total.data(), nothing, overall.modes.data(), overall.means.data());
  return overall;
}

template <class Code>
void start(const MixedTiles<Code>& rows, const Prototypes<Code>& overall,
           std::span<const std::int32_t> levels, const Code* start_modes, const double* start_means,
           const PrototypeOptions& options, int run, Prototypes<Code>& at) {
  const std::int64_t codes = at.k * at.c, numbers = at.k * at.d;
  if (start_modes != nullptr) {
    std::copy_n(start_modes + run * codes, codes, at.modes.data());
    std::copy_n(start_means + run * numbers, numbers, at.means.data());
    return;
  }
  const KeepGoing keep_going = [&](double) {
    return !options.keep_going || options.keep_going(run, 0);
  };
  const std::vector<std::int64_t> chosen =
      choose_prototype_rows(rows, overall, levels, options,
                            Philox(options.seed, static_cast<std::uint64_t>(run)), keep_going);
  for (std::int64_t m = 0; m < at.k; ++m) {
    prototype_at(rows, chosen[static_cast<std::size_t>(m)], overall, at.modes.data() + m * at.c,
                 at.means.data() + m * at.d);
  }
}

// Calls each(tiles, first row) for pieces of the table.
template <class Code, class Each>
void for_each_piece(const MixedTable<Code>& table, int n_threads, Each&& each) {
  const auto pieces = static_cast<std::size_t>((table.n + kMinUnit - 1) / kMinUnit);
  parallel_for(pieces, n_threads, [&](std::size_t p, int) {
    const std::int64_t first = static_cast<std::int64_t>(p) * kMinUnit;
    const MixedTiles<Code> tiles(
        table, std::min(kMinUnit, table.n - first), [&](std::int64_t i) { return first + i; },
        [](std::int64_t) { return 1.0; });
    each(tiles, first);
  });
}

}  // namespace

template <class Code>
PrototypeFit<Code> fit_prototypes(MixedTable<Code>& table, std::span<const std::int32_t> levels,
                                  const Code* start_modes, const double* start_means,
                                  const PrototypeOptions& options) {
  table.hash_rows();
  const DistinctRows distinct = distinct_rows(table);
  const std::vector<std::int64_t> first = distinct.first_of_each();
  const MixedTiles<Code> rows(
      table, static_cast<std::int64_t>(first.size()),
      [&](std::int64_t i) { return first[static_cast<std::size_t>(i)]; },
      [&](std::int64_t i) { return distinct.weights[static_cast<std::size_t>(i)]; });
  const PrototypeSums<Code> sums(levels, table.d);
  const Prototypes<Code> overall = overall_prototype(rows, sums, options.gamma);
  PrototypeFit<Code> best{overall, 0, 0};
  int best_run = 0;
  for (int run = 0; run < options.n_init; ++run) {
    Prototypes<Code> at = empty_prototypes(options.k, rows, options.gamma);
    start(rows, overall, levels, start_modes, start_means, options, run, at);
    Run<Code> one(rows, sums, overall, at, options, run);
    const double cost = one.run();
    if (run > 0 && !(cost < best.cost * (1 - kSameCost))) continue;
    best = {std::move(at), cost, one.n_iter()};
    best_run = run;
  }
  // Single moves take many passes and change little, so they are for the best run alone.
  if (best.n_iter < options.max_iter) {
    Run<Code> last(rows, sums, overall, best.prototypes, options, best_run);
    best.cost = last.run(true, best.n_iter - 1);
    best.n_iter = last.n_iter();
  }
  return best;
}

template <class Code>
void assign_prototypes(const MixedTable<Code>& table, const PrototypeView<Code>& at, int n_threads,
                       std::int32_t* labels, double* costs) {
  for_each_piece(table, n_threads, [&](const MixedTiles<Code>& tiles, std::int64_t first) {
    std::int32_t index[kRowTile];
    double cost[kRowTile];
    for (std::int64_t t = 0; t < tiles.n_tiles; ++t) {
      nearest_in_tile(tiles.tile(t), at, cost, index);
      const std::int64_t count = std::min<std::int64_t>(kRowTile, tiles.n - t * kRowTile);
      std::copy_n(index, count, labels + first + t * kRowTile);
      std::copy_n(cost, count, costs + first + t * kRowTile);
    }
  });
}

template <class Code>
void prototype_costs(const MixedTable<Code>& table, const PrototypeView<Code>& at, int n_threads,
                     double* costs) {
  for_each_piece(table, n_threads, [&](const MixedTiles<Code>& tiles, std::int64_t first) {
    std::vector<double> block(static_cast<std::size_t>(at.k * kRowTile));
    for (std::int64_t t = 0; t < tiles.n_tiles; ++t) {
      costs_in_tile(tiles.tile(t), at, block.data());
      for (std::int64_t i = t * kRowTile; i < std::min(tiles.n, (t + 1) * kRowTile); ++i) {
        for (std::int64_t m = 0; m < at.k; ++m) {
          costs[(first + i) * at.k + m] =
              block[static_cast<std::size_t>(m * kRowTile + i % kRowTile)];
        }
      }
    }
  });
}

#define SHOAL_INSTANTIATE(Code)                                                                    \
  template PrototypeFit<Code> fit_prototypes(MixedTable<Code>&, std::span<const std::int32_t>,     \
                                             const Code*, const double*, const PrototypeOptions&); \
  template void assign_prototypes(const MixedTable<Code>&, const PrototypeView<Code>&, int,        \
                                  std::int32_t*, double*);                                         \
  template void prototype_costs(const MixedTable<Code>&, const PrototypeView<Code>&, int, double*);
SHOAL_INSTANTIATE(std::uint8_t)
SHOAL_INSTANTIATE(std::uint16_t)

}  // namespace shoal
