#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "algorithms/kmeans_blocks.hpp"
#include "bindings/arrays.hpp"
#include "bindings/registry.hpp"
#include "bindings/rows.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

using Sums = nb::ndarray<double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Totals = nb::ndarray<double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <class T>
void bind(nb::module_& m) {
  m.def(
      "kmeans_add_block",
      [](MatrixIn<T> X, std::optional<VectorIn<double>> weights, MatrixIn<double> centers,
         VectorIn<double> shift, Sums sums, Totals totals, double inertia, double farthest,
         int n_threads) {
        BlockTotals found{sums.data(), totals.data(), inertia, -1, farthest, -1};
        {
          nb::gil_scoped_release release;
          add_block(rows_of<T>(X, weights), centers.data(),
                    static_cast<std::int64_t>(centers.shape(0)), shift.data(), n_threads, found);
        }
        return nb::make_tuple(found.inertia, found.farthest, found.farthest_squared,
                              found.farthest_label);
      },
      nb::arg("X"), nb::arg("weights").none(), nb::arg("centers"), nb::arg("shift"),
      nb::arg("sums").noconvert(), nb::arg("totals").noconvert(), nb::arg("inertia"),
      nb::arg("farthest"), nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace shoal::bindings
