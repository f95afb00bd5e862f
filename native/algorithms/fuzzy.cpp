#include "algorithms/fuzzy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "algorithms/units.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "kernels/fuzzy.hpp"

namespace shoal {
namespace {

double add_up(const double* lanes) {
  double sum = 0;
  for (int l = 0; l < kFuzzyLanes; ++l) sum += lanes[l];
  return sum;
}

template <class T>
class Fit {
 public:
  Fit(const DenseRows<T>& rows, const FuzzyOptions& options)
      : rows_(rows),
        options_(options),
        k_(options.start.k),
        d_(rows.d),
        kernels_(SHOAL_PICK_KERNELS(fuzzy_kernels)),
        units_(rows.n, options.start.k * (rows.d + 1)),
        size_(static_cast<std::size_t>(k_ * (d_ + 1))),
        sums_(static_cast<std::size_t>(units_.count) * size_),
        centers_(static_cast<std::size_t>(k_ * d_)),
        scratch_(static_cast<std::size_t>(std::max(1, options.start.n_threads))) {
    for (Scratch& s : scratch_) {
      s.tile.resize(static_cast<std::size_t>(d_ * kFuzzyTile));
      s.powers.resize(static_cast<std::size_t>(k_ * kFuzzyTile));
      s.lanes.resize(size_ * kFuzzyLanes);
    }
    spread_ = std::sqrt(mean_variance(rows) * static_cast<double>(d_)) * rows.scale;
  }

  // Moves `centers` until they rest; they end as numbers of the rows' type. `on_rows`: they are
  // rows, which with a large fuzzifier would keep their centres to themselves for ever; nearly
  // hard clusters in the first iteration free them.
  FuzzyResult run(int run, bool on_rows, const std::vector<double>& centers) {
    run_ = run;
    iteration_ = 0;
    enter(centers);
    fuzzifier_ = on_rows ? std::min(options_.fuzzifier, kFirstFuzzifier) : options_.fuzzifier;
    while (iteration_ < options_.max_iter) {
      sum_rows();
      fuzzifier_ = options_.fuzzifier;
      ++iteration_;
      const double moved = advance();
      if (options_.keep_going && !options_.keep_going(run_, iteration_)) throw Interrupted();
      if (moved <= options_.tolerance * spread_) break;
    }
    FuzzyResult result;
    result.n_iter = iteration_;
    result.centers = leave();
    enter(result.centers);
    judge(result);
    return result;
  }

 private:
  struct Scratch {
    std::vector<double> tile, powers, lanes;
    double weights[kFuzzyTile];
  };

  // Centres as the tiles see them, and back.
  void enter(const std::vector<double>& centers) {
    for (std::size_t i = 0; i < centers.size(); ++i) {
      centers_[i] = (centers[i] - rows_.shift[i % rows_.shift.size()]) * rows_.scale;
    }
  }
  std::vector<double> leave() const {
    std::vector<double> centers(centers_.size());
    for (std::size_t i = 0; i < centers.size(); ++i) {
      const double v = centers_[i] / rows_.scale + rows_.shift[i % rows_.shift.size()];
      centers[i] = static_cast<double>(static_cast<T>(v));
    }
    return centers;
  }
  FuzzyCenters view() const { return {centers_.data(), k_, d_, fuzzifier_}; }

  // For each unit calls begin(unit, scratch), use(unit, scratch) with each tile of it and its
  // weights in the scratch, and end(unit, scratch).
  template <class Begin, class Use, class End>
  void visit(Begin&& begin, Use&& use, End&& end) {
    const KeepGoing keep_going = [&](double) {
      return !options_.keep_going || options_.keep_going(run_, iteration_);
    };
    Ticker ticker(keep_going, 0);
    parallel_for(static_cast<std::size_t>(units_.count), options_.start.n_threads,
                 [&](std::size_t u, int worker) {
                   Scratch& s = scratch_[static_cast<std::size_t>(worker)];
                   begin(u, s);
                   int n_tiles = 0;
                   for (std::int64_t at = units_.begin(u); at < units_.end(u); at += kFuzzyTile) {
                     if (n_tiles++ % kTilesBetweenTicks == 0 && !ticker.tick(worker, 1)) return;
                     load(at, std::min<std::int64_t>(kFuzzyTile, units_.end(u) - at), s);
                     use(u, s);
                   }
                   end(u, s);
                 });
    if (ticker.stopped()) throw Interrupted();
  }

  void load(std::int64_t first, std::int64_t count, Scratch& s) const {
    if constexpr (std::is_same_v<T, float>) {
      kernels_.pack_f32(rows_.row(first), static_cast<int>(count), d_, rows_.shift.data(),
                        rows_.scale, s.tile.data());
    } else {
      kernels_.pack_f64(rows_.row(first), static_cast<int>(count), d_, rows_.shift.data(),
                        rows_.scale, s.tile.data());
    }
    for (std::int64_t i = 0; i < kFuzzyTile; ++i) {
      s.weights[i] = i < count ? rows_.weight(first + i) : 0.0;
    }
  }

