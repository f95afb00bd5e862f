#include "spatial/cores.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "spatial/nearest.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

}  // namespace

double core_key(const double* keys, const std::int32_t* rows, Index k, std::int32_t row,
                double min_weight, const double* weights) {
  const auto weight = [&](std::int32_t r) { return weights != nullptr ? weights[r] : 1.0; };
  double sum = weight(row);
  if (sum >= min_weight) return 0;
  for (Index j = 0; j < k; ++j) {
    sum += weight(rows[j]);
    if (sum >= min_weight) return keys[j];
  }
  return -1;
}

CoreKeys find_core_keys(const KdTree& tree, double min_weight, const double* weights,
                        Index at_least, Index at_most, int n_threads, const KeepGoing& keep_going) {
  const Index n = tree.n();
  const Index wanted = static_cast<Index>(std::min(std::ceil(min_weight) - 1, 1e15));
  const Index k = std::min(n - 1, std::max({wanted, at_least, Index{1}}));
  CoreKeys found;
  found.keys.assign(static_cast<std::size_t>(n), 0.0);
  if (n == 1) return found;
  found.k = std::min(k, std::max(at_least, at_most));
  found.neighbors.resize(static_cast<std::size_t>(n * found.k));
  std::vector<std::int32_t> place_of(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    place_of[static_cast<std::size_t>(tree.rows()[static_cast<std::size_t>(i)])] =
        static_cast<std::int32_t>(i);
  }

  const int useful = std::min(n_threads, tree.n_leaves());
  std::vector<LeafSearch> searches(static_cast<std::size_t>(useful),
                                   LeafSearch(tree, tree, k, true));
  Ticker ticker(keep_going, tree.n_leaves());
  parallel_for(static_cast<std::size_t>(tree.n_leaves()), useful,
               [&](std::size_t chunk, int worker) {
                 if (!ticker.tick(worker, 1)) return;
                 const auto leaf = static_cast<std::int32_t>(chunk);
                 const LeafNeighbors& near = searches[static_cast<std::size_t>(worker)].run(leaf);
                 bool enough = true;
                 for (int p = 0; p < tree.size(leaf); ++p) {
                   const auto place = static_cast<std::size_t>(tree.begin(leaf) + p);
                   found.keys[place] = core_key(near.keys_of(p), near.rows_of(p), k,
                                                tree.rows()[place], min_weight, weights);
                   if (found.keys[place] < 0 && k == n - 1)
                     found.keys[place] = near.keys_of(p)[k - 1];
                   enough = enough && found.keys[place] >= 0;
                   for (Index j = 0; j < found.k; ++j) {
                     found.neighbors[place * static_cast<std::size_t>(found.k) +
                                     static_cast<std::size_t>(j)] =
                         place_of[static_cast<std::size_t>(near.rows_of(p)[j])];
                   }
                 }
                 // Light rows need more neighbours than others.
                 for (Index more = k; !enough;) {
                   more = std::min(n - 1, 2 * more);
                   LeafSearch wider(tree, tree, more, true);
                   const LeafNeighbors& all = wider.run(leaf);
                   enough = true;
                   for (int p = 0; p < tree.size(leaf); ++p) {
                     const auto place = static_cast<std::size_t>(tree.begin(leaf) + p);
                     found.keys[place] = core_key(all.keys_of(p), all.rows_of(p), more,
                                                  tree.rows()[place], min_weight, weights);
                     if (found.keys[place] < 0 && more == n - 1)
                       found.keys[place] = all.keys_of(p)[more - 1];
                     enough = enough && found.keys[place] >= 0;
                   }
                 }
               });
  if (ticker.stopped()) throw Interrupted();
  return found;
}

}  // namespace shoal
