#include "spatial/nearest.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t kNobody = std::numeric_limits<std::int32_t>::max();

}  // namespace

LeafSearch::LeafSearch(const KdTree& tree, const KdTree& queries, Index k, bool exclude_self)
    : tree_(tree),
      queries_(queries),
      kernels_(tree.kernels()),
      exclude_self_(exclude_self),
      points_(static_cast<std::size_t>(kLeafTile * tree.d())),
      limits_(kLeafTile),
      keys_(kLeafTile),
      found_(kLeafTile),
      near_(kLeafTile) {
  best_.k = k;
  best_.keys.resize(static_cast<std::size_t>(kLeafTile * k));
  best_.rows.resize(best_.keys.size());
}

const LeafNeighbors& LeafSearch::run(std::int32_t query_leaf) {
  start(query_leaf);
  const bool same = &tree_ == &queries_;
  if (same) visit_own(query_leaf);
  open_.assign(1, reach(tree_.root()));
  while (!open_.empty()) {
    const Visit next = open_.back();
    open_.pop_back();
    if (!in_reach(next)) continue;
    if (next.node.is_leaf()) {
      if (!same || next.node.first_leaf != query_leaf) visit(next.node.first_leaf);
      continue;
    }
    Visit near = reach(next.node.left()), far = reach(next.node.right());
    if (far.gap < near.gap || (far.gap == near.gap && tree_.first_row(far.node.number) <
                                                          tree_.first_row(near.node.number))) {
      std::swap(near, far);
    }
    if (in_reach(far)) open_.push_back(far);
    open_.push_back(near);
  }
  return best_;
}

void LeafSearch::start(std::int32_t query_leaf) {
  leaf_ = query_leaf;
  count_ = queries_.size(query_leaf);
  std::ranges::fill(best_.keys, kInfinity);
  std::ranges::fill(best_.rows, kNobody);
  for (int p = 0; p < count_; ++p) {
    queries_.copy_point(query_leaf, p, &points_[static_cast<std::size_t>(p * tree_.d())]);
  }
  // Places without a point are never near a box.
  std::fill(limits_.begin(), limits_.begin() + count_, kInfinity);
  std::fill(limits_.begin() + count_, limits_.end(), -1.0);
  find_farthest();
}

LeafSearch::Visit LeafSearch::reach(KdTree::Node node) const {
  const std::int32_t own = queries_.leaf_node(leaf_);
  return {node, tree_.nearest_key(queries_.low(own), queries_.high(own), tree_.low(node.number),
                                  tree_.high(node.number))};
}

// Whether a node can hold a neighbour that is closer, or as close with a lower row.
bool LeafSearch::in_reach(const Visit& visit) const {
  return visit.gap < farthest_ ||
         (visit.gap == farthest_ && tree_.first_row(visit.node.number) < farthest_row_);
}

// The leaf itself: of all its keys only those are offered that are no larger than the k-th least of
// the least keys of kParts parts.
void LeafSearch::visit_own(std::int32_t leaf) {
  constexpr int kParts = 16;
  for (int p = 0; p < count_; ++p) {
    if (count_ == kLeafTile && best_.k <= kParts) {
      const double* const point = &points_[static_cast<std::size_t>(p * tree_.d())];
      kernels_.within(tree_.tile(leaf), point, tree_.d(), kInfinity, found_.data(), keys_.data());
      if (exclude_self_) keys_[static_cast<std::size_t>(p)] = kInfinity;
      double least[kParts];
      std::copy(keys_.begin(), keys_.begin() + kParts, least);
      for (std::size_t i = kParts; i < kLeafTile; i += kParts) {
        for (std::size_t part = 0; part < kParts; ++part) {
          least[part] = std::min(least[part], keys_[i + part]);
        }
      }
      std::nth_element(least, least + best_.k - 1, least + kParts);
      limits_[static_cast<std::size_t>(p)] = least[best_.k - 1];
    }
    scan(leaf, p);
  }
  find_farthest();
}

void LeafSearch::visit(std::int32_t leaf) {
  const std::int32_t number = tree_.leaf_node(leaf);
  const int n_near = kernels_.near_box(queries_.tile(leaf_), tree_.low(number), tree_.high(number),
                                       tree_.d(), limits_.data(), near_.data());
  for (int i = 0; i < n_near; ++i) scan(leaf, near_[static_cast<std::size_t>(i)]);
  if (n_near > 0) find_farthest();
}

