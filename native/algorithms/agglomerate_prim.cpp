#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "algorithms/agglomerate.hpp"
#include "core/error.hpp"

namespace shoal {

void grow_spanning_tree(const DistanceSource& source, const AgglomerateOptions& options,
                        std::vector<Edge>& edges) {
  const std::int64_t n = source.n_rows();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> nearest(static_cast<std::size_t>(n), kInfinity);
  std::vector<double> from_new(static_cast<std::size_t>(n));
  std::vector<std::int32_t> outside(static_cast<std::size_t>(n > 0 ? n - 1 : 0));
  for (std::size_t i = 0; i < outside.size(); ++i) outside[i] = static_cast<std::int32_t>(i + 1);
  Ticker ticker(options.keep_going, static_cast<double>(n));
  std::int32_t newest = 0;
  while (!outside.empty()) {
    source.fill({&newest, 1}, from_new.data());
    std::size_t next = 0;
    double least = kInfinity;
    for (std::size_t at = 0; at < outside.size(); ++at) {
      const auto i = static_cast<std::size_t>(outside[at]);
      nearest[i] = std::min(nearest[i], from_new[i]);
      if (nearest[i] < least) {
        least = nearest[i];
        next = at;
      }
    }
    // Any row of the tree will do as the other end: the steps are sorted by height, and all rows
    // reached by shorter steps since are in one cluster by then.
    edges.push_back({newest, outside[next], least});
    newest = outside[next];
    outside.erase(outside.begin() + static_cast<std::ptrdiff_t>(next));
    if (!ticker.tick(0, 1)) throw Interrupted();
  }
}

}  // namespace shoal
