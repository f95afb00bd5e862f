// DBSCAN of distances that are given.
#include <algorithm>

#include "algorithms/dbscan_ways.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// visit(row, use) calls use(other) for what is near a row, itself among them.
template <class Visit>
DbscanResult fit(Index n, Visit visit, const double* weights, const DbscanOptions& options) {
  const auto at = [](Index i) { return static_cast<std::size_t>(i); };
  DbscanResult result{std::vector<std::int32_t>(at(n), -1), std::vector<std::uint8_t>(at(n))};
  Ticker ticker(options.keep_going, static_cast<double>(3 * n));
  const auto for_rows = [&](auto&& work) {
    parallel_for(at(n), options.n_threads, [&](std::size_t row, int worker) {
      if (ticker.tick(worker, 1)) work(static_cast<Index>(row));
    });
    if (ticker.stopped()) throw Interrupted();
  };
  for_rows([&](Index row) {
    double total = 0;
    visit(row, [&](Index other) { total += weights == nullptr ? 1.0 : weights[other]; });
    result.core[at(row)] = total >= options.min_samples;
  });
  UnionFind sets(n);
  for_rows([&](Index row) {
    if (result.core[at(row)] == 0) return;
    visit(row, [&](Index other) {
      if (other < row && result.core[at(other)] != 0) sets.unite(row, other);
    });
  });
  const std::vector<std::int32_t> numbers = dbscan::number_sets(sets, [&](Index row) {
    return result.core[at(row)] != 0 ? static_cast<std::int32_t>(row) : -1;
  });
  for_rows([&](Index row) {
    std::int32_t best = numbers[at(row)];
    if (result.core[at(row)] == 0) {
      visit(row, [&](Index other) {
        const std::int32_t number = numbers[at(other)];
        if (number >= 0 && (best < 0 || number < best)) best = number;
      });
    }
    result.labels[at(row)] = best;
  });
  return result;
}

}  // namespace

template <class Real>
DbscanResult fit_dbscan_matrix(MatrixView<const Real> D, const double* weights,
                               const DbscanOptions& options) {
  const auto visit = [&](Index row, auto&& use) {
    const Real* distances = D.row(row);
    for (Index other = 0; other < D.cols(); ++other) {
      if (distances[other] <= options.limit) use(other);
    }
  };
  return fit(D.rows(), visit, weights, options);
}

DbscanResult fit_dbscan_graph(std::span<const std::int64_t> starts,
                              std::span<const std::int32_t> others, const double* weights,
                              const DbscanOptions& options) {
  const auto visit = [&](Index row, auto&& use) {
    const auto r = static_cast<std::size_t>(row);
    for (auto i = static_cast<std::size_t>(starts[r]); i < static_cast<std::size_t>(starts[r + 1]);
         ++i) {
      use(static_cast<Index>(others[i]));
    }
  };
  return fit(static_cast<Index>(starts.size()) - 1, visit, weights, options);
}

template DbscanResult fit_dbscan_matrix<float>(MatrixView<const float>, const double*,
                                               const DbscanOptions&);
template DbscanResult fit_dbscan_matrix<double>(MatrixView<const double>, const double*,
                                                const DbscanOptions&);

}  // namespace shoal
