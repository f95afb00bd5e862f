#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <optional>

#include "algorithms/bisect.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class Rows>
nb::tuple fit(const Rows& rows, BisectOptions options, nb::object start, nb::object callback) {
  Watch watch(std::move(callback));
  options.keep_going = watch.watcher();
  if (!start.is_none()) {
    options.start = [&](const std::vector<std::int64_t>& group, double* centers) {
      return watch.guard([&] {
        const auto chosen =
            nb::cast<MatrixIn<double>>(start(hand_over(std::vector(group), {group.size()})));
        std::copy_n(chosen.data(), 2 * rows.d, centers);
      });
    };
  }
  BisectResult result = without_lock(watch, [&] { return fit_bisecting(rows, options); });
  const auto n = static_cast<std::size_t>(rows.n), d = static_cast<std::size_t>(rows.d);
  const auto inner = static_cast<std::size_t>(options.k) - 1;
  return nb::make_tuple(hand_over(std::move(result.labels), {n}),
                        hand_over(std::move(result.tree.centers), {2 * inner + 1, d}),
                        hand_over(std::move(result.tree.children), {inner, 2}),
                        hand_over(std::move(result.inner_inertias), {inner}),
                        hand_over(std::move(result.distances), {n}), result.inertia, result.n_iter);
}

template <class Rows>
nb::tuple assign(const Rows& rows, const MatrixIn<double>& centers,
                 const MatrixIn<std::int32_t>& children, int n_threads) {
  const SplitTree tree{static_cast<std::int64_t>(children.shape(0)) + 1,
                       {children.data(), children.data() + children.size()},
                       {centers.data(), centers.data() + centers.size()}};
  const auto n = static_cast<std::size_t>(rows.n);
  std::vector<std::int32_t> labels(n);
  std::vector<double> squared(n);
  {
    nb::gil_scoped_release release;
    descend(rows, tree, n_threads, labels.data(), squared.data());
  }
  return nb::make_tuple(hand_over(std::move(labels), {n}), hand_over(std::move(squared), {n}));
}

template <class T>
void bind_dense(nb::module_& m) {
  m.def(
      "bisect_fit",
      [](MatrixIn<T> X, std::optional<VectorIn<double>> weights, std::int64_t k, bool by_weight,
         int n_init, int n_trials, std::uint64_t seed, int max_iter, double tol, int n_threads,
         nb::object start, nb::object callback) {
        return fit(rows_of<T>(X, weights),
                   {k, by_weight, n_init, n_trials, seed, max_iter, tol, n_threads, {}, {}}, start,
                   callback);
      },
      nb::arg("X"), nb::arg("weights").none(), nb::arg("k"), nb::arg("by_weight"),
      nb::arg("n_init"), nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"), nb::arg("tol"),
      nb::arg("n_threads"), nb::arg("start").none(), nb::arg("callback").none());
  m.def(
      "bisect_assign",
      [](MatrixIn<T> X, MatrixIn<double> centers, MatrixIn<std::int32_t> children, int n_threads) {
        return assign(rows_of<T>(X, std::nullopt), centers, children, n_threads);
      },
      nb::arg("X"), nb::arg("centers"), nb::arg("children"), nb::arg("n_threads"));
}

template <class T>
void bind_sparse(nb::module_& m) {
  m.def(
      "bisect_fit_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, std::optional<VectorIn<double>> weights, std::int64_t k, bool by_weight,
         int n_init, int n_trials, std::uint64_t seed, int max_iter, double tol, int n_threads,
         nb::object start, nb::object callback) {
        return fit(rows_of<T>(values, columns, row_starts, d, weights),
                   {k, by_weight, n_init, n_trials, seed, max_iter, tol, n_threads, {}, {}}, start,
                   callback);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("weights").none(), nb::arg("k"), nb::arg("by_weight"), nb::arg("n_init"),
      nb::arg("n_trials"), nb::arg("seed"), nb::arg("max_iter"), nb::arg("tol"),
      nb::arg("n_threads"), nb::arg("start").none(), nb::arg("callback").none());
  m.def(
      "bisect_assign_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, MatrixIn<double> centers, MatrixIn<std::int32_t> children, int n_threads) {
        return assign(rows_of<T>(values, columns, row_starts, d, std::nullopt), centers, children,
                      n_threads);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("centers"), nb::arg("children"), nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind_dense<float>(m);
  bind_dense<double>(m);
  bind_sparse<float>(m);
  bind_sparse<double>(m);
}

}  // namespace shoal::bindings
