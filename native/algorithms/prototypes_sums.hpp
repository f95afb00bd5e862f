// What k-prototypes adds up about the rows of each cluster, and the prototypes that follow.
#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "algorithms/prototypes.hpp"

namespace shoal {

// Categories whose weights differ by less than this part of the larger count as equally common:
// the lowest code stands, however the weights were rounded.
inline constexpr double kEquallyCommon = 1e-9;

// One block of sums per cluster: its weight, the weight of every category, and of every number the
// sum and the weight. Entries count by their row's share, so that the prototypes found are those
// that cost least.
template <class Code>
class PrototypeSums {
 public:
  PrototypeSums(std::span<const std::int32_t> levels, std::int64_t d) : d_(d) {
    offsets_.push_back(1);
    for (const std::int32_t count : levels) offsets_.push_back(offsets_.back() + count);
  }

  std::int64_t size() const { return offsets_.back() + 2 * d_; }

  // Where the categories of column j begin (and those of the column before it end).
  std::int64_t offset(std::int64_t j) const { return offsets_[static_cast<std::size_t>(j)]; }
  // Where the sums of the numbers begin; their weights follow.
  std::int64_t numbers() const { return offsets_.back(); }

  void add(const MixedTiles<Code>& rows, std::int64_t i, double* sums, double times = 1) const {
    const double weight = times * rows.weight(i);
    sums[0] += weight;
    const double by_code = weight * rows.code_share(i);
    for (std::int64_t j = 0; j < rows.c; ++j) {
      const Code code = rows.code(i, j);
      if (code != kMissingCode<Code>) sums[offset(j) + code] += by_code;
    }
    const double by_number = weight * rows.number_share(i);
    double* const totals = sums + numbers();
    for (std::int64_t j = 0; j < d_; ++j) {
      const double x = rows.number(i, j);
      if (std::isnan(x)) continue;
      totals[j] += by_number * x;
      totals[d_ + j] += by_number;
    }
  }

  // Where no row of the cluster has an entry, the prototype takes that of `otherwise`.
  void settle(const double* sums, const Prototypes<Code>& otherwise, Code* mode,
              double* mean) const {
    for (std::int64_t j = 0; j < otherwise.c; ++j) {
      const double* first = sums + offset(j);
      const std::int64_t count = offset(j + 1) - offset(j);
      mode[j] = otherwise.modes[static_cast<std::size_t>(j)];
      double most = 0;
      for (std::int64_t code = 0; code < count; ++code) {
        if (first[code] * (1 - kEquallyCommon) > most) {
          most = first[code];
          mode[j] = static_cast<Code>(code);
        }
      }
    }
    const double* const totals = sums + numbers();
    for (std::int64_t j = 0; j < d_; ++j) {
      const double weight = totals[d_ + j];
      mean[j] = weight > 0 ? totals[j] / weight : otherwise.means[static_cast<std::size_t>(j)];
    }
  }

 private:
  std::int64_t d_;
  std::vector<std::int64_t> offsets_;
};

}  // namespace shoal
