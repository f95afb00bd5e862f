#include "algorithms/bisect.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "algorithms/bisection.hpp"
#include "algorithms/distinct_rows.hpp"
#include "algorithms/merge_rows.hpp"

namespace shoal {
namespace {

// The rows a fit works on, and what it found for each of them handed to the rows they stand for.
template <class Rows>
BisectResult fit_for_all(const Rows& rows, const Rows& merged,
                         const std::vector<std::int32_t>& merged_row,
                         const BisectOptions& options) {
  BisectResult result = Bisection<Rows>(merged, options).run();
  const std::vector<std::int32_t> labels = std::move(result.labels);
  const std::vector<float> distances = std::move(result.distances);
  result.labels.assign(merged_row.size(), 0);
  result.distances.assign(merged_row.size(), 0.0f);
  std::vector<std::int64_t> weightless;
  for (std::size_t i = 0; i < merged_row.size(); ++i) {
    if (merged_row[i] < 0) {
      weightless.push_back(static_cast<std::int64_t>(i));
    } else {
      result.labels[i] = labels[static_cast<std::size_t>(merged_row[i])];
      result.distances[i] = distances[static_cast<std::size_t>(merged_row[i])];
    }
  }
  std::vector<std::int32_t> found(weightless.size());
  std::vector<double> squared(weightless.size());
  descend(rows.subset(weightless, nullptr), result.tree, options.n_threads, found.data(),
          squared.data());
  for (std::size_t i = 0; i < weightless.size(); ++i) {
    const auto row = static_cast<std::size_t>(weightless[i]);
    result.labels[row] = found[i];
    result.distances[row] = static_cast<float>(std::sqrt(squared[i]));
  }
  return result;
}

template <class T>
bool fit_merged(const DenseRows<T>& rows, const BisectOptions& options, BisectResult& result) {
  std::vector<std::int32_t> merged_row;
  const auto merged = merge_equal_rows(rows, options.n_threads, merged_row);
  if (!merged) return false;
  result = fit_for_all(rows, merged->rows, merged_row, options);
  return true;
}

template <class T>
bool fit_merged(const SparseRows<T>&, const BisectOptions&, BisectResult&) {
  return false;
}

}  // namespace

template <class Rows>
BisectResult fit_bisecting(const Rows& rows, const BisectOptions& options) {
  // A function that chooses centres sees the rows as they are.
  if (options.start) return Bisection<Rows>(rows, options).run();
  if (rows.n <= kCanonicalRows) {
    const DistinctRows distinct = distinct_rows(rows);
    std::vector<std::int32_t> merged_row(static_cast<std::size_t>(rows.n), -1);
    for (std::size_t g = 0; g < distinct.size(); ++g) {
      for (std::int64_t at = distinct.starts[g]; at < distinct.starts[g + 1]; ++at) {
        merged_row[static_cast<std::size_t>(distinct.order[static_cast<std::size_t>(at)])] =
            static_cast<std::int32_t>(g);
      }
    }
    return fit_for_all(rows, rows.subset(distinct.first_of_each(), distinct.weights.data()),
                       merged_row, options);
  }
  BisectResult result;
  if (fit_merged(rows, options, result)) return result;
  return Bisection<Rows>(rows, options).run();
}

#define SHOAL_INSTANTIATE(Rows) \
  template BisectResult fit_bisecting(const Rows&, const BisectOptions&);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
