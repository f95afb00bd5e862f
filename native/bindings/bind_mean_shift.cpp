#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/mean_shift.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

using Callback = std::optional<nb::callable>;

nb::tuple shift(MatrixIn<double> X, MatrixIn<double> seeds, double bandwidth, std::int64_t max_iter,
                int n_threads, const Callback& callback) {
  MeanShiftResult result = watched(callback, [&](KeepGoing keep_going) {
    return shift_means(view(X), view(seeds),
                       {bandwidth, max_iter, n_threads, std::move(keep_going)});
  });
  const std::size_t m = result.n_rows.size(), d = X.shape(1);
  return nb::make_tuple(hand_over(std::move(result.peaks), {m, d}),
                        hand_over(std::move(result.n_rows), {m}), result.n_iter);
}

ArrayOut<double> kth_distances(MatrixIn<double> X, MatrixIn<double> Q, std::int64_t k,
                               int n_threads, const Callback& callback) {
  std::vector<double> distances(Q.shape(0));
  watched(callback, [&](const KeepGoing& keep_going) {
    find_kth_distances(view(X), view(Q), k, n_threads, keep_going, distances.data());
    return 0;
  });
  return hand_over(std::move(distances), {Q.shape(0)});
}

}  // namespace

SHOAL_BIND(m) {
  m.def("mean_shift", &shift, nb::arg("X"), nb::arg("seeds"), nb::arg("bandwidth"),
        nb::arg("max_iter"), nb::arg("n_threads"), nb::arg("callback").none());
  m.def("kth_distances", &kth_distances, nb::arg("X"), nb::arg("Q"), nb::arg("k"),
        nb::arg("n_threads"), nb::arg("callback").none());
}

}  // namespace shoal::bindings
