#include "algorithms/prototypes_seeding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "algorithms/draw.hpp"
#include "algorithms/prototypes_pass.hpp"

namespace shoal {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();

template <class Code>
class Chooser {
 public:
  Chooser(const MixedTiles<Code>& rows, const Prototypes<Code>& overall,
          std::span<const std::int32_t> levels, const PrototypeOptions& options, Philox random,
          const KeepGoing& keep_going)
      : rows_(rows),
        overall_(overall),
        levels_(levels),
        options_(options),
        random_(random),
        keep_going_(keep_going),
        units_(tile_units(rows.n_tiles, 1)),
        costs_(static_cast<std::size_t>(rows.n_tiles * kRowTile)),
        closest_(costs_.size(), kFar),
        mode_(static_cast<std::size_t>(rows.c)),
        mean_(static_cast<std::size_t>(rows.d)) {}

  std::vector<std::int64_t> choose() {
    switch (options_.seeding) {
      case PrototypeSeeding::huang:
        return huang();
      case PrototypeSeeding::cao:
        return cao();
      case PrototypeSeeding::random:
        return at_random();
      default:
        return spread();
    }
  }

 private:
  std::int64_t wanted() const { return std::min(options_.k, rows_.n); }
  double weight(std::int64_t i) const { return rows_.weight(i); }
  double& closest(std::int64_t i) { return closest_[static_cast<std::size_t>(i)]; }
  double cost(std::int64_t i) const { return costs_[static_cast<std::size_t>(i)]; }

  // costs_ of all rows to mode_ and mean_, or to mode_ alone.
  void measure(bool with_numbers) {
    const PrototypeView<Code> at{mode_.data(),
                                 mean_.data(),
                                 1,
                                 rows_.c,
                                 with_numbers ? rows_.d : 0,
                                 with_numbers ? overall_.gamma : 1.0};
    for_each_tile(units_, options_.n_threads, keep_going_, [&](std::size_t, std::int64_t t) {
      costs_in_tile(rows_.tile(t), at, costs_.data() + t * kRowTile);
    });
  }
  void measure_row(std::int64_t i, bool with_numbers) {
    prototype_at(rows_, i, overall_, mode_.data(), mean_.data());
    measure(with_numbers);
  }
  void keep_closest() {
    for (std::int64_t i = 0; i < rows_.n; ++i) closest(i) = std::min(closest(i), cost(i));
  }

  // The row where a running sum of `value` passes a random part of its total; -1 when that is 0.
  template <class Value>
  std::int64_t draw(Value&& value) {
    double total = 0;
    for (std::int64_t i = 0; i < rows_.n; ++i) total += value(i);
    if (!(total > 0)) return -1;
    const double at = random_.next_uniform() * total;
    double sum = 0;
    std::int64_t last = -1;
    for (std::int64_t i = 0; i < rows_.n; ++i) {
      const double v = value(i);
      if (!(v > 0)) continue;
      last = i;
      sum += v;
      if (sum > at) break;
    }
    return last;
  }

  std::vector<std::int64_t> spread() {
    std::vector<std::int64_t> chosen{draw([&](std::int64_t i) { return weight(i); })};
    measure_row(chosen[0], true);
    keep_closest();
    std::vector<double> best;
    while (static_cast<std::int64_t>(chosen.size()) < wanted()) {
      std::int64_t found = -1;
      double least = kFar;
      for (int trial = 0; trial < options_.n_trials; ++trial) {
        const std::int64_t row = draw([&](std::int64_t i) { return weight(i) * closest(i); });
        if (row < 0) return chosen;
        measure_row(row, true);
        double left = 0;
        for (std::int64_t i = 0; i < rows_.n; ++i)
          left += weight(i) * std::min(closest(i), cost(i));
        if (left < least) {
          least = left;
          found = row;
          best = costs_;
        }
      }
      chosen.push_back(found);
      costs_.swap(best);
      keep_closest();
    }
    return chosen;
  }

  // The best of several draws: one alone depends much on chance.
  std::vector<std::int64_t> huang() {
    // Weight of every category: what a draw goes by.
    std::vector<std::vector<double>> shares;
    for (std::int64_t j = 0; j < rows_.c; ++j) shares.push_back(category_weights(j));
    std::vector<std::int64_t> best;
    double least = kFar;
    for (int trial = 0; trial < options_.n_trials; ++trial) {
      std::vector<std::int64_t> chosen = draw_huang(shares);
      std::fill(closest_.begin(), closest_.end(), kFar);
      for (const std::int64_t row : chosen) {
        measure_row(row, true);
        keep_closest();
      }
      double left = 0;
      for (std::int64_t i = 0; i < rows_.n; ++i) left += weight(i) * closest(i);
      if (left < least) {
        least = left;
        best.swap(chosen);
      }
    }
    return best;
  }

