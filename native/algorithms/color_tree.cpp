#include "algorithms/color_tree.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/thread_pool.hpp"

namespace shoal {
namespace {

constexpr std::int64_t kLeaf = 32;
constexpr std::int64_t kBlock = 4096;
constexpr std::int64_t kMostBlocks = 64;

template <int D, class A, class B>
double squared_distance(const A* a, const B* b) {
  double sum = 0;
  for (int j = 0; j < D; ++j) {
    const double e = static_cast<double>(a[j]) - static_cast<double>(b[j]);
    sum += e * e;
  }
  return sum;
}

}  // namespace

template <int D>
struct ColorTree<D>::Pass {
  const double* centers;
  double* sums;
  double* weights;
  std::uint8_t* labels;
};

template <int D>
ColorTree<D>::ColorTree(const float* points, const double* weights, const std::uint32_t* keys,
                        std::int64_t n, double largest, int n_threads)
    : points_(points),
      weights_(weights),
      keys_(keys),
      // Far above the rounding error of a difference of squared distances.
      margin_(1e-12 * largest * largest) {
  const std::int64_t most = std::max(kBlock, n / kMostBlocks);
  std::vector<std::int64_t> starts{0};
  std::vector<std::int64_t> ends{n};
  while (!ends.empty()) {
    if (ends.back() - starts.back() > most) {
      ends.push_back(middle(starts.back(), ends.back()));
    } else {
      starts.push_back(ends.back());
      ends.pop_back();
    }
  }
  blocks_.resize(starts.size() - 1);
  parallel_for(blocks_.size(), n_threads, [&](std::size_t b, int) {
    blocks_[b].reserve(static_cast<std::size_t>((starts[b + 1] - starts[b]) / (kLeaf / 4)) + 1);
    build(blocks_[b], starts[b], starts[b + 1]);
  });
}

// The first point whose key has the highest bit that differs within the range.
template <int D>
std::int64_t ColorTree<D>::middle(std::int64_t begin, std::int64_t end) const {
  const std::uint32_t last = keys_[end - 1];
  const int bit = 31 - std::countl_zero(keys_[begin] ^ last);
  return std::lower_bound(keys_ + begin, keys_ + end, last >> bit << bit) - keys_;
}

// At most 32 deep: each level settles a bit.
template <int D>
void ColorTree<D>::build(std::vector<Node>& nodes, std::int64_t begin, std::int64_t end) const {
  const std::size_t at = nodes.size();
  Node node{};
  node.begin = static_cast<std::int32_t>(begin);
  node.end = static_cast<std::int32_t>(end);
  if (end - begin > kLeaf) {
    nodes.emplace_back();
    const std::int64_t half = middle(begin, end);
    build(nodes, begin, half);
    node.right = static_cast<std::int32_t>(nodes.size());
    build(nodes, half, end);
    const Node& a = nodes[at + 1];
    const Node& b = nodes[static_cast<std::size_t>(node.right)];
    node.weight = a.weight + b.weight;
    for (int j = 0; j < D; ++j) {
      node.low[j] = std::min(a.low[j], b.low[j]);
      node.high[j] = std::max(a.high[j], b.high[j]);
      node.sum[j] = a.sum[j] + b.sum[j];
    }
    nodes[at] = node;
    return;
  }
  std::copy_n(points_ + begin * D, D, node.low);
  std::copy_n(points_ + begin * D, D, node.high);
  for (std::int64_t i = begin; i < end; ++i) {
    node.weight += weights_[i];
    for (int j = 0; j < D; ++j) {
      const float x = points_[i * D + j];
      node.low[j] = std::min(node.low[j], x);
      node.high[j] = std::max(node.high[j], x);
      node.sum[j] += weights_[i] * static_cast<double>(x);
    }
  }
  nodes.push_back(node);
}

template <int D>
void ColorTree<D>::assign(const double* centers, int k, int n_threads, double* sums,
                          double* weights, std::uint8_t* labels) const {
  const auto size = static_cast<std::size_t>(k) * (D + 1);
  std::vector<double> parts(blocks_.size() * size, 0.0);
  std::uint16_t all[kMostCenters];
  std::iota(all, all + k, std::uint16_t{0});
  parallel_for(blocks_.size(), n_threads, [&](std::size_t b, int) {
    double* const part = parts.data() + b * size;
    visit(blocks_[b], 0, all, k, Pass{centers, part, part + k * D, labels});
  });
  std::fill(sums, sums + k * D, 0.0);
  std::fill(weights, weights + k, 0.0);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const double* const part = parts.data() + b * size;
    for (int i = 0; i < k * D; ++i) sums[i] += part[i];
    for (int c = 0; c < k; ++c) weights[c] += part[k * D + c];
  }
}

template <int D>
void ColorTree<D>::visit(const std::vector<Node>& nodes, std::int32_t at, const std::uint16_t* from,
                         int count, const Pass& pass) const {
  const Node& node = nodes[static_cast<std::size_t>(at)];
  double low[D], high[D], mid[D];
  for (int j = 0; j < D; ++j) {
    low[j] = static_cast<double>(node.low[j]);
    high[j] = static_cast<double>(node.high[j]);
    mid[j] = 0.5 * (low[j] + high[j]);
  }
  int best = from[0];
  double least = squared_distance<D>(mid, pass.centers + best * D);
  for (int i = 1; i < count; ++i) {
    const double d = squared_distance<D>(mid, pass.centers + from[i] * D);
    if (d < least) {
      least = d;
      best = from[i];
    }
  }
  // A centre stays in the race when some corner of the box is as near to it as to the best: the
  // corner farthest in its direction.
  const double* const own = pass.centers + best * D;
  std::uint16_t kept[kMostCenters];
  int n_kept = 0;
  for (int i = 0; i < count; ++i) {
    const double* const other = pass.centers + from[i] * D;
    double lead = 0;
    for (int j = 0; j < D; ++j) {
      const double u = other[j] - own[j];
      const double corner = std::max(u * low[j], u * high[j]);
      lead += u * (other[j] + own[j]) - 2 * corner;
    }
    kept[n_kept] = from[i];
    n_kept += !(lead > margin_);
  }
  if (n_kept == 1) {
    for (int j = 0; j < D; ++j) pass.sums[best * D + j] += node.sum[j];
    pass.weights[best] += node.weight;
    if (pass.labels != nullptr) {
      std::fill(pass.labels + node.begin, pass.labels + node.end, static_cast<std::uint8_t>(best));
    }
  } else if (node.right == 0) {
    visit_leaf(node, kept, n_kept, pass);
  } else {
    visit(nodes, at + 1, kept, n_kept, pass);
    visit(nodes, node.right, kept, n_kept, pass);
  }
}

template <int D>
void ColorTree<D>::visit_leaf(const Node& node, const std::uint16_t* kept, int count,
                              const Pass& pass) const {
  for (std::int64_t i = node.begin; i < node.end; ++i) {
    const float* const x = points_ + i * D;
    int best = kept[0];
    double least = squared_distance<D>(x, pass.centers + best * D);
    for (int c = 1; c < count; ++c) {
      const double d = squared_distance<D>(x, pass.centers + kept[c] * D);
      best = d < least ? kept[c] : best;
      least = d < least ? d : least;
    }
    const double w = weights_[i];
    for (int j = 0; j < D; ++j) pass.sums[best * D + j] += w * static_cast<double>(x[j]);
    pass.weights[best] += w;
    if (pass.labels != nullptr) pass.labels[i] = static_cast<std::uint8_t>(best);
  }
}

template class ColorTree<3>;
template class ColorTree<4>;

}  // namespace shoal
