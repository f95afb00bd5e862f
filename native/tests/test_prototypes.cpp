// The kernels under k-modes and k-prototypes against plain arithmetic, and what a fit promises.
#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "algorithms/prototypes.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"

namespace shoal {
namespace {

template <class Code>
struct Problem {
  std::int64_t n, c, d, k;
  std::vector<Code> codes, modes;
  std::vector<double> numbers, means;

  MixedTable<Code> table() const { return {codes.data(), numbers.data(), n, c, d}; }
  PrototypeView<Code> view(double gamma) const {
    return {modes.data(), means.data(), k, c, d, gamma};
  }
};

template <class Code>
Problem<Code> make_problem(std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t k) {
  Problem<Code> p{n, c, d, k, {}, {}, {}, {}};
  Philox random(static_cast<std::uint64_t>(c), static_cast<std::uint64_t>(d));
  for (std::int64_t i = 0; i < n * c; ++i) {
    const std::uint64_t code = random.next_below(5);
    p.codes.push_back(code == 4 ? kMissingCode<Code> : static_cast<Code>(code * 60));
  }
  for (std::int64_t i = 0; i < n * d; ++i) {
    const double x = random.next_uniform();
    p.numbers.push_back(x < 0.1 ? std::nan("") : x);
  }
  for (std::int64_t i = 0; i < k * c; ++i) {
    p.modes.push_back(static_cast<Code>(random.next_below(4) * 60));
  }
  for (std::int64_t i = 0; i < k * d; ++i) p.means.push_back(random.next_uniform());
  // Two equal prototypes: rows near them tie.
  std::copy_n(p.modes.begin(), c, p.modes.end() - c);
  std::copy_n(p.means.begin(), d, p.means.end() - d);
  return p;
}

template <class Code>
double dissimilarity(const Problem<Code>& p, std::int64_t i, std::int64_t m, double gamma) {
  std::int64_t codes = 0, differ = 0, numbers = 0;
  for (std::int64_t j = 0; j < p.c; ++j) {
    const Code x = p.codes[static_cast<std::size_t>(i * p.c + j)];
    if (x == kMissingCode<Code>) continue;
    ++codes;
    differ += x != p.modes[static_cast<std::size_t>(m * p.c + j)];
  }
  double squares = 0;
  for (std::int64_t j = 0; j < p.d; ++j) {
    const double x = p.numbers[static_cast<std::size_t>(i * p.d + j)];
    if (std::isnan(x)) continue;
    ++numbers;
    squares += std::pow(x - p.means[static_cast<std::size_t>(m * p.d + j)], 2);
  }
  double cost = 0;
  if (codes > 0) cost += gamma * static_cast<double>(p.c) / static_cast<double>(codes) * differ;
  if (numbers > 0) cost += static_cast<double>(p.d) / static_cast<double>(numbers) * squares;
  return cost;
}

template <class Code>
void check_costs(std::int64_t c, std::int64_t d) {
  const Problem<Code> p = make_problem<Code>(131, c, d, 5);
  std::vector<std::int32_t> labels(131);
  std::vector<double> costs(131), all(131 * 5);
  assign_prototypes(p.table(), p.view(0.7), 2, labels.data(), costs.data());
  prototype_costs(p.table(), p.view(0.7), 2, all.data());
  for (std::int64_t i = 0; i < p.n; ++i) {
    const double* mine = all.data() + i * p.k;
    for (std::int64_t m = 0; m < p.k; ++m) {
      CHECK_NEAR(mine[m], dissimilarity(p, i, m, 0.7), 1e-12 * (1 + mine[m]));
    }
    CHECK_EQUAL(labels[static_cast<std::size_t>(i)], std::min_element(mine, mine + p.k) - mine);
    CHECK_EQUAL(costs[static_cast<std::size_t>(i)], *std::min_element(mine, mine + p.k));
  }
}

PrototypeFit<std::uint8_t> fit(MixedTable<std::uint8_t> table, int n_threads) {
  const std::vector<std::int32_t> levels(static_cast<std::size_t>(table.c), 181);
  PrototypeOptions options;
  options.k = 6;
  options.n_init = 3;
  options.n_trials = 3;
  options.n_threads = n_threads;
  return fit_prototypes<std::uint8_t>(table, levels, nullptr, nullptr, options);
}

}  // namespace

SHOAL_TEST(dissimilarities_at_every_width) {
  tests::at_every_level([] {
    for (const std::int64_t c : tests::kDimensions) {
      check_costs<std::uint8_t>(c, 0);
      check_costs<std::uint16_t>(c, 3);
    }
    for (const std::int64_t d : tests::kDimensions) check_costs<std::uint8_t>(4, d);
    check_costs<std::uint8_t>(0, 5);
  });
}

SHOAL_TEST(prototype_fits_agree_bit_for_bit) {
  const Problem<std::uint8_t> p = make_problem<std::uint8_t>(5000, 6, 3, 2);
  const PrototypeFit<std::uint8_t> first = fit(p.table(), 1);
  CHECK(first.cost > 0);
  tests::at_every_level([&] {
    for (const int n_threads : {1, 2, 7}) {
      const PrototypeFit<std::uint8_t> other = fit(p.table(), n_threads);
      CHECK(other.prototypes.modes == first.prototypes.modes);
      CHECK(other.prototypes.means == first.prototypes.means);
      CHECK_EQUAL(other.cost, first.cost);
    }
  });
}

SHOAL_TEST(every_seeding_chooses_distinct_prototypes) {
  const Problem<std::uint8_t> p = make_problem<std::uint8_t>(300, 8, 0, 2);
  const std::vector<std::int32_t> levels(8, 181);
  for (const auto seeding : {PrototypeSeeding::spread, PrototypeSeeding::huang,
                             PrototypeSeeding::cao, PrototypeSeeding::random}) {
    PrototypeOptions options;
    options.k = 5;
    options.seeding = seeding;
    MixedTable<std::uint8_t> table = p.table();
    const auto found = fit_prototypes<std::uint8_t>(table, levels, nullptr, nullptr, options);
    std::set<std::vector<std::uint8_t>> modes;
    for (std::int64_t m = 0; m < 5; ++m) {
      const auto first = found.prototypes.modes.begin() + m * 8;
      modes.emplace(first, first + 8);
    }
    CHECK_EQUAL(modes.size(), std::size_t{5});
  }
}

SHOAL_TEST(a_prototype_fit_stops_when_it_is_told_to) {
  const Problem<std::uint8_t> p = make_problem<std::uint8_t>(3000, 6, 0, 2);
  MixedTable<std::uint8_t> table = p.table();
  const std::vector<std::int32_t> levels(6, 181);
  PrototypeOptions options;
  options.keep_going = [](int, int) { return false; };
  CHECK_THROWS(fit_prototypes<std::uint8_t>(table, levels, nullptr, nullptr, options), Interrupted);
}

}  // namespace shoal
