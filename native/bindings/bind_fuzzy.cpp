#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <optional>
#include <utility>

#include "algorithms/fuzzy.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class T>
nb::tuple fit(const MatrixIn<T>& X, const std::optional<VectorIn<double>>& weights,
              const std::optional<Starts>& starts, std::int64_t k, int n_init, int n_trials,
              std::uint64_t seed, double fuzzifier, int max_iter, double tol, int n_threads,
              nb::object callback) {
  Watch watch(std::move(callback));
  const FuzzyOptions options{
      {k, n_trials, seed, n_threads}, n_init, fuzzifier, max_iter, tol, watch.watcher()};
  const DenseRows<T> rows = rows_of<T>(X, weights);
  FuzzyResult result = without_lock(
      watch, [&] { return fit_fuzzy(rows, starts ? starts->data() : nullptr, options); });
  const auto n = static_cast<std::size_t>(rows.n), d = static_cast<std::size_t>(rows.d);
  return nb::make_tuple(hand_over(std::move(result.labels), {n}),
                        hand_over(std::move(result.centers), {static_cast<std::size_t>(k), d}),
                        hand_over(std::move(result.distances), {n}), result.inertia,
                        result.objective, result.coefficient, result.entropy, result.n_iter);
}

}  // namespace

SHOAL_BIND(module) {
  const auto define = [&](auto* function) {
    module.def("fuzzy_fit", function, nb::arg("X").noconvert(), nb::arg("weights").none(),
               nb::arg("starts").none(), nb::arg("k"), nb::arg("n_init"), nb::arg("n_trials"),
               nb::arg("seed"), nb::arg("fuzzifier"), nb::arg("max_iter"), nb::arg("tol"),
               nb::arg("n_threads"), nb::arg("callback").none());
  };
  define(&fit<double>);
  define(&fit<float>);
}

}  // namespace shoal::bindings
