#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/constrained.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class Rows>
nb::tuple fit(const Rows& rows, const std::optional<Starts>& starts, std::int64_t size_min,
              std::int64_t size_max, FitOptions options, nb::object callback) {
  Watch watch(std::move(callback));
  options.keep_going = watch.watcher();
  FitResult result = without_lock(watch, [&] {
    return fit_constrained(rows, starts ? starts->data() : nullptr, size_min, size_max, options);
  });
  return hand_over(std::move(result), rows, options.k);
}

template <class T>
void bind(nb::module_& m) {
  m.def(
      "constrained_fit",
      [](MatrixIn<T> X, std::optional<Starts> starts, std::int64_t k, std::int64_t size_min,
         std::int64_t size_max, int n_init, int n_trials, std::uint64_t seed, int max_iter,
         double tol, int n_threads, nb::object callback) {
        return fit(rows_of<T>(X, std::nullopt), starts, size_min, size_max,
                   {k, n_init, n_trials, seed, max_iter, tol, n_threads, {}, false}, callback);
      },
      nb::arg("X"), nb::arg("starts").none(), nb::arg("k"), nb::arg("size_min"),
      nb::arg("size_max"), nb::arg("n_init"), nb::arg("n_trials"), nb::arg("seed"),
      nb::arg("max_iter"), nb::arg("tol"), nb::arg("n_threads"), nb::arg("callback").none());
  m.def(
      "constrained_fit_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, std::optional<Starts> starts, std::int64_t k, std::int64_t size_min,
         std::int64_t size_max, int n_init, int n_trials, std::uint64_t seed, int max_iter,
         double tol, int n_threads, nb::object callback) {
        return fit(rows_of<T>(values, columns, row_starts, d, std::nullopt), starts, size_min,
                   size_max, {k, n_init, n_trials, seed, max_iter, tol, n_threads, {}, false},
                   callback);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("starts").none(), nb::arg("k"), nb::arg("size_min"), nb::arg("size_max"),
      nb::arg("n_init"), nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"), nb::arg("tol"),
      nb::arg("n_threads"), nb::arg("callback").none());
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace shoal::bindings
