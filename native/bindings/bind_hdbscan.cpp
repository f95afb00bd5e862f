#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/arrays.hpp"
#include "bindings/registry.hpp"
#include "core/error.hpp"
#include "tree/condensed_tree.hpp"
#include "tree/linkage_tree.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class T>
std::vector<T> copy(const VectorIn<T>& values) {
  return {values.data(), values.data() + values.shape(0)};
}

template <class T>
ArrayOut<T> give(std::vector<T> values) {
  const std::size_t n = values.size();
  return hand_over(std::move(values), {n});
}

using Ends = VectorIn<std::int32_t>;
using Numbers = VectorIn<double>;

void check(const LinkageTree& tree) {
  const std::size_t n = tree.height.size();
  if (tree.left.size() != n || tree.right.size() != n || tree.size.size() != n ||
      static_cast<std::size_t>(tree.n_rows) != n + 1) {
    throw Error(Error::Kind::parameter,
                "a tree of merges must have one step fewer than rows; got " + std::to_string(n) +
                    " steps for " + std::to_string(tree.n_rows) + " rows.");
  }
  for (std::size_t s = 0; s < n; ++s) {
    const auto next = static_cast<std::int64_t>(tree.n_rows) + static_cast<std::int64_t>(s);
    if (tree.left[s] < 0 || tree.left[s] >= next || tree.right[s] < 0 || tree.right[s] >= next) {
      throw Error(Error::Kind::parameter, "a step must join what is there already; step " +
                                              std::to_string(s) + " does not.");
    }
  }
}

nb::tuple merge_tree(std::int64_t n_rows, const Ends& a, const Ends& b, const Numbers& weight) {
  const std::size_t n = weight.shape(0);
  if (a.shape(0) != n || b.shape(0) != n) {
    throw Error(Error::Kind::parameter, "edges must have two ends and a weight each.");
  }
  std::vector<Edge> edges(n);
  for (std::size_t i = 0; i < n; ++i) {
    edges[i] = {a.data()[i], b.data()[i], weight.data()[i]};
    if (edges[i].a < 0 || edges[i].a >= n_rows || edges[i].b < 0 || edges[i].b >= n_rows) {
      throw Error(Error::Kind::parameter,
                  "edge " + std::to_string(i) + " must join two of the rows.");
    }
  }
  LinkageTree tree;
  {
    const nb::gil_scoped_release unlocked;
    tree = build_linkage_tree(n_rows, std::move(edges));
  }
  return nb::make_tuple(give(std::move(tree.left)), give(std::move(tree.right)),
                        give(std::move(tree.height)), give(std::move(tree.size)));
}

// What the tree of merges gives: rows and clusters of the condensed tree, then the flat clusters.
nb::tuple dense_clusters(const Ends& left, const Ends& right, const Numbers& height,
                         const Ends& size, const std::optional<Numbers>& weights,
                         const std::optional<Numbers>& core_distances, double min_weight, bool leaf,
                         double epsilon, std::optional<double> max_weight,
                         bool allow_single_cluster) {
  LinkageTree tree;
  tree.n_rows = static_cast<std::int64_t>(height.shape(0)) + 1;
  tree.left = copy(left);
  tree.right = copy(right);
  tree.height = copy(height);
  tree.size = copy(size);
  check(tree);
  for (const auto* values : {&weights, &core_distances}) {
    if (*values && static_cast<std::int64_t>((*values)->shape(0)) != tree.n_rows) {
      throw Error(Error::Kind::parameter, "weights and core distances must be one per row.");
    }
  }
  const double* const row_weights = weights ? weights->data() : nullptr;
  CondensedTree condensed;
  FlatClusters flat;
  {
    const nb::gil_scoped_release unlocked;
    condensed =
        condense(tree, min_weight, row_weights, core_distances ? core_distances->data() : nullptr);
    SelectionOptions options;
    options.method = leaf ? Selection::leaf : Selection::excess_of_mass;
    options.epsilon = epsilon;
    options.max_weight = max_weight.value_or(std::numeric_limits<double>::infinity());
    options.allow_single_cluster = allow_single_cluster;
    flat = select_clusters(condensed, row_weights, options);
  }
  nb::tuple shape =
      nb::make_tuple(give(std::move(condensed.row_cluster)), give(std::move(condensed.row_lambda)),
                     give(std::move(condensed.parent)), give(std::move(condensed.birth)),
                     give(std::move(condensed.size)));
  nb::tuple clusters =
      nb::make_tuple(give(std::move(flat.labels)), give(std::move(flat.probabilities)),
                     give(std::move(flat.outlier_scores)), give(std::move(flat.cluster_labels)),
                     give(std::move(flat.max_lambda)), give(std::move(flat.deepest_lambda)),
                     give(std::move(flat.stability)), flat.root_lambda);
  return nb::make_tuple(shape, clusters);
}

}  // namespace

SHOAL_BIND(module) {
  module.def("merge_tree", &merge_tree, nb::arg("n_rows"), nb::arg("a"), nb::arg("b"),
             nb::arg("weight"));
  module.def("dense_clusters", &dense_clusters, nb::arg("left"), nb::arg("right"),
             nb::arg("height"), nb::arg("size"), nb::arg("weights").none(),
             nb::arg("core_distances").none(), nb::arg("min_weight"), nb::arg("leaf"),
             nb::arg("epsilon"), nb::arg("max_weight").none(), nb::arg("allow_single_cluster"));
}

}  // namespace shoal::bindings
