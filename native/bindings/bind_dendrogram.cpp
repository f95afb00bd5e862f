#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "bindings/arrays.hpp"
#include "bindings/registry.hpp"
#include "tree/dendrogram.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

// From SciPy's Z, which the caller has checked.
Dendrogram tree_of(const MatrixIn<double>& Z) {
  Dendrogram tree;
  const MatrixView<const double> steps = view(Z);
  tree.n_rows = steps.rows() + 1;
  for (std::int64_t s = 0; s < steps.rows(); ++s) {
    tree.left.push_back(static_cast<std::int32_t>(steps(s, 0)));
    tree.right.push_back(static_cast<std::int32_t>(steps(s, 1)));
    tree.height.push_back(steps(s, 2));
  }
  return tree;
}

ArrayOut<std::int32_t> labels_below(const MatrixIn<double>& Z,
                                    const VectorIn<std::int32_t>& labels) {
  const Dendrogram tree = tree_of(Z);
  std::vector<std::int32_t> all(labels.data(), labels.data() + labels.size());
  pass_labels_down(tree, all);
  all.resize(static_cast<std::size_t>(tree.n_rows));
  const std::size_t n = all.size();
  return hand_over(std::move(all), {n});
}

ArrayOut<double> greatest(const MatrixIn<double>& Z) {
  std::vector<double> heights = greatest_heights(tree_of(Z));
  const std::size_t n = heights.size();
  return hand_over(std::move(heights), {n});
}

ArrayOut<std::int32_t> order_of(const MatrixIn<double>& Z) {
  std::vector<std::int32_t> order = leaf_order(tree_of(Z));
  const std::size_t n = order.size();
  return hand_over(std::move(order), {n});
}

ArrayOut<double> cophenetic(const MatrixIn<double>& Z) {
  const Dendrogram tree = tree_of(Z);
  std::vector<double> out(static_cast<std::size_t>(tree.n_rows * (tree.n_rows - 1) / 2));
  {
    const nb::gil_scoped_release unlocked;
    cophenetic_distances(tree, out);
  }
  const std::size_t n = out.size();
  return hand_over(std::move(out), {n});
}

ArrayOut<double> inconsistent(const MatrixIn<double>& Z, int depth) {
  const Dendrogram tree = tree_of(Z);
  const auto steps = static_cast<std::size_t>(tree.n_steps());
  std::vector<double> out(4 * steps);
  {
    const nb::gil_scoped_release unlocked;
    inconsistency(tree, depth, out);
  }
  return hand_over(std::move(out), {steps, 4});
}

}  // namespace

SHOAL_BIND(module) {
  module.def("dendrogram_labels", &labels_below, nb::arg("Z").noconvert(),
             nb::arg("labels").noconvert());
  module.def("dendrogram_greatest", &greatest, nb::arg("Z").noconvert());
  module.def("dendrogram_order", &order_of, nb::arg("Z").noconvert());
  module.def("dendrogram_cophenetic", &cophenetic, nb::arg("Z").noconvert());
  module.def("dendrogram_inconsistency", &inconsistent, nb::arg("Z").noconvert(), nb::arg("depth"));
}

}  // namespace shoal::bindings
