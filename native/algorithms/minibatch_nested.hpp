// Nested batches: each batch holds the one before and as many rows again, the last holds all.
// Lloyd's iterations run on a batch until the centres move less than the rows left out could move
// them; more precision than that would be lost on the next batch.
//
// J. Newling, F. Fleuret: Nested mini-batch k-means. NIPS 2016, arXiv:1602.02934.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "algorithms/minibatch.hpp"
#include "core/philox.hpp"

namespace shoal {

inline constexpr double kFirstLooks = 3;  // iterations on the first batch, whose spread is unknown
// How many times more precisely than their sampling error (squared) centres settle on a batch.
inline constexpr double kPrecision = 1;

// start(run, centers) gives the centres of a start, of which the best on the first batch is taken
// further; goes_on(iteration) says whether to go on. Labels, distances and inertia are those of all
// rows.
template <class Rows, class Start, class GoesOn>
void fit_nested(const Rows& rows, const MiniBatchOptions& options, Philox random, Start&& start,
                GoesOn&& goes_on, MiniBatchResult& result) {
  std::vector<std::int64_t> sizes{rows.n};
  const std::int64_t least = std::max({options.batch_size, options.init_size, options.k});
  while (sizes.back() / 2 >= least) sizes.push_back(sizes.back() / 2);
  std::reverse(sizes.begin(), sizes.end());

  // The largest batch that is not the whole: any prefix of it is a fair sample.
  std::vector<std::int64_t> order;
  if (sizes.size() > 1) {
    order.resize(static_cast<std::size_t>(rows.n));
    std::iota(order.begin(), order.end(), 0);
    const auto drawn = static_cast<std::size_t>(sizes[sizes.size() - 2]);
    for (std::size_t i = 0; i < drawn; ++i) {
      std::swap(order[i], order[i + random.next_below(order.size() - i)]);
    }
  }

  const double k = static_cast<double>(options.k);
  const double given =
      options.relative_tolerance > 0 ? options.relative_tolerance * mean_variance(rows) : 0.0;
  const double most_rows = static_cast<double>(options.max_iter) * static_cast<double>(rows.n);
  double left = most_rows;  // rows that may still be looked at
  double tolerance = 0;
  for (const std::int64_t size : sizes) {
    const bool whole = size == rows.n;
    std::vector<double> weights;
    Rows part = rows;
    if (!whole) {
      const std::vector<std::int64_t> chosen(order.begin(), order.begin() + size);
      if (rows.weights != nullptr) {
        for (const std::int64_t row : chosen) weights.push_back(rows.weight(row));
      }
      part = rows.subset(chosen, weights.empty() ? nullptr : weights.data());
    }
    const bool first = size == sizes.front();
    const double affordable = std::max(1.0, left / static_cast<double>(size));
    const int most = static_cast<int>(std::min(affordable, first && !whole ? kFirstLooks : 1e9));
    LloydResult found;
    std::vector<double> centers = result.state.centers;
    std::vector<std::int32_t> labels(static_cast<std::size_t>(size));
    std::vector<float> distances;
    for (int run = 0; run < (first ? options.n_init : 1); ++run) {
      if (first) start(run, centers);
      const LloydResult one = lloyd(part, options.k, centers.data(),
                                    {most, std::max(tolerance, given), options.n_threads,
                                     [&](int) { return goes_on(result.n_steps); }, false, whole},
                                    labels.data(), distances);
      result.n_steps += one.n_iter;
      left -= static_cast<double>(one.n_iter) * static_cast<double>(size);
      if (run > 0 && !(one.inertia < found.inertia * (1 - 1e-9))) continue;
      found = one;
      result.state.centers = centers;
      result.labels = labels;
      result.distances = distances;
    }
    result.inertia = found.inertia;
    // Sum over the centres of the variance of their mean, for batches of twice as many rows.
    double total = 0;
    for (std::int64_t i = 0; i < size; ++i) total += part.weight(i);
    const double spread = total > 0 ? found.inertia / total : 0.0;
    tolerance = k * k * spread / (static_cast<double>(std::min(2 * size, rows.n)) * kPrecision);
  }
  result.n_iter =
      static_cast<std::int64_t>(std::ceil((most_rows - left) / static_cast<double>(rows.n)));
  for (std::int64_t i = 0; i < rows.n; ++i) {
    const std::int32_t label = result.labels[static_cast<std::size_t>(i)];
    result.state.counts[static_cast<std::size_t>(label)] += rows.weight(i);
  }
}

}  // namespace shoal
