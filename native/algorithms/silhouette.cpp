#include "algorithms/silhouette.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "algorithms/labelings.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "kernels/silhouette.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

constexpr double kDoublePrecisionWork = 2e8;
// Below this radius, in units of the whole, a cluster's squared distances leave single precision.
constexpr double kLeastRadius = 1e-12;

template <class Real>
class PassSums {
 public:
  PassSums(MatrixView<const Real> X, const Pass& pass, double scale, bool single, int n_threads)
      : X_(X), pass_(pass), d_(X.cols()), scale_(scale), single_(single), n_threads_(n_threads) {
    find_segments();
    lay_out_columns();
  }

  // Whether single precision can hold every cluster.
  bool narrow() const { return narrow_; }

  struct Scratch {
    std::vector<double> points, sums, cell;
    std::vector<float> tile, norms;
  };

  Scratch scratch() const {
    const auto size = static_cast<std::size_t>(d_ * kPairTile);
    std::size_t clusters = 0;
    for (const Labeling* labeling : pass_.labelings) clusters += labeling->counts.size();
    Scratch s;
    s.points.resize(size);
    s.sums.resize(clusters * kPairTile);
    s.cell.resize(kPairTile);
    s.tile.resize(single_ ? size : 0);
    s.norms.resize(kPairTile);
    return s;
  }

  // Sums of distances of up to kPairTile rows by label, for all labelings.
  void add(const Index* rows, int count, Scratch& s) const {
    load_points(rows, count, s);
    std::ranges::fill(s.sums, 0.0);
    std::size_t cell = 0;
    for (std::size_t segment = 0; segment + 1 < segments_.size(); ++segment) {
      if (single_) {
        kernels_.center(s.points.data(), &means_[segment * static_cast<std::size_t>(d_)], d_,
                        s.tile.data(), s.norms.data());
      }
      for (; pass_.cells[cell] < segments_[segment + 1]; ++cell) add_cell(cell, s);
    }
  }

  void finish(const Index* rows, int count, Index first, const Scratch& s) const {
    const double* sums = s.sums.data();
    for (const Labeling* labeling : pass_.labelings) {
      for (int p = 0; p < count; ++p) {
        labeling->out[first + p] = silhouette(*labeling, labeling->labels[rows[p]], sums + p);
      }
      sums += labeling->counts.size() * kPairTile;
    }
  }

 private:
  void find_segments() {
    const Labeling& finest = *pass_.labelings.back();
    Index at = 0;
    segments_.push_back(0);
    for (const Index count : finest.counts) {
      at += count;
      if (count > 0) segments_.push_back(at);
    }
    means_.assign((segments_.size() - 1) * static_cast<std::size_t>(d_), 0.0);
  }

  void lay_out_columns() {
    const auto n = static_cast<std::size_t>(X_.rows());
    if (single_) {
      single_columns_.resize(n * static_cast<std::size_t>(d_));
      norms_.resize(n);
    } else {
      double_columns_.resize(n * static_cast<std::size_t>(d_));
    }
    std::vector<char> too_narrow(segments_.size());
    parallel_for(segments_.size() - 1, n_threads_, [&](std::size_t segment, int) {
      if (single_) {
        too_narrow[segment] = center_segment(segment);
      } else {
        copy_segment(segment);
      }
    });
    narrow_ = std::ranges::find(too_narrow, 1) != too_narrow.end();
  }

  void copy_segment(std::size_t segment) {
    for (Index j = segments_[segment]; j < segments_[segment + 1]; ++j) {
      const Real* x = X_.row(pass_.order[j]);
      for (Index q = 0; q < d_; ++q) double_columns_[j * d_ + q] = x[q] * scale_;
    }
  }

  bool center_segment(std::size_t segment) {
    double* mean = &means_[segment * static_cast<std::size_t>(d_)];
    const Index begin = segments_[segment], end = segments_[segment + 1];
    // Differences to the first member keep the sum accurate far from the origin.
    const Real* origin = X_.row(pass_.order[begin]);
    for (Index j = begin; j < end; ++j) {
      const Real* x = X_.row(pass_.order[j]);
      for (Index q = 0; q < d_; ++q) mean[q] += static_cast<double>(x[q]) - origin[q];
    }
    for (Index q = 0; q < d_; ++q) {
      mean[q] = (origin[q] + mean[q] / static_cast<double>(end - begin)) * scale_;
    }
    double radius = 0;
    for (Index j = begin; j < end; ++j) {
      const Real* x = X_.row(pass_.order[j]);
      double sum = 0;
      for (Index q = 0; q < d_; ++q) {
        const double e = x[q] * scale_ - mean[q];
        single_columns_[j * d_ + q] = static_cast<float>(e);
        sum += e * e;
      }
      norms_[j] = static_cast<float>(sum);
      radius = std::max(radius, sum);
    }
    return radius > 0 && radius < kLeastRadius * kLeastRadius;
  }

  void load_points(const Index* rows, int count, Scratch& s) const {
    const double factor = single_ ? scale_ : -2 * scale_;
    for (int p = 0; p < kPairTile; ++p) {
      const Real* x = X_.row(rows[std::min(p, count - 1)]);
      for (Index q = 0; q < d_; ++q) {
        s.points[static_cast<std::size_t>(q * kPairTile + p)] = x[q] * factor;
      }
    }
  }

