#include "tree/spanning_tree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "algorithms/knn.hpp"
#include "core/error.hpp"
#include "spatial/cores.hpp"
#include "spatial/nearest.hpp"
#include "tree/boruvka.hpp"
#include "tree/dense_boruvka.hpp"

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

KeepGoing part_of(const KeepGoing& keep_going, double from) {
  return [&keep_going, from](double done) { return !keep_going || keep_going(from + done / 2); };
}

// The tree and the core keys, by row, of rows that are searched by a k-d tree.
struct Found {
  std::vector<KeyedEdge> edges;
  std::vector<double> core_keys;  // empty where there are no cores
};

bool has_cores(const Cores& cores) {
  return cores.given != nullptr || cores.weights != nullptr || cores.min_samples > 1;
}

Found search_tree(const KdTree& tree, const Cores& cores, int n_threads,
                  const KeepGoing& keep_going) {
  const Metric metric = tree.metric();
  CoreKeys near =
      find_core_keys(tree, cores.given != nullptr ? 1.0 : cores.min_samples, cores.weights, kSeeds,
                     kMostSeeds, n_threads, part_of(keep_going, 0));
  Found found;
  std::vector<double> by_place;  // cores times alpha, so that distances may stay as they are
  if (has_cores(cores)) {
    found.core_keys.resize(near.keys.size());
    by_place.resize(static_cast<std::size_t>(tree.n_leaves()) * kLeafTile);
    for (std::size_t i = 0; i < near.keys.size(); ++i) {
      const auto row = static_cast<std::size_t>(tree.rows()[i]);
      found.core_keys[row] =
          cores.given != nullptr ? key_of_distance(metric, cores.given[row]) : near.keys[i];
      by_place[i] = found.core_keys[row] * scale_of_alpha(metric, cores.alpha);
    }
  }
  found.edges = boruvka(tree, by_place.empty() ? nullptr : by_place.data(),
                        {near.neighbors.data(), near.k}, n_threads, part_of(keep_going, 0.5));
  return found;
}

// How many neighbours of a row are enough for its core distance, whichever they are.
Index neighbors_needed(const Cores& cores, Index n) {
  if (cores.given != nullptr) return kSeeds;
  if (cores.weights == nullptr) {
    return std::max(kSeeds, static_cast<Index>(std::ceil(cores.min_samples)) - 1);
  }
  std::vector<double> light(cores.weights, cores.weights + n);
  std::ranges::sort(light);
  double sum = 0;
  Index needed = 0;
  while (needed < n && sum < cores.min_samples) sum += light[static_cast<std::size_t>(needed++)];
  return std::max(kSeeds, needed);
}

// The same for rows of which each is compared with all others.
template <class Real>
Found search_rows(MatrixView<const Real> X, const Cores& cores, Index k, int n_threads,
                  const KeepGoing& keep_going) {
  const Index n = X.rows();
  std::vector<double> core_keys;
  std::vector<std::int32_t> seeds;
  const Index kept = std::min(k, kMostSeeds);
  {
    std::vector<double> distances(static_cast<std::size_t>(n * k));
    std::vector<Index> rows(distances.size());
    find_neighbors<Real>(X, X, true, n_threads, part_of(keep_going, 0), {distances.data(), n, k},
                         {rows.data(), n, k});
    if (has_cores(cores)) core_keys.resize(static_cast<std::size_t>(n));
    std::vector<double> keys(static_cast<std::size_t>(k));
    std::vector<std::int32_t> near(keys.size());
    for (Index i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < near.size(); ++j) {
        near[j] = static_cast<std::int32_t>(rows[static_cast<std::size_t>(i * k) + j]);
        if (!core_keys.empty()) keys[j] = exact_key(X.row(i), X.row(near[j]), X.cols());
      }
      seeds.insert(seeds.end(), near.begin(), near.begin() + kept);
      if (core_keys.empty()) continue;
      double& core = core_keys[static_cast<std::size_t>(i)];
      core = cores.given != nullptr
                 ? key_of_distance(Metric::euclidean, cores.given[i])
                 : core_key(keys.data(), near.data(), k, static_cast<std::int32_t>(i),
                            cores.min_samples, cores.weights);
      if (core < 0) core = keys.back();
    }
  }
  std::vector<double> scaled(core_keys);
  for (double& core : scaled) core *= cores.alpha * cores.alpha;
  return {dense_boruvka(X, scaled.empty() ? nullptr : scaled.data(), {seeds.data(), kept},
                        n_threads, part_of(keep_going, 0.5)),
          std::move(core_keys)};
}

// Rows with more columns are compared with all others: their neighbours may be found by the tree,
// but not the edges between groups, which are all far apart.
constexpr Index kLongRow = 64;

// Beyond this many neighbours of each row they are not kept for all rows at once.
constexpr Index kMostNeighbors = 256;

template <class Real>
Found search(MatrixView<const Real> X, Metric metric, const Cores& cores, int n_threads,
             const KeepGoing& keep_going) {
  const Index k = std::min(X.rows() - 1, neighbors_needed(cores, X.rows()));
  const bool by_rows = metric == Metric::euclidean && k > 0 && k <= kMostNeighbors;
  if (!by_rows || X.cols() <= kLongRow) {
    const KdTree tree(X, metric, n_threads);
    if (!by_rows || !is_slow(tree, tree, k, true)) {
      return search_tree(tree, cores, n_threads, keep_going);
    }
  }
  return search_rows(X, cores, k, n_threads, keep_going);
}

}  // namespace

template <class Real>
SpanningTree spanning_tree(MatrixView<const Real> X, Metric metric, const Cores& cores,
                           int n_threads, const KeepGoing& keep_going) {
  const Found found = search(X, metric, cores, n_threads, keep_going);
  SpanningTree result;
  for (std::size_t row = 0; row < found.core_keys.size(); ++row) {
    result.core_distances.push_back(
        cores.given != nullptr ? cores.given[row] : distance_of_key(metric, found.core_keys[row]));
  }
  result.edges.reserve(found.edges.size());
  for (const KeyedEdge& edge : found.edges) {
    double weight = distance_of_key(metric, edge.distance) / cores.alpha;
    if (!result.core_distances.empty()) {
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
