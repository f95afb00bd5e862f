#include "tree/boruvka_rounds.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

// Among its nearest neighbours a place often has its least edge: all others are at least as far as
// the last of them, and where they are as far have higher rows.
void use_seeds(Forest& forest, const Seeds& seeds, std::int32_t place) {
  const auto i = static_cast<std::size_t>(place);
  const std::int32_t own = forest.group[i];
  if (forest.other[i] != Forest::kNone &&
      forest.group[static_cast<std::size_t>(forest.other[i])] != own) {
    forest.lower_bound(own, forest.weight[i]);
    return;
  }
  forest.other[i] = Forest::kNone;
  KeyedEdge best{kInfinity, kInfinity, 0, 0};
  std::int32_t best_other = Forest::kNone;
  for (Index j = 0; j < seeds.k; ++j) {
    const std::int32_t other = seeds.of(place)[j];
    if (forest.group[static_cast<std::size_t>(other)] == own) continue;
    const KeyedEdge found = forest.edge(place, other, forest.distance(place, other));
    if (found < best) {
      best = found;
      best_other = other;
    }
    // Those that follow are farther and weigh no less.
    if (forest.core(other) <= forest.core(place)) break;
  }
  double others = forest.core(place);
  if (best.weight > others)
    others = std::max(others, forest.distance(place, seeds.of(place)[seeds.k - 1]));
  if (best_other != Forest::kNone && best.weight <= others) {
    forest.other[i] = best_other;
    forest.weight[i] = best.weight;
  } else {
    forest.weight[i] = std::max(forest.weight[i], others);
  }
  forest.lower_bound(own, best.weight);
}

namespace {

void find_least(Forest& forest) {
  forest.for_places([&](std::int32_t place) {
    const auto i = static_cast<std::size_t>(place);
    if (forest.other[i] == Forest::kNone) return;
    const auto group = static_cast<std::size_t>(forest.group[i]);
    if (forest.weight[i] > forest.bound[group].load(kRelaxed)) return;
    const KeyedEdge own = forest.edge(place);
    std::int32_t now = forest.least[group].load(kRelaxed);
    while (now == Forest::kNone || own < forest.edge(now)) {
      if (forest.least[group].compare_exchange_weak(now, place, kRelaxed)) break;
    }
  });
}

}  // namespace

void merge_sets(Forest& forest, std::vector<KeyedEdge>& edges) {
  find_least(forest);
  for (const std::atomic<std::int32_t>& least : forest.least) {
    const std::int32_t place = least.load(kRelaxed);
    if (place == Forest::kNone) continue;
    if (forest.sets.unite(place, forest.other[static_cast<std::size_t>(place)])) {
      edges.push_back(forest.edge(place));
    }
  }
}

}  // namespace shoal
