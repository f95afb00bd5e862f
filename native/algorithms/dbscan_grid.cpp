// DBSCAN on a grid (Gunawan 2013; Gan and Tao 2015, doi:10.1145/2723372.2737792; Wang, Gu and Shun
// 2020, doi:10.1145/3318464.3380582): any two points of a cell are near each other, so the core
// points of a cell are in one cluster, and what remains is to join cells.
#include <algorithm>
#include <type_traits>

#include "algorithms/close_pair.hpp"
#include "algorithms/dbscan_ways.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal::dbscan {
namespace {

using Index = std::int64_t;
constexpr Index kPart = 2048;  // cells

// The least cluster of a core point near `point`; the first n_core of each cell are core points.
template <class Real>
std::int32_t least_cluster(const Grid<Real>& grid, const NearColumns<Real>& near,
                           const GridWalk& walk, const double* point,
                           const std::vector<std::int32_t>& n_core,
                           const std::vector<std::int32_t>& clusters) {
  std::int32_t best = -1;
  for (std::size_t s = 0; s < walk.size(); ++s) {
    for (Index cell = walk[s].first; cell < walk[s].last; ++cell) {
      const auto c = static_cast<std::size_t>(cell);
      if (n_core[c] == 0 || (best >= 0 && clusters[c] >= best)) continue;
      const Index start = grid.starts[c];
      if (near.any(grid.points, start, start + n_core[c], point)) best = clusters[c];
    }
  }
  return best;
}

template <class Real>
class GridFit {
 public:
  GridFit(const GridFrame& frame, MatrixView<const Real> X, const double* weights,
          const DbscanOptions& options)
      : frame_(frame),
        options_(options),
        grid_(sort_into(frame, X, options.n_threads)),
        n_core_(static_cast<std::size_t>(grid_.n_cells())),
        near_(options.metric, options.limit),
        ticker_(options.keep_going, static_cast<double>(4 * grid_.n_cells())) {
    if (weights == nullptr) return;
    weights_.resize(static_cast<std::size_t>(X.rows()));
    for (Index i = 0; i < X.rows(); ++i) weights_[at(i)] = weights[grid_.rows[at(i)]];
  }

