#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "algorithms/kmeans.hpp"
#include "algorithms/kmeans_assign.hpp"
#include "algorithms/kmeans_empty.hpp"
#include "algorithms/unit_length.hpp"
#include "algorithms/units.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

constexpr std::int64_t kBoundsFrom = 290;  // operations of a look, from which bounds pay
constexpr int kResumEvery = 16;            // iterations between two sums from scratch

template <class Rows>
class Fit {
 public:
  Fit(const Rows& rows, std::int64_t k, double* centers, const LloydOptions& options,
      std::int32_t* labels)
      : rows_(rows),
        k_(k),
        d_(rows.d),
        centers_(centers),
        options_(options),
        labels_(labels),
        argmin_(SHOAL_PICK_KERNELS(argmin_kernels)),
        exact_(SHOAL_PICK_KERNELS(exact_kernels)),
        units_(rows.n, k * rows.d),
        panel_(Rows::center_block(argmin_), k, rows.d),
        drift_(Rows::center_block(argmin_), k, rows.d),
        prefix_(rows, options.leading, k) {
    const auto u = static_cast<std::size_t>(units_.count);
    const auto size = static_cast<std::size_t>(k * d_);
    sums_.assign(u * size, 0.0);
    weights_.assign(u * static_cast<std::size_t>(k), 0.0);
    changes_.assign(u, 0);
    next_.assign(size, 0.0);
    total_weights_.assign(static_cast<std::size_t>(k), 0.0);
    // With few centres of few dimensions looking again is cheaper than keeping bounds; what a look
    // takes beside the comparisons is to pack the row.
    if (k * (d_ + 5) + 16 * d_ >= kBoundsFrom) {
      near_.resize(static_cast<std::size_t>(rows.n));
      far_.resize(static_cast<std::size_t>(rows.n));
    }
    const int workers = std::max(1, options.n_threads);
    scratch_.reserve(static_cast<std::size_t>(workers));
    for (int w = 0; w < workers && w < units_.count; ++w)
      scratch_.emplace_back(argmin_, Rows::kPacked ? d_ : 0);
  }

  LloydResult run(std::vector<float>& distances) {
    std::fill(labels_, labels_ + rows_.n, -1);
    LloydResult result;
    bool settled = false;
    for (int i = 0; i < options_.max_iter; ++i) {
      result.n_iter = i + 1;
      if (i == 1 && !near_.empty()) prefix_.choose(centers_, labels_, options_.n_threads);
      const std::int64_t changed = assign(i > 0, i % kResumEvery == 0 ? Sums::fresh : Sums::delta);
      const bool moved_empty = average();
      iteration_ = i + 1;
      if (options_.keep_going && !options_.keep_going(iteration_)) throw Interrupted();
      if (changed == 0 && !moved_empty) {
        settled = true;
        break;
      }
      const double shift = advance();
      if (shift <= options_.tolerance && !moved_empty) break;
    }
    if (!settled && options_.settle) settle_labels();
    near_.swap(distances);  // the bounds have served: their room holds the distances
    distances.resize(static_cast<std::size_t>(rows_.n));
    result.inertia = measure(distances.data());
    return result;
  }

 private:
  enum class Sums { none, delta, fresh };

  // Labels every row; returns how many labels changed.
  std::int64_t assign(bool use_drift, Sums sums) {
    panel_.pack(centers_, rows_.shift_data(), rows_.scale);
    const bool bounded = !near_.empty();
    const bool prefixed = use_drift && prefix_.in_use();
    if (prefixed) prefix_.place_centers(centers_, options_.n_threads);
    const Assignment<Rows> pass{rows_,
                                argmin_,
                                exact_,
                                centers_,
                                k_,
                                panel_.view(),
                                labels_,
                                bounded ? near_.data() : nullptr,
                                bounded ? far_.data() : nullptr,
                                bounded && use_drift ? &drift_ : nullptr,
                                prefixed ? &prefix_ : nullptr};
    const KeepGoing keep_going = [&](double) {
      return !options_.keep_going || options_.keep_going(iteration_);
    };
    Ticker ticker(keep_going, 0);
    parallel_for(static_cast<std::size_t>(units_.count), options_.n_threads,
                 [&](std::size_t u, int worker) {
                   assign_unit(pass, u, worker, sums, [&] { return ticker.tick(worker, 1); });
                 });
    if (ticker.stopped()) throw Interrupted();
    std::int64_t changed = 0;
    for (const std::int64_t c : changes_) changed += c;
    return changed;
  }

  template <class GoOn>
  void assign_unit(const Assignment<Rows>& pass, std::size_t u, int worker, Sums sums,
                   GoOn&& go_on) {
    double* sum = sums_.data() + u * static_cast<std::size_t>(k_ * d_);
    double* weight = weights_.data() + u * static_cast<std::size_t>(k_);
    std::int64_t changed = 0;
    auto& scratch = scratch_[static_cast<std::size_t>(worker)];
    if (sums == Sums::delta) {
      pass.run(units_.begin(u), units_.end(u), scratch, go_on,
               [&](std::int64_t row, std::int32_t old, std::int32_t now) {
                 ++changed;
                 const double w = rows_.weight(row);
                 rows_.add(exact_, row, -w, sum + old * d_);
                 rows_.add(exact_, row, w, sum + now * d_);
                 weight[old] -= w;
                 weight[now] += w;
               });
    } else {
      pass.run(units_.begin(u), units_.end(u), scratch, go_on,
               [&](std::int64_t, std::int32_t, std::int32_t) { ++changed; });
      if (sums == Sums::fresh) sum_unit(u, sum, weight);
    }
    changes_[u] = changed;
  }

