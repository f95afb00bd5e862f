#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>
#include <span>

#include "algorithms/prototypes.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

template <class T>
using Starts = nb::ndarray<const T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

template <class Code>
MixedTable<Code> table_of(const MatrixIn<Code>& codes, const MatrixIn<double>& numbers,
                          const double* weights = nullptr) {
  return {codes.data(),
          numbers.data(),
          static_cast<std::int64_t>(codes.shape(0)),
          static_cast<std::int64_t>(codes.shape(1)),
          static_cast<std::int64_t>(numbers.shape(1)),
          weights};
}

template <class Code>
PrototypeView<Code> prototypes_of(const MatrixIn<Code>& modes, const MatrixIn<double>& means,
                                  double gamma) {
  return {modes.data(),
          means.data(),
          static_cast<std::int64_t>(modes.shape(0)),
          static_cast<std::int64_t>(modes.shape(1)),
          static_cast<std::int64_t>(means.shape(1)),
          gamma};
}

template <class Code>
nb::tuple fit(const MatrixIn<Code>& codes, const VectorIn<std::int32_t>& levels,
              const MatrixIn<double>& numbers, const std::optional<VectorIn<double>>& weights,
              const std::optional<Starts<Code>>& start_modes,
              const std::optional<Starts<double>>& start_means, PrototypeOptions options,
              nb::object callback) {
  Watch watch(std::move(callback));
  options.keep_going = watch.watcher();
  MixedTable<Code> table = table_of<Code>(codes, numbers, weights ? weights->data() : nullptr);
  PrototypeFit<Code> found = without_lock(watch, [&] {
    return fit_prototypes(table, std::span(levels.data(), levels.shape(0)),
                          start_modes ? start_modes->data() : nullptr,
                          start_means ? start_means->data() : nullptr, options);
  });
  const auto k = static_cast<std::size_t>(options.k);
  return nb::make_tuple(
      hand_over(std::move(found.prototypes.modes), {k, static_cast<std::size_t>(table.c)}),
      hand_over(std::move(found.prototypes.means), {k, static_cast<std::size_t>(table.d)}),
      found.cost, found.n_iter);
}

template <class Code>
nb::tuple assign(const MatrixIn<Code>& codes, const MatrixIn<double>& numbers,
                 const MatrixIn<Code>& modes, const MatrixIn<double>& means, double gamma,
                 int n_threads) {
  const auto n = static_cast<std::size_t>(codes.shape(0));
  std::vector<std::int32_t> labels(n);
  std::vector<double> costs(n);
  {
    nb::gil_scoped_release release;
    assign_prototypes(table_of<Code>(codes, numbers), prototypes_of<Code>(modes, means, gamma),
                      n_threads, labels.data(), costs.data());
  }
  return nb::make_tuple(hand_over(std::move(labels), {n}), hand_over(std::move(costs), {n}));
}

template <class Code>
ArrayOut<double> costs(const MatrixIn<Code>& codes, const MatrixIn<double>& numbers,
                       const MatrixIn<Code>& modes, const MatrixIn<double>& means, double gamma,
                       int n_threads) {
  const auto n = static_cast<std::size_t>(codes.shape(0));
  const auto k = static_cast<std::size_t>(modes.shape(0));
  std::vector<double> found(n * k);
  {
    nb::gil_scoped_release release;
    prototype_costs(table_of<Code>(codes, numbers), prototypes_of<Code>(modes, means, gamma),
                    n_threads, found.data());
  }
  return hand_over(std::move(found), {n, k});
}

template <class Code>
void bind(nb::module_& m) {
  m.def(
      "prototypes_fit",
      [](MatrixIn<Code> codes, VectorIn<std::int32_t> levels, MatrixIn<double> numbers,
         std::optional<VectorIn<double>> weights, std::optional<Starts<Code>> start_modes,
         std::optional<Starts<double>> start_means, std::int64_t k, double gamma, int n_init,
         int seeding, int n_trials, std::uint64_t seed, int max_iter, int n_threads,
         nb::object callback) {
        return fit<Code>(codes, levels, numbers, weights, start_modes, start_means,
                         {k,
                          gamma,
                          n_init,
                          static_cast<PrototypeSeeding>(seeding),
                          n_trials,
                          seed,
                          max_iter,
                          n_threads,
                          {}},
                         callback);
      },
      nb::arg("codes").noconvert(), nb::arg("levels"), nb::arg("numbers"),
      nb::arg("weights").none(), nb::arg("start_modes").none(), nb::arg("start_means").none(),
      nb::arg("k"), nb::arg("gamma"), nb::arg("n_init"), nb::arg("seeding"), nb::arg("n_trials"),
      nb::arg("seed"), nb::arg("max_iter"), nb::arg("n_threads"), nb::arg("callback").none());
  m.def("prototypes_assign", &assign<Code>, nb::arg("codes").noconvert(), nb::arg("numbers"),
        nb::arg("modes").noconvert(), nb::arg("means"), nb::arg("gamma"), nb::arg("n_threads"));
  m.def("prototypes_costs", &costs<Code>, nb::arg("codes").noconvert(), nb::arg("numbers"),
        nb::arg("modes").noconvert(), nb::arg("means"), nb::arg("gamma"), nb::arg("n_threads"));
}

}  // namespace

SHOAL_BIND(m) {
  bind<std::uint8_t>(m);
  bind<std::uint16_t>(m);
}

}  // namespace shoal::bindings
