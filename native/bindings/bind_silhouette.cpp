#include <nanobind/stl/optional.h>

#include <numeric>
#include <string>
#include <vector>

#include "algorithms/silhouette.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

std::vector<std::int64_t> rows_or_all(const std::optional<VectorIn<std::int64_t>>& rows,
                                      std::int64_t n) {
  if (!rows) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return all;
  }
  const std::vector<std::int64_t> some(rows->data(), rows->data() + rows->shape(0));
  for (const std::int64_t row : some) {
    if (row < 0 || row >= n) {
      throw Error(Error::Kind::parameter, "rows must be from 0 to " + std::to_string(n - 1) +
                                              "; got " + std::to_string(row) + ".");
    }
  }
  return some;
}

template <class Real>
ArrayOut<double> silhouette(const MatrixIn<Real>& X, const MatrixIn<std::int32_t>& labels,
                            const std::optional<VectorIn<std::int64_t>>& rows, int n_threads,
                            std::optional<nb::callable> callback) {
  if (labels.shape(1) != X.shape(0)) {
    throw Error(Error::Kind::parameter, "labels must have one column for each of the " +
                                            std::to_string(X.shape(0)) + " rows; got " +
                                            std::to_string(labels.shape(1)) + ".");
  }
  const std::vector<std::int64_t> wanted = rows_or_all(rows, static_cast<std::int64_t>(X.shape(0)));
  NewMatrix<double> out(static_cast<std::int64_t>(labels.shape(0)),
                        static_cast<std::int64_t>(wanted.size()));
  PythonProgress progress(std::move(callback));
  try {
    const nb::gil_scoped_release unlocked;
    silhouette_samples<Real>(view(X), view(labels), wanted, resolve_thread_count(n_threads),
                             progress.asker(), out.view());
  } catch (const Interrupted&) {
    progress.rethrow();
  }
  return out.release();
}

}  // namespace

SHOAL_BIND(module) {
  const auto define = [&](auto* function) {
    module.def("silhouette_samples", function, nb::arg("X").noconvert(),
               nb::arg("labels").noconvert(), nb::arg("rows") = nb::none(),
               nb::arg("n_threads") = 0, nb::arg("callback") = nb::none());
  };
  define(&silhouette<double>);
  define(&silhouette<float>);
}

}  // namespace shoal::bindings
