#include "algorithms/merge_rows.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>

#include "algorithms/merge_lattice.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

// Rows are split by hash into a fixed number of parts, so that threads never share a table and the
// outcome does not depend on them.
constexpr std::uint64_t kParts = 2;

template <class T>
std::uint64_t hash_row(const T* x, std::int64_t d) {
  std::uint64_t h = 0x9E3779B97F4A7C15u;
  for (std::int64_t j = 0; j < d; ++j) {
    const T value = x[j] + T{0};  // -0 and 0 are equal
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    h = (h ^ bits) * 0xFF51AFD7ED558CCDu;
    h ^= h >> 32;
  }
  return h;
}

// The distinct rows among those added, in the order they came, and their weights.
template <class T>
class Distinct {
 public:
  // An entry of the table is an index of this many bits below eight bits of the hash.
  static constexpr std::size_t kMost = (std::size_t{1} << 24) - 1;

  Distinct(const DenseRows<T>& rows, std::size_t expected) : rows_(rows), slots_(1024, kFree) {
    keys.reserve(expected * static_cast<std::size_t>(rows.d));
    weights.reserve(expected);
    while (slots_.size() < expected * 2) slots_.resize(2 * slots_.size(), kFree);
  }

  std::vector<T> keys;
  std::vector<double> weights;
  std::size_t size() const { return weights.size(); }

  // Adds rows a few at a time: the table is larger than the caches, so what the next steps will
  // touch is asked for before it is needed.
  static constexpr int kBatch = 256;
  void add(const std::int64_t* batch, const std::uint64_t* hashes, int count, std::int32_t* found) {
    while (2 * (size() + kBatch) > slots_.size()) grow();
    for (int i = 0; i < count; ++i) __builtin_prefetch(&slots_[spot(hashes[i])]);
    for (int i = 0; i < count; ++i) {
      const std::uint32_t slot = slots_[spot(hashes[i])];
      if (slot != kFree) __builtin_prefetch(key(slot & kMost));
    }
    for (int i = 0; i < count; ++i) found[i] = add_one(batch[i], hashes[i]);
  }

 private:
  static constexpr std::uint32_t kFree = 0xffffffffu;

  const T* key(std::size_t index) const {
    return keys.data() + index * static_cast<std::size_t>(rows_.d);
  }
  static std::uint32_t tag(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32) & ~static_cast<std::uint32_t>(kMost);
  }
  std::size_t spot(std::uint64_t hash) const {
    return static_cast<std::size_t>(hash >> 2) & (slots_.size() - 1);
  }
  bool same(std::size_t index, const T* x) const {
    for (std::int64_t j = 0; j < rows_.d; ++j) {
      if (key(index)[j] != x[j]) return false;
    }
    return true;
  }

  std::int32_t add_one(std::int64_t row, std::uint64_t hash) {
    const T* x = rows_.row(row);
    for (std::size_t at = spot(hash);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == kFree) {
        const std::size_t index = size();
        slots_[at] = tag(hash) | static_cast<std::uint32_t>(index);
        keys.insert(keys.end(), x, x + rows_.d);
        weights.push_back(rows_.weight(row));
        return static_cast<std::int32_t>(index);
      }
      const std::size_t index = slots_[at] & kMost;
      if ((slots_[at] & ~static_cast<std::uint32_t>(kMost)) == tag(hash) && same(index, x)) {
        weights[index] += rows_.weight(row);
        return static_cast<std::int32_t>(index);
      }
    }
  }

  void grow() {
    slots_.assign(2 * slots_.size(), kFree);
    for (std::size_t i = 0; i < size(); ++i) {
      const std::uint64_t hash = hash_row(key(i), rows_.d);
      std::size_t at = spot(hash);
      while (slots_[at] != kFree) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = tag(hash) | static_cast<std::uint32_t>(i);
    }
  }

  const DenseRows<T>& rows_;
  std::vector<std::uint32_t> slots_;
};

// Share of distinct rows to expect, had all rows been drawn from equally likely values: solves
// seen = u (1 - exp(-m / u)) for u on a sample of m rows and looks up n.
double expected_share(double seen, double m, double n) {
  double low = seen, high = 1e3 * n;
  for (int i = 0; i < 60; ++i) {
    const double u = std::sqrt(low * high);
    (u * -std::expm1(-m / u) < seen ? low : high) = u;
  }
  return low * -std::expm1(-n / low) / n;
}

