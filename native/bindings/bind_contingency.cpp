#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/contingency.hpp"
#include "algorithms/expected_information.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class T>
std::span<const T> span_of(const VectorIn<T>& array) {
  return {array.data(), array.shape(0)};
}

template <class T>
ArrayOut<T> whole(std::vector<T> values) {
  const std::size_t size = values.size();
  return hand_over(std::move(values), {size});
}

template <class T>
ArrayOut<T> whole(Buffer<T> values) {
  const std::size_t size = values.size();
  T* const data = values.release();
  const nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return ArrayOut<T>(data, {size}, owner);
}

template <class Label>
nb::object encode(const VectorIn<Label>& labels, int n_threads) {
  std::optional<Codes> coded;
  {
    const nb::gil_scoped_release unlocked;
    coded = encode_labels<Label>(span_of(labels), resolve_thread_count(n_threads));
  }
  if (!coded) return nb::none();
  return nb::make_tuple(whole(std::move(coded->codes)), coded->low, coded->span);
}

void check_length(const char* name, std::size_t length, std::size_t wanted) {
  if (length != wanted) {
    throw Error(Error::Kind::parameter,
                std::string(name) + " must have one value for each of the " +
                    std::to_string(wanted) + " rows; got " + std::to_string(length) + ".");
  }
}

template <class Count>
nb::tuple count(const VectorIn<std::int32_t>& classes, std::int64_t n_classes,
                const VectorIn<std::int32_t>& clusters, std::int64_t n_clusters,
                const std::optional<VectorIn<Count>>& weights, int n_threads) {
  check_length("clusters", clusters.shape(0), classes.shape(0));
  if (weights) check_length("weights", weights->shape(0), classes.shape(0));
  Contingency<Count> table;
  {
    const nb::gil_scoped_release unlocked;
    table = count_pairs<Count>({span_of(classes), n_classes}, {span_of(clusters), n_clusters},
                               weights ? span_of(*weights) : std::span<const Count>{},
                               resolve_thread_count(n_threads));
  }
  return nb::make_tuple(whole(std::move(table.classes)), whole(std::move(table.clusters)),
                        whole(std::move(table.row_starts)), whole(std::move(table.columns)),
                        whole(std::move(table.counts)), whole(std::move(table.class_totals)),
                        whole(std::move(table.cluster_totals)));
}

double expected_information(const VectorIn<std::int64_t>& classes,
                            const VectorIn<std::int64_t>& clusters, int n_threads) {
  PythonProgress progress(std::nullopt);
  try {
    const nb::gil_scoped_release unlocked;
    return expected_mutual_information(span_of(classes), span_of(clusters),
                                       resolve_thread_count(n_threads), progress.asker());
  } catch (const Interrupted&) {
    progress.rethrow();
    throw;
  }
}

template <class Count>
void bind_count(nb::module_& module) {
  module.def("count_pairs", &count<Count>, nb::arg("classes").noconvert(), nb::arg("n_classes"),
             nb::arg("clusters").noconvert(), nb::arg("n_clusters"),
             nb::arg("weights").noconvert().none(), nb::arg("n_threads") = 0);
}

}  // namespace

SHOAL_BIND(module) {
  const auto define = [&](auto* function) {
    module.def("encode_labels", function, nb::arg("labels").noconvert(), nb::arg("n_threads") = 0);
  };
  define(&encode<std::int32_t>);
  define(&encode<std::int64_t>);
  bind_count<std::int64_t>(module);
  bind_count<double>(module);
  module.def("expected_mutual_information", &expected_information, nb::arg("classes").noconvert(),
             nb::arg("clusters").noconvert(), nb::arg("n_threads") = 0);
}

}  // namespace shoal::bindings