void LeafSearch::scan(std::int32_t leaf, int place) {
  const auto p = static_cast<std::size_t>(place);
  ++n_scans_;
  const int n = kernels_.within(tree_.tile(leaf), &points_[p * static_cast<std::size_t>(tree_.d())],
                                tree_.d(), limits_[p], found_.data(), keys_.data());
  const std::int32_t* const rows = &tree_.rows()[static_cast<std::size_t>(tree_.begin(leaf))];
  const std::int32_t self =
      exclude_self_ ? queries_.rows()[static_cast<std::size_t>(queries_.begin(leaf_)) + p] : -1;
  for (int i = 0; i < n; ++i) {
    const std::int32_t row = rows[found_[static_cast<std::size_t>(i)]];
    if (row != self) offer(place, keys_[static_cast<std::size_t>(i)], row);
  }
  limits_[p] = best_.keys[(p + 1) * static_cast<std::size_t>(best_.k) - 1];
}

void LeafSearch::offer(int place, double key, std::int32_t row) {
  double* const keys = &best_.keys[static_cast<std::size_t>(place * best_.k)];
  std::int32_t* const rows = &best_.rows[static_cast<std::size_t>(place * best_.k)];
  Index at = best_.k - 1;
  if (key > keys[at] || (key == keys[at] && row > rows[at])) return;
  for (; at > 0; --at) {
    if (keys[at - 1] < key || (keys[at - 1] == key && rows[at - 1] < row)) break;
    keys[at] = keys[at - 1];
    rows[at] = rows[at - 1];
  }
  keys[at] = key;
  rows[at] = row;
}

void LeafSearch::find_farthest() {
  farthest_ = -1;
  farthest_row_ = -1;
  for (int p = 0; p < count_; ++p) {
    const auto last = static_cast<std::size_t>((p + 1) * best_.k - 1);
    if (best_.keys[last] > farthest_) {
      farthest_ = best_.keys[last];
      farthest_row_ = best_.rows[last];
    } else if (best_.keys[last] == farthest_) {
      farthest_row_ = std::max(farthest_row_, best_.rows[last]);
    }
  }
}

// Eight leaves of queries spread over the tree tell what the others cost. A key here costs about
// eight times one of the search without a tree, which works in single precision.
bool is_slow(const KdTree& tree, const KdTree& queries, Index k, bool exclude_self) {
  constexpr std::int32_t kProbes = 8;
  constexpr Index kKeyCost = 8;
  if (queries.n_leaves() <= kProbes) return false;
  LeafSearch search(tree, queries, k, exclude_self);
  for (std::int32_t i = 0; i < kProbes; ++i) {
    search.run(static_cast<std::int32_t>(Index{i} * queries.n_leaves() / kProbes));
  }
  return search.n_scans() * kKeyCost > Index{kProbes} * kLeafTile * tree.n_leaves();
}

template <class Real>
bool find_neighbors_by_tree(MatrixView<const Real> X, MatrixView<const Real> Q, Metric metric,
                            bool exclude_self, bool unless_slow, int n_threads,
                            const KeepGoing& keep_going, MatrixView<double> distances,
                            MatrixView<Index> indices) {
  if (Q.rows() == 0) return true;
  const KdTree tree(X, metric, n_threads);
  std::optional<KdTree> own;
  if (Q.data() != X.data() || Q.rows() != X.rows()) own.emplace(Q, metric, n_threads);
  const KdTree& queries = own ? *own : tree;
  const int useful = std::min(n_threads, queries.n_leaves());
  const Index k = distances.cols();
  if (unless_slow && is_slow(tree, queries, k, exclude_self)) return false;
  std::vector<LeafSearch> searches(static_cast<std::size_t>(useful),
                                   LeafSearch(tree, queries, k, exclude_self));
  Ticker ticker(keep_going, queries.n_leaves());
  parallel_for(
      static_cast<std::size_t>(queries.n_leaves()), useful, [&](std::size_t chunk, int worker) {
        if (!ticker.tick(worker, 1)) return;
        const auto leaf = static_cast<std::int32_t>(chunk);
        const LeafNeighbors& found = searches[static_cast<std::size_t>(worker)].run(leaf);
        for (int p = 0; p < queries.size(leaf); ++p) {
          const Index row = queries.rows()[static_cast<std::size_t>(queries.begin(leaf) + p)];
          for (Index j = 0; j < k; ++j) {
            distances(row, j) = distance_of_key(metric, found.keys_of(p)[j]);
            indices(row, j) = found.rows_of(p)[j];
          }
        }
      });
  if (ticker.stopped()) throw Interrupted();
  return true;
}

template bool find_neighbors_by_tree<float>(MatrixView<const float>, MatrixView<const float>,
                                            Metric, bool, bool, int, const KeepGoing&,
                                            MatrixView<double>, MatrixView<Index>);
template bool find_neighbors_by_tree<double>(MatrixView<const double>, MatrixView<const double>,
                                             Metric, bool, bool, int, const KeepGoing&,
                                             MatrixView<double>, MatrixView<Index>);

}  // namespace shoal
