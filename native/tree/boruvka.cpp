#include "tree/boruvka.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "tree/boruvka_rounds.hpp"
#include "tree/boruvka_search.hpp"

namespace shoal {

std::vector<KeyedEdge> boruvka(const KdTree& tree, const double* cores, const Seeds& seeds,
                               int n_threads, const KeepGoing& keep_going) {
  TreeForest forest(tree, cores, n_threads);
  std::vector<EdgeSearch> searches;
  for (int t = 0; t < std::min(n_threads, tree.n_leaves()); ++t) searches.emplace_back(forest);
  return run_rounds(forest, seeds, keep_going, [&](const KeepGoing& ask) {
    Ticker ticker(ask, tree.n_leaves());
    parallel_for(static_cast<std::size_t>(tree.n_leaves()), static_cast<int>(searches.size()),
                 [&](std::size_t leaf, int worker) {
                   if (!ticker.tick(worker, 1)) return;
                   searches[static_cast<std::size_t>(worker)].run(static_cast<std::int32_t>(leaf));
                 });
    if (ticker.stopped()) throw Interrupted();
  });
}

}  // namespace shoal
