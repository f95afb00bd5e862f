// How the rows of a fit are cut into units of work.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace shoal {

inline constexpr int kMaxUnits = 32;
inline constexpr std::int64_t kMinUnit = 1024;

// Rows are cut into units that depend on the shape alone. Each unit keeps its own sums, which are
// added in unit order: the result does not depend on the number of threads.
struct Units {
  Units(std::int64_t n_rows, std::int64_t sums_size) : n(n_rows) {
    const std::int64_t affordable =
        std::max<std::int64_t>(2, (1 << 20) / sums_size + n / sums_size);
    const std::int64_t wanted = std::min<std::int64_t>(kMaxUnits, affordable);
    length = std::max(kMinUnit, (n + wanted - 1) / wanted);
    count = (n + length - 1) / length;
  }
  std::int64_t begin(std::size_t u) const { return static_cast<std::int64_t>(u) * length; }
  std::int64_t end(std::size_t u) const { return std::min(n, begin(u) + length); }
  std::int64_t n, length, count;
};

}  // namespace shoal
