#include "algorithms/mean_shift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "spatial/grid.hpp"
#include "spatial/radius.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// The rows within the bandwidth of a point, summed in one order whatever the point is.
class Balls {
 public:
  Balls(MatrixView<const double> X, double bandwidth, int n_threads)
      : d_(X.cols()), limit_(bandwidth * bandwidth) {
    frame_ = make_frame(X, Metric::euclidean, bandwidth, n_threads);
    if (frame_) {
      // Ascending places, so that the same rows are always added in the same order.
      std::ranges::sort(frame_->stretches, {}, &Stretch::offset);
      grid_ = sort_into(*frame_, X, n_threads);
    } else {
      tree_ = std::make_unique<KdTree>(X, Metric::euclidean, n_threads);
    }
  }

  // sums[d][kSumLanes] is room. Returns the number of rows, and their mean unless there are none.
  Index mean(const double* point, OpenNodes& open, std::vector<double>& sums, double* mean) const {
    std::ranges::fill(sums, 0.0);
    const Index n =
        frame_ ? sum_on_grid(point, sums.data()) : sum_by_tree(point, open, sums.data());
    if (n == 0) return 0;
    for (Index q = 0; q < d_; ++q) {
      const double* lanes = &sums[at(q * kSumLanes)];
      mean[q] = (((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
                 ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))) /
                static_cast<double>(n);
    }
    return n;
  }

 private:
  Index sum_on_grid(const double* point, double* sums) const {
    const auto key = frame_->key_of(point);
    if (!key) return 0;
    Index n = 0;
    for (const Stretch& stretch : frame_->stretches) {
      const Index middle = static_cast<Index>(*key) + stretch.offset;
      const auto first =
          std::ranges::lower_bound(grid_.keys, static_cast<std::uint64_t>(middle - stretch.reach));
      const auto last = std::upper_bound(first, grid_.keys.end(),
                                         static_cast<std::uint64_t>(middle + stretch.reach));
      if (first == last) continue;
      n += kernels_.sum(grid_.points, grid_.starts[at(first - grid_.keys.begin())],
                        grid_.starts[at(last - grid_.keys.begin())], point, limit_, sums);
    }
    return n;
  }

  Index sum_by_tree(const double* point, OpenNodes& open, double* sums) const {
    Index n = 0;
    const auto look = [&](std::int32_t leaf) {
      const PointColumns<double> points{tree_->tile(leaf), kLeafTile, static_cast<int>(d_)};
      n += kernels_.sum(points, 0, tree_->size(leaf), point, limit_, sums);
      return true;
    };
    walk_within(
        *tree_, point, point, limit_, open,
        [&](KdTree::Node node) {
          for (std::int32_t leaf = 0; leaf < node.n_leaves; ++leaf) look(node.first_leaf + leaf);
          return true;
        },
        look);
    return n;
  }

  const Index d_;
  const double limit_;
  const RadiusTable& kernels_ = SHOAL_PICK_KERNELS(radius_kernels);
  std::optional<GridFrame> frame_;
  Grid<double> grid_;
  std::unique_ptr<KdTree> tree_;
};

// Seeds on the move; positions are kept once each.
class Swarm {
 public:
  Swarm(MatrixView<const double> X, MatrixView<const double> seeds, const MeanShiftOptions& options)
      : options_(options),
        d_(X.cols()),
        balls_(X, options.bandwidth, options.n_threads),
        points_(seeds.data(), seeds.data() + seeds.rows() * d_) {
    drop_repeated();
  }

  MeanShiftResult run() {
    MeanShiftResult result;
    for (Index step = 0; !points_.empty(); ++step) {
      move();
      keep(step == options_.max_iter, result);
      if (!points_.empty()) result.n_iter = step + 1;
      drop_repeated();
    }
    return result;
  }

 private:
  Index count() const { return static_cast<Index>(points_.size()) / d_; }

