// Moves of single rows, tried where moving all rows at once finds nothing more: a row leaves for
// another cluster when the modes and means that follow make all rows together cost less, as in
// J. A. Hartigan, M. A. Wong: A k-means clustering algorithm (1979), doi:10.2307/2346830. What is
// left then is a better optimum, in which every row is still nearest to its own prototype.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "algorithms/prototypes_pass.hpp"
#include "algorithms/prototypes_sums.hpp"

namespace shoal {

template <class Code>
class SingleMoves {
 public:
  // `totals` are the sums of every cluster under `labels`; both follow the moves.
  SingleMoves(const MixedTiles<Code>& rows, const PrototypeSums<Code>& sums, std::int64_t k,
              double gamma, std::vector<std::int32_t>& labels, std::vector<double>& totals)
      : rows_(rows),
        sums_(sums),
        k_(k),
        gamma_(gamma),
        labels_(labels),
        totals_(totals),
        peaks_(static_cast<std::size_t>(k * rows.c)) {
    for (std::int64_t m = 0; m < k; ++m) {
      for (std::int64_t j = 0; j < rows.c; ++j) find_peak(m, j);
    }
  }

  // Looks at all rows as things stand, then moves those that gain, one after the other as long as
  // they still do. Returns whether any moved.
  bool run(const Units& units, int n_threads, const KeepGoing& keep_going) {
    std::vector<std::vector<std::int64_t>> found(static_cast<std::size_t>(units.count));
    for_each_tile(units, n_threads, keep_going, [&](std::size_t u, std::int64_t t) {
      for (std::int64_t i = t * kRowTile; i < std::min(rows_.n, (t + 1) * kRowTile); ++i) {
        if (best_move(i) >= 0) found[u].push_back(i);
      }
    });
    bool moved = false;
    for (const auto& rows : found) {
      for (const std::int64_t i : rows) {
        const std::int64_t to = best_move(i);
        if (to < 0) continue;
        move(i, to);
        moved = true;
      }
    }
    return moved;
  }

 private:
  // Weights of the most common category of a column in a cluster, and of the next.
  struct Peak {
    double first = 0, second = 0;
  };

  static constexpr double kRounding = 1e-9;

  const double* total(std::int64_t m) const { return totals_.data() + m * sums_.size(); }
  Peak& peak(std::int64_t m, std::int64_t j) {
    return peaks_[static_cast<std::size_t>(m * rows_.c + j)];
  }
  const Peak& peak(std::int64_t m, std::int64_t j) const {
    return peaks_[static_cast<std::size_t>(m * rows_.c + j)];
  }
  std::int32_t label(std::int64_t i) const { return labels_[static_cast<std::size_t>(i)]; }

  void find_peak(std::int64_t m, std::int64_t j) {
    Peak found;
    for (std::int64_t s = sums_.offset(j); s < sums_.offset(j + 1); ++s) {
      const double weight = total(m)[s];
      found.second = std::max(found.second, std::min(weight, found.first));
      found.first = std::max(found.first, weight);
    }
    peak(m, j) = found;
  }

  // What all rows cost less when row i leaves its cluster.
  double saved(std::int64_t i) const {
    const std::int32_t from = label(i);
    const double w = rows_.weight(i), by_code = w * rows_.code_share(i);
    double codes = 0, numbers = 0;
    for (std::int64_t j = 0; j < rows_.c; ++j) {
      const Code code = rows_.code(i, j);
      if (code == kMissingCode<Code>) continue;
      const Peak& at = peak(from, j);
      const double here = total(from)[sums_.offset(j) + code];
      const double after = here < at.first ? at.first : std::max(at.first - by_code, at.second);
      codes += by_code - (at.first - after);
    }
    const double by_number = w * rows_.number_share(i);
    const double* const sums = total(from) + sums_.numbers();
    for (std::int64_t j = 0; j < rows_.d; ++j) {
      const double x = rows_.number(i, j), weight = sums[rows_.d + j];
      if (std::isnan(x) || !(weight - by_number > kRounding * weight)) continue;
      const double e = x - sums[j] / weight;
      numbers += by_number * weight / (weight - by_number) * e * e;
    }
    return gamma_ * codes + numbers;
  }

  // What all rows cost more when row i joins cluster m; gives up beyond `limit`.
  double added(std::int64_t i, std::int64_t m, double limit) const {
    const double w = rows_.weight(i), by_code = w * rows_.code_share(i);
    double cost = 0;
    for (std::int64_t j = 0; j < rows_.c && cost < limit; ++j) {
      const Code code = rows_.code(i, j);
      if (code == kMissingCode<Code>) continue;
      const double beyond = total(m)[sums_.offset(j) + code] + by_code - peak(m, j).first;
      cost += gamma_ * (by_code - std::max(0.0, beyond));
    }
    const double by_number = w * rows_.number_share(i);
    const double* const sums = total(m) + sums_.numbers();
    for (std::int64_t j = 0; j < rows_.d && cost < limit; ++j) {
      const double x = rows_.number(i, j), weight = sums[rows_.d + j];
      if (std::isnan(x) || !(weight > 0)) continue;
      const double e = x - sums[j] / weight;
      cost += by_number * weight / (weight + by_number) * e * e;
    }
    return cost;
  }

  // The cluster row i should move to; -1 when it should stay, as the last row of a cluster does.
  std::int64_t best_move(std::int64_t i) const {
    const std::int32_t from = label(i);
    if (!(total(from)[0] - rows_.weight(i) > kRounding * total(from)[0])) return -1;
    double least = saved(i) * (1 - kRounding);
    std::int64_t best = -1;
    for (std::int64_t m = 0; m < k_; ++m) {
      if (m == from) continue;
      const double cost = added(i, m, least);
      if (cost < least) {
        least = cost;
        best = m;
      }
    }
    return best;
  }

  void move(std::int64_t i, std::int64_t to) {
    const std::int64_t from = label(i);
    sums_.add(rows_, i, totals_.data() + from * sums_.size(), -1);
    sums_.add(rows_, i, totals_.data() + to * sums_.size());
    for (std::int64_t j = 0; j < rows_.c; ++j) {
      if (rows_.code(i, j) == kMissingCode<Code>) continue;
      find_peak(from, j);
      find_peak(to, j);
    }
    labels_[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(to);
  }

  const MixedTiles<Code>& rows_;
  const PrototypeSums<Code>& sums_;
  const std::int64_t k_;
  const double gamma_;
  std::vector<std::int32_t>& labels_;
  std::vector<double>& totals_;
  std::vector<Peak> peaks_;
};

}  // namespace shoal
