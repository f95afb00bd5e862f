#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/minibatch.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

using Weights = std::optional<VectorIn<double>>;

MiniBatchOptions options_of(const nb::dict& given) {
  const auto read = [&](const char* name, auto& to) {
    to = nb::cast<std::decay_t<decltype(to)>>(given[name]);
  };
  MiniBatchOptions options;
  read("k", options.k);
  read("n_init", options.n_init);
  read("n_trials", options.n_trials);
  read("seed", options.seed);
  read("init_size", options.init_size);
  read("batch_size", options.batch_size);
  read("max_iter", options.max_iter);
  read("tol", options.relative_tolerance);
  read("max_no_improvement", options.max_no_improvement);
  read("reassignment_ratio", options.reassignment_ratio);
  read("compute_labels", options.compute_labels);
  read("nested", options.nested);
  read("n_threads", options.n_threads);
  return options;
}

template <class Rows>
nb::tuple fit(const Rows& rows, const std::optional<Starts>& starts, const nb::dict& given,
              nb::object callback) {
  Watch watch(std::move(callback));
  MiniBatchOptions options = options_of(given);
  options.keep_going = watch.watcher();
  MiniBatchResult result = without_lock(
      watch, [&] { return fit_minibatch(rows, starts ? starts->data() : nullptr, options); });
  const std::size_t n = result.labels.size();
  const auto k = static_cast<std::size_t>(options.k), d = static_cast<std::size_t>(rows.d);
  return nb::make_tuple(
      hand_over(std::move(result.labels), {n}), hand_over(std::move(result.distances), {n}),
      hand_over(std::move(result.state.centers), {k, d}),
      hand_over(std::move(result.state.counts), {k}), result.state.since_reassigned, result.inertia,
      result.n_steps, result.n_iter);
}

template <class Rows>
nb::tuple step(const Rows& rows, const MatrixIn<double>& centers, const VectorIn<double>& counts,
               std::int64_t since_reassigned, double reassignment_ratio, std::uint64_t seed,
               std::uint64_t number, int n_threads) {
  const std::size_t k = centers.shape(0), d = centers.shape(1);
  MiniBatchState state{{centers.data(), centers.data() + k * d},
                       {counts.data(), counts.data() + k},
                       since_reassigned};
  double inertia = 0;
  {
    nb::gil_scoped_release release;
    inertia = minibatch_step(rows, state, reassignment_ratio, seed, number, n_threads);
  }
  return nb::make_tuple(hand_over(std::move(state.centers), {k, d}),
                        hand_over(std::move(state.counts), {k}), state.since_reassigned, inertia);
}

template <class T>
void bind(nb::module_& m) {
  m.def(
      "minibatch_fit",
      [](MatrixIn<T> X, Weights weights, std::optional<Starts> starts, nb::dict options,
         nb::object callback) { return fit(rows_of<T>(X, weights), starts, options, callback); },
      nb::arg("X"), nb::arg("weights").none(), nb::arg("starts").none(), nb::arg("options"),
      nb::arg("callback").none());
  m.def(
      "minibatch_fit_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, Weights weights, std::optional<Starts> starts, nb::dict options,
         nb::object callback) {
        return fit(rows_of<T>(values, columns, row_starts, d, weights), starts, options, callback);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("weights").none(), nb::arg("starts").none(), nb::arg("options"),
      nb::arg("callback").none());
  m.def(
      "minibatch_step",
      [](MatrixIn<T> X, Weights weights, MatrixIn<double> centers, VectorIn<double> counts,
         std::int64_t since_reassigned, double reassignment_ratio, std::uint64_t seed,
         std::uint64_t number, int n_threads) {
        return step(rows_of<T>(X, weights), centers, counts, since_reassigned, reassignment_ratio,
                    seed, number, n_threads);
      },
      nb::arg("X"), nb::arg("weights").none(), nb::arg("centers"), nb::arg("counts"),
      nb::arg("since_reassigned"), nb::arg("reassignment_ratio"), nb::arg("seed"),
      nb::arg("number"), nb::arg("n_threads"));
  m.def(
      "minibatch_step_csr",
      [](VectorIn<T> values, VectorIn<std::int32_t> columns, VectorIn<std::int64_t> row_starts,
         std::int64_t d, Weights weights, MatrixIn<double> centers, VectorIn<double> counts,
         std::int64_t since_reassigned, double reassignment_ratio, std::uint64_t seed,
         std::uint64_t number, int n_threads) {
        return step(rows_of<T>(values, columns, row_starts, d, weights), centers, counts,
                    since_reassigned, reassignment_ratio, seed, number, n_threads);
      },
      nb::arg("values"), nb::arg("columns"), nb::arg("row_starts"), nb::arg("d"),
      nb::arg("weights").none(), nb::arg("centers"), nb::arg("counts"), nb::arg("since_reassigned"),
      nb::arg("reassignment_ratio"), nb::arg("seed"), nb::arg("number"), nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace shoal::bindings
