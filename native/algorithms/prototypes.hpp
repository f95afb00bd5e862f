// k-modes and k-prototypes: rows of categories and numbers around modes and means.
//
// Z. Huang: Extensions to the k-means algorithm for clustering large data sets with categorical
// values. Data Mining and Knowledge Discovery 2 (1998), doi:10.1023/A:1009769707641.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "algorithms/mixed_rows.hpp"

namespace shoal {

enum class PrototypeSeeding { spread, huang, cao, random };

struct PrototypeOptions {
  std::int64_t k = 8;
  double gamma = 1;  // what one differing category costs
  int n_init = 1;
  PrototypeSeeding seeding = PrototypeSeeding::spread;
  int n_trials = 1;  // candidates per step of spread seeding, and draws of huang's
  std::uint64_t seed = 0;
  int max_iter = 100;
  int n_threads = 1;
  // Called with the run and the iteration; false stops the fit, which then throws Interrupted.
  std::function<bool(int, int)> keep_going;
};

template <class Code>
struct Prototypes {
  std::int64_t k, c, d;
  double gamma;
  std::vector<Code> modes;    // k x c
  std::vector<double> means;  // k x d

  PrototypeView<Code> view() const { return {modes.data(), means.data(), k, c, d, gamma}; }
};

template <class Code>
struct PrototypeFit {
  Prototypes<Code> prototypes;
  double cost = 0;
  int n_iter = 0;
};

// The best of n_init runs on the distinct rows of the table, each from `start_modes` and
// `start_means` (n_init x k x c and n_init x k x d) when given, else from rows drawn by `seeding`.
// The best run is followed by moves of single rows. levels[j] is one more than the largest code of
// column j. The result does not depend on the order of the rows. Hashes the rows of the table.
template <class Code>
PrototypeFit<Code> fit_prototypes(MixedTable<Code>& table, std::span<const std::int32_t> levels,
                                  const Code* start_modes, const double* start_means,
                                  const PrototypeOptions& options);

// Nearest prototype of each row, the lowest index on a tie, and the dissimilarity to it.
template <class Code>
void assign_prototypes(const MixedTable<Code>& table, const PrototypeView<Code>& at, int n_threads,
                       std::int32_t* labels, double* costs);

// Dissimilarity of each row to each prototype, n x k.
template <class Code>
void prototype_costs(const MixedTable<Code>& table, const PrototypeView<Code>& at, int n_threads,
                     double* costs);

}  // namespace shoal