  void add_cell(std::size_t cell, Scratch& s) const {
    const Index begin = pass_.cells[cell], end = pass_.cells[cell + 1];
    const Index member = pass_.order[begin];
    // With one labeling a cell is a cluster and the kernel can add in place.
    const bool alone = pass_.labelings.size() == 1;
    double* const to =
        alone ? &s.sums[static_cast<std::size_t>(pass_.labelings[0]->labels[member]) * kPairTile]
              : s.cell.data();
    if (!alone) std::ranges::fill(s.cell, 0.0);
    if (single_) {
      kernels_.add_f32(s.tile.data(), s.norms.data(), single_columns_.data(), norms_.data(), begin,
                       end, d_, to);
    } else {
      kernels_.add_f64(s.points.data(), double_columns_.data(), begin, end, d_, to);
    }
    if (alone) return;
    double* sums = s.sums.data();
    for (const Labeling* labeling : pass_.labelings) {
      double* const into = sums + static_cast<std::size_t>(labeling->labels[member]) * kPairTile;
      for (int p = 0; p < kPairTile; ++p) into[p] += s.cell[static_cast<std::size_t>(p)];
      sums += labeling->counts.size() * kPairTile;
    }
  }

  static double silhouette(const Labeling& labeling, std::int32_t own, const double* sums) {
    const std::vector<Index>& counts = labeling.counts;
    if (counts[static_cast<std::size_t>(own)] == 1) return 0;
    double nearest = HUGE_VAL;
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (counts[c] == 0 || c == static_cast<std::size_t>(own)) continue;
      nearest = std::min(nearest, sums[c * kPairTile] / static_cast<double>(counts[c]));
    }
    const double within = sums[static_cast<std::size_t>(own) * kPairTile] /
                          static_cast<double>(counts[static_cast<std::size_t>(own)] - 1);
    const double larger = std::max(within, nearest);
    return larger > 0 ? (nearest - within) / larger : 0;
  }

  MatrixView<const Real> X_;
  const Pass& pass_;
  const Index d_;
  const double scale_;
  const bool single_;
  const int n_threads_;
  const SilhouetteKernels& kernels_ = SHOAL_PICK_KERNELS(silhouette_kernels);
  std::vector<Index> segments_;  // runs of one label of the finest labeling: starts, and the end
  std::vector<double> means_;
  std::vector<float> single_columns_, norms_;
  std::vector<double> double_columns_;
  bool narrow_ = false;
};

// A power of two that brings the data's extent to about 1; silhouettes do not depend on it.
template <class Real>
double unit_scale(MatrixView<const Real> X) {
  double extent = 0;
  const Real* const origin = X.row(0);
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index q = 0; q < X.cols(); ++q) {
      extent = std::max(extent, std::abs(X(i, q) * 0.5 - origin[q] * 0.5));
    }
  }
  return extent > 0 ? std::ldexp(1.0, std::clamp(-std::ilogb(extent), -1000, 1000)) : 1.0;
}

}  // namespace

template <class Real>
void silhouette_samples(MatrixView<const Real> X, MatrixView<const std::int32_t> labels,
                        std::span<const std::int64_t> rows, int n_threads,
                        const KeepGoing& keep_going, MatrixView<double> out) {
  std::vector<Labeling> labelings = read_labelings(labels, out);
  if (labelings.empty() || rows.empty()) return;
  const Index n = X.rows(), n_rows = static_cast<Index>(rows.size());
  std::vector<Labeling*> pointers;
  for (Labeling& labeling : labelings) pointers.push_back(&labeling);
  std::vector<Pass> passes;
  plan_passes(pointers, n, passes);

  const double scale = unit_scale(X);
  const bool single =
      static_cast<double>(n) * static_cast<double>(n_rows) * static_cast<double>(X.cols()) >
      kDoublePrecisionWork;
  const Index n_tiles = (n_rows + kPairTile - 1) / kPairTile;
  const int useful = static_cast<int>(std::min<Index>(n_threads, n_tiles));
  Ticker ticker(keep_going, static_cast<double>(n_tiles) * static_cast<double>(passes.size()));
  for (const Pass& pass : passes) {
    const auto run = [&](const PassSums<Real>& sums) {
      std::vector<typename PassSums<Real>::Scratch> scratch;
      for (int worker = 0; worker < useful; ++worker) scratch.push_back(sums.scratch());
      parallel_for(static_cast<std::size_t>(n_tiles), useful, [&](std::size_t tile, int worker) {
        if (!ticker.tick(worker, 1)) return;
        const Index first = static_cast<Index>(tile) * kPairTile;
        const int count = static_cast<int>(std::min<Index>(kPairTile, n_rows - first));
        auto& mine = scratch[static_cast<std::size_t>(worker)];
        sums.add(&rows[static_cast<std::size_t>(first)], count, mine);
        sums.finish(&rows[static_cast<std::size_t>(first)], count, first, mine);
      });
    };
    if (const PassSums<Real> sums(X, pass, scale, single, n_threads); !sums.narrow()) {
      run(sums);
    } else {
      run(PassSums<Real>(X, pass, scale, false, n_threads));
    }
    if (ticker.stopped()) throw Interrupted();
  }
}

template void silhouette_samples<float>(MatrixView<const float>, MatrixView<const std::int32_t>,
                                        std::span<const std::int64_t>, int, const KeepGoing&,
                                        MatrixView<double>);
template void silhouette_samples<double>(MatrixView<const double>, MatrixView<const std::int32_t>,
                                         std::span<const std::int64_t>, int, const KeepGoing&,
                                         MatrixView<double>);

}  // namespace shoal
