// A heap of rows that can be reached, in which a row rises as it is reached from nearer by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shoal {

// Rows that have been reached, the least reachability first, the lowest row on a tie.
class ReachHeap {
 public:
  ReachHeap(const std::vector<double>& reach, std::span<const std::int32_t> rows)
      : reach_(reach), rows_(rows), place_(reach.size(), -1) {}

  bool empty() const { return heap_.empty(); }

  // To be called when a member has been reached, or reached from nearer by.
  void reached(std::int32_t member) {
    if (place_[at(member)] < 0) {
      place_[at(member)] = static_cast<std::int32_t>(heap_.size());
      heap_.push_back(member);
    }
    rise(place_[at(member)]);
  }

  std::int32_t pop() {
    const std::int32_t first = heap_.front(), last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
      set(0, last);
      sink(0);
    }
    place_[at(first)] = -1;
    return first;
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  bool before(std::int32_t a, std::int32_t b) const {
    const double x = reach_[at(a)], y = reach_[at(b)];
    return x < y || (x == y && rows_[at(a)] < rows_[at(b)]);
  }
  void set(std::int32_t place, std::int32_t member) {
    heap_[at(place)] = member;
    place_[at(member)] = place;
  }
  void rise(std::int32_t place) {
    const std::int32_t member = heap_[at(place)];
    while (place > 0 && before(member, heap_[at((place - 1) / 2)])) {
      set(place, heap_[at((place - 1) / 2)]);
      place = (place - 1) / 2;
    }
    set(place, member);
  }
  void sink(std::int32_t place) {
    const std::int32_t member = heap_[at(place)];
    const auto size = static_cast<std::int32_t>(heap_.size());
    for (std::int32_t child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && before(heap_[at(child + 1)], heap_[at(child)])) ++child;
      if (!before(heap_[at(child)], member)) break;
      set(place, heap_[at(child)]);
      place = child;
    }
    set(place, member);
  }

  const std::vector<double>& reach_;
  std::span<const std::int32_t> rows_;
  std::vector<std::int32_t> heap_, place_;
};

}  // namespace shoal
