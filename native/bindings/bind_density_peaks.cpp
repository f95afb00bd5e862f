#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/density_peaks.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

using Callback = std::optional<nb::callable>;

// metric is its place in the list; radius a distance by it.
template <class T>
nb::tuple fit(MatrixIn<T> X, std::optional<VectorIn<double>> weights, int metric, double radius,
              bool gaussian, int n_threads, const Callback& callback) {
  PeaksResult result = watched(callback, [&](KeepGoing keep_going) {
    return find_peaks<T>(
        view(X), weights ? weights->data() : nullptr,
        {static_cast<Metric>(metric), radius, gaussian, n_threads, std::move(keep_going)});
  });
  const std::size_t n = result.rho.size();
  return nb::make_tuple(
      hand_over(std::move(result.rho), {n}), hand_over(std::move(result.delta), {n}),
      hand_over(std::move(result.parent), {n}), hand_over(std::move(result.rank), {n}));
}

template <class T>
ArrayOut<double> borders(MatrixIn<T> X, VectorIn<std::int32_t> labels, VectorIn<double> rho,
                         std::int64_t k, int metric, double radius, int n_threads,
                         const Callback& callback) {
  return hand_over(
      watched(callback,
              [&](KeepGoing keep_going) {
                return border_densities<T>(
                    view(X), {labels.data(), labels.size()}, {rho.data(), rho.size()}, k,
                    {static_cast<Metric>(metric), radius, false, n_threads, std::move(keep_going)});
              }),
      {static_cast<std::size_t>(k)});
}

template <class T>
void bind(nb::module_& m) {
  m.def("density_peaks", &fit<T>, nb::arg("X").noconvert(), nb::arg("weights").none(),
        nb::arg("metric"), nb::arg("radius"), nb::arg("gaussian"), nb::arg("n_threads"),
        nb::arg("callback").none());
  m.def("border_densities", &borders<T>, nb::arg("X").noconvert(), nb::arg("labels"),
        nb::arg("rho"), nb::arg("k"), nb::arg("metric"), nb::arg("radius"), nb::arg("n_threads"),
        nb::arg("callback").none());
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace shoal::bindings
