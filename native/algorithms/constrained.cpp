#include "algorithms/constrained.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "algorithms/transport.hpp"
#include "algorithms/units.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "kernels/pairwise.hpp"

namespace shoal {
namespace {

template <class Rows>
class ConstrainedFit {
 public:
  ConstrainedFit(const Rows& rows, std::int64_t size_min, std::int64_t size_max, double tolerance,
                 const FitOptions& options)
      : rows_(rows),
        k_(options.k),
        d_(rows.d),
        tolerance_(tolerance),
        options_(options),
        exact_(SHOAL_PICK_KERNELS(exact_kernels)),
        units_(rows.n, k_ * d_),
        transport_(rows.n, k_, size_min, size_max),
        costs_(static_cast<std::size_t>(rows.n * k_)) {}

  // Moves the centres of `result` and fills in the rest of it.
  void run(int run, FitResult& result) {
    run_ = run;
    set_scale(result.centers);
    std::vector<std::int32_t> found(static_cast<std::size_t>(rows_.n));
    result.labels.assign(found.size(), 0);
    bool settled = false;
    for (iteration_ = 1; iteration_ <= options_.max_iter && !settled; ++iteration_) {
      result.n_iter = iteration_;
      solve(result.centers, found);
      // Of equal costs the old labels stay, so that none comes back in turn.
      settled = iteration_ > 1 && !is_cheaper(found, result.labels);
      if (settled) break;
      result.labels.swap(found);
      const double shift = average(result.labels, result.centers);
      if (!going()) throw Interrupted();
      if (shift <= tolerance_) break;
    }
    if (!settled) {
      solve(result.centers, found);
      if (is_cheaper(found, result.labels)) result.labels.swap(found);
    }
    finish(result);
  }

 private:
  bool going() const { return !options_.keep_going || options_.keep_going(run_, iteration_); }

  template <class Use>
  void for_each_unit(Use&& use) {
    parallel_for(static_cast<std::size_t>(units_.count), options_.n_threads,
                 [&](std::size_t u, int) { use(u); });
  }

  // Squared distances become integers as large as the transport takes: no centre is farther from
  // the middle than the farthest row or starting centre.
  void set_scale(const std::vector<double>& centers) {
    std::vector<double> parts(static_cast<std::size_t>(units_.count), 0.0);
    for_each_unit([&](std::size_t u) {
      for (std::int64_t row = units_.begin(u); row < units_.end(u); ++row) {
        parts[u] = std::max(parts[u], rows_.squared(exact_, row, rows_.shift_data()));
      }
    });
    const double farthest = std::sqrt(*std::max_element(parts.begin(), parts.end()));
    double radius = farthest;
    for (std::int64_t c = 0; c < k_; ++c) {
      const double away = exact_.squared_f64(centers.data() + c * d_, rows_.shift_data(), d_);
      radius = std::max(radius, std::sqrt(away));
    }
    const double most = (farthest + radius) * (farthest + radius) * (1 + 1e-9);
    if (!std::isfinite(most)) {
      throw Error(
          Error::Kind::data,
          "X must hold numbers whose squared distances are finite. Scale the columns down.");
    }
    scale_ =
        most > 0
            ? std::exp2(std::floor(std::log2(static_cast<double>(transport_.max_cost()) / most)))
            : 1.0;
  }

  // The labels of least cost for these centres.
  void solve(const std::vector<double>& centers, std::vector<std::int32_t>& labels) {
    for_each_unit([&](std::size_t u) {
      measure(units_.begin(u), units_.end(u), centers, costs_.data() + units_.begin(u) * k_);
    });
    transport_.solve(costs_.data(), options_.n_threads, [this] { return going(); }, labels.data());
  }

  std::int64_t cost_of(double squared) const {
    return static_cast<std::int64_t>(squared * scale_ + 0.5);
  }

  // Costs of some rows, one row after the other.
  void measure(std::int64_t begin, std::int64_t end, const std::vector<double>& centers,
               std::int64_t* costs) const {
    if constexpr (Rows::kPacked) {
      measure_tiles(begin, end, centers, costs);
    } else {
      for (std::int64_t row = begin; row < end; ++row) {
        for (std::int64_t c = 0; c < k_; ++c) {
          *costs++ = cost_of(rows_.squared(exact_, row, centers.data() + c * d_));
        }
      }
    }
  }

