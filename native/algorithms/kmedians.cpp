#include "algorithms/kmedians.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "algorithms/cover.hpp"
#include "algorithms/medians.hpp"
#include "algorithms/metric_assign.hpp"
#include "algorithms/point_set.hpp"
#include "core/error.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// One run of the two steps from given centres.
template <class T>
class Run {
 public:
  Run(const DenseRows<T>& rows, const MetricAssigner<T>& assigner, std::vector<double> centers,
      const FitOptions& options, int number)
      : rows_(rows),
        assigner_(assigner),
        k_(options.k),
        options_(options),
        medians_(rows, options.k),
        ask_([this, number](double) {
          return !options_.keep_going || options_.keep_going(number, result_.n_iter);
        }) {
    result_.centers = std::move(centers);
    result_.labels.assign(static_cast<std::size_t>(rows.n), -1);
    distances_.resize(static_cast<std::size_t>(rows.n));
  }

  FitResult run() {
    bool settled = false;
    for (int i = 0; i < options_.max_iter && !settled; ++i) {
      const bool changed = assign() > 0;
      result_.n_iter = i + 1;
      if (!ask_(0)) throw Interrupted();
      medians_.group(labels());
      const bool moved = fill_empty();
      settled = !changed && !moved;
      if (!settled) medians_.update(result_.centers.data(), options_.n_threads);
    }
    if (!settled) settle_labels();
    result_.inertia = assigner_.measure(result_.centers.data(), labels(), distances_.data());
    result_.distances.assign(distances_.begin(), distances_.end());
    return std::move(result_);
  }

 private:
  std::int32_t* labels() { return result_.labels.data(); }
  Index assign() { return assigner_.assign(result_.centers.data(), k_, ask_, labels()); }

  bool has_empty() const {
    return std::ranges::any_of(medians_.weights(), [](double w) { return !(w > 0); });
  }

  // A cluster without rows takes the one farthest from its centre, a second one the farthest of
  // what is left, never an equal row. Returns whether a row was moved.
  bool fill_empty() {
    if (!has_empty()) return false;
    assigner_.measure(result_.centers.data(), labels(), distances_.data());
    for (Index i = 0; i < rows_.n; ++i) {
      if (!(rows_.weight(i) > 0)) distances_[static_cast<std::size_t>(i)] = 0;
    }
    bool moved = false;
    for (Index c = 0; c < k_; ++c) {
      if (medians_.weights()[static_cast<std::size_t>(c)] > 0) continue;
      const auto farthest = std::ranges::max_element(distances_);
      if (!(*farthest > 0)) break;
      const Index row = farthest - distances_.begin();
      labels()[row] = static_cast<std::int32_t>(c);
      rows_.copy_row(row, result_.centers.data() + c * rows_.d);
      moved = true;
      for (Index i = 0; i < rows_.n; ++i) {
        auto& left = distances_[static_cast<std::size_t>(i)];
        if (left <= 0) continue;
        left = std::min(left,
                        exact_distance(Metric::manhattan, rows_.row(i), rows_.row(row), rows_.d));
      }
    }
    if (moved) medians_.group(labels());
    return moved;
  }

  // After the last iteration: labels for the final centres, and no empty cluster while some row is
  // away from every centre. Each round leaves one more centre on a row.
  void settle_labels() {
    for (Index round = 0; round <= k_; ++round) {
      assign();
      medians_.group(labels());
      if (!fill_empty()) return;
    }
  }

  const DenseRows<T>& rows_;
  const MetricAssigner<T>& assigner_;
  Index k_;
  const FitOptions& options_;
  Medians<T> medians_;
  KeepGoing ask_;
  FitResult result_;
  std::vector<double> distances_;
};

// Where runs start when no centres are given.
template <class T>
class Seeds {
 public:
  Seeds(const DenseRows<T>& rows, const FitOptions& options)
      : rows_(rows), options_(options), points_(points_of(rows, options.n_threads)) {}

  std::vector<Index> draw(int run) {
    const KeepGoing ask = [&](double) {
      return !options_.keep_going || options_.keep_going(run, 0);
    };
    const auto stream = static_cast<std::uint64_t>(run);
    if (options_.n_trials == kRandomRows || points_.n < options_.k) {
      return choose_seeds(rows_, options_.k, kRandomRows, options_.seed, stream, options_.n_threads,
                          ask);
    }
    if (!space_) space_.emplace(Metric::manhattan, points_.view(), points_.all());
    Cover cover(*space_, points_.weights.data(), options_.n_threads, ask);
    std::vector<Index> chosen =
        cover.spread(options_.k, options_.n_trials, Philox(options_.seed, stream));
    for (Index& c : chosen) c = points_.origin[static_cast<std::size_t>(c)];
    return chosen;
  }

 private:
  static PointSet<float> points_of(const DenseRows<T>& rows, int n_threads) {
    if (rows.n <= kCanonicalRows) return distinct_points<float>(rows, n_threads);
    std::vector<Index> chosen;
    std::vector<double> weights;
    for (Index i = 0; i < rows.n; ++i) {
      if (!(rows.weight(i) > 0)) continue;
      chosen.push_back(i);
      weights.push_back(rows.weight(i));
    }
    return point_set<float>(rows, chosen, weights, n_threads);
  }

  const DenseRows<T>& rows_;
  const FitOptions& options_;
  PointSet<float> points_;
  std::optional<CoordinateSpace<float>> space_;
};

}  // namespace

template <class T>
FitResult fit_kmedians(const DenseRows<T>& rows, const double* starts, const FitOptions& options) {
  const Index size = options.k * rows.d;
  const MetricAssigner<T> assigner(Metric::manhattan, rows, options.n_threads);
  std::optional<Seeds<T>> seeds;
  if (starts == nullptr) seeds.emplace(rows, options);
  FitResult best;
  for (int run = 0; run < options.n_init; ++run) {
    std::vector<double> centers(static_cast<std::size_t>(size));
    if (starts != nullptr) {
      std::copy_n(starts + run * size, size, centers.begin());
    } else {
      const std::vector<Index> rows_chosen = seeds->draw(run);
      for (Index c = 0; c < options.k; ++c) {
        rows.copy_row(rows_chosen[static_cast<std::size_t>(c)], centers.data() + c * rows.d);
      }
    }
    FitResult result = Run<T>(rows, assigner, std::move(centers), options, run).run();
    // Two runs that found the same groups differ by rounding alone: the first one stands.
    if (run == 0 || result.inertia < best.inertia * (1 - 1e-9)) best = std::move(result);
  }
  return best;
}

template FitResult fit_kmedians(const DenseRows<float>&, const double*, const FitOptions&);
template FitResult fit_kmedians(const DenseRows<double>&, const double*, const FitOptions&);

}  // namespace shoal