  DbscanResult run() {
    std::vector<std::uint8_t> core(grid_.rows.size());
    for_parts([&](Index begin, Index end, GridWalk& walk) { find_core(begin, end, walk, core); });
    for_parts([&](Index begin, Index end, GridWalk&) { core_first(begin, end, core); });
    UnionFind sets(grid_.n_cells());
    // Cells that touch first: those farther apart are then mostly in one set already.
    for_parts([&](Index begin, Index end, GridWalk& walk) { join<true>(begin, end, walk, sets); });
    for_parts([&](Index begin, Index end, GridWalk& walk) { join<false>(begin, end, walk, sets); });
    clusters_ = number_sets(sets, [&](Index cell) {
      return n_core_[at(cell)] > 0 ? grid_.rows[at(grid_.starts[at(cell)])] : -1;
    });
    return label();
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  template <class Work>
  void for_parts(Work work) {
    const Index n_cells = grid_.n_cells();
    parallel_for(at((n_cells + kPart - 1) / kPart), options_.n_threads,
                 [&](std::size_t part, int worker) {
                   const Index begin = static_cast<Index>(part) * kPart;
                   const Index end = std::min(n_cells, begin + kPart);
                   if (!ticker_.tick(worker, static_cast<double>(end - begin))) return;
                   GridWalk walk(frame_, grid_.keys);
                   work(begin, end, walk);
                 });
    if (ticker_.stopped()) throw Interrupted();
  }

  double weight_of(Index begin, Index end) const {
    if (weights_.empty()) return static_cast<double>(end - begin);
    double sum = 0;
    for (Index i = begin; i < end; ++i) sum += weights_[at(i)];
    return sum;
  }

  void find_core(Index begin, Index end, GridWalk& walk, std::vector<std::uint8_t>& core) {
    walk.start(grid_.keys[at(begin)]);
    for (Index cell = begin; cell < end; ++cell) {
      walk.move(grid_.keys[at(cell)]);
      const Index first = grid_.starts[at(cell)], last = grid_.starts[at(cell + 1)];
      const double own = weight_of(first, last);
      Index n_core = last - first;
      if (own >= options_.min_samples) {
        std::fill(core.begin() + first, core.begin() + last, std::uint8_t{1});
      } else {
        n_core = 0;
        for (Index i = first; i < last; ++i) {
          core[at(i)] = has_enough(i, first, last, own, walk);
          n_core += core[at(i)];
        }
      }
      n_core_[at(cell)] = static_cast<std::int32_t>(n_core);
    }
  }

  bool has_enough(Index place, Index first, Index last, double total, const GridWalk& walk) const {
    double point[kMostColumns];
    grid_.read(place, point);
    const double* weights = weights_.empty() ? nullptr : weights_.data();
    const double enough = options_.min_samples;
    for (std::size_t s = 0; s < walk.size(); ++s) {
      const Index from = grid_.starts[at(walk[s].first)], to = grid_.starts[at(walk[s].last)];
      if (s > 0) {
        total = near_.count(grid_.points, weights, from, to, point, total, enough);
      } else {
        total = near_.count(grid_.points, weights, from, first, point, total, enough);
        if (total < enough) {
          total = near_.count(grid_.points, weights, last, to, point, total, enough);
        }
      }
      if (total >= enough) return true;
    }
    return false;
  }

  // Moves the core points of each cell to its front; either kind keeps its order.
  void core_first(Index begin, Index end, std::vector<std::uint8_t>& core) {
    std::vector<Index> order;
    std::vector<Real> column;
    std::vector<std::int32_t> rows;
    for (Index cell = begin; cell < end; ++cell) {
      const Index first = grid_.starts[at(cell)], last = grid_.starts[at(cell + 1)];
      if (n_core_[at(cell)] == 0 || n_core_[at(cell)] == last - first) continue;
      order.clear();
      for (Index i = first; i < last; ++i) order.push_back(i);
      std::ranges::stable_partition(order, [&](Index i) { return core[at(i)] != 0; });
      rows.assign(grid_.rows.data() + first, grid_.rows.data() + last);
      for (Index i = first; i < last; ++i) {
        grid_.rows[at(i)] = rows[at(order[at(i - first)] - first)];
      }
      for (Index q = 0; q < frame_.d; ++q) {
        Real* const x = grid_.coordinates.data() + q * grid_.points.stride;
        column.assign(x + first, x + last);
        for (Index i = first; i < last; ++i) x[i] = column[at(order[at(i - first)] - first)];
      }
    }
  }

  template <bool touching>
  void join(Index begin, Index end, GridWalk& walk, UnionFind& sets) {
    ClosePair<Real> pair(grid_.points, near_);
    walk.start(grid_.keys[at(begin)]);
    for (Index cell = begin; cell < end; ++cell) {
      if (n_core_[at(cell)] == 0) continue;
      walk.move(grid_.keys[at(cell)]);
      const Index first = grid_.starts[at(cell)];
      for (std::size_t s = 0; s < walk.size(); ++s) {
        const Stretch& stretch = frame_.stretches[s];
        // Each pair once, from its later cell.
        if (stretch.offset > 0 || (touching && !stretch.touching)) continue;
        const std::uint64_t middle =
            grid_.keys[at(cell)] + static_cast<std::uint64_t>(stretch.offset);
        for (Index other = walk[s].first; other < std::min(walk[s].last, cell); ++other) {
          if (n_core_[at(other)] == 0) continue;
          if (touching && grid_.keys[at(other)] + 1 - middle > 2) continue;
          if (sets.same(cell, other)) continue;
          const Index start = grid_.starts[at(other)];
          if (pair.exists({first, first + n_core_[at(cell)]},
                          {start, start + n_core_[at(other)]})) {
            sets.unite(cell, other);
          }
        }
      }
    }
  }

  DbscanResult label() {
    DbscanResult result{std::vector<std::int32_t>(grid_.rows.size(), -1),
                        std::vector<std::uint8_t>(grid_.rows.size())};
    for_parts([&](Index begin, Index end, GridWalk& walk) {
      walk.start(grid_.keys[at(begin)]);
      for (Index cell = begin; cell < end; ++cell) {
        walk.move(grid_.keys[at(cell)]);
        const Index first = grid_.starts[at(cell)], last = grid_.starts[at(cell + 1)];
        for (Index i = first; i < last; ++i) {
          const std::size_t row = at(grid_.rows[at(i)]);
          result.core[row] = i < first + n_core_[at(cell)];
          if (result.core[row] != 0) {
            result.labels[row] = clusters_[at(cell)];
          } else {
            double point[kMostColumns];
            grid_.read(i, point);
            result.labels[row] = least_cluster(grid_, near_, walk, point, n_core_, clusters_);
          }
        }
      }
    });
    return result;
  }

  const GridFrame& frame_;
  const DbscanOptions& options_;
  Grid<Real> grid_;
  std::vector<double> weights_;
  std::vector<std::int32_t> n_core_, clusters_;
  const NearColumns<Real> near_;
  Ticker ticker_;
};

}  // namespace

template <class Real>
DbscanResult fit_on_grid(const GridFrame& frame, MatrixView<const Real> X, const double* weights,
                         const DbscanOptions& options) {
  return GridFit<Real>(frame, X, weights, options).run();
}

template <class Real>
std::vector<std::int32_t> label_on_grid(const GridFrame& frame, MatrixView<const Real> X,
                                        std::span<const std::int32_t> labels,
                                        MatrixView<const Real> Q, const DbscanOptions& options) {
  const Grid<Real> grid = sort_into(frame, X, options.n_threads);
  const Grid<Real> queries = sort_into(frame, Q, options.n_threads);
  std::vector<std::int32_t> sizes, clusters;
  for (std::size_t cell = 0; cell < grid.keys.size(); ++cell) {
    sizes.push_back(grid.starts[cell + 1] - grid.starts[cell]);
    clusters.push_back(
        labels[static_cast<std::size_t>(grid.rows[static_cast<std::size_t>(grid.starts[cell])])]);
  }
  const NearColumns<Real> near(options.metric, options.limit);
  std::vector<std::int32_t> found(static_cast<std::size_t>(Q.rows()), -1);
  const Index n_cells = queries.n_cells();
  Ticker ticker(options.keep_going, static_cast<double>(n_cells));
  parallel_for(static_cast<std::size_t>((n_cells + kPart - 1) / kPart), options.n_threads,
               [&](std::size_t part, int worker) {
                 const Index begin = static_cast<Index>(part) * kPart;
                 const Index end = std::min(n_cells, begin + kPart);
                 if (!ticker.tick(worker, static_cast<double>(end - begin))) return;
                 GridWalk walk(frame, grid.keys);
                 walk.start(queries.keys[static_cast<std::size_t>(begin)]);
                 for (Index cell = begin; cell < end; ++cell) {
                   const auto c = static_cast<std::size_t>(cell);
                   walk.move(queries.keys[c]);
                   for (Index i = queries.starts[c]; i < queries.starts[c + 1]; ++i) {
                     double point[kMostColumns];
                     queries.read(i, point);
                     found[static_cast<std::size_t>(queries.rows[static_cast<std::size_t>(i)])] =
                         least_cluster(grid, near, walk, point, sizes, clusters);
                   }
                 }
               });
  if (ticker.stopped()) throw Interrupted();
  return found;
}

template DbscanResult fit_on_grid<float>(const GridFrame&, MatrixView<const float>, const double*,
                                         const DbscanOptions&);
template DbscanResult fit_on_grid<double>(const GridFrame&, MatrixView<const double>, const double*,
                                          const DbscanOptions&);
template std::vector<std::int32_t> label_on_grid<float>(const GridFrame&, MatrixView<const float>,
                                                        std::span<const std::int32_t>,
                                                        MatrixView<const float>,
                                                        const DbscanOptions&);
template std::vector<std::int32_t> label_on_grid<double>(const GridFrame&, MatrixView<const double>,
                                                         std::span<const std::int32_t>,
                                                         MatrixView<const double>,
                                                         const DbscanOptions&);

}  // namespace shoal::dbscan
