// Disjoint sets of the numbers 0..n-1, each named by its least member.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace shoal {

// May be used from many threads at once. Roots only ever move to lower numbers, so the sets, and
// the names of finished sets, do not depend on who was first (Anderson and Woll 1991,
// doi:10.1145/103418.103458; path halving as in Tarjan and van Leeuwen 1984).
class UnionFind {
 public:
  using Index = std::int32_t;

  explicit UnionFind(std::int64_t n)
      : parent_(new std::atomic<Index>[static_cast<std::size_t>(n)]), size_(n) {
    for (std::int64_t i = 0; i < n; ++i) at(i).store(static_cast<Index>(i), kRelaxed);
  }

  std::int64_t size() const { return size_; }

  Index find(std::int64_t i) {
    auto x = static_cast<Index>(i);
    for (;;) {
      Index parent = at(x).load(kRelaxed);
      if (parent == x) return x;
      const Index above = at(parent).load(kRelaxed);
      if (above != parent) at(x).compare_exchange_weak(parent, above, kRelaxed);
      x = above;
    }
  }

  // False when both were in one set already.
  bool unite(std::int64_t a, std::int64_t b) {
    Index x = find(a), y = find(b);
    while (x != y) {
      if (x < y) std::swap(x, y);
      Index expected = x;
      if (at(x).compare_exchange_strong(expected, y, kRelaxed)) return true;
      x = find(x);
      y = find(y);
    }
    return false;
  }

  bool same(std::int64_t a, std::int64_t b) {
    for (;;) {
      const Index x = find(a), y = find(b);
      if (x == y) return true;
      if (at(x).load(kRelaxed) == x) return false;
    }
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  std::atomic<Index>& at(std::int64_t i) { return parent_[static_cast<std::size_t>(i)]; }

  std::unique_ptr<std::atomic<Index>[]> parent_;
  std::int64_t size_;
};

}  // namespace shoal
