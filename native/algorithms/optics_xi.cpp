// Clusters of a reachability plot between slopes that are steep by xi: Ankerst et al. 1999, figure
// 19, with the two corrections that scikit-learn and ELKI make, and the correction by predecessors
// of Schubert and Gertz 2018 (LWDA, 318-329), algorithm 2.
#include <algorithm>
#include <limits>

#include "algorithms/optics.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
using Cluster = std::pair<Index, Index>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// A stretch of the plot that falls steeply, and the highest point seen behind it.
struct Descent {
  Index start, end;
  double highest;
};

class Plot {
 public:
  Plot(std::span<const double> reachability, std::span<const Index> predecessor,
       std::span<const Index> ordering, const XiOptions& options)
      : reachability_(reachability),
        predecessor_(predecessor),
        ordering_(ordering),
        options_(options),
        n_(static_cast<Index>(ordering.size())),
        keep_(1 - options.xi),
        place_(ordering.size()) {
    for (Index i = 0; i < n_; ++i) place_[at(ordering[at(i)])] = i;
  }

  std::vector<Cluster> run() {
    std::vector<Cluster> clusters;
    double highest = 0;
    Index next = 0;
    for (Index i = 0; i < n_; ++i) {
      const bool down = falls_steeply(i), up = rises_steeply(i);
      if (i < next || (!down && !up)) continue;
      for (Index j = next; j <= i; ++j) highest = std::max(highest, height(j));
      filter(highest);
      const Index end = down ? descent_end(i) : ascent_end(i);
      next = end + 1;
      highest = height(next);
      if (down) {
        descents_.push_back({i, end, 0.0});
      } else {
        collect(i, end, clusters);
      }
    }
    return clusters;
  }

 private:
  double height(Index i) const { return i < n_ ? reachability_[at(ordering_[at(i)])] : kInfinity; }
  double ratio(Index i) const { return height(i) / height(i + 1); }
  bool rises_steeply(Index i) const { return ratio(i) <= keep_; }
  bool falls_steeply(Index i) const { return ratio(i) >= 1 / keep_; }

  Index descent_end(Index start) const {
    return extend(
        start, [&](Index i) { return falls_steeply(i); }, [&](Index i) { return ratio(i) < 1; });
  }
  Index ascent_end(Index start) const {
    return extend(
        start, [&](Index i) { return rises_steeply(i); }, [&](Index i) { return ratio(i) > 1; });
  }

  // The last steep point of a slope, in which at most min_samples others follow each other and none
  // goes the other way.
  template <class Steep, class Back>
  Index extend(Index start, Steep steep, Back back) const {
    Index end = start, flat = 0;
    for (Index i = start; i < n_; ++i) {
      if (steep(i)) {
        flat = 0;
        end = i;
      } else if (back(i) || ++flat > options_.min_samples) {
        break;
      }
    }
    return end;
  }

  // Leaves out descents behind which the plot has risen too high.
  void filter(double highest) {
    if (highest == kInfinity) {
      descents_.clear();
      return;
    }
    std::erase_if(descents_,
                  [&](const Descent& d) { return !(highest <= height(d.start) * keep_); });
    for (Descent& d : descents_) d.highest = std::max(d.highest, highest);
  }

  // Clusters that end with the ascent, the one that begins last first.
  void collect(Index start, Index end, std::vector<Cluster>& clusters) const {
    const double after = height(end + 1);
    for (auto d = descents_.rbegin(); d != descents_.rend(); ++d) {
      if (after * keep_ < d->highest) continue;
      Cluster found{d->start, end};
      const double before = height(d->start);
      if (before * keep_ >= after) {
        while (height(found.first + 1) > after && found.first < d->end) ++found.first;
      } else if (after * keep_ >= before) {
        while (height(found.second - 1) > before && found.second > start) --found.second;
      }
      if (options_.predecessor_correction && !correct(found)) continue;
      if (found.second - found.first + 1 < options_.min_cluster_size) continue;
      if (found.first > d->end || found.second < start) continue;
      clusters.push_back(found);
    }
  }

  // Cuts off the end what was not reached from within; false when nothing is left.
  bool correct(Cluster& found) const {
    for (; found.first < found.second; --found.second) {
      if (height(found.first) > height(found.second)) return true;
      const Index from = predecessor_[at(ordering_[at(found.second)])];
      if (from < 0) continue;
      if (place_[at(from)] >= found.first && place_[at(from)] < found.second) return true;
    }
    return false;
  }

  std::span<const double> reachability_;
  std::span<const Index> predecessor_, ordering_;
  const XiOptions& options_;
  const Index n_;
  const double keep_;
  std::vector<Index> place_;  // of each row in the ordering
  std::vector<Descent> descents_;
};

}  // namespace

std::vector<Cluster> find_xi_clusters(std::span<const double> reachability,
                                      std::span<const Index> predecessor,
                                      std::span<const Index> ordering, const XiOptions& options) {
  return Plot(reachability, predecessor, ordering, options).run();
}

std::vector<std::int32_t> label_xi_clusters(std::span<const Cluster> clusters,
                                            std::span<const Index> ordering) {
  std::vector<std::int32_t> by_place(ordering.size(), -1), labels(ordering.size());
  std::int32_t number = 0;
  for (const auto& [first, last] : clusters) {
    const auto begin = by_place.begin() + first, end = by_place.begin() + last + 1;
    if (std::any_of(begin, end, [](std::int32_t label) { return label >= 0; })) continue;
    std::fill(begin, end, number++);
  }
  for (std::size_t i = 0; i < ordering.size(); ++i) labels[at(ordering[i])] = by_place[i];
  return labels;
}

}  // namespace shoal
