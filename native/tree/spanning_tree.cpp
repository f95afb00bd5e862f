#include "tree/spanning_tree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/error.hpp"
#include "spatial/cores.hpp"
#include "tree/boruvka.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double scale_of_alpha(Metric metric, double alpha) {
  return metric == Metric::euclidean ? alpha * alpha : alpha;
}

// Seeds of the first rounds where there are no cores, and the most that are kept where there are.
constexpr Index kSeeds = 4;
constexpr Index kMostSeeds = 16;

}  // namespace

template <class Real>
SpanningTree spanning_tree(MatrixView<const Real> X, Metric metric, const Cores& cores,
                           int n_threads, const KeepGoing& keep_going) {
  const KdTree tree(X, metric, n_threads);
  const Index n = tree.n();
  const auto size = static_cast<std::size_t>(n);
  const bool plain = cores.given == nullptr && cores.weights == nullptr && cores.min_samples <= 1;
  CoreKeys found = find_core_keys(tree, cores.given != nullptr ? 1.0 : cores.min_samples,
                                  cores.weights, kSeeds, kMostSeeds, n_threads,
                                  [&](double done) { return !keep_going || keep_going(done / 2); });
  SpanningTree result;
  std::vector<double> by_place;  // cores times alpha, so that distances may stay as they are
  if (!plain) {
    result.core_distances.resize(size);
    by_place.resize(static_cast<std::size_t>(tree.n_leaves()) * kLeafTile);
    for (std::size_t i = 0; i < size; ++i) {
      const auto row = static_cast<std::size_t>(tree.rows()[i]);
      const double key =
          cores.given != nullptr ? key_of_distance(metric, cores.given[row]) : found.keys[i];
      result.core_distances[row] =
          cores.given != nullptr ? cores.given[row] : distance_of_key(metric, key);
      by_place[i] = key * scale_of_alpha(metric, cores.alpha);
    }
  }
  std::vector<KeyedEdge> edges =
      boruvka(tree, plain ? nullptr : by_place.data(), {found.neighbors.data(), found.k}, n_threads,
              [&](double done) { return !keep_going || keep_going(0.5 + done / 2); });
  found = {};

  result.edges.reserve(edges.size());
  for (const KeyedEdge& edge : edges) {
    double weight = distance_of_key(metric, edge.distance) / cores.alpha;
    if (!plain) {
      weight = std::max({weight, result.core_distances[static_cast<std::size_t>(edge.low)],
                         result.core_distances[static_cast<std::size_t>(edge.high)]});
    }
    result.edges.push_back({edge.low, edge.high, weight});
  }
  return result;
}

namespace {

// The core distances of the rows of a matrix of distances.
template <class Real>
std::vector<double> matrix_cores(MatrixView<const Real> D, const Cores& cores,
                                 const KeepGoing& keep_going) {
  const Index n = D.rows();
  std::vector<double> result(static_cast<std::size_t>(n));
  std::vector<std::pair<double, std::int32_t>> row(static_cast<std::size_t>(n));
  const auto weight = [&](Index j) { return cores.weights != nullptr ? cores.weights[j] : 1.0; };
  for (Index i = 0; i < n; ++i) {
    if (keep_going && i % 256 == 0 &&
        !keep_going(0.5 * static_cast<double>(i) / static_cast<double>(n))) {
      throw Interrupted();
    }
    for (Index j = 0; j < n; ++j) {
      row[static_cast<std::size_t>(j)] = {j == i ? 0.0 : D(i, j), static_cast<std::int32_t>(j)};
    }
    const auto k = cores.weights != nullptr
                       ? n - 1
                       : std::min(n - 1, static_cast<Index>(std::ceil(cores.min_samples)) - 1);
    std::nth_element(row.begin(), row.begin() + k, row.end());
    if (cores.weights == nullptr) {
      result[static_cast<std::size_t>(i)] = row[static_cast<std::size_t>(k)].first;
      continue;
    }
    std::ranges::sort(row);
    double sum = weight(i), reach = 0;
    for (std::size_t j = 0; j < row.size() && sum < cores.min_samples; ++j) {
      if (row[j].second == i) continue;
      sum += weight(row[j].second);
      reach = row[j].first;
    }
    result[static_cast<std::size_t>(i)] = reach;
  }
  return result;
}

}  // namespace

template <class Real>
SpanningTree spanning_tree_of_matrix(MatrixView<const Real> D, const Cores& cores,
                                     const KeepGoing& keep_going) {
  const Index n = D.rows();
  const auto size = static_cast<std::size_t>(n);
  SpanningTree result;
  if (cores.given != nullptr) {
    result.core_distances.assign(cores.given, cores.given + n);
  } else if (cores.min_samples > 1 || cores.weights != nullptr) {
    result.core_distances = matrix_cores(D, cores, keep_going);
  }
  const bool plain = result.core_distances.empty();

  // The best edge from each row outside the tree to one inside.
  std::vector<KeyedEdge> best(size, {kInfinity, kInfinity, 0, 0});
  std::vector<std::int32_t> outside(size);
  for (std::size_t i = 0; i < size; ++i) outside[i] = static_cast<std::int32_t>(i);
  std::vector<KeyedEdge> edges;
  edges.reserve(size - 1);
  std::size_t last = 0;  // place in `outside` of the row that joined last
  while (outside.size() > 1) {
    const std::int32_t row = outside[last];
    outside.erase(outside.begin() + static_cast<std::ptrdiff_t>(last));
    if (keep_going && edges.size() % 256 == 0 &&
        !keep_going(0.5 + 0.5 * static_cast<double>(edges.size()) / static_cast<double>(n))) {
      throw Interrupted();
    }
    const Real* const distances = D.row(row);
    const double own = plain ? 0 : result.core_distances[static_cast<std::size_t>(row)];
    last = 0;
    for (std::size_t i = 0; i < outside.size(); ++i) {
      const auto other = static_cast<std::size_t>(outside[i]);
      const double distance = distances[other];
      double weight = distance / cores.alpha;
      if (!plain) weight = std::max({weight, own, result.core_distances[other]});
      if (weight <= best[other].weight) {
        const KeyedEdge edge{weight, distance, std::min(row, outside[i]),
                             std::max(row, outside[i])};
        if (edge < best[other]) best[other] = edge;
      }
      if (best[other] < best[static_cast<std::size_t>(outside[last])]) last = i;
    }
    edges.push_back(best[static_cast<std::size_t>(outside[last])]);
  }
  std::sort(edges.begin(), edges.end());
  for (const KeyedEdge& edge : edges) result.edges.push_back({edge.low, edge.high, edge.weight});
  return result;
}

template SpanningTree spanning_tree<float>(MatrixView<const float>, Metric, const Cores&, int,
                                           const KeepGoing&);
template SpanningTree spanning_tree<double>(MatrixView<const double>, Metric, const Cores&, int,
                                            const KeepGoing&);
template SpanningTree spanning_tree_of_matrix<float>(MatrixView<const float>, const Cores&,
                                                     const KeepGoing&);
template SpanningTree spanning_tree_of_matrix<double>(MatrixView<const double>, const Cores&,
                                                      const KeepGoing&);

}  // namespace shoal
