#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/kmedoids.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

// metric is its place in the list, or none for a matrix of distances; so are method and start.
template <class T>
nb::tuple fit(MatrixIn<T> X, std::optional<VectorIn<double>> weights, std::optional<int> metric,
              int method, int start, std::optional<VectorIn<std::int64_t>> given, std::int64_t k,
              int n_init, int n_trials, std::uint64_t seed, int max_iter, int n_threads,
              nb::object callback) {
  Watch watch(std::move(callback));
  MedoidOptions options{k,
                        static_cast<MedoidMethod>(method),
                        static_cast<MedoidStart>(start),
                        {},
                        n_init,
                        n_trials,
                        seed,
                        max_iter,
                        n_threads,
                        watch.watcher()};
  if (given) options.given.assign(given->data(), given->data() + given->size());
  MedoidResult result = without_lock(watch, [&] {
    if (metric) {
      return fit_kmedoids(static_cast<Metric>(*metric), rows_of<T>(X, weights), options);
    }
    return fit_kmedoids(view(X), weights ? weights->data() : nullptr, options);
  });
  const std::size_t n = result.labels.size(), m = result.medoids.size();
  return nb::make_tuple(
      hand_over(std::move(result.medoids), {m}), hand_over(std::move(result.labels), {n}),
      hand_over(std::move(result.distances), {n}), result.loss, result.n_iter, result.n_swaps);
}

template <class T>
void bind(nb::module_& m) {
  m.def("kmedoids_fit", &fit<T>, nb::arg("X"), nb::arg("weights").none(), nb::arg("metric").none(),
        nb::arg("method"), nb::arg("start"), nb::arg("given").none(), nb::arg("k"),
        nb::arg("n_init"), nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"),
        nb::arg("n_threads"), nb::arg("callback").none());
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace shoal::bindings
