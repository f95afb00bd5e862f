#include "algorithms/palette_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace shoal {
namespace {

constexpr int kMostTries = 4;     // with one number of splits
constexpr int kMostSplits = 8;    // that the search begins with
constexpr double kBetter = 3e-4;  // share of the error that a step must save to count

template <int D>
class Search {
 public:
  using Clusters = ColorClusters<D>;

  Search(const ColorSet<D>& set, const ColorKMeansOptions& options)
      : set_(set), options_(options), labels_(static_cast<std::size_t>(set.size())) {}

  std::vector<double> run(std::vector<double> start) {
    const int k = static_cast<int>(start.size()) / D;
    Clusters best = fit(std::move(start));
    for (int m = std::min(kMostSplits, k / 3); m > 0; m = m > 1 ? (2 * m + 1) / 3 : 0) {
      for (int attempt = 0; attempt < kMostTries; ++attempt) {
        Clusters next = fit(merge(fit(split(best, m)), k));
        if (next.k() < k || !(next.error < best.error * (1 - kBetter))) break;
        best = std::move(next);
      }
    }
    return best.centers;
  }

 private:
  Clusters fit(std::vector<double> centers) const {
    Clusters found;
    found.centers = std::move(centers);
    run_kmeans(set_, found, options_);
    return found;
  }

  // Halves the m clusters with the most squared error along one axis.
  std::vector<double> split(Clusters at, int m) {
    at.assign(set_, options_.n_threads, labels_.data());
    std::vector<double> along(at.centers.size(), 0.0);
    for (std::int64_t i = 0; i < set_.size(); ++i) {
      const int c = labels_[static_cast<std::size_t>(i)];
      for (int j = 0; j < D; ++j) {
        const double e = static_cast<double>(set_.point(i)[j]) - at.centers[at.at(c, j)];
        along[at.at(c, j)] += set_.weight(i) * e * e;
      }
    }
    const auto widest = [&](int c) {
      return std::max_element(along.begin() + c * D, along.begin() + (c + 1) * D);
    };
    std::vector<int> order(at.weights.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return *widest(a) > *widest(b); });
    std::vector<double> centers = at.centers;
    for (const int c : std::span(order).first(static_cast<std::size_t>(m))) {
      if (!(*widest(c) > 0)) break;
      // The means of the halves of a normal distribution lie 0.8 deviations from its own.
      const double step = 0.8 * std::sqrt(*widest(c) / at.weight(c));
      const auto j = static_cast<int>(widest(c) - along.begin()) - c * D;
      centers.insert(centers.end(), at.centers.begin() + c * D, at.centers.begin() + (c + 1) * D);
      centers[at.at(c, j)] -= step;
      centers[centers.size() - static_cast<std::size_t>(D - j)] += step;
    }
    return centers;
  }

  // Joins the two clusters whose union costs least until k are left (J. H. Ward 1963).
  std::vector<double> merge(Clusters at, int k) const {
    std::vector<Pair> pairs;
    for (int a = 0; a < at.k(); ++a) pairs.push_back(cheapest(at, a));
    auto left = at.k() - static_cast<int>(std::ranges::count(at.weights, 0.0));
    for (; left > k; --left) {
      const auto least = std::ranges::min_element(pairs, {}, &Pair::cost);
      const auto a = static_cast<int>(least - pairs.begin());
      const int b = least->partner;
      join(at, a, b);
      // A union is never nearer to a third cluster than both of its parts were.
      for (int c = 0; c < at.k(); ++c) {
        Pair& pair = pairs[static_cast<std::size_t>(c)];
        if (c == a || c == b || pair.partner == a || pair.partner == b) pair = cheapest(at, c);
      }
    }
    std::vector<double> centers;
    for (int c = 0; c < at.k(); ++c) {
      if (!(at.weight(c) > 0)) continue;
      centers.insert(centers.end(), at.centers.begin() + c * D, at.centers.begin() + (c + 1) * D);
    }
    return centers;
  }

  struct Pair {
    double cost = std::numeric_limits<double>::infinity();
    int partner = -1;
  };

  // What joining cluster a to another one costs at least; clusters without weight are gone.
  Pair cheapest(const Clusters& at, int a) const {
    Pair best;
    for (int b = 0; b < at.k() && at.weight(a) > 0; ++b) {
      if (b == a || !(at.weight(b) > 0)) continue;
      double squared = 0;
      for (int j = 0; j < D; ++j) {
        const double e = at.centers[at.at(a, j)] - at.centers[at.at(b, j)];
        squared += e * e;
      }
      const double cost = squared * (at.weight(a) * at.weight(b) / (at.weight(a) + at.weight(b)));
      if (cost < best.cost) best = {cost, b};
    }
    return best;
  }

  void join(Clusters& at, int into, int gone) const {
    double& u = at.weights[static_cast<std::size_t>(into)];
    double& v = at.weights[static_cast<std::size_t>(gone)];
    for (int j = 0; j < D; ++j) {
      double& x = at.centers[at.at(into, j)];
      x = (u * x + v * at.centers[at.at(gone, j)]) / (u + v);
    }
    u += v;
    v = 0;
  }

  const ColorSet<D>& set_;
  const ColorKMeansOptions& options_;
  std::vector<std::uint8_t> labels_;
};

}  // namespace

template <int D>
std::vector<double> improve_palette(const ColorSet<D>& set, std::vector<double> centers,
                                    const ColorKMeansOptions& options) {
  return Search<D>(set, options).run(std::move(centers));
}

template std::vector<double> improve_palette(const ColorSet<3>&, std::vector<double>,
                                             const ColorKMeansOptions&);
template std::vector<double> improve_palette(const ColorSet<4>&, std::vector<double>,
                                             const ColorKMeansOptions&);

}  // namespace shoal
