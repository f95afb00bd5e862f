// Boruvka's rounds over a k-d tree.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "core/interrupt.hpp"
#include "spatial/kd_tree.hpp"

namespace shoal {

// An edge between two rows, low < high, by the keys of its weight and of the distance.
struct KeyedEdge {
  double weight, distance;
  std::int32_t low, high;

  friend bool operator<(const KeyedEdge& x, const KeyedEdge& y) {
    if (x.weight != y.weight) return x.weight < y.weight;
    if (x.distance != y.distance) return x.distance < y.distance;
    return x.low != y.low ? x.low < y.low : x.high < y.high;
  }
};

// The k nearest neighbours of each place in the tree's order, as places, ties to the lowest row.
struct Seeds {
  const std::int32_t* neighbors;
  std::int64_t k;

  const std::int32_t* of(std::int32_t place) const { return neighbors + place * k; }
};

// The spanning tree of least edges, in their order. `cores`, by place and for every place of
// every leaf, holds keys below which no edge of a row is; null: none. Throws Interrupted.
std::vector<KeyedEdge> boruvka(const KdTree& tree, const double* cores, const Seeds& seeds,
                               int n_threads, const KeepGoing& keep_going);

}  // namespace shoal
