#include "spatial/kd_tree.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// Nodes split one after the other before the rest is shared among the threads; fixed, though the
// tree would be the same.
constexpr std::size_t kParallelParts = 64;

template <class Real>
void load_rows(MatrixView<const Real> X, double* points, std::int32_t* rows, int n_threads) {
  constexpr Index kChunk = 16384;
  const Index n = X.rows(), d = X.cols();
  parallel_for(static_cast<std::size_t>((n + kChunk - 1) / kChunk), n_threads,
               [&](std::size_t chunk, int) {
                 const Index begin = static_cast<Index>(chunk) * kChunk;
                 const Index end = std::min(n, begin + kChunk);
                 std::copy(X.row(begin), X.row(begin) + (end - begin) * d, points + begin * d);
                 for (Index i = begin; i < end; ++i) rows[i] = static_cast<std::int32_t>(i);
               });
}

// Adds the gaps of all dimensions up to a key, as kernels/leaf_kernel.cpp does.
template <class Gap>
double add_up(Metric metric, Index d, Gap gap) {
  double sum = 0;
  switch (metric) {
    case Metric::manhattan:
      for (Index q = 0; q < d; ++q) sum += gap(q);
      break;
    case Metric::chebyshev:
      for (Index q = 0; q < d; ++q) sum = std::max(sum, gap(q));
      break;
    default:
      for (Index q = 0; q < d; ++q) {
        const double e = gap(q);
        sum += e * e;
      }
  }
  return sum;
}

}  // namespace

template <class Real>
KdTree::KdTree(MatrixView<const Real> X, Metric metric, int n_threads)
    : n_(X.rows()),
      d_(X.cols()),
      metric_(metric),
      n_leaves_(static_cast<std::int32_t>((n_ + kLeafTile - 1) / kLeafTile)),
      tiles_(static_cast<std::size_t>(n_leaves_) * kLeafTile * static_cast<std::size_t>(d_)),
      boxes_(static_cast<std::size_t>(n_nodes()) * 2 * static_cast<std::size_t>(d_)),
      rows_(static_cast<std::size_t>(n_)),
      first_rows_(static_cast<std::size_t>(n_nodes())),
      leaf_nodes_(static_cast<std::size_t>(n_leaves_)) {
  load_rows(X, tiles_.data(), rows_.data(), n_threads);
  std::vector<Node> parts{root()}, halves;
  while (parts.size() < kParallelParts && parts[0].n_leaves > 1) {
    parallel_for(parts.size(), n_threads, [&](std::size_t part, int) {
      measure(parts[part]);
      if (!parts[part].is_leaf()) split(parts[part]);
    });
    halves.clear();
    for (const Node& node : parts) {
      if (node.is_leaf()) continue;
      halves.push_back(node.left());
      halves.push_back(node.right());
    }
    for (const Node& node : parts) {
      if (node.is_leaf()) finish_leaf(node);
    }
    parts.swap(halves);
  }
  parallel_for(parts.size(), n_threads, [&](std::size_t part, int) {
    std::vector<Node> open{parts[part]};
    while (!open.empty()) {
      const Node node = open.back();
      open.pop_back();
      measure(node);
      if (node.is_leaf()) {
        finish_leaf(node);
        continue;
      }
      split(node);
      open.push_back(node.right());
      open.push_back(node.left());
    }
  });
}

void KdTree::measure(Node node) {
  const Index begin_at = begin(node.first_leaf), end = begin_at + size(node);
  double* const low = &boxes_[node.number * 2 * d_];
  double* const high = low + d_;
  const double* x = &tiles_[begin_at * d_];
  std::copy(x, x + d_, low);
  std::copy(x, x + d_, high);
  std::int32_t first = rows_[begin_at];
  for (Index i = begin_at; i < end; ++i, x += d_) {
    first = std::min(first, rows_[i]);
    for (Index q = 0; q < d_; ++q) {
      low[q] = std::min(low[q], x[q]);
      high[q] = std::max(high[q], x[q]);
    }
  }
  first_rows_[node.number] = first;
}