  void sum_unit(std::size_t u, double* sum, double* weight) {
    std::fill(sum, sum + k_ * d_, 0.0);
    std::fill(weight, weight + k_, 0.0);
    for (std::int64_t row = units_.begin(u); row < units_.end(u); ++row) {
      const double w = rows_.weight(row);
      rows_.add(exact_, row, w, sum + labels_[row] * d_);
      weight[labels_[row]] += w;
    }
  }

  // Means of the labelled rows into next_. Returns whether an empty cluster was given a row.
  bool average() {
    const auto size = static_cast<std::size_t>(k_ * d_);
    std::copy(sums_.begin(), sums_.begin() + static_cast<std::ptrdiff_t>(size), next_.begin());
    std::copy(weights_.begin(), weights_.begin() + k_, total_weights_.begin());
    for (std::size_t u = 1; u < static_cast<std::size_t>(units_.count); ++u) {
      for (std::size_t i = 0; i < size; ++i) next_[i] += sums_[u * size + i];
      for (std::size_t c = 0; c < static_cast<std::size_t>(k_); ++c) {
        total_weights_[c] += weights_[u * static_cast<std::size_t>(k_) + c];
      }
    }
    const bool moved = fill_empty_clusters(rows_, exact_, k_, centers_, labels_, next_.data(),
                                           total_weights_.data());
    for (std::int64_t c = 0; c < k_; ++c) {
      const double w = total_weights_[static_cast<std::size_t>(c)];
      double* center = next_.data() + c * d_;
      for (std::int64_t j = 0; j < d_; ++j) {
        center[j] = w > 0 ? rows_.shift_data()[j] + center[j] / w : centers_[c * d_ + j];
      }
      // Directions that cancel each other out have no mean: the centre stays.
      if (options_.unit_centers && !scale_to_unit_length(center, d_)) {
        std::copy_n(centers_ + c * d_, d_, center);
      }
      // Centres take the type of the data, so that labels_ and predict see the same centres.
      for (std::int64_t j = 0; j < d_; ++j) {
        center[j] = static_cast<typename Rows::value_type>(center[j]);
      }
    }
    return moved;
  }

  // Makes next_ current; returns the sum of squared shifts.
  double advance() {
    double total = 0;
    std::vector<double> steps(static_cast<std::size_t>(k_));
    for (std::int64_t c = 0; c < k_; ++c) {
      double squared = 0;
      for (std::int64_t j = 0; j < d_; ++j) {
        const double e = next_[static_cast<std::size_t>(c * d_ + j)] - centers_[c * d_ + j];
        squared += e * e;
      }
      total += squared;
      steps[static_cast<std::size_t>(c)] = std::sqrt(squared) * rows_.scale;
    }
    drift_.record(steps, next_.data(), rows_.shift_data(), rows_.scale,
                  near_.empty() ? nullptr : near_.data(), far_.data(), labels_, rows_.n);
    std::copy(next_.begin(), next_.end(), centers_);
    return total;
  }

  // After the last iteration: labels for the final centres, and no empty cluster while some row is
  // away from every centre.
  void settle_labels() {
    assign(true, Sums::fresh);
    for (std::int64_t round = 0; round < k_; ++round) {
      if (!average_has_empty()) return;
      if (!average()) return;
      advance();
      assign(true, Sums::fresh);
    }
  }

  bool average_has_empty() const {
    for (std::int64_t c = 0; c < k_; ++c) {
      double w = 0;
      for (std::int64_t u = 0; u < units_.count; ++u)
        w += weights_[static_cast<std::size_t>(u * k_ + c)];
      if (!(w > 0)) return true;
    }
    return false;
  }

  // Distance of each row to its centre; returns the inertia.
  double measure(float* distances) {
    std::vector<double> parts(static_cast<std::size_t>(units_.count));
    parallel_for(parts.size(), options_.n_threads, [&](std::size_t u, int) {
      double sum = 0;
      for (std::int64_t row = units_.begin(u); row < units_.end(u); ++row) {
        const double squared = rows_.squared(exact_, row, centers_ + labels_[row] * d_);
        distances[row] = static_cast<float>(std::sqrt(squared));
        sum += rows_.weight(row) * squared;
      }
      parts[u] = sum;
    });
    double total = 0;
    for (const double p : parts) total += p;
    return total;
  }

  const Rows& rows_;
  std::int64_t k_, d_;
  double* centers_;
  const LloydOptions& options_;
  std::int32_t* labels_;
  const ArgminKernels& argmin_;
  const ExactKernels& exact_;
  Units units_;
  CenterPanel panel_;
  std::vector<double> sums_, weights_, next_, total_weights_;
  std::vector<std::int64_t> changes_;
  Drift drift_;
  PrefixSearch<Rows> prefix_;
  std::vector<float> near_, far_;
  std::vector<AssignScratch> scratch_;
  int iteration_ = 0;
};

}  // namespace

template <class Rows>
LloydResult lloyd(const Rows& rows, std::int64_t k, double* centers, const LloydOptions& options,
                  std::int32_t* labels, std::vector<float>& distances) {
  return Fit<Rows>(rows, k, centers, options, labels).run(distances);
}

#define SHOAL_INSTANTIATE(Rows)                                                       \
  template LloydResult lloyd(const Rows&, std::int64_t, double*, const LloydOptions&, \
                             std::int32_t*, std::vector<float>&);
SHOAL_INSTANTIATE(DenseRows<float>)
SHOAL_INSTANTIATE(DenseRows<double>)
SHOAL_INSTANTIATE(SparseRows<float>)
SHOAL_INSTANTIATE(SparseRows<double>)

}  // namespace shoal