  // Moments of every unit: per centre the sum of w u^m and of w u^m x.
  void sum_rows() {
    visit([&](std::size_t, Scratch& s) { std::fill(s.lanes.begin(), s.lanes.end(), 0.0); },
          [&](std::size_t, Scratch& s) {
            kernels_.weigh(s.tile.data(), s.weights, view(), s.powers.data());
            kernels_.add(s.tile.data(), s.powers.data(), k_, d_, s.lanes.data());
          },
          [&](std::size_t u, const Scratch& s) {
            for (std::size_t i = 0; i < size_; ++i) {
              sums_[u * size_ + i] = add_up(s.lanes.data() + i * kFuzzyLanes);
            }
          });
  }

  // Moves the centres to the means; returns the farthest move.
  double advance() {
    std::vector<double> total(size_, 0.0);
    for (std::size_t at = 0; at < sums_.size(); ++at) total[at % size_] += sums_[at];
    double farthest = 0;
    for (std::int64_t c = 0; c < k_; ++c) {
      const double* sum = total.data() + c * (d_ + 1);
      if (!(sum[0] > 0)) continue;
      double squared = 0;
      for (std::int64_t j = 0; j < d_; ++j) {
        double& center = centers_[static_cast<std::size_t>(c * d_ + j)];
        const double mean = sum[1 + j] / sum[0];
        squared += (mean - center) * (mean - center);
        center = mean;
      }
      farthest = std::max(farthest, std::sqrt(squared));
    }
    return farthest;
  }

  void judge(FuzzyResult& result) {
    std::vector<FuzzyScores> parts(static_cast<std::size_t>(units_.count), FuzzyScores{});
    visit([](std::size_t, Scratch&) {},
          [&](std::size_t u, Scratch& s) {
            kernels_.judge(s.tile.data(), s.weights, view(), s.powers.data(), parts[u]);
          },
          [](std::size_t, Scratch&) {});
    double total = 0;
    for (std::int64_t i = 0; i < rows_.n; ++i) total += rows_.weight(i);
    for (const FuzzyScores& part : parts) {
      result.objective += add_up(part.objective);
      result.coefficient += add_up(part.squares);
      result.entropy += add_up(part.entropy);
    }
    result.objective /= rows_.scale * rows_.scale;
    result.coefficient /= total;
    result.entropy /= total;
  }

  static constexpr int kTilesBetweenTicks = 64;
  static constexpr double kFirstFuzzifier = 1.1;

  const DenseRows<T>& rows_;
  const FuzzyOptions& options_;
  std::int64_t k_, d_;
  const FuzzyKernels& kernels_;
  Units units_;
  std::size_t size_;
  std::vector<double> sums_, centers_;
  std::vector<Scratch> scratch_;
  double spread_ = 0, fuzzifier_ = 2;
  int run_ = 0, iteration_ = 0;
};

// Labels, distances and inertia of the final centres.
template <class T>
void assign(const DenseRows<T>& rows, const FuzzyOptions& options, FuzzyResult& result) {
  const auto n = static_cast<std::size_t>(rows.n);
  std::vector<double> squared(n);
  result.labels.resize(n);
  result.distances.resize(n);
  assign_rows(rows, result.centers.data(), options.start.k, options.start.n_threads,
              result.labels.data(), squared.data());
  for (std::size_t i = 0; i < n; ++i) {
    result.distances[i] = static_cast<float>(std::sqrt(squared[i]));
    result.inertia += rows.weight(static_cast<std::int64_t>(i)) * squared[i];
  }
}

}  // namespace

template <class T>
FuzzyResult fit_fuzzy(const DenseRows<T>& rows, const double* starts, const FuzzyOptions& options) {
  Fit<T> fit(rows, options);
  FuzzyResult best;
  best.objective = std::numeric_limits<double>::infinity();
  for (int run = 0; run < options.n_init; ++run) {
    std::vector<double> centers(static_cast<std::size_t>(options.start.k * rows.d));
    first_centers(
        rows, starts, run, options.start,
        [&](double) { return !options.keep_going || options.keep_going(run, 0); }, centers.data());
    FuzzyResult found = fit.run(run, starts == nullptr, centers);
    // Two runs that found the same groups differ by rounding alone: the first one stands.
    if (run == 0 || found.objective < best.objective * (1 - 1e-9)) best = std::move(found);
  }
  assign(rows, options, best);
  return best;
}

template FuzzyResult fit_fuzzy(const DenseRows<float>&, const double*, const FuzzyOptions&);
template FuzzyResult fit_fuzzy(const DenseRows<double>&, const double*, const FuzzyOptions&);

}  // namespace shoal
