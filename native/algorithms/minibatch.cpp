#include "algorithms/minibatch.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "algorithms/center_pass.hpp"
#include "algorithms/deck.hpp"
#include "algorithms/distinct_rows.hpp"
#include "algorithms/kmeans_empty.hpp"
#include "algorithms/lottery.hpp"
#include "algorithms/minibatch_nested.hpp"
#include "algorithms/minibatch_step.hpp"
#include "core/error.hpp"

namespace shoal {
namespace {

// Streams of random numbers beside those of the seeding, which counts from 0.
constexpr std::uint64_t kStartRows = std::uint64_t{1} << 32;
constexpr std::uint64_t kJudgeRows = std::uint64_t{2} << 32;
constexpr std::uint64_t kBatchRows = std::uint64_t{3} << 32;
constexpr std::uint64_t kNestedRows = std::uint64_t{5} << 32;

// Whether smoothed inertia still falls.
class Improvement {
 public:
  Improvement(double smoothing, std::int64_t patience)
      : smoothing_(std::min(1.0, smoothing)), patience_(patience) {}

  // Takes the inertia of a batch per row; returns whether it is time to stop.
  bool stalled(double inertia) {
    smoothed_ =
        std::isnan(smoothed_) ? inertia : smoothed_ * (1 - smoothing_) + inertia * smoothing_;
    if (smoothed_ < least_) {
      least_ = smoothed_;
      without_ = 0;
    } else {
      ++without_;
    }
    return patience_ >= 0 && without_ >= patience_;
  }
  double smoothed() const { return smoothed_; }

 private:
  double smoothing_;
  std::int64_t patience_, without_ = 0;
  double smoothed_ = std::numeric_limits<double>::quiet_NaN();
  double least_ = std::numeric_limits<double>::infinity();
};

template <class Rows>
class Fit {
 public:
  Fit(const Rows& rows, const MiniBatchOptions& options)
      : rows_(rows),
        options_(options),
        lottery_(rows),
        batch_size_(std::min(options.batch_size, rows.n)),
        n_steps_(std::max<std::int64_t>(1, options.max_iter * rows.n / batch_size_)) {}

  MiniBatchResult run(const double* starts) {
    MiniBatchResult result;
    MiniBatchState& state = result.state;
    state.centers.resize(static_cast<std::size_t>(options_.k * rows_.d));
    state.counts.assign(static_cast<std::size_t>(options_.k), 0.0);
    if (options_.nested) {
      fit_nested(
          rows_, options_, Philox(options_.seed, kNestedRows),
          [&](int run, std::vector<double>& centers) { one_start(starts, run, centers); },
          [&](std::int64_t step) { return goes_on(step, 0); }, result);
      return result;
    }
    start(starts, state.centers);
    const double tolerance =
        options_.relative_tolerance > 0 ? options_.relative_tolerance * mean_variance(rows_) : -1.0;
    Improvement improvement(
        2.0 * static_cast<double>(batch_size_) / static_cast<double>(rows_.n + 1),
        options_.max_no_improvement);
    Stepper<Rows> stepper(options_.k, rows_.d, options_.reassignment_ratio, options_.seed,
                          options_.n_threads);
    Deck<Rows> deck(rows_, lottery_);
    std::vector<double> before;
    while (result.n_steps < n_steps_) {
      if (!goes_on(result.n_steps, n_steps_)) throw Interrupted();
      const auto step = static_cast<std::uint64_t>(result.n_steps++);
      const Rows batch =
          rows_.subset(deck.deal(batch_size_, Philox(options_.seed, kBatchRows + step)), nullptr);
      if (tolerance > 0) before = state.centers;
      const double inertia = stepper.step(batch, state, step) / static_cast<double>(batch_size_);
      if (result.n_steps == 1) continue;  // what the start makes of it, not an improvement
      const bool stalled = improvement.stalled(inertia);
      if (stalled || (tolerance > 0 && squared_shift(before, state.centers) <= tolerance)) break;
    }
    result.n_iter = (result.n_steps * batch_size_ + rows_.n - 1) / rows_.n;
    result.inertia = improvement.smoothed() * total_weight();
    return result;
  }

  // Asks at most twenty times a second; `most` steps there will be, 0 when unknown.
  bool goes_on(std::int64_t step, std::int64_t most) {
    const auto now = std::chrono::steady_clock::now();
    if (!options_.keep_going || (step > 0 && now - asked_ < std::chrono::milliseconds(50))) {
      return true;
    }
    asked_ = now;
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    return options_.keep_going(static_cast<int>(std::min(step, kMost)),
                               static_cast<int>(std::min(most, kMost)));
  }

 private:
  void start(const double* starts, std::vector<double>& best) {
    if (options_.n_init == 1) return one_start(starts, 0, best);
    const Rows judges =
        rows_.subset(lottery_.draw(options_.init_size, Philox(options_.seed, kJudgeRows)), nullptr);
    std::vector<std::int32_t> labels(static_cast<std::size_t>(judges.n));
    std::vector<double> squared(labels.size()), centers(best.size());
    double least = std::numeric_limits<double>::infinity();
    for (int run = 0; run < options_.n_init; ++run) {
      one_start(starts, run, centers);
      assign_rows(judges, centers.data(), options_.k, options_.n_threads, labels.data(),
                  squared.data());
      const double inertia = std::accumulate(squared.begin(), squared.end(), 0.0);
      if (!(inertia < least)) continue;
      least = inertia;
      best = centers;
    }
  }

