#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>

#include <string>

#include "algorithms/knn.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "spatial/nearest.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

void check(std::size_t rows, std::size_t width, std::size_t queries, std::size_t query_width,
           std::int64_t k, bool exclude_self) {
  if (width != query_width) {
    throw Error(Error::Kind::parameter, "queries must have " + std::to_string(width) +
                                            " columns; got " + std::to_string(query_width) + ".");
  }
  if (exclude_self && rows != queries) {
    throw Error(Error::Kind::parameter,
                "queries must be the rows searched when each row leaves itself out; got " +
                    std::to_string(queries) + " for " + std::to_string(rows) + ".");
  }
  const auto most = static_cast<std::int64_t>(rows) - (exclude_self ? 1 : 0);
  if (k < 1 || k > most) {
    throw Error(Error::Kind::parameter, "n_neighbors must be from 1 to " + std::to_string(most) +
                                            "; got " + std::to_string(k) + ".");
  }
}

void check_metric(int metric) {
  if (metric < 0 || metric >= kMetrics) {
    throw Error(Error::Kind::parameter, "metric must be from 0 to " + std::to_string(kMetrics - 1) +
                                            "; got " + std::to_string(metric) + ".");
  }
}

template <class Real>
std::pair<ArrayOut<double>, ArrayOut<std::int64_t>> neighbors(
    const MatrixIn<Real>& X, const MatrixIn<Real>& Q, std::int64_t k, bool exclude_self,
    int n_threads, std::optional<nb::callable> callback, int metric, std::optional<bool> by_tree) {
  check_metric(metric);
  check(X.shape(0), X.shape(1), Q.shape(0), Q.shape(1), k, exclude_self);
  NewMatrix<double> distances(static_cast<std::int64_t>(Q.shape(0)), k);
  NewMatrix<std::int64_t> indices(static_cast<std::int64_t>(Q.shape(0)), k);
  PythonProgress progress(std::move(callback));
  try {
    const nb::gil_scoped_release unlocked;
    const int threads = resolve_thread_count(n_threads);
    // The search without a tree is for Euclidean distances, and long rows.
    const bool must = metric != 0 || by_tree.value_or(false);
    const bool may = must || (by_tree.value_or(true) && view(X).cols() <= kTreeDimensions);
    if (!may || !find_neighbors_by_tree<Real>(view(X), view(Q), static_cast<Metric>(metric),
                                              exclude_self, !must, threads, progress.asker(),
                                              distances.view(), indices.view())) {
      find_neighbors<Real>(view(X), view(Q), exclude_self, threads, progress.asker(),
                           distances.view(), indices.view());
    }
  } catch (const Interrupted&) {
    progress.rethrow();
  }
  return {distances.release(), indices.release()};
}

}  // namespace

SHOAL_BIND(module) {
  const auto define = [&](auto* function) {
    module.def("kneighbors", function, nb::arg("X").noconvert(), nb::arg("Q").noconvert(),
               nb::arg("k"), nb::arg("exclude_self") = false, nb::arg("n_threads") = 0,
               nb::arg("callback") = nb::none(), nb::arg("metric") = 0,
               nb::arg("by_tree") = nb::none());
  };
  define(&neighbors<double>);
  define(&neighbors<float>);
}

}  // namespace shoal::bindings
