#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>

#include <optional>
#include <tuple>

#include "algorithms/kmeans.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

// Coordinates, directions, origin and error, as shoal.centroid.leading makes them.
using Leading = std::tuple<MatrixIn<float>, MatrixIn<double>, VectorIn<double>, double>;

LeadingCoordinates leading_of(const Leading& given) {
  const auto& [values, directions, origin, error] = given;
  return {values.data(), directions.data(), origin.data(),
          static_cast<std::int64_t>(values.shape(1)), error};
}

template <class Rows>
nb::tuple fit(const Rows& rows, std::optional<Starts> starts, FitOptions options,
              nb::object callback) {
  Watch watch(std::move(callback));
  options.keep_going = watch.watcher();
  FitResult result = without_lock(
      watch, [&] { return fit_kmeans(rows, starts ? starts->data() : nullptr, options); });
  return hand_over(std::move(result), rows, options.k);
}

template <class Rows>
nb::tuple assign(const Rows& rows, const MatrixIn<double>& centers, int n_threads) {
  const auto k = static_cast<std::int64_t>(centers.shape(0));
  return labels_and_costs(rows.n, [&](std::int32_t* labels, double* costs) {
    assign_rows(rows, centers.data(), k, n_threads, labels, costs);
  });
}

template <class Rows>
nb::object seeds(const Rows& rows, std::int64_t k, int n_trials, std::uint64_t seed,
                 int n_threads) {
  Watch watch{nb::none()};
  auto ask = watch.watcher();
  std::vector<std::int64_t> chosen = without_lock(watch, [&] {
    return choose_seeds(rows, k, n_trials, seed, 0, n_threads, [&](double) { return ask(0, 0); });
  });
  return nb::cast(hand_over(std::move(chosen), {static_cast<std::size_t>(k)}));
}

FitOptions options_of(std::int64_t k, int n_init, int n_trials, std::uint64_t seed, int max_iter,
                      double tol, int n_threads) {
  return {k, n_init, n_trials, seed, max_iter, tol, n_threads, {}, false, {}};
}

template <class T>
void bind_dense(nb::module_& m) {
  m.def(
      "kmeans_fit",
      [](MatrixIn<T> X, std::optional<VectorIn<double>> weights, std::optional<Starts> starts,
         std::int64_t k, int n_init, int n_trials, std::uint64_t seed, int max_iter, double tol,
         int n_threads, nb::object callback, std::optional<Leading> leading) {
        FitOptions options = options_of(k, n_init, n_trials, seed, max_iter, tol, n_threads);
        if (leading) options.leading = leading_of(*leading);
        return fit(rows_of<T>(X, weights), starts, options, callback);
      },
      nb::arg("X"), nb::arg("weights").none(), nb::arg("starts").none(), nb::arg("k"),
      nb::arg("n_init"), nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"), nb::arg("tol"),
      nb::arg("n_threads"), nb::arg("callback").none(), nb::arg("leading").none());
  m.def(
      "kmeans_assign",
      [](MatrixIn<T> X, MatrixIn<double> centers, int n_threads) {
        return assign(rows_of<T>(X, std::nullopt), centers, n_threads);
      },
      nb::arg("X"), nb::arg("centers"), nb::arg("n_threads"));
  m.def(
      "kmeans_seeds",
      [](MatrixIn<T> X, std::optional<VectorIn<double>> weights, std::int64_t k, int n_trials,
         std::uint64_t seed,
         int n_threads) { return seeds(rows_of<T>(X, weights), k, n_trials, seed, n_threads); },
      nb::arg("X"), nb::arg("weights").none(), nb::arg("k"), nb::arg("n_trials"), nb::arg("seed"),
      nb::arg("n_threads"));
}

template <class T>
void bind_sparse(nb::module_& m) {
  m.def(
      "kmeans_fit_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, std::optional<VectorIn<double>> weights, std::optional<Starts> starts,
         std::int64_t k, int n_init, int n_trials, std::uint64_t seed, int max_iter, double tol,
         int n_threads, nb::object callback) {
        return fit(rows_of<T>(values, columns, row_starts, d, weights), starts,
                   options_of(k, n_init, n_trials, seed, max_iter, tol, n_threads), callback);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("weights").none(), nb::arg("starts").none(), nb::arg("k"), nb::arg("n_init"),
      nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"), nb::arg("tol"),
      nb::arg("n_threads"), nb::arg("callback").none());
  m.def(
      "kmeans_assign_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, MatrixIn<double> centers, int n_threads) {
        return assign(rows_of<T>(values, columns, row_starts, d, std::nullopt), centers, n_threads);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("centers"), nb::arg("n_threads"));
  m.def(
      "kmeans_seeds_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, std::optional<VectorIn<double>> weights, std::int64_t k, int n_trials,
         std::uint64_t seed, int n_threads) {
        return seeds(rows_of<T>(values, columns, row_starts, d, weights), k, n_trials, seed,
                     n_threads);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("weights").none(), nb::arg("k"), nb::arg("n_trials"), nb::arg("seed"),
      nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind_dense<float>(m);
  bind_dense<double>(m);
  bind_sparse<float>(m);
  bind_sparse<double>(m);
}

}  // namespace shoal::bindings
