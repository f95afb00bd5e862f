// A stable sort of numbers by whole keys, digit by digit, lowest digit first.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/buffer.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

// Sorts keys, and values with them, by the lowest `bits` bits of the keys; equal keys keep their
// order, so that the result does not depend on the number of threads. Time O(n bits), memory of a
// second copy of both.
template <class Key, class Value>
void radix_sort(Buffer<Key>& keys, Buffer<Value>& values, int bits, int n_threads) {
  constexpr int kDigit = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kDigit;
  constexpr std::size_t kLeast = 1 << 14;  // keys of a part: fewer are not worth a thread
  const std::size_t n = keys.size();
  const std::size_t n_parts =
      std::clamp<std::size_t>(n / kLeast, 1, static_cast<std::size_t>(std::max(1, n_threads)));
  const auto begin_of = [&](std::size_t part) { return n / n_parts * part; };
  const auto end_of = [&](std::size_t part) {
    return part + 1 == n_parts ? n : begin_of(part + 1);
  };

  Buffer<Key> other_keys(n);
  Buffer<Value> other_values(n);
  std::vector<std::array<std::size_t, kBuckets>> places(n_parts);
  for (int shift = 0; shift < bits; shift += kDigit) {
    const auto digit_of = [&](Key key) {
      return static_cast<std::size_t>(key >> shift) & (kBuckets - 1);
    };
    parallel_for(n_parts, n_threads, [&](std::size_t part, int) {
      places[part].fill(0);
      for (std::size_t i = begin_of(part); i < end_of(part); ++i) ++places[part][digit_of(keys[i])];
    });
    std::size_t place = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
      for (auto& counts : places) place += std::exchange(counts[bucket], place);
    }
    parallel_for(n_parts, n_threads, [&](std::size_t part, int) {
      for (std::size_t i = begin_of(part); i < end_of(part); ++i) {
        const std::size_t to = places[part][digit_of(keys[i])]++;
        other_keys[to] = keys[i];
        other_values[to] = values[i];
      }
    });
    std::swap(keys, other_keys);
    std::swap(values, other_values);
  }
}

}  // namespace shoal
