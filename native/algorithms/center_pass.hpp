// Rows given to the nearest of given centres and added up by centre. Each centre's rows are added
// in row order, so neither the number of threads nor how the rows are cut into calls changes a sum.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "algorithms/kmeans_assign.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

template <class Rows>
class CenterPass {
 public:
  CenterPass(std::int64_t k, std::int64_t d, int n_threads)
      : k_(k),
        d_(d),
        n_threads_(std::max(1, n_threads)),
        argmin_(SHOAL_PICK_KERNELS(argmin_kernels)),
        exact_(SHOAL_PICK_KERNELS(exact_kernels)),
        panel_(Rows::center_block(argmin_), k, d) {
    for (int w = 0; w < n_threads_; ++w) scratch_.emplace_back(argmin_, Rows::kPacked ? d : 0);
  }

  // Label of each row, and the squared distance to its centre in fp64. go_on(worker) is asked
  // before each chunk of rows; what is left is not labelled once it says no.
  template <class GoOn>
  void assign(const Rows& rows, const double* centers, std::int32_t* labels, double* squared,
              GoOn&& go_on) {
    panel_.pack(centers, rows.shift_data(), rows.scale);
    std::fill(labels, labels + rows.n, -1);
    const Assignment<Rows> pass{rows,   argmin_, exact_,  centers, k_,     panel_.view(),
                                labels, nullptr, nullptr, nullptr, nullptr};
    // Short chunks when there are few rows, so that every thread has some.
    const std::int64_t length = std::clamp<std::int64_t>(rows.n / 64 / 64 * 64, 64, 1024);
    parallel_for(static_cast<std::size_t>((rows.n + length - 1) / length), n_threads_,
                 [&](std::size_t chunk, int worker) {
                   if (!go_on(worker)) return;
                   const std::int64_t begin = static_cast<std::int64_t>(chunk) * length;
                   const std::int64_t end = std::min(rows.n, begin + length);
                   pass.run(
                       begin, end, scratch_[static_cast<std::size_t>(worker)], [] { return true; },
                       [](std::int64_t, std::int32_t, std::int32_t) {});
                   for (std::int64_t row = begin; row < end; ++row) {
                     squared[row] = rows.squared(exact_, row, centers + labels[row] * d_);
                   }
                 });
  }

  // Adds weight times (row - rows' shift) to `sums` (k x d) and the weight to `weights` (k).
  void add(const Rows& rows, const std::int32_t* labels, double* sums, double* weights) {
    starts_.assign(static_cast<std::size_t>(k_) + 1, 0);
    for (std::int64_t i = 0; i < rows.n; ++i) ++starts_[static_cast<std::size_t>(labels[i]) + 1];
    for (std::size_t c = 0; c < static_cast<std::size_t>(k_); ++c) starts_[c + 1] += starts_[c];
    members_.resize(static_cast<std::size_t>(rows.n));
    next_.assign(starts_.begin(), starts_.end() - 1);
    for (std::int64_t i = 0; i < rows.n; ++i) {
      members_[static_cast<std::size_t>(next_[static_cast<std::size_t>(labels[i])]++)] = i;
    }
    parallel_for(static_cast<std::size_t>(k_), n_threads_, [&](std::size_t c, int) {
      for (std::int64_t m = starts_[c]; m < starts_[c + 1]; ++m) {
        const std::int64_t row = members_[static_cast<std::size_t>(m)];
        const double w = rows.weight(row);
        rows.add(exact_, row, w, sums + static_cast<std::int64_t>(c) * d_);
        weights[c] += w;
      }
    });
  }

 private:
  std::int64_t k_, d_;
  int n_threads_;
  const ArgminKernels& argmin_;
  const ExactKernels& exact_;
  CenterPanel panel_;
  std::vector<AssignScratch> scratch_;
  std::vector<std::int64_t> starts_, next_, members_;
};

}  // namespace shoal
