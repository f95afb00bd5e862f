#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/optics.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

using Callback = std::optional<nb::callable>;

nb::tuple hand_over_walk(OpticsResult result) {
  const std::size_t n = result.ordering.size();
  return nb::make_tuple(hand_over(std::move(result.ordering), {n}),
                        hand_over(std::move(result.core), {n}),
                        hand_over(std::move(result.reachability), {n}),
                        hand_over(std::move(result.predecessor), {n}));
}

// metric is its place in the list; max_eps a distance by it.
template <class T>
nb::tuple fit(MatrixIn<T> X, int metric, std::int64_t min_samples, double max_eps, int n_threads,
              const Callback& callback) {
  return hand_over_walk(watched(callback, [&](KeepGoing keep_going) {
    return run_optics<T>(view(X), static_cast<Metric>(metric),
                         {min_samples, max_eps, n_threads, std::move(keep_going)});
  }));
}

template <class T>
nb::tuple fit_matrix(MatrixIn<T> D, std::int64_t min_samples, double max_eps,
                     const Callback& callback) {
  return hand_over_walk(watched(callback, [&](KeepGoing keep_going) {
    return run_optics_matrix<T>(view(D), {min_samples, max_eps, 1, std::move(keep_going)});
  }));
}

nb::tuple xi(VectorIn<double> reachability, VectorIn<std::int64_t> predecessor,
             VectorIn<std::int64_t> ordering, double xi, std::int64_t min_samples,
             std::int64_t min_cluster_size, bool predecessor_correction) {
  const std::span<const std::int64_t> order{ordering.data(), ordering.size()};
  const auto clusters = find_xi_clusters(
      {reachability.data(), reachability.size()}, {predecessor.data(), predecessor.size()}, order,
      {xi, min_samples, min_cluster_size, predecessor_correction});
  std::vector<std::int64_t> ends;
  for (const auto& [first, last] : clusters) ends.insert(ends.end(), {first, last});
  return nb::make_tuple(hand_over(label_xi_clusters(clusters, order), {order.size()}),
                        hand_over(std::move(ends), {clusters.size(), 2}));
}

template <class T>
void bind(nb::module_& m) {
  m.def("optics_fit", &fit<T>, nb::arg("X").noconvert(), nb::arg("metric"), nb::arg("min_samples"),
        nb::arg("max_eps"), nb::arg("n_threads"), nb::arg("callback").none());
  m.def("optics_fit_matrix", &fit_matrix<T>, nb::arg("D").noconvert(), nb::arg("min_samples"),
        nb::arg("max_eps"), nb::arg("callback").none());
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
  m.def("optics_xi", &xi, nb::arg("reachability"), nb::arg("predecessor"), nb::arg("ordering"),
        nb::arg("xi"), nb::arg("min_samples"), nb::arg("min_cluster_size"),
        nb::arg("predecessor_correction"));
}

}  // namespace shoal::bindings
