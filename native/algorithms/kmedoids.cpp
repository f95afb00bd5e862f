#include "algorithms/kmedoids.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "algorithms/draw.hpp"
#include "algorithms/kmedoids_search.hpp"
#include "algorithms/metric_assign.hpp"
#include "algorithms/point_set.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// Streams of random numbers of one run.
enum Stream : std::uint64_t { kStart, kOrder, kBatch };
Philox stream_of(const MedoidOptions& options, int run, Stream stream) {
  return Philox(options.seed, 3 * static_cast<std::uint64_t>(run) + stream);
}

// What a run found: candidates, and how long it took.
struct Found {
  std::vector<Index> medoids;
  int n_iter = 0, n_swaps = 0;
};

// One run on the points of a space. `given` and `ranks` are by candidate.
template <class Space>
Found search(const Space& space, const std::vector<double>& weights, const Index* ranks,
             const std::vector<Index>& given, const MedoidOptions& options, int run) {
  const KeepGoing ask = [&](double swaps) {
    return !options.keep_going || options.keep_going(run, static_cast<int>(swaps));
  };
  std::vector<Index> medoids = given;
  if (options.start == MedoidStart::random) {
    medoids = draw_without_replacement(
        space.n_points(), options.k, [&](Index i) { return weights[static_cast<std::size_t>(i)]; },
        stream_of(options, run, kStart));
    for (Index& m : medoids) m = space.candidate_of(m);
  } else if (options.start != MedoidStart::given) {
    Cover<Space> cover(space, weights.data(), options.n_threads, ask);
    medoids = options.start == MedoidStart::build
                  ? cover.build(options.k, ranks)
                  : cover.spread(options.k, options.n_trials, stream_of(options, run, kStart));
  }
  MedoidSearch<Space> search(space, weights.data(), std::move(medoids), options.n_threads, ask);
  int n_iter = 0;
  if (options.method == MedoidMethod::pam) {
    n_iter = search.swap_best(ranks, options.max_iter);
  } else if (options.method == MedoidMethod::alternate) {
    n_iter = search.alternate(ranks, options.max_iter);
  } else {
    n_iter = search.swap_eagerly(
        random_order(space.n_candidates(), stream_of(options, run, kOrder)), options.max_iter);
  }
  return {search.state().medoids(), n_iter, search.n_swaps()};
}

// Every row that can be a medoid, and the lowest of the others, where they are fewer than k.
std::vector<Index> fill_up(const std::vector<Index>& origin, Index n, Index k) {
  std::vector<Index> medoids = origin;
  std::sort(medoids.begin(), medoids.end());
  std::vector<bool> taken(static_cast<std::size_t>(n));
  for (const Index m : medoids) taken[static_cast<std::size_t>(m)] = true;
  for (Index i = 0; static_cast<Index>(medoids.size()) < k; ++i) {
    if (!taken[static_cast<std::size_t>(i)]) medoids.push_back(i);
  }
  return medoids;
}

// The best of the runs by the loss that finish() finds: run(number) -> Found, in candidates, whose
// rows are in `origin`; finish(result) sets labels, distances and loss from the medoids.
template <class Run, class Finish>
MedoidResult best_of_runs(const std::vector<Index>& origin, Index n_rows,
                          const MedoidOptions& options, Run&& run, Finish&& finish) {
  MedoidResult best;
  if (static_cast<Index>(origin.size()) < options.k) {
    best.medoids = fill_up(origin, n_rows, options.k);
    finish(best);
    return best;
  }
  for (int r = 0; r < options.n_init; ++r) {
    const Found found = run(r);
    MedoidResult result;
    for (const Index m : found.medoids) {
      result.medoids.push_back(origin[static_cast<std::size_t>(m)]);
    }
    result.n_iter = found.n_iter;
    result.n_swaps = found.n_swaps;
    finish(result);
    // Two runs that found the same groups differ by rounding alone: the first one stands.
    if (r == 0 || result.loss < best.loss * (1 - 1e-9)) best = std::move(result);
  }
  return best;
}

// The candidates that stand for the rows `given`: those of the first of equal rows.
template <class Real>
std::vector<Index> candidates_of(const std::vector<Index>& given, const DistinctRows& distinct,
                                 const PointSet<Real>& points) {
  std::vector<Index> found;
  for (const Index row : given) {
    const auto at = std::ranges::find(distinct.order, row) - distinct.order.begin();
    const auto after = std::ranges::upper_bound(distinct.starts, at);
    const Index first = distinct.order[static_cast<std::size_t>(*(after - 1))];
    found.push_back(std::ranges::find(points.origin, first) - points.origin.begin());
  }
  return found;
}

// A sample of the points that stands for all of them, each with the weight of the points it is the
// nearest to (A. de Mathelin et al. 2025, doi:10.1609/aaai.v39i15.33776).
template <class Real>
class OneBatch {
 public:
  // How many points are enough.
  static Index size(Index n, Index k) {
    return static_cast<Index>(
        std::ceil(100 * std::log(static_cast<double>(n) * static_cast<double>(k))));
  }

  OneBatch(Metric metric, const PointSet<Real>& points, const MedoidOptions& options, int run) {
    batch_ = draw_without_replacement(
        points.n, size(points.n, options.k),
        [&](Index i) { return points.weights[static_cast<std::size_t>(i)]; },
        stream_of(options, run, kBatch));
    std::sort(batch_.begin(), batch_.end());
    weights_.assign(batch_.size(), 0.0);
    const std::vector<std::int32_t> nearest = nearest_of_all(metric, points, options.n_threads);
    for (std::size_t i = 0; i < nearest.size(); ++i) {
      weights_[static_cast<std::size_t>(nearest[i])] += points.weights[i];
    }
  }

