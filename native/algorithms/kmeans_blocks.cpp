#include "algorithms/kmeans_blocks.hpp"

#include <vector>

#include "algorithms/center_pass.hpp"

namespace shoal {

template <class T>
void add_block(DenseRows<T> rows, const double* centers, std::int64_t k, const double* shift,
               int n_threads, BlockTotals& totals) {
  rows.centre_on(shift);
  std::vector<std::int32_t> labels(static_cast<std::size_t>(rows.n));
  std::vector<double> squared(labels.size());
  CenterPass<DenseRows<T>> pass(k, rows.d, n_threads);
  pass.assign(rows, centers, labels.data(), squared.data(), [](int) { return true; });
  pass.add(rows, labels.data(), totals.sums, totals.weights);
  totals.farthest = -1;
  for (std::int64_t i = 0; i < rows.n; ++i) {
    const double away = squared[static_cast<std::size_t>(i)];
    totals.inertia += rows.weight(i) * away;
    if (away > totals.farthest_squared && rows.weight(i) > 0) {
      totals.farthest = i;
      totals.farthest_squared = away;
      totals.farthest_label = labels[static_cast<std::size_t>(i)];
    }
  }
}

template void add_block(DenseRows<float>, const double*, std::int64_t, const double*, int,
                        BlockTotals&);
template void add_block(DenseRows<double>, const double*, std::int64_t, const double*, int,
                        BlockTotals&);

}  // namespace shoal
