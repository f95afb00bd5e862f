#include <nanobind/stl/optional.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "algorithms/agglomerate.hpp"
#include "algorithms/agglomerate_graph.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "core/thread_pool.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

// SciPy's Z: the two clusters, the height and the number of rows of every step.
ArrayOut<double> as_matrix(const LinkageTree& tree) {
  NewMatrix<double> Z(tree.n_steps(), 4);
  for (std::int64_t s = 0; s < tree.n_steps(); ++s) {
    const auto at = static_cast<std::size_t>(s);
    Z.view()(s, 0) = tree.left[at];
    Z.view()(s, 1) = tree.right[at];
    Z.view()(s, 2) = tree.height[at];
    Z.view()(s, 3) = tree.size[at];
  }
  return Z.release();
}

using Weights = std::optional<VectorIn<double>>;
using Callback = std::optional<nb::callable>;

template <class Merge>
ArrayOut<double> run(int linkage, const Weights& weights, int n_threads, Callback callback,
                     Merge&& merge) {
  PythonProgress progress(std::move(callback));
  const AgglomerateOptions options{static_cast<Linkage>(linkage),
                                   weights ? weights->data() : nullptr,
                                   resolve_thread_count(n_threads), progress.asker()};
  LinkageTree tree;
  try {
    const nb::gil_scoped_release unlocked;
    tree = merge(options);
  } catch (const Interrupted&) {
    progress.rethrow();
    throw;
  }
  return as_matrix(tree);
}

ArrayOut<double> of_rows(const MatrixIn<double>& X, int metric, double factor, int linkage,
                         const Weights& weights, int n_threads, Callback callback) {
  return run(linkage, weights, n_threads, std::move(callback),
             [&](const AgglomerateOptions& options) {
               const RowDistances source(view(X), static_cast<Metric>(metric), factor);
               return agglomerate(source, options);
             });
}

ArrayOut<double> of_centers(const MatrixIn<double>& X, int linkage, const Weights& weights,
                            int n_threads, Callback callback) {
  return run(
      linkage, weights, n_threads, std::move(callback),
      [&](const AgglomerateOptions& options) { return agglomerate_centers(view(X), options); });
}

ArrayOut<double> of_square(const MatrixIn<double>& D, int linkage, const Weights& weights,
                           int n_threads, Callback callback) {
  return run(linkage, weights, n_threads, std::move(callback),
             [&](const AgglomerateOptions& options) {
               return agglomerate(SquareDistances(view(D)), options);
             });
}

ArrayOut<double> of_condensed(const VectorIn<double>& values, std::int64_t n_rows, int linkage,
                              const Weights& weights, int n_threads, Callback callback) {
  return run(linkage, weights, n_threads, std::move(callback),
             [&](const AgglomerateOptions& options) {
               return agglomerate(CondensedDistances(values.data(), n_rows), options);
             });
}

// X has no columns where the linkage does not need rows.
ArrayOut<double> of_graph(const MatrixIn<double>& X, const VectorIn<std::int64_t>& starts,
                          const VectorIn<std::int32_t>& columns, const VectorIn<double>& distances,
                          int linkage, const Weights& weights, int n_threads, Callback callback) {
  const RowGraph graph{static_cast<std::int64_t>(starts.size()) - 1, starts.data(), columns.data(),
                       distances.data()};
  return run(linkage, weights, n_threads, std::move(callback),
             [&](const AgglomerateOptions& options) {
               return agglomerate_graph(graph, view(X), options);
             });
}

}  // namespace

SHOAL_BIND(module) {
  module.def("linkage_rows", &of_rows, nb::arg("X").noconvert(), nb::arg("metric"),
             nb::arg("factor"), nb::arg("linkage"), nb::arg("weights").none(), nb::arg("n_threads"),
             nb::arg("callback").none());
  module.def("linkage_centers", &of_centers, nb::arg("X").noconvert(), nb::arg("linkage"),
             nb::arg("weights").none(), nb::arg("n_threads"), nb::arg("callback").none());
  module.def("linkage_square", &of_square, nb::arg("D").noconvert(), nb::arg("linkage"),
             nb::arg("weights").none(), nb::arg("n_threads"), nb::arg("callback").none());
  module.def("linkage_condensed", &of_condensed, nb::arg("values").noconvert(), nb::arg("n_rows"),
             nb::arg("linkage"), nb::arg("weights").none(), nb::arg("n_threads"),
             nb::arg("callback").none());
  module.def("linkage_graph", &of_graph, nb::arg("X").noconvert(), nb::arg("starts").noconvert(),
             nb::arg("columns").noconvert(), nb::arg("distances").noconvert(), nb::arg("linkage"),
             nb::arg("weights").none(), nb::arg("n_threads"), nb::arg("callback").none());
}

}  // namespace shoal::bindings
