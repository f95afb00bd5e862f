// Joins clusters along chains of nearest neighbours, for reducible linkages (F. Murtagh 1983,
// doi:10.1093/comjnl/26.4.354).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "kernels/agglomerate.hpp"
#include "tree/linkage_tree.hpp"

namespace shoal {

// Clusters has count(); member(x), a row of cluster x; distance(x, y); nearest(x), of those that
// are left; and join(x, y, distance), which puts the union in the place of y. Appends the merges,
// with the heights that `height` makes of distances.
template <class Clusters, class Height>
void merge_by_chain(Clusters& clusters, const KeepGoing& keep_going, Height height,
                    std::vector<Edge>& edges) {
  using Index = std::int64_t;
  std::vector<bool> gone(static_cast<std::size_t>(clusters.count()));
  std::vector<Index> chain;
  Ticker ticker(keep_going, static_cast<double>(clusters.count()));
  Index lowest = 0;
  for (Index left = clusters.count(); left > 1; --left) {
    if (chain.empty()) {
      while (gone[static_cast<std::size_t>(lowest)]) ++lowest;
      chain.push_back(lowest);
    }
    // Of equally near ones the step before comes first, then the lowest: no running in circles.
    for (;;) {
      const LeastEntry next = clusters.nearest(chain.back());
      if (chain.size() > 1 &&
          clusters.distance(chain.back(), chain[chain.size() - 2]) <= next.value) {
        break;
      }
      chain.push_back(next.index);
    }
    Index y = chain.back(), x = chain[chain.size() - 2];
    chain.resize(chain.size() - 2);
    if (x > y) std::swap(x, y);
    const double distance = clusters.distance(y, x);
    edges.push_back({clusters.member(x), clusters.member(y), height(distance)});
    clusters.join(x, y, distance);
    gone[static_cast<std::size_t>(x)] = true;
    if (!ticker.tick(0, 1)) throw Interrupted();
  }
}

}  // namespace shoal