  std::vector<std::int64_t> draw_huang(const std::vector<std::vector<double>>& shares) {
    std::vector<char> taken(static_cast<std::size_t>(rows_.n));
    std::vector<std::int64_t> chosen;
    while (static_cast<std::int64_t>(chosen.size()) < wanted()) {
      for (std::size_t j = 0; j < shares.size(); ++j) mode_[j] = draw_category(shares[j]);
      measure(false);
      std::int64_t nearest = -1;
      for (std::int64_t i = 0; i < rows_.n; ++i) {
        const bool free = taken[static_cast<std::size_t>(i)] == 0;
        if (free && (nearest < 0 || cost(i) < cost(nearest))) nearest = i;
      }
      taken[static_cast<std::size_t>(nearest)] = 1;
      chosen.push_back(nearest);
    }
    return chosen;
  }

  std::vector<double> category_weights(std::int64_t j) const {
    std::vector<double> found(static_cast<std::size_t>(levels_[j]), 0.0);
    for (std::int64_t i = 0; i < rows_.n; ++i) {
      const Code code = rows_.code(i, j);
      if (code != kMissingCode<Code>) found[code] += weight(i);
    }
    return found;
  }

  Code draw_category(const std::vector<double>& share) {
    double total = 0;
    for (const double s : share) total += s;
    const double at = random_.next_uniform() * total;
    double sum = 0;
    for (std::size_t code = 0; code < share.size(); ++code) {
      sum += share[code];
      if (sum > at) return static_cast<Code>(code);
    }
    return kNoCode<Code>;  // a column without any entry
  }

  std::vector<std::int64_t> cao() {
    std::vector<double> density(static_cast<std::size_t>(rows_.n), 0.0);
    for (std::int64_t j = 0; j < rows_.c; ++j) {
      const std::vector<double> share = category_weights(j);
      for (std::int64_t i = 0; i < rows_.n; ++i) {
        const Code code = rows_.code(i, j);
        if (code != kMissingCode<Code>) density[static_cast<std::size_t>(i)] += share[code];
      }
    }
    for (std::int64_t i = 0; i < rows_.n; ++i) {
      density[static_cast<std::size_t>(i)] *= rows_.code_share(i);
    }
    std::vector<std::int64_t> chosen{std::max_element(density.begin(), density.end()) -
                                     density.begin()};
    while (static_cast<std::int64_t>(chosen.size()) < wanted()) {
      measure_row(chosen.back(), false);
      keep_closest();
      std::int64_t farthest = -1;
      double most = 0;
      for (std::int64_t i = 0; i < rows_.n; ++i) {
        const double value = closest(i) * density[static_cast<std::size_t>(i)];
        if (value > most) {
          most = value;
          farthest = i;
        }
      }
      if (farthest < 0) break;
      chosen.push_back(farthest);
    }
    return chosen;
  }

  std::vector<std::int64_t> at_random() {
    return draw_without_replacement(
        rows_.n, wanted(), [&](std::int64_t i) { return weight(i); }, random_);
  }

  const MixedTiles<Code>& rows_;
  const Prototypes<Code>& overall_;
  std::span<const std::int32_t> levels_;
  const PrototypeOptions& options_;
  Philox random_;
  const KeepGoing& keep_going_;
  Units units_;
  std::vector<double> costs_, closest_;
  std::vector<Code> mode_;
  std::vector<double> mean_;
};

}  // namespace

template <class Code>
std::vector<std::int64_t> choose_prototype_rows(const MixedTiles<Code>& rows,
                                                const Prototypes<Code>& overall,
                                                std::span<const std::int32_t> levels,
                                                const PrototypeOptions& options, Philox random,
                                                const KeepGoing& keep_going) {
  auto chosen = Chooser<Code>(rows, overall, levels, options, random, keep_going).choose();
  for (std::size_t at = 0; static_cast<std::int64_t>(chosen.size()) < options.k; ++at) {
    chosen.push_back(chosen[at]);
  }
  return chosen;
}

template <class Code>
void prototype_at(const MixedTiles<Code>& rows, std::int64_t i, const Prototypes<Code>& overall,
                  Code* mode, double* mean) {
  for (std::int64_t j = 0; j < rows.c; ++j) {
    const Code code = rows.code(i, j);
    mode[j] = code == kMissingCode<Code> ? overall.modes[static_cast<std::size_t>(j)] : code;
  }
  for (std::int64_t j = 0; j < rows.d; ++j) {
    const double x = rows.number(i, j);
    mean[j] = std::isnan(x) ? overall.means[static_cast<std::size_t>(j)] : x;
  }
}

#define SHOAL_INSTANTIATE(Code)                                                              \
  template std::vector<std::int64_t> choose_prototype_rows(                                  \
      const MixedTiles<Code>&, const Prototypes<Code>&, std::span<const std::int32_t>,       \
      const PrototypeOptions&, Philox, const KeepGoing&);                                    \
  template void prototype_at(const MixedTiles<Code>&, std::int64_t, const Prototypes<Code>&, \
                             Code*, double*);
SHOAL_INSTANTIATE(std::uint8_t)
SHOAL_INSTANTIATE(std::uint16_t)

}  // namespace shoal
