#include "algorithms/labelings.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

void sort_by_label(const Labeling& labeling, std::vector<Index>& order) {
  std::vector<Index> next(labeling.counts.size() + 1);
  std::partial_sum(labeling.counts.begin(), labeling.counts.end(), next.begin() + 1);
  std::vector<Index> sorted(order.size());
  for (const Index i : order) sorted[static_cast<std::size_t>(next[labeling.labels[i]]++)] = i;
  order.swap(sorted);
}

Pass make_pass(std::vector<Labeling*> labelings, Index n) {
  std::ranges::stable_sort(labelings, {}, [](const Labeling* l) { return l->counts.size(); });
  Pass pass{std::move(labelings), std::vector<Index>(static_cast<std::size_t>(n)), {}};
  std::iota(pass.order.begin(), pass.order.end(), Index{0});
  for (const Labeling* labeling : pass.labelings) sort_by_label(*labeling, pass.order);
  for (Index j = 0; j < n; ++j) {
    if (j == 0 || std::ranges::any_of(pass.labelings, [&](const Labeling* l) {
          return l->labels[pass.order[j]] != l->labels[pass.order[j - 1]];
        })) {
      pass.cells.push_back(j);
    }
  }
  pass.cells.push_back(n);
  return pass;
}

}  // namespace

std::vector<Labeling> read_labelings(MatrixView<const std::int32_t> labels,
                                     MatrixView<double> out) {
  std::vector<Labeling> labelings;
  for (Index m = 0; m < labels.rows(); ++m) {
    Labeling labeling{labels.row(m), {}, out.row(m)};
    for (const std::int32_t label : labels[m]) {
      if (label < 0 || label >= labels.cols()) {
        throw Error(Error::Kind::parameter,
                    "labels must be from 0 to the number of rows less one; got " +
                        std::to_string(label) + ". Leave noise out and renumber the rest.");
      }
      if (static_cast<std::size_t>(label) >= labeling.counts.size()) {
        labeling.counts.resize(static_cast<std::size_t>(label) + 1);
      }
      ++labeling.counts[static_cast<std::size_t>(label)];
    }
    if (std::ranges::count_if(labeling.counts, [](Index c) { return c > 0; }) < 2) {
      throw Error(Error::Kind::parameter,
                  "labels must name at least 2 clusters; got fewer. A silhouette compares a "
                  "cluster with the next.");
    }
    labelings.push_back(std::move(labeling));
  }
  return labelings;
}

// Labelings share a pass as long as its cells are worth the kernel's while.
void plan_passes(std::vector<Labeling*> labelings, Index n, std::vector<Pass>& passes) {
  Pass pass = make_pass(labelings, n);
  if (labelings.size() == 1 || static_cast<Index>(pass.cells.size()) <= n / 16) {
    passes.push_back(std::move(pass));
    return;
  }
  const auto middle = labelings.begin() + static_cast<std::ptrdiff_t>(labelings.size() / 2);
  plan_passes({labelings.begin(), middle}, n, passes);
  plan_passes({middle, labelings.end()}, n, passes);
}

}  // namespace shoal
