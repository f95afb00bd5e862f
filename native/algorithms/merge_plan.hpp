// One round of merges: all pairs of clusters that are each other's nearest.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/agglomerate.hpp"

namespace shoal {

struct MergePair {
  std::int32_t x, y;  // x < y
  Union both;
};

// The clusters after a round: those that stay, in their order, then the unions in the order of
// their lower cluster. An older cluster thus comes before a younger one, and as the first is taken
// of equally near ones, a neighbour stays the nearest until it is joined: unions of reducible
// linkages come no nearer than their parts were.
struct MergePlan {
  std::vector<std::int32_t> stay;
  std::vector<MergePair> pairs;
  std::vector<std::int32_t> place;  // of an old cluster among the new; -1 where it was joined

  std::int64_t count() const { return static_cast<std::int64_t>(stay.size() + pairs.size()); }

  bool is_union(std::int64_t i) const { return i >= static_cast<std::int64_t>(stay.size()); }
  const MergePair& pair(std::int64_t i) const {
    return pairs[static_cast<std::size_t>(i) - stay.size()];
  }
  // The old cluster that cluster i is, or the first of the two.
  std::int32_t first(std::int64_t i) const {
    return is_union(i) ? pair(i).x : stay[static_cast<std::size_t>(i)];
  }

  // Whether rounds do not pay: few clusters, or hardly any merges for a pass over all.
  bool too_few() const {
    const auto n = static_cast<std::int64_t>(place.size());
    return n <= 512 || static_cast<std::int64_t>(pairs.size()) * 32 < n;
  }

  // The neighbour of before where it is still there; else one of index -1.
  LeastEntry kept_neighbor(std::int64_t i, const std::vector<LeastEntry>& nearest) const {
    if (is_union(i)) return {0, -1};
    const LeastEntry& before = nearest[static_cast<std::size_t>(first(i))];
    return {before.value, place[static_cast<std::size_t>(before.index)]};
  }
};

inline MergePlan make_plan(const std::vector<LeastEntry>& nearest,
                           const std::vector<double>& size) {
  MergePlan plan;
  plan.place.assign(nearest.size(), -1);
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    const auto j = static_cast<std::size_t>(nearest[i].index);
    if (nearest[j].index != static_cast<std::int64_t>(i)) {
      plan.place[i] = static_cast<std::int32_t>(plan.stay.size());
      plan.stay.push_back(static_cast<std::int32_t>(i));
    } else if (i < j) {
      plan.pairs.push_back({static_cast<std::int32_t>(i),
                            static_cast<std::int32_t>(j),
                            {nearest[i].value, size[i], size[j]}});
    }
  }
  return plan;
}

}  // namespace shoal
