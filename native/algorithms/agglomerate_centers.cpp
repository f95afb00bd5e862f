#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "algorithms/agglomerate.hpp"
#include "algorithms/center_clusters.hpp"
#include "algorithms/merge_chain.hpp"
#include "algorithms/merge_plan.hpp"
#include "algorithms/merge_queue.hpp"
#include "algorithms/nearest_center.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// Centres of clusters, the older first.
struct Centers {
  std::vector<double> values;
  std::vector<double> size;
  std::vector<std::int32_t> member;
  Index d = 0;

  Index count() const { return static_cast<Index>(size.size()); }
  MatrixView<const double> view() const { return {values.data(), count(), d}; }
};

Centers single_rows(MatrixView<const double> X, const double* weights) {
  Centers centers{{X.data(), X.data() + X.rows() * X.cols()},
                  std::vector<double>(static_cast<std::size_t>(X.rows()), 1.0),
                  std::vector<std::int32_t>(static_cast<std::size_t>(X.rows())),
                  X.cols()};
  if (weights != nullptr) centers.size.assign(weights, weights + X.rows());
  std::iota(centers.member.begin(), centers.member.end(), 0);
  return centers;
}

double height_of(Linkage linkage, double order) {
  return std::sqrt(squared_height(linkage, order));
}

Centers join_pairs(const Centers& before, const MergePlan& plan) {
  Centers after;
  after.d = before.d;
  after.values.reserve(static_cast<std::size_t>(plan.count() * before.d));
  const MatrixView<const double> rows = before.view();
  for (Index i = 0; i < plan.count(); ++i) {
    const std::int32_t first = plan.first(i);
    after.member.push_back(before.member[static_cast<std::size_t>(first)]);
    if (!plan.is_union(i)) {
      after.size.push_back(before.size[static_cast<std::size_t>(first)]);
      after.values.insert(after.values.end(), rows.row(first), rows.row(first) + before.d);
      continue;
    }
    const MergePair& pair = plan.pair(i);
    after.size.push_back(pair.both.size());
    const double share = pair.both.size_y / pair.both.size();
    for (Index q = 0; q < before.d; ++q) {
      after.values.push_back(rows(pair.x, q) + share * (rows(pair.y, q) - rows(pair.x, q)));
    }
  }
  return after;
}

// Ward's linkage is reducible: pairs that are each other's nearest can be joined at once, and
// only clusters that lost their neighbour look for another.
Centers merge_in_rounds(Centers centers, const AgglomerateOptions& options,
                        std::vector<Edge>& edges) {
  std::vector<LeastEntry> nearest(centers.size.size());
  std::vector<std::int32_t> wanted(centers.size.size());
  std::iota(wanted.begin(), wanted.end(), 0);
  // About three looks for each row.
  Ticker ticker(options.keep_going, 3.0 * static_cast<double>(centers.count()));
  for (;;) {
    find_nearest_centers(centers.view(), centers.size, wanted, options.n_threads, ticker, nearest);
    const MergePlan plan = make_plan(nearest, centers.size);
    if (plan.too_few()) return centers;
    for (const MergePair& pair : plan.pairs) {
      edges.push_back({centers.member[static_cast<std::size_t>(pair.x)],
                       centers.member[static_cast<std::size_t>(pair.y)],
                       height_of(Linkage::ward, pair.both.distance)});
    }
    centers = join_pairs(centers, plan);
    std::vector<LeastEntry> kept(centers.size.size());
    wanted.clear();
    for (Index i = 0; i < plan.count(); ++i) {
      kept[static_cast<std::size_t>(i)] = plan.kept_neighbor(i, nearest);
      if (kept[static_cast<std::size_t>(i)].index < 0) {
        wanted.push_back(static_cast<std::int32_t>(i));
      }
    }
    nearest = std::move(kept);
  }
}

}  // namespace

LinkageTree agglomerate_centers(MatrixView<const double> X, const AgglomerateOptions& options) {
  const Linkage linkage = options.linkage;
  Centers centers = single_rows(X, options.weights);
  if (linkage != Linkage::ward) {
    CenterClusters clusters(X, std::move(centers.size), std::move(centers.member), linkage);
    LinkageTree tree = MergeQueue<CenterClusters>(clusters).run(options.keep_going);
    for (double& height : tree.height) height = height_of(linkage, height);
    return tree;
  }
  std::vector<Edge> edges;
  centers = merge_in_rounds(std::move(centers), options, edges);
  CenterClusters clusters(centers.view(), centers.size, centers.member, linkage);
  merge_by_chain(
      clusters, options.keep_going, [](double order) { return height_of(Linkage::ward, order); },
      edges);
  return build_linkage_tree(X.rows(), std::move(edges));
}

}  // namespace shoal