// Halves the node at a leaf along the widest side of its box.
void KdTree::split(Node node) {
  const double* const low = this->low(node.number);
  const double* const high = this->high(node.number);
  Index widest = 0;
  for (Index q = 1; q < d_; ++q) {
    if (high[q] - low[q] > high[widest] - low[widest]) widest = q;
  }
  select(begin(node.first_leaf), begin(node.right().first_leaf),
         begin(node.first_leaf) + size(node), widest);
}

// Rows of the leaf become a tile in the same memory.
void KdTree::finish_leaf(Node node) {
  leaf_nodes_[node.first_leaf] = node.number;
  const int count = size(node.first_leaf);
  double* const tile = &tiles_[node.first_leaf * kLeafTile * d_];
  const std::vector<double> points(tile, tile + count * d_);
  for (Index q = 0; q < d_; ++q) {
    for (int p = 0; p < count; ++p) {
      tile[q * kLeafTile + p] = points[static_cast<std::size_t>(p * d_ + q)];
    }
    for (int p = count; p < kLeafTile; ++p) {
      tile[q * kLeafTile + p] = std::numeric_limits<double>::quiet_NaN();
    }
  }
}

// Puts the rows that come before the middle one by (coordinate q, row) before it: Hoare's find,
// with pivots from places that no order of the data can foresee.
void KdTree::select(Index begin, Index middle, Index end, Index q) {
  double* const points = tiles_.data();
  std::int32_t* const rows = rows_.data();
  const auto value = [&](Index i) { return std::pair(points[i * d_ + q], rows[i]); };
  std::uint64_t state = static_cast<std::uint64_t>(begin) * 2654435761u + 88172645463325252u;
  const auto somewhere = [&] {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return value(begin + static_cast<Index>(state % static_cast<std::uint64_t>(end - begin)));
  };
  while (end - begin > 1) {
    // Of many, a pivot that is near the middle more often than not.
    std::array<std::pair<double, std::int32_t>, 25> sample;
    const std::size_t n_sample = end - begin > 2000 ? 25 : 3;
    for (std::size_t s = 0; s < n_sample; ++s) sample[s] = somewhere();
    const auto at =
        static_cast<std::size_t>(static_cast<double>(middle - begin) /
                                 static_cast<double>(end - begin) * static_cast<double>(n_sample));
    const auto chosen = sample.begin() + static_cast<std::ptrdiff_t>(std::min(at, n_sample - 1));
    std::nth_element(sample.begin(), chosen,
                     sample.begin() + static_cast<std::ptrdiff_t>(n_sample));
    const auto [pivot, pivot_row] = *chosen;
    Index i = begin, j = end - 1;
    while (i <= j) {
      while (points[i * d_ + q] < pivot || (points[i * d_ + q] == pivot && rows[i] < pivot_row)) {
        ++i;
      }
      while (points[j * d_ + q] > pivot || (points[j * d_ + q] == pivot && rows[j] > pivot_row)) {
        --j;
      }
      if (i > j) break;
      std::swap_ranges(points + i * d_, points + i * d_ + (i == j ? 0 : d_), points + j * d_);
      std::swap(rows[i++], rows[j--]);
    }
    if (middle <= j) {
      end = j + 1;
    } else if (middle >= i) {
      begin = i;
    } else {
      return;
    }
  }
}

double KdTree::nearest_key(const double* low_a, const double* high_a, const double* low_b,
                           const double* high_b) const {
  return add_up(metric_, d_, [&](Index q) {
    return std::max({low_b[q] - high_a[q], low_a[q] - high_b[q], 0.0});
  });
}

double KdTree::farthest_key(const double* low_a, const double* high_a, const double* low_b,
                            const double* high_b) const {
  return add_up(metric_, d_,
                [&](Index q) { return std::max(high_b[q] - low_a[q], high_a[q] - low_b[q]); });
}

double key_of_distance(Metric metric, double distance) {
  return metric == Metric::euclidean ? distance * distance : distance;
}

double distance_of_key(Metric metric, double key) {
  return metric == Metric::euclidean ? std::sqrt(key) : key;
}

template KdTree::KdTree(MatrixView<const float>, Metric, int);
template KdTree::KdTree(MatrixView<const double>, Metric, int);

}  // namespace shoal
