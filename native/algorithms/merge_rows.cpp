#include "algorithms/merge_rows.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>

#include "core/thread_pool.hpp"

namespace shoal {
namespace {

// Rows are split by hash into a fixed number of parts, so that threads never share a table and the
// outcome does not depend on them.
constexpr std::uint64_t kParts = 4;
constexpr std::int64_t kMostRows = std::int64_t{1} << 28;
constexpr double kWorthwhile = 1.0 / 3;

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

// The distinct rows among those added, in the order they came.
template <class T>
class Distinct {
 public:
  Distinct(const DenseRows<T>& rows) : rows_(rows), slots_(1024, -1) {}

  std::int32_t add(std::int64_t row, std::uint64_t hash) {
    if (2 * firsts_.size() >= slots_.size()) grow();
    for (std::size_t at = spot(hash);; at = (at + 1) & (slots_.size() - 1)) {
      const std::int32_t found = slots_[at];
      if (found < 0) {
        slots_[at] = static_cast<std::int32_t>(firsts_.size());
        firsts_.push_back(row);
        hashes_.push_back(hash);
        weights_.push_back(rows_.weight(row));
        return slots_[at];
      }
      const auto f = static_cast<std::size_t>(found);
      if (hashes_[f] == hash && rows_.compare(firsts_[f], row) == 0) {
        weights_[f] += rows_.weight(row);
        return found;
      }
    }
  }

  std::size_t size() const { return firsts_.size(); }
  const std::vector<std::int64_t>& firsts() const { return firsts_; }
  const std::vector<double>& weights() const { return weights_; }

 private:
  std::size_t spot(std::uint64_t hash) const {
    return static_cast<std::size_t>(hash >> 2) & (slots_.size() - 1);
  }
  void grow() {
    slots_.assign(2 * slots_.size(), -1);
    for (std::size_t f = 0; f < firsts_.size(); ++f) {
      std::size_t at = spot(hashes_[f]);
      while (slots_[at] >= 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<std::int32_t>(f);
    }
  }

  const DenseRows<T>& rows_;
  std::vector<std::int32_t> slots_;
  std::vector<std::int64_t> firsts_;
  std::vector<std::uint64_t> hashes_;
  std::vector<double> weights_;
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

template <class T>
bool promising(const DenseRows<T>& rows) {
  const std::int64_t m = rows.n / 32;
  Distinct<T> sample(rows);
  for (std::int64_t s = 0; s < m; ++s) {
    const std::int64_t row = s * 32 + (s * 7919) % 32;
    sample.add(row, hash_row(rows.row(row), rows.d));
    // Continuous columns show it at once.
    if (s == 4096 && sample.size() == 4097) return false;
  }
  return expected_share(static_cast<double>(sample.size()), static_cast<double>(m),
                        static_cast<double>(rows.n)) <= kWorthwhile;
}

}  // namespace

template <class T>
std::optional<MergedRows<T>> merge_equal_rows(const DenseRows<T>& rows, int n_threads,
                                              std::vector<std::int32_t>& merged_row) {
  if (rows.n < kMergeFrom || rows.n > kMostRows || rows.d > kMergeDimensions || !promising(rows)) {
    return std::nullopt;
  }
  std::vector<Distinct<T>> parts(kParts, Distinct<T>(rows));
  std::atomic<bool> in_vain{false};
  merged_row.resize(static_cast<std::size_t>(rows.n));
  parallel_for(kParts, n_threads, [&](std::size_t p, int) {
    const std::int64_t limit =
        static_cast<std::int64_t>(static_cast<double>(rows.n) / static_cast<double>(kParts) * 0.5);
    for (std::int64_t i = 0; i < rows.n && !in_vain.load(std::memory_order_relaxed); ++i) {
      const std::uint64_t hash = hash_row(rows.row(i), rows.d);
      if (hash % kParts != p) continue;
      const std::int32_t local = parts[p].add(i, hash);
      merged_row[static_cast<std::size_t>(i)] =
          static_cast<std::int32_t>(static_cast<std::uint64_t>(local) * kParts + p);
      if (static_cast<std::int64_t>(parts[p].size()) > limit) in_vain.store(true);
    }
  });
  if (in_vain.load()) return std::nullopt;

  std::array<std::int32_t, kParts> offset{};
  std::vector<std::int64_t> firsts;
  std::vector<double> weights;
  for (std::size_t p = 0; p < kParts; ++p) {
    offset[p] = static_cast<std::int32_t>(firsts.size());
    firsts.insert(firsts.end(), parts[p].firsts().begin(), parts[p].firsts().end());
    weights.insert(weights.end(), parts[p].weights().begin(), parts[p].weights().end());
  }
  for (std::int32_t& at : merged_row) {
    const auto code = static_cast<std::uint64_t>(at);
    at = offset[code % kParts] + static_cast<std::int32_t>(code / kParts);
  }
  MergedRows<T> merged{rows.subset(firsts, nullptr), std::move(weights)};
  merged.rows.weights = merged.weights.data();
  return merged;
}

template std::optional<MergedRows<float>> merge_equal_rows(const DenseRows<float>&, int,
                                                           std::vector<std::int32_t>&);
template std::optional<MergedRows<double>> merge_equal_rows(const DenseRows<double>&, int,
                                                            std::vector<std::int32_t>&);

}  // namespace shoal
