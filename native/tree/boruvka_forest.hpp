// The sets that Boruvka's rounds merge, and what is known of the edges between them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "core/thread_pool.hpp"
#include "core/union_find.hpp"
#include "spatial/kd_tree.hpp"
#include "tree/boruvka.hpp"

namespace shoal {

class Forest {
 public:
  static constexpr std::int32_t kNone = -1, kMixed = -2;

  // `rows` of the places, null where they are the rows themselves; `cores` by place, null: none.
  Forest(std::int64_t n, const std::int32_t* rows, const double* cores, int n_threads);
  virtual ~Forest() = default;

  int n_threads() const { return n_threads_; }
  const double* cores() const { return cores_; }
  std::int32_t n() const { return n_; }
  double core(std::int32_t place) const { return cores_ != nullptr ? cores_[place] : 0.0; }
  std::int32_t row(std::int32_t place) const { return rows_ != nullptr ? rows_[place] : place; }
  virtual double distance(std::int32_t a, std::int32_t b) const = 0;
  KeyedEdge edge(std::int32_t a, std::int32_t b, double distance) const {
    return {std::max({distance, core(a), core(b)}), distance, std::min(row(a), row(b)),
            std::max(row(a), row(b))};
  }
  // The least edge of a place to another set, where it is known.
  KeyedEdge edge(std::int32_t place) const {
    const std::int32_t to = other[static_cast<std::size_t>(place)];
    return edge(place, to, distance(place, to));
  }

  template <class Body>
  void for_places(Body body) {
    constexpr std::int64_t kChunk = 4096;
    parallel_for(
        static_cast<std::size_t>((n_ + kChunk - 1) / kChunk), n_threads_,
        [&](std::size_t chunk, int) {
          const auto begin = static_cast<std::int32_t>(static_cast<std::int64_t>(chunk) * kChunk);
          const auto end = static_cast<std::int32_t>(std::min<std::int64_t>(n_, begin + kChunk));
          for (std::int32_t i = begin; i < end; ++i) body(i);
        });
  }

  // Names the sets anew, and forgets their bounds and least edges.
  virtual void set_groups();

  // Lowers the bound of a set to a weight that one of its edges has.
  void lower_bound(std::int32_t of_group, double weight) {
    std::atomic<double>& value = bound[static_cast<std::size_t>(of_group)];
    double now = value.load(std::memory_order_relaxed);
    while (weight < now && !value.compare_exchange_weak(now, weight, std::memory_order_relaxed)) {
    }
  }
  double bound_of(std::int32_t of_group) const {
    return bound[static_cast<std::size_t>(of_group)].load(std::memory_order_relaxed);
  }

  UnionFind sets;
  // Of every place: the other end of its least edge to another set, or kNone where it is not
  // known; the weight of that edge, or what it is not below; and the set, by its lowest place.
  std::vector<std::int32_t> other;
  std::vector<double> weight;
  std::vector<std::int32_t> group;
  // Of a set, by its name: the least weight seen, and the place of its least edge.
  std::vector<std::atomic<double>> bound;
  std::vector<std::atomic<std::int32_t>> least;

 private:
  const std::int32_t* const rows_;
  const double* const cores_;
  const int n_threads_;
  const std::int32_t n_;
};

// The places of a k-d tree.
class TreeForest final : public Forest {
 public:
  TreeForest(const KdTree& tree, const double* cores, int n_threads);

  const KdTree& tree() const { return tree_; }
  double distance(std::int32_t a, std::int32_t b) const override;
  void set_groups() override;

  // Of a node: the set all its places are in, or kMixed; and the least core.
  std::vector<std::int32_t> node_group;
  std::vector<double> node_core;

 private:
  template <class Merge>
  void for_nodes_upwards(Merge merge) const;

  const KdTree& tree_;
};

}  // namespace shoal