// How many distinct rows to expect, or 0 when there are too many to be worth the trouble.
template <class T>
std::size_t promised(const DenseRows<T>& rows) {
  constexpr std::int64_t kStride = 32;
  constexpr int kBatch = Distinct<T>::kBatch;
  const std::int64_t m = rows.n / kStride;
  Distinct<T> sample(rows, 0);
  std::int64_t batch[kBatch];
  std::uint64_t hashes[kBatch];
  std::int32_t found[kBatch];
  for (std::int64_t at = 0; at < m; at += kBatch) {
    const int count = static_cast<int>(std::min<std::int64_t>(kBatch, m - at));
    for (int i = 0; i < count; ++i) {
      batch[i] = (at + i) * kStride + ((at + i) * 7919) % kStride;
      hashes[i] = hash_row(rows.row(batch[i]), rows.d);
    }
    sample.add(batch, hashes, count, found);
    // Continuous columns show themselves at once.
    const auto seen = static_cast<std::size_t>(at + count);
    if (seen >= 4096 && sample.size() > seen - seen / 256) return 0;
  }
  const double share = expected_share(static_cast<double>(sample.size()), static_cast<double>(m),
                                      static_cast<double>(rows.n));
  return share * kMergeShare <= 1
             ? static_cast<std::size_t>(share * static_cast<double>(rows.n)) + 1
             : 0;
}

// Adds the rows of one part to its table; false when they turn out to be mostly different.
template <class T>
bool merge_part(const DenseRows<T>& rows, std::uint64_t part, Distinct<T>& distinct,
                std::int32_t* merged_row) {
  constexpr int kBatch = Distinct<T>::kBatch;
  const std::size_t limit =
      std::min(static_cast<std::size_t>(rows.n) / kParts / 2, Distinct<T>::kMost - 1 - kBatch);
  std::int64_t batch[kBatch];
  std::uint64_t hashes[kBatch];
  std::int32_t found[kBatch];
  for (std::int64_t at = 0; at < rows.n; at += kBatch) {
    const std::int64_t end = std::min(rows.n, at + kBatch);
    int count = 0;
    for (std::int64_t row = at; row < end; ++row) {
      const std::uint64_t hash = hash_row(rows.row(row), rows.d);
      batch[count] = row;
      hashes[count] = hash;
      count += hash % kParts == part;
    }
    distinct.add(batch, hashes, count, found);
    if (distinct.size() > limit) return false;
    for (int i = 0; i < count; ++i) {
      merged_row[batch[i]] =
          static_cast<std::int32_t>(static_cast<std::uint64_t>(found[i]) * kParts + part);
    }
  }
  return true;
}

}  // namespace

template <class T>
std::optional<MergedRows<T>> merge_equal_rows(const DenseRows<T>& rows, int n_threads,
                                              std::vector<std::int32_t>& merged_row) {
  if (rows.n < kMergeFrom || rows.n > kMostRows || rows.d > kMergeDimensions) return std::nullopt;
  if (auto merged = merge_lattice_rows(rows, n_threads, merged_row)) return merged;
  const std::size_t expected = promised(rows);
  if (expected == 0) return std::nullopt;
  std::vector<std::unique_ptr<Distinct<T>>> parts;
  for (std::uint64_t p = 0; p < kParts; ++p) {
    parts.push_back(std::make_unique<Distinct<T>>(rows, expected / kParts * 17 / 16));
  }
  std::atomic<bool> in_vain{false};
  merged_row.resize(static_cast<std::size_t>(rows.n));
  parallel_for(kParts, n_threads, [&](std::size_t p, int) {
    if (!merge_part(rows, p, *parts[p], merged_row.data())) in_vain.store(true);
  });
  if (in_vain.load()) return std::nullopt;

  // Each part is let go as soon as its rows have been copied.
  MergedRows<T> merged{rows, {}};
  std::array<std::int32_t, kParts> offset{};
  for (std::size_t p = 0; p < kParts; ++p) {
    offset[p] = static_cast<std::int32_t>(merged.weights.size());
    auto& owned = merged.rows.owned;
    owned.insert(owned.end(), parts[p]->keys.begin(), parts[p]->keys.end());
    merged.weights.insert(merged.weights.end(), parts[p]->weights.begin(), parts[p]->weights.end());
    parts[p].reset();
  }
  for (std::int32_t& at : merged_row) {
    const auto code = static_cast<std::uint64_t>(at);
    at = offset[code % kParts] + static_cast<std::int32_t>(code / kParts);
  }
  merged.refer_to_itself();
  return merged;
}

template std::optional<MergedRows<float>> merge_equal_rows(const DenseRows<float>&, int,
                                                           std::vector<std::int32_t>&);
template std::optional<MergedRows<double>> merge_equal_rows(const DenseRows<double>&, int,
                                                            std::vector<std::int32_t>&);

}  // namespace shoal
