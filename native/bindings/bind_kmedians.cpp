#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/kmedians.hpp"
#include "algorithms/metric_assign.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class T>
nb::tuple fit(MatrixIn<T> X, std::optional<VectorIn<double>> weights, std::optional<Starts> starts,
              std::int64_t k, int n_init, int n_trials, std::uint64_t seed, int max_iter,
              int n_threads, nb::object callback) {
  const DenseRows<T> rows = rows_of<T>(X, weights);
  Watch watch(std::move(callback));
  const FitOptions options{k, n_init, n_trials, seed, max_iter, 0, n_threads, watch.watcher()};
  FitResult result = without_lock(
      watch, [&] { return fit_kmedians(rows, starts ? starts->data() : nullptr, options); });
  return nb::make_tuple(
      hand_over(std::move(result.labels), {X.shape(0)}),
      hand_over(std::move(result.centers), {static_cast<std::size_t>(k), X.shape(1)}),
      hand_over(std::move(result.distances), {X.shape(0)}), result.inertia, result.n_iter);
}

template <class T>
nb::tuple assign(MatrixIn<T> X, MatrixIn<double> centers, int metric, int n_threads) {
  const auto rows = rows_of<T>(X, std::nullopt);
  const auto k = static_cast<std::int64_t>(centers.shape(0));
  return labels_and_costs(rows.n, [&](std::int32_t* labels, double* distances) {
    assign_by_metric(static_cast<Metric>(metric), rows, centers.data(), k, n_threads, labels,
                     distances);
  });
}

template <class T>
void bind(nb::module_& m) {
  m.def("kmedians_fit", &fit<T>, nb::arg("X"), nb::arg("weights").none(), nb::arg("starts").none(),
        nb::arg("k"), nb::arg("n_init"), nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"),
        nb::arg("n_threads"), nb::arg("callback").none());
  m.def("assign_by_metric", &assign<T>, nb::arg("X"), nb::arg("centers"), nb::arg("metric"),
        nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace shoal::bindings