  void move() {
    constexpr Index kPart = 64;
    struct Room {
      OpenNodes open;
      std::vector<double> sums;
    };
    const Index n = count();
    std::vector<Room> rooms(at(std::max(1, options_.n_threads)),
                            Room{{}, std::vector<double>(at(d_ * kSumLanes))});
    next_.resize(points_.size());
    n_rows_.resize(at(n));
    Ticker ticker(options_.keep_going, 0);
    parallel_for(
        at((n + kPart - 1) / kPart), options_.n_threads, [&](std::size_t part, int worker) {
          if (!ticker.tick(worker, 1)) return;
          Room& room = rooms[at(worker)];
          const Index begin = static_cast<Index>(part) * kPart;
          for (Index i = begin; i < std::min(n, begin + kPart); ++i) {
            n_rows_[at(i)] =
                balls_.mean(&points_[at(i * d_)], room.open, room.sums, &next_[at(i * d_)]);
          }
        });
    if (ticker.stopped()) throw Interrupted();
  }

  // Hands over the seeds that have arrived; the others go on.
  void keep(bool last, MeanShiftResult& result) {
    const double least = 1e-3 * options_.bandwidth;
    Index kept = 0;
    for (Index i = 0; i < count(); ++i) {
      if (n_rows_[at(i)] == 0) continue;
      const double* to = &next_[at(i * d_)];
      double squared = 0;
      for (Index q = 0; q < d_; ++q) {
        const double gap = to[q] - points_[at(i * d_ + q)];
        squared += gap * gap;
      }
      if (last || std::sqrt(squared) <= least) {
        result.peaks.insert(result.peaks.end(), to, to + d_);
        result.n_rows.push_back(n_rows_[at(i)]);
      } else {
        if (kept < i) std::copy_n(to, d_, &next_[at(kept * d_)]);
        ++kept;
      }
    }
    next_.resize(at(kept * d_));
    points_.swap(next_);
  }

  void drop_repeated() {
    std::vector<Index> order(at(count()));
    std::iota(order.begin(), order.end(), Index{0});
    const auto row = [&](Index i) { return &points_[at(i * d_)]; };
    std::ranges::sort(order, [&](Index a, Index b) {
      return std::lexicographical_compare(row(a), row(a) + d_, row(b), row(b) + d_);
    });
    next_.clear();
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0 && std::equal(row(order[i]), row(order[i]) + d_, row(order[i - 1]))) continue;
      next_.insert(next_.end(), row(order[i]), row(order[i]) + d_);
    }
    points_.swap(next_);
  }

  const MeanShiftOptions& options_;
  const Index d_;
  const Balls balls_;
  std::vector<double> points_, next_;
  std::vector<Index> n_rows_;
};

}  // namespace

MeanShiftResult shift_means(MatrixView<const double> X, MatrixView<const double> seeds,
                            const MeanShiftOptions& options) {
  return Swarm(X, seeds, options).run();
}

void find_kth_distances(MatrixView<const double> X, MatrixView<const double> Q, Index k,
                        int n_threads, const KeepGoing& keep_going, double* distances) {
  const KdTree tree(X, Metric::euclidean, n_threads);
  const LeafKernels& kernels = tree.kernels();
  const int useful = std::max(1, n_threads);
  std::vector<std::vector<double>> rooms(at(useful), std::vector<double>(at(tree.n() + kLeafTile)));
  Ticker ticker(keep_going, static_cast<double>(Q.rows()));
  parallel_for(at(Q.rows()), useful, [&](std::size_t row, int worker) {
    if (!ticker.tick(worker, 1)) return;
    std::vector<double>& keys = rooms[at(worker)];
    std::int32_t found[kLeafTile];
    Index n = 0;
    for (std::int32_t leaf = 0; leaf < tree.n_leaves(); ++leaf) {
      n += kernels.within(tree.tile(leaf), Q.row(static_cast<Index>(row)), tree.d(),
                          std::numeric_limits<double>::infinity(), found, &keys[at(n)]);
    }
    std::nth_element(keys.begin(), keys.begin() + (k - 1), keys.begin() + n);
    distances[row] = std::sqrt(keys[at(k - 1)]);
  });
  if (ticker.stopped()) throw Interrupted();
}

}  // namespace shoal
