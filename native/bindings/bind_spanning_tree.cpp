#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "tree/spanning_tree.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

constexpr int kPrecomputed = -1;

// The two ends and the weight of every edge, and the core distances, which may be none.
nb::tuple as_arrays(SpanningTree tree) {
  const std::size_t n = tree.edges.size();
  std::vector<std::int32_t> a(n), b(n);
  std::vector<double> weight(n);
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = tree.edges[i].a;
    b[i] = tree.edges[i].b;
    weight[i] = tree.edges[i].weight;
  }
  const std::size_t n_cores = tree.core_distances.size();
  return nb::make_tuple(hand_over(std::move(a), {n}), hand_over(std::move(b), {n}),
                        hand_over(std::move(weight), {n}),
                        hand_over(std::move(tree.core_distances), {n_cores}));
}

void check_length(const char* name, const std::optional<VectorIn<double>>& values, std::size_t n) {
  if (values && values->shape(0) != n) {
    throw Error(Error::Kind::parameter, std::string(name) + " must have one number per row; got " +
                                            std::to_string(values->shape(0)) + " for " +
                                            std::to_string(n) + " rows.");
  }
}

template <class Real>
nb::tuple find_spanning_tree(const MatrixIn<Real>& X, int metric, double min_samples,
                             const std::optional<VectorIn<double>>& weights,
                             const std::optional<VectorIn<double>>& core_distances, double alpha,
                             int n_threads, std::optional<nb::callable> callback) {
  if (metric < kPrecomputed || metric >= kMetrics) {
    throw Error(Error::Kind::parameter, "metric must be from -1 to " +
                                            std::to_string(kMetrics - 1) + "; got " +
                                            std::to_string(metric) + ".");
  }
  if (metric == kPrecomputed && X.shape(0) != X.shape(1)) {
    throw Error(Error::Kind::data, "X must be a square matrix; got " + std::to_string(X.shape(0)) +
                                       " by " + std::to_string(X.shape(1)) + ".");
  }
  check_length("weights", weights, X.shape(0));
  check_length("core_distances", core_distances, X.shape(0));
  if (X.shape(0) == 0) return as_arrays({});
  const Cores cores{min_samples, weights ? weights->data() : nullptr,
                    core_distances ? core_distances->data() : nullptr, alpha};
  PythonProgress progress(std::move(callback));
  SpanningTree tree;
  try {
    const nb::gil_scoped_release unlocked;
    tree = metric == kPrecomputed
               ? spanning_tree_of_matrix<Real>(view(X), cores, progress.asker())
               : spanning_tree<Real>(view(X), static_cast<Metric>(metric), cores,
                                     resolve_thread_count(n_threads), progress.asker());
  } catch (const Interrupted&) {
    progress.rethrow();
    throw;
  }
  return as_arrays(std::move(tree));
}

}  // namespace

SHOAL_BIND(module) {
  const auto define = [&](auto* function) {
    module.def("spanning_tree", function, nb::arg("X").noconvert(), nb::arg("metric") = 0,
               nb::arg("min_samples") = 1.0, nb::arg("weights") = nb::none(),
               nb::arg("core_distances") = nb::none(), nb::arg("alpha") = 1.0,
               nb::arg("n_threads") = 0, nb::arg("callback") = nb::none());
  };
  define(&find_spanning_tree<double>);
  define(&find_spanning_tree<float>);
}

}  // namespace shoal::bindings
