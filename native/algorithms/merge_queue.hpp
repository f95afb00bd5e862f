// Joins the two nearest clusters again and again, whatever the linkage: every cluster keeps its
// nearest among the later ones, and a queue keeps the clusters by that distance. What is kept may
// be too low once a neighbour has gone; it is looked up again only when it comes first
// (D. Müllner 2011, arXiv:1109.2378, section 3.1).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "kernels/agglomerate.hpp"
#include "tree/linkage_tree.hpp"

namespace shoal {

// A binary heap of numbered values of which any can be changed.
class IndexedHeap {
 public:
  explicit IndexedHeap(std::vector<double> values)
      : value_(std::move(values)), at_(value_.size()), heap_(value_.size()) {
    std::iota(at_.begin(), at_.end(), 0);
    std::iota(heap_.begin(), heap_.end(), 0);
    for (std::size_t i = heap_.size() / 2; i-- > 0;) sink(i);
  }

  std::int32_t top() const { return heap_[0]; }
  double value(std::int64_t key) const { return value_[static_cast<std::size_t>(key)]; }

  void pop() {
    swap(0, heap_.size() - 1);
    heap_.pop_back();
    sink(0);
  }

  void change(std::int64_t key, double value) {
    const auto k = static_cast<std::size_t>(key);
    const bool lower = value < value_[k];
    value_[k] = value;
    lower ? rise(static_cast<std::size_t>(at_[k])) : sink(static_cast<std::size_t>(at_[k]));
  }

 private:
  double at(std::size_t i) const { return value_[static_cast<std::size_t>(heap_[i])]; }

  void rise(std::size_t i) {
    for (; i > 0 && at((i - 1) / 2) > at(i); i = (i - 1) / 2) swap(i, (i - 1) / 2);
  }

  void sink(std::size_t i) {
    for (std::size_t child = 2 * i + 1; child < heap_.size(); child = 2 * i + 1) {
      if (child + 1 < heap_.size() && at(child + 1) < at(child)) ++child;
      if (!(at(child) < at(i))) break;
      swap(i, child);
      i = child;
    }
  }

  void swap(std::size_t i, std::size_t j) {
    std::swap(heap_[i], heap_[j]);
    at_[static_cast<std::size_t>(heap_[i])] = static_cast<std::int32_t>(i);
    at_[static_cast<std::size_t>(heap_[j])] = static_cast<std::int32_t>(j);
  }

  std::vector<double> value_;
  std::vector<std::int32_t> at_, heap_;
};

// Clusters has count(); distance(x, y); nearest_after(x), the nearest of the clusters after x that
// are left; and join(x, y, distance), which puts the union in the place of y and returns its
// distances to all clusters, infinite to itself and to those that are gone.
template <class Clusters>
class MergeQueue {
 public:
  using Index = std::int64_t;

  explicit MergeQueue(Clusters& clusters)
      : clusters_(clusters), n_(clusters.count()), near_(at(n_)), heap_(first()) {}

  LinkageTree run(const KeepGoing& keep_going) {
    LinkageTree tree;
    tree.n_rows = n_;
    std::vector<std::int32_t> name(static_cast<std::size_t>(n_));
    std::iota(name.begin(), name.end(), 0);
    std::vector<std::int32_t> count(static_cast<std::size_t>(n_), 1);
    Ticker ticker(keep_going, static_cast<double>(n_));
    for (Index step = 0; step + 1 < n_; ++step) {
      const Index x = nearest_pair(n_ - step);
      const Index y = near(x);
      const double distance = heap_.value(x);
      heap_.pop();
      const auto [low, high] = std::minmax({name[at(x)], name[at(y)]});
      tree.left.push_back(low);
      tree.right.push_back(high);
      tree.height.push_back(distance);
      count[at(y)] += count[at(x)];
      tree.size.push_back(count[at(y)]);
      name[at(x)] = -1;
      name[at(y)] = static_cast<std::int32_t>(n_ + step);
      update(x, y, clusters_.join(x, y, distance), name);
      if (!ticker.tick(0, 1)) throw Interrupted();
    }
    return tree;
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  std::int32_t& near(Index i) { return near_[at(i)]; }

  std::vector<double> first() {
    std::vector<double> distances;
    for (Index x = 0; x + 1 < n_; ++x) {
      const LeastEntry found = clusters_.nearest_after(x);
      near(x) = static_cast<std::int32_t>(found.index);
      distances.push_back(found.value);
    }
    return distances;
  }

  // Rounding may leave the first of the queue ahead of its true distance for ever; there is no
  // need to look more often than there are clusters.
  Index nearest_pair(Index most) {
    for (Index look = 0; look < most; ++look) {
      const Index x = heap_.top();
      if (heap_.value(x) == clusters_.distance(x, near(x))) return x;
      look_again(x);
    }
    return heap_.top();
  }

  void look_again(Index x) {
    const LeastEntry found = clusters_.nearest_after(x);
    near(x) = static_cast<std::int32_t>(found.index);
    heap_.change(x, found.value);
  }

  void update(Index x, Index y, const double* to_union, const std::vector<std::int32_t>& name) {
    for (Index i = 0; i < y; ++i) {
      if (name[at(i)] < 0) continue;
      if (i < x && near(i) == x) near(i) = static_cast<std::int32_t>(y);  // a guess
      if (to_union[i] < heap_.value(i)) {
        near(i) = static_cast<std::int32_t>(y);
        heap_.change(i, to_union[i]);
      }
    }
    if (y + 1 < n_) {
      const LeastEntry found = clusters_.nearest_after(y);
      if (found.value < std::numeric_limits<double>::infinity()) {
        near(y) = static_cast<std::int32_t>(found.index);
        heap_.change(y, found.value);
      }
    }
  }

  Clusters& clusters_;
  Index n_;
  std::vector<std::int32_t> near_;
  IndexedHeap heap_;
};

}  // namespace shoal
