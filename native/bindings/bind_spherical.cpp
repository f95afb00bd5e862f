#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/spherical.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class Rows>
nb::tuple fit(const Rows& rows, const std::optional<Starts>& starts, FitOptions options,
              nb::object callback) {
  Watch watch(std::move(callback));
  options.keep_going = watch.watcher();
  FitResult result = without_lock(
      watch, [&] { return fit_spherical(rows, starts ? starts->data() : nullptr, options); });
  return hand_over(std::move(result), rows, options.k);
}

template <class Rows>
nb::tuple assign(const Rows& rows, const MatrixIn<double>& centers, int n_threads) {
  const auto k = static_cast<std::int64_t>(centers.shape(0));
  return labels_and_costs(rows.n, [&](std::int32_t* labels, double* costs) {
    assign_directions(rows, centers.data(), k, n_threads, labels, costs);
  });
}

template <class T>
void bind_dense(nb::module_& m) {
  m.def(
      "spherical_fit",
      [](MatrixIn<T> X, std::optional<VectorIn<double>> weights, std::optional<Starts> starts,
         std::int64_t k, int n_init, int n_trials, std::uint64_t seed, int max_iter, double tol,
         int n_threads, nb::object callback) {
        return fit(rows_of<T>(X, weights), starts,
                   {k, n_init, n_trials, seed, max_iter, tol, n_threads, {}, true}, callback);
      },
      nb::arg("X"), nb::arg("weights").none(), nb::arg("starts").none(), nb::arg("k"),
      nb::arg("n_init"), nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"), nb::arg("tol"),
      nb::arg("n_threads"), nb::arg("callback").none());
  m.def(
      "spherical_assign",
      [](MatrixIn<T> X, MatrixIn<double> centers, int n_threads) {
        return assign(rows_of<T>(X, std::nullopt), centers, n_threads);
      },
      nb::arg("X"), nb::arg("centers"), nb::arg("n_threads"));
}

template <class T>
void bind_sparse(nb::module_& m) {
  m.def(
      "spherical_fit_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, std::optional<VectorIn<double>> weights, std::optional<Starts> starts,
         std::int64_t k, int n_init, int n_trials, std::uint64_t seed, int max_iter, double tol,
         int n_threads, nb::object callback) {
        return fit(rows_of<T>(values, columns, row_starts, d, weights), starts,
                   {k, n_init, n_trials, seed, max_iter, tol, n_threads, {}, true}, callback);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("weights").none(), nb::arg("starts").none(), nb::arg("k"), nb::arg("n_init"),
      nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"), nb::arg("tol"),
      nb::arg("n_threads"), nb::arg("callback").none());
  m.def(
      "spherical_assign_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, MatrixIn<double> centers, int n_threads) {
        return assign(rows_of<T>(values, columns, row_starts, d, std::nullopt), centers, n_threads);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("centers"), nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind_dense<float>(m);
  bind_dense<double>(m);
  bind_sparse<float>(m);
  bind_sparse<double>(m);
}

}  // namespace shoal::bindings
