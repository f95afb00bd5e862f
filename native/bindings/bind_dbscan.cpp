#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/dbscan.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

using Callback = std::optional<nb::callable>;
using Weights = std::optional<VectorIn<double>>;

const double* data_of(const Weights& weights) { return weights ? weights->data() : nullptr; }

nb::tuple hand_over_result(DbscanResult result) {
  const std::size_t n = result.labels.size();
  return nb::make_tuple(hand_over(std::move(result.labels), {n}),
                        hand_over(std::move(result.core), {n}));
}

// metric is its place in the list; limit is a key of it.
template <class T>
nb::tuple fit(MatrixIn<T> X, Weights weights, int metric, double limit, double min_samples,
              int n_threads, Callback callback) {
  return hand_over_result(watched(callback, [&](KeepGoing keep_going) {
    return fit_dbscan<T>(
        view(X), data_of(weights),
        {static_cast<Metric>(metric), limit, min_samples, n_threads, std::move(keep_going)});
  }));
}

template <class T>
nb::tuple fit_matrix(MatrixIn<T> D, Weights weights, double limit, double min_samples,
                     int n_threads, Callback callback) {
  return hand_over_result(watched(callback, [&](KeepGoing keep_going) {
    return fit_dbscan_matrix<T>(
        view(D), data_of(weights),
        {Metric::euclidean, limit, min_samples, n_threads, std::move(keep_going)});
  }));
}

nb::tuple fit_graph(VectorIn<std::int64_t> starts, VectorIn<std::int32_t> others, Weights weights,
                    double min_samples, int n_threads, Callback callback) {
  return hand_over_result(watched(callback, [&](KeepGoing keep_going) {
    return fit_dbscan_graph({starts.data(), starts.size()}, {others.data(), others.size()},
                            data_of(weights),
                            {Metric::euclidean, 0, min_samples, n_threads, std::move(keep_going)});
  }));
}

template <class T>
ArrayOut<std::int32_t> label(MatrixIn<T> X, VectorIn<std::int32_t> labels, MatrixIn<T> Q,
                             int metric, double limit, int n_threads) {
  const std::size_t n = Q.shape(0);
  return hand_over(
      watched({},
              [&](KeepGoing keep_going) {
                return least_label_near<T>(
                    view(X), {labels.data(), labels.size()}, view(Q),
                    {static_cast<Metric>(metric), limit, 0, n_threads, std::move(keep_going)});
              }),
      {n});
}

template <class T>
void bind(nb::module_& m) {
  m.def("dbscan_fit", &fit<T>, nb::arg("X").noconvert(), nb::arg("weights").none(),
        nb::arg("metric"), nb::arg("limit"), nb::arg("min_samples"), nb::arg("n_threads"),
        nb::arg("callback").none());
  m.def("dbscan_fit_matrix", &fit_matrix<T>, nb::arg("D").noconvert(), nb::arg("weights").none(),
        nb::arg("limit"), nb::arg("min_samples"), nb::arg("n_threads"), nb::arg("callback").none());
  m.def("dbscan_label", &label<T>, nb::arg("X").noconvert(), nb::arg("labels"),
        nb::arg("Q").noconvert(), nb::arg("metric"), nb::arg("limit"), nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
  m.def("dbscan_fit_graph", &fit_graph, nb::arg("starts"), nb::arg("others"),
        nb::arg("weights").none(), nb::arg("min_samples"), nb::arg("n_threads"),
        nb::arg("callback").none());
}

}  // namespace shoal::bindings