  const std::vector<Index>& points() const { return batch_; }
  const std::vector<double>& weights() const { return weights_; }

 private:
  std::vector<std::int32_t> nearest_of_all(Metric metric, const PointSet<Real>& points,
                                           int n_threads) const {
    const auto& kernels = metric_kernels<Real>(metric);
    const Index d = points.d, tiles = (points.n + kPairTile - 1) / kPairTile;
    std::vector<Real> columns;
    for (const Index i : batch_) {
      const Real* x = points.view().row(i);
      columns.insert(columns.end(), x, x + d);
    }
    std::vector<std::int32_t> nearest(static_cast<std::size_t>(tiles * kPairTile));
    parallel_for(static_cast<std::size_t>(tiles), n_threads, [&](std::size_t t, int) {
      Real best[kPairTile], second[kPairTile];
      const Index first = static_cast<Index>(t) * kPairTile;
      const Tiles<Real> tile(points.view().row(first), d,
                             std::min<Index>(kPairTile, points.n - first),
                             [](Index i) { return i; });
      kernels.nearest(tile.tile(0), columns.data(), static_cast<Index>(batch_.size()), d, best,
                      second, &nearest[static_cast<std::size_t>(first)]);
    });
    nearest.resize(static_cast<std::size_t>(points.n));
    return nearest;
  }

  std::vector<Index> batch_;
  std::vector<double> weights_;
};

template <class Real, class T>
MedoidResult fit_points(Metric metric, const DenseRows<T>& rows, const MedoidOptions& options) {
  const DistinctRows distinct = distinct_rows(rows);
  const PointSet<Real> points =
      point_set<Real>(rows, distinct.first_of_each(), distinct.weights, options.n_threads);
  const std::vector<Index> given = candidates_of(options.given, distinct, points);
  const MetricAssigner<T> assigner(metric, rows, options.n_threads);
  const bool one_batch = options.method == MedoidMethod::onebatch &&
                         points.n > OneBatch<Real>::size(points.n, options.k);
  std::optional<CoordinateSpace<Real>> all;
  if (!one_batch) all.emplace(metric, points.view(), points.all());
  const auto run = [&](int r) {
    if (!one_batch) {
      return search(*all, points.weights, points.origin.data(), given, options, r);
    }
    const OneBatch<Real> batch(metric, points, options, r);
    const CoordinateSpace<Real> space(metric, points.view(), batch.points());
    return search(space, batch.weights(), points.origin.data(), given, options, r);
  };
  const auto finish = [&](MedoidResult& result) {
    std::vector<double> centers(static_cast<std::size_t>(options.k * rows.d));
    for (Index c = 0; c < options.k; ++c) {
      rows.copy_row(result.medoids[static_cast<std::size_t>(c)], centers.data() + c * rows.d);
    }
    result.labels.assign(static_cast<std::size_t>(rows.n), -1);
    result.distances.resize(static_cast<std::size_t>(rows.n));
    assigner.assign(centers.data(), options.k, {}, result.labels.data());
    result.loss = assigner.measure(centers.data(), result.labels.data(), result.distances.data());
  };
  return best_of_runs(points.origin, rows.n, options, run, finish);
}

}  // namespace

template <class T>
MedoidResult fit_kmedoids(Metric metric, const DenseRows<T>& rows, const MedoidOptions& options) {
  return options.method == MedoidMethod::pam ? fit_points<double>(metric, rows, options)
                                             : fit_points<float>(metric, rows, options);
}

template <class T>
MedoidResult fit_kmedoids(MatrixView<const T> distances, const double* weights,
                          const MedoidOptions& options) {
  const Index n = distances.rows();
  std::vector<Index> rows, given;
  std::vector<double> used;
  for (Index i = 0; i < n; ++i) {
    const double w = weights != nullptr ? weights[i] : 1.0;
    if (!(w > 0)) continue;
    rows.push_back(i);
    used.push_back(w);
  }
  for (const Index g : options.given) {
    given.push_back(std::ranges::lower_bound(rows, g) - rows.begin());
  }
  const MatrixSpace<T> space(distances, rows);
  const auto finish = [&](MedoidResult& result) {
    result.labels.assign(static_cast<std::size_t>(n), 0);
    result.distances.assign(static_cast<std::size_t>(n), std::numeric_limits<double>::infinity());
    for (Index i = 0; i < n; ++i) {
      double& least = result.distances[static_cast<std::size_t>(i)];
      for (std::size_t c = 0; c < result.medoids.size(); ++c) {
        const auto distance = static_cast<double>(distances(i, result.medoids[c]));
        if (!(distance < least)) continue;
        least = distance;
        result.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(c);
      }
      result.loss += (weights != nullptr ? weights[i] : 1.0) * least;
    }
  };
  return best_of_runs(
      rows, n, options, [&](int r) { return search(space, used, rows.data(), given, options, r); },
      finish);
}

template MedoidResult fit_kmedoids(Metric, const DenseRows<float>&, const MedoidOptions&);
template MedoidResult fit_kmedoids(Metric, const DenseRows<double>&, const MedoidOptions&);
template MedoidResult fit_kmedoids(MatrixView<const float>, const double*, const MedoidOptions&);
template MedoidResult fit_kmedoids(MatrixView<const double>, const double*, const MedoidOptions&);

}  // namespace shoal