  void measure_tiles(std::int64_t begin, std::int64_t end, const std::vector<double>& centers,
                     std::int64_t* costs) const {
    const auto& kernels =
        SHOAL_PICK_KERNELS(pairwise_kernels).wide[static_cast<int>(Metric::sqeuclidean)];
    std::vector<double> tile(static_cast<std::size_t>(d_ * kPairTile));
    double squared[kPairTile];
    for (std::int64_t first = begin; first < end; first += kPairTile) {
      const std::int64_t count = std::min<std::int64_t>(kPairTile, end - first);
      for (std::int64_t p = 0; p < kPairTile; ++p) {
        const auto* row = rows_.row(first + std::min(p, count - 1));
        for (std::int64_t j = 0; j < d_; ++j) {
          tile[static_cast<std::size_t>(j * kPairTile + p)] = static_cast<double>(row[j]);
        }
      }
      for (std::int64_t c = 0; c < k_; ++c) {
        kernels.keys(tile.data(), centers.data() + c * d_, d_, squared);
        for (std::int64_t p = 0; p < count; ++p) costs[p * k_ + c] = cost_of(squared[p]);
      }
      costs += count * k_;
    }
  }

  bool is_cheaper(const std::vector<std::int32_t>& labels,
                  const std::vector<std::int32_t>& than) const {
    Wide saved = 0;
    const std::int64_t* cost = costs_.data();
    for (std::size_t i = 0; i < labels.size(); ++i, cost += k_)
      saved += cost[than[i]] - cost[labels[i]];
    return saved > 0;
  }

  // Makes the centres the means of their rows; returns the sum of squared shifts.
  double average(const std::vector<std::int32_t>& labels, std::vector<double>& centers) {
    const auto size = static_cast<std::size_t>(k_ * d_), k = static_cast<std::size_t>(k_);
    const auto count = static_cast<std::size_t>(units_.count);
    std::vector<double> sums(count * size, 0.0), held(count * k, 0.0);
    for_each_unit([&](std::size_t u) {
      for (std::int64_t row = units_.begin(u); row < units_.end(u); ++row) {
        const auto c = static_cast<std::size_t>(labels[static_cast<std::size_t>(row)]);
        rows_.add(exact_, row, 1, sums.data() + u * size + c * static_cast<std::size_t>(d_));
        held[u * k + c] += 1;
      }
    });
    double shift = 0;
    for (std::size_t at = 0; at < size; ++at) {
      const std::size_t c = at / static_cast<std::size_t>(d_),
                        j = at % static_cast<std::size_t>(d_);
      double sum = 0, rows = 0;
      for (std::size_t u = 0; u < count; ++u) {
        sum += sums[u * size + at];
        rows += held[u * k + c];
      }
      // Centres take the type of the data, as in k-means.
      const double mean =
          static_cast<typename Rows::value_type>(rows_.shift_data()[j] + sum / rows);
      shift += (mean - centers[at]) * (mean - centers[at]);
      centers[at] = mean;
    }
    return shift;
  }

  void finish(FitResult& result) {
    std::vector<double> parts(static_cast<std::size_t>(units_.count), 0.0);
    result.distances.resize(result.labels.size());
    for_each_unit([&](std::size_t u) {
      for (std::int64_t row = units_.begin(u); row < units_.end(u); ++row) {
        const auto i = static_cast<std::size_t>(row);
        const double squared =
            rows_.squared(exact_, row, result.centers.data() + result.labels[i] * d_);
        result.distances[i] = static_cast<float>(std::sqrt(squared));
        parts[u] += squared;
      }
    });
    result.inertia = 0;
    for (const double part : parts) result.inertia += part;
  }

  __extension__ typedef __int128 Wide;

  const Rows& rows_;
  std::int64_t k_, d_;
  double tolerance_;
  const FitOptions& options_;
  const ExactKernels& exact_;
  Units units_;
  Transport transport_;
  std::vector<std::int64_t> costs_;  // n x k
  double scale_ = 1;
  int run_ = 0, iteration_ = 0;
};

}  // namespace

template <class Rows>
FitResult fit_constrained(const Rows& rows, const double* starts, std::int64_t size_min,
                          std::int64_t size_max, const FitOptions& options) {
  const double tolerance =
      options.relative_tolerance > 0 ? options.relative_tolerance * mean_variance(rows) : 0.0;
  FitResult best;
  for (int run = 0; run < options.n_init; ++run) {
    const auto keep_going = [&](double) {
      return !options.keep_going || options.keep_going(run, 0);
    };
    FitResult result;
    result.centers.resize(static_cast<std::size_t>(options.k * rows.d));
    first_centers(rows, starts, run, {options.k, options.n_trials, options.seed, options.n_threads},
                  keep_going, result.centers.data());
    // The prices of one run would be a poor start for the next.
    ConstrainedFit<Rows>(rows, size_min, size_max, tolerance, options).run(run, result);
    if (run == 0 || result.inertia < best.inertia * (1 - 1e-9)) best = std::move(result);
  }
  return best;
}

#define SHOAL_INSTANTIATE(Rows)                                                              \
  template FitResult fit_constrained(const Rows&, const double*, std::int64_t, std::int64_t, \
                                     const FitOptions&);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
