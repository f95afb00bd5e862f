#include <cmath>
#include <vector>

#include "algorithms/distinct_rows.hpp"
#include "algorithms/draw.hpp"
#include "algorithms/kmeans.hpp"
#include "algorithms/kmeans_plusplus.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

// Draws k of n, each set equally likely, by drawing again what has been drawn before.
std::vector<std::int64_t> few_of_many(std::int64_t n, std::int64_t k, Philox random) {
  std::vector<bool> taken(static_cast<std::size_t>(n));
  std::vector<std::int64_t> chosen;
  while (static_cast<std::int64_t>(chosen.size()) < k) {
    const std::uint64_t row = random.next_below(static_cast<std::uint64_t>(n));
    if (taken[row]) continue;
    taken[row] = true;
    chosen.push_back(static_cast<std::int64_t>(row));
  }
  return chosen;
}

// Draws without replacement in proportion to the weights.
template <class Rows>
std::vector<std::int64_t> random_rows(const Rows& rows, std::int64_t k, Philox random) {
  if (rows.weights == nullptr && k <= rows.n / 2) return few_of_many(rows.n, k, random);
  return draw_without_replacement(
      rows.n, k, [&](std::int64_t i) { return rows.weight(i); }, random);
}

}  // namespace

template <class Rows>
std::vector<std::int64_t> draw_seeds(const Rows& rows, std::int64_t k, int n_trials, Philox random,
                                     int n_threads, const KeepGoing& keep_going) {
  if (n_trials == kRandomRows) return random_rows(rows, k, random);
  Seeder<Rows> seeder(rows, k, random, n_threads, keep_going);
  if (n_trials == kParallelRounds) {
    // Five rounds of 2k rows, as in the paper; as many trials as greedy k-means++ takes.
    return seeder.parallel(5, 2.0, 2 + static_cast<int>(std::log(static_cast<double>(k))));
  }
  return n_trials > 1 ? seeder.greedy(n_trials) : seeder.plain();
}

template <class Rows>
std::vector<std::int64_t> choose_seeds(const Rows& rows, std::int64_t k, int n_trials,
                                       std::uint64_t seed, std::uint64_t stream, int n_threads,
                                       const KeepGoing& keep_going) {
  const Philox random(seed, stream);
  if (rows.n > kCanonicalRows) return draw_seeds(rows, k, n_trials, random, n_threads, keep_going);

  const DistinctRows found = distinct_rows(rows);
  const std::vector<std::int64_t> distinct = found.first_of_each();
  // Fewer distinct rows than seeds: every one of them, and the rest again.
  if (static_cast<std::int64_t>(distinct.size()) < k) {
    std::vector<std::int64_t> chosen;
    for (std::int64_t c = 0; c < k; ++c)
      chosen.push_back(distinct[static_cast<std::size_t>(c) % distinct.size()]);
    return chosen;
  }
  std::vector<std::int64_t> chosen = draw_seeds(rows.subset(distinct, found.weights.data()), k,
                                                n_trials, random, n_threads, keep_going);
  for (auto& c : chosen) c = distinct[static_cast<std::size_t>(c)];
  return chosen;
}

#define SHOAL_INSTANTIATE(Rows)                                                                  \
  template std::vector<std::int64_t> draw_seeds(const Rows&, std::int64_t, int, Philox, int,     \
                                                const KeepGoing&);                               \
  template std::vector<std::int64_t> choose_seeds(const Rows&, std::int64_t, int, std::uint64_t, \
                                                  std::uint64_t, int, const KeepGoing&);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
