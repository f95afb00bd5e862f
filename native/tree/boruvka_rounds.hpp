// Boruvka's rounds, whatever finds the edges that the nearest neighbours do not.
#pragma once

#include <algorithm>
#include <vector>

#include "core/interrupt.hpp"
#include "tree/boruvka.hpp"
#include "tree/boruvka_forest.hpp"

namespace shoal {

// Looks for the least edge of a place among its nearest neighbours.
void use_seeds(Forest& forest, const Seeds& seeds, std::int32_t place);

// Finds the least edge of every set, and joins the sets by them.
void merge_sets(Forest& forest, std::vector<KeyedEdge>& edges);

// search(keep_going) finds the least edges of the places that need it, as EdgeSearch does.
template <class SearchAll>
std::vector<KeyedEdge> run_rounds(Forest& forest, const Seeds& seeds, const KeepGoing& keep_going,
                                  SearchAll search) {
  const auto n = static_cast<std::size_t>(forest.n());
  std::vector<KeyedEdge> edges;
  edges.reserve(n - 1);
  while (edges.size() + 1 < n) {
    forest.set_groups();
    forest.for_places([&](std::int32_t place) { use_seeds(forest, seeds, place); });
    const double done = static_cast<double>(edges.size()) / static_cast<double>(n);
    search(KeepGoing(
        [&](double share) { return !keep_going || keep_going(done + share * (1 - done) / 2); }));
    merge_sets(forest, edges);
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

}  // namespace shoal
