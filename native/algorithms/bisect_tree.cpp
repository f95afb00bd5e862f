#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "algorithms/bisect.hpp"
#include "algorithms/kmeans.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

void check_tree(const SplitTree& tree, std::int64_t d) {
  const auto inner = static_cast<std::size_t>(tree.k - 1);
  bool sound = tree.k >= 1 && tree.children.size() == 2 * inner &&
               tree.centers.size() ==
                   (inner + static_cast<std::size_t>(tree.k)) * static_cast<std::size_t>(d);
  for (std::size_t i = 0; sound && i < tree.children.size(); ++i) {
    const std::int64_t parent = tree.k + static_cast<std::int64_t>(i / 2);
    sound = tree.children[i] >= 0 && tree.children[i] < parent;
  }
  if (!sound) {
    throw Error(Error::Kind::data,
                "children_ must be a tree over the clusters, as a fit makes it.");
  }
}

}  // namespace

template <class Rows>
void descend(const Rows& rows, const SplitTree& tree, int n_threads, std::int32_t* labels,
             double* squared) {
  check_tree(tree, rows.d);
  struct Visit {
    std::int64_t node;
    std::vector<std::int64_t> rows;
  };
  constexpr std::int64_t kSpan = 1 << 16;  // rows on their way at a time
  for (std::int64_t first = 0; first < rows.n; first += kSpan) {
    std::vector<Visit> visits{{2 * tree.k - 2, {}}};
    visits.back().rows.resize(static_cast<std::size_t>(std::min(kSpan, rows.n - first)));
    std::iota(visits.back().rows.begin(), visits.back().rows.end(), first);
    while (!visits.empty()) {
      const Visit visit = std::move(visits.back());
      visits.pop_back();
      if (visit.node < tree.k) {
        for (const std::int64_t row : visit.rows)
          labels[row] = static_cast<std::int32_t>(visit.node);
        continue;
      }
      const std::int32_t* children = tree.children.data() + 2 * (visit.node - tree.k);
      std::vector<double> pair, away(visit.rows.size());
      for (int side = 0; side < 2; ++side) {
        const double* center = tree.centers.data() + children[side] * rows.d;
        pair.insert(pair.end(), center, center + rows.d);
      }
      std::vector<std::int32_t> sides(visit.rows.size());
      assign_rows(rows.subset(visit.rows, nullptr), pair.data(), 2, n_threads, sides.data(),
                  away.data());
      for (std::int32_t side = 0; side < 2; ++side) {
        Visit next{children[side], {}};
        for (std::size_t i = 0; i < sides.size(); ++i) {
          if (sides[i] == side) next.rows.push_back(visit.rows[i]);
        }
        if (!next.rows.empty()) visits.push_back(std::move(next));
      }
    }
  }
  const auto& exact = SHOAL_PICK_KERNELS(exact_kernels);
  constexpr std::int64_t kChunk = 1024;
  parallel_for(static_cast<std::size_t>((rows.n + kChunk - 1) / kChunk), n_threads,
               [&](std::size_t c, int) {
                 const std::int64_t begin = static_cast<std::int64_t>(c) * kChunk;
                 for (std::int64_t i = begin; i < std::min(rows.n, begin + kChunk); ++i) {
                   squared[i] = rows.squared(exact, i, tree.centers.data() + labels[i] * rows.d);
                 }
               });
}

#define SHOAL_INSTANTIATE(Rows) \
  template void descend(const Rows&, const SplitTree&, int, std::int32_t*, double*);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