  void one_start(const double* starts, int run, std::vector<double>& centers) {
    if (starts != nullptr) {
      std::copy_n(starts + static_cast<std::size_t>(run) * centers.size(), centers.size(),
                  centers.begin());
    } else if (options_.init_size >= rows_.n) {
      seed_from(rows_, run, centers);
    } else {
      const Philox random(options_.seed, kStartRows + static_cast<std::uint64_t>(run));
      seed_from(rows_.subset(lottery_.draw(options_.init_size, random), nullptr), run, centers);
    }
  }

  void seed_from(const Rows& rows, int run, std::vector<double>& centers) {
    const std::vector<std::int64_t> seeds =
        choose_seeds(rows, options_.k, options_.n_trials, options_.seed,
                     static_cast<std::uint64_t>(run), options_.n_threads,
                     [&](double) { return !options_.keep_going || options_.keep_going(0, 0); });
    for (std::size_t c = 0; c < seeds.size(); ++c) {
      rows.copy_row(seeds[c], centers.data() + static_cast<std::int64_t>(c) * rows.d);
    }
  }

  static double squared_shift(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
  }

  double total_weight() const {
    if (rows_.weights == nullptr) return static_cast<double>(rows_.n);
    return std::accumulate(rows_.weights, rows_.weights + rows_.n, 0.0);
  }

  const Rows rows_;  // a view
  const MiniBatchOptions& options_;
  Lottery<Rows> lottery_;
  std::int64_t batch_size_, n_steps_;
  std::chrono::steady_clock::time_point asked_;
};

// Labels, distances and inertia of all rows; no cluster stays empty while some row is away from
// every centre.
template <class Rows>
void label_all(const Rows& rows, const MiniBatchOptions& options, MiniBatchResult& result) {
  const auto n = static_cast<std::size_t>(rows.n);
  const std::int64_t k = options.k;
  const auto& exact = SHOAL_PICK_KERNELS(exact_kernels);
  double* centers = result.state.centers.data();
  std::vector<double> squared(n);
  result.labels.resize(n);
  const KeepGoing keep_going = [&](double) {
    return !options.keep_going || options.keep_going(static_cast<int>(result.n_steps), 0);
  };
  CenterPass<Rows> pass(k, rows.d, options.n_threads);
  for (std::int64_t round = 0; round <= k; ++round) {
    Ticker ticker(keep_going, 0);
    pass.assign(rows, centers, result.labels.data(), squared.data(),
                [&](int worker) { return ticker.tick(worker, 1); });
    if (ticker.stopped()) throw Interrupted();
    std::vector<double> weights(static_cast<std::size_t>(k), 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      weights[static_cast<std::size_t>(result.labels[i])] +=
          rows.weight(static_cast<std::int64_t>(i));
    }
    const std::vector<std::int64_t> empty = empty_clusters(weights.data(), k);
    if (empty.empty()) break;
    const std::vector<std::int64_t> farthest =
        farthest_rows(rows, exact, centers, result.labels.data(), empty.size());
    if (farthest.empty()) break;
    for (std::size_t m = 0; m < farthest.size(); ++m) {
      rows.copy_row(farthest[m], centers + empty[m] * rows.d);
    }
  }
  result.inertia = 0;
  result.distances.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    result.inertia += rows.weight(static_cast<std::int64_t>(i)) * squared[i];
    result.distances[i] = static_cast<float>(std::sqrt(squared[i]));
  }
}

// A view of rows with shift and scale of their own, not those of the rows they were taken from.
template <class T>
DenseRows<T> centred_anew(const DenseRows<T>& rows) {
  return dense_rows(rows.data, rows.n, rows.d, rows.weights);
}
template <class T>
SparseRows<T> centred_anew(const SparseRows<T>& rows) {
  return sparse_rows(rows.values, rows.columns, rows.starts, rows.n, rows.d, rows.weights);
}

}  // namespace

template <class Rows>
double minibatch_step(const Rows& batch, MiniBatchState& state, double reassignment_ratio,
                      std::uint64_t seed, std::uint64_t step, int n_threads) {
  return Stepper<Rows>(static_cast<std::int64_t>(state.counts.size()), batch.d, reassignment_ratio,
                       seed, n_threads)
      .step(batch, state, step);
}

template <class Rows>
MiniBatchResult fit_minibatch(const Rows& rows, const double* starts,
                              const MiniBatchOptions& options) {
  MiniBatchResult result;
  if (rows.n <= kCanonicalRows) {
    const DistinctRows found = distinct_rows(rows);
    const Rows canonical = rows.subset(found.first_of_each(), found.weights.data());
    result = Fit<Rows>(centred_anew(canonical), options).run(starts);
    result.labels.clear();  // those of the canonical rows
  } else {
    result = Fit<Rows>(rows, options).run(starts);
  }
  // Centres take the type of the data, so that labels_ and predict see the same centres.
  for (double& v : result.state.centers) v = static_cast<typename Rows::value_type>(v);
  if (!options.compute_labels) {
    result.labels.clear();
    result.distances.clear();
  } else if (static_cast<std::int64_t>(result.labels.size()) != rows.n) {
    label_all(rows, options, result);
  }
  return result;
}

#define SHOAL_INSTANTIATE(Rows)                                                       \
  template double minibatch_step(const Rows&, MiniBatchState&, double, std::uint64_t, \
                                 std::uint64_t, int);                                 \
  template MiniBatchResult fit_minibatch(const Rows&, const double*, const MiniBatchOptions&);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
