#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "algorithms/agglomerate.hpp"
#include "algorithms/merge_plan.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"
#include "kernels/agglomerate.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Rows that are built together.
constexpr Index kSpan = 4;

template <Linkage linkage>
class Rounds {
 public:
  Rounds(const DistanceSource& source, const AgglomerateOptions& options)
      : source_(source),
        options_(options),
        // The clusters halve, or nearly, each round: three passes in all.
        ticker_(options.keep_going, 3.0 * static_cast<double>(source.n_rows())) {}

  ClusterMatrix run(std::vector<Edge>& edges) {
    look_at_rows();
    MergePlan plan = make_plan(nearest_, matrix_.size);
    record(plan, edges);
    build_matrix(plan);
    for (;;) {
      plan = make_plan(nearest_, matrix_.size);
      if (plan.too_few()) break;
      record(plan, edges);
      shrink_matrix(plan);
    }
    return std::move(matrix_);
  }

 private:
  struct Scratch {
    std::vector<double> rows, joined, line;
  };

  // The nearest row of each row; nothing is kept of the distances.
  void look_at_rows() {
    const Index n = source_.n_rows();
    matrix_.size.assign(static_cast<std::size_t>(n), 1.0);
    if (options_.weights != nullptr) {
      std::copy(options_.weights, options_.weights + n, matrix_.size.begin());
    }
    for (Index i = 0; i < n; ++i) matrix_.member.push_back(static_cast<std::int32_t>(i));
    nearest_ = source_.nearest_rows(options_.n_threads, options_.keep_going);
    if (!nearest_.empty()) return;
    nearest_.resize(static_cast<std::size_t>(n));
    for_spans(n, [&](Index begin, Index end, Scratch& scratch) {
      scratch.rows.resize(static_cast<std::size_t>(kSpan * n));
      source_.fill(
          {&matrix_.member[static_cast<std::size_t>(begin)], static_cast<std::size_t>(end - begin)},
          scratch.rows.data());
      for (Index i = begin; i < end; ++i) {
        double* row = &scratch.rows[static_cast<std::size_t>((i - begin) * n)];
        row[i] = kInfinity;
        nearest_[static_cast<std::size_t>(i)] = kernels_.least(row, n);
      }
    });
  }

  void record(const MergePlan& plan, std::vector<Edge>& edges) const {
    for (const MergePair& pair : plan.pairs) {
      edges.push_back({matrix_.member[static_cast<std::size_t>(pair.x)],
                       matrix_.member[static_cast<std::size_t>(pair.y)], pair.both.distance});
    }
  }

  void build_matrix(const MergePlan& plan) {
    const Index n = source_.n_rows(), count = plan.count();
    matrix_.values = Buffer<double>(static_cast<std::size_t>(count * count));
    matrix_.values.prefer_large_pages();
    for (Index i = 0; i < count; ++i) matrix_.rows.push_back(matrix_.values.data() + i * count);
    std::vector<LeastEntry> nearest(static_cast<std::size_t>(count));
    for_spans(count, [&](Index begin, Index end, Scratch& scratch) {
      scratch.rows.resize(static_cast<std::size_t>(2 * kSpan * n));
      std::vector<std::int32_t> wanted;
      for (Index i = begin; i < end; ++i) {
        wanted.push_back(plan.first(i));
        if (plan.is_union(i)) wanted.push_back(plan.pair(i).y);
      }
      source_.fill(wanted, scratch.rows.data());
      const double* at = scratch.rows.data();
      for (Index i = begin; i < end; ++i) {
        const double* x = at;
        at += plan.is_union(i) ? 2 * n : n;
        build_row(plan, i, x, x + n, matrix_.row(i), scratch);
        nearest[static_cast<std::size_t>(i)] = nearest_now(plan, i, matrix_.row(i));
      }
    });
    finish(plan, std::move(nearest));
  }

  // A row is written over the one it comes from.
  void shrink_matrix(const MergePlan& plan) {
    const Index count = plan.count();
    std::vector<double*> rows(static_cast<std::size_t>(count));
    std::vector<LeastEntry> nearest(static_cast<std::size_t>(count));
    for_spans(count, [&](Index begin, Index end, Scratch& scratch) {
      scratch.line.resize(static_cast<std::size_t>(count));
      for (Index i = begin; i < end; ++i) {
        double* const x = matrix_.row(plan.first(i));
        const double* const y = plan.is_union(i) ? matrix_.row(plan.pair(i).y) : nullptr;
        build_row(plan, i, x, y, scratch.line.data(), scratch);
        nearest[static_cast<std::size_t>(i)] = nearest_now(plan, i, scratch.line.data());
        std::copy(scratch.line.begin(), scratch.line.begin() + count, x);
        rows[static_cast<std::size_t>(i)] = x;
      }
    });
    matrix_.rows = std::move(rows);
    finish(plan, std::move(nearest));
  }

  // Row i of the new matrix. The joins of a round are done in their order, so that the distance
  // of two unions has the same bits from either side.
  void build_row(const MergePlan& plan, Index i, const double* x, const double* y, double* out,
                 Scratch& scratch) const {
    if (!plan.is_union(i)) {
      const double size = matrix_.size[static_cast<std::size_t>(plan.first(i))];
      for (const std::int32_t c : plan.stay) *out++ = x[c];
      for (const MergePair& q : plan.pairs) {
        *out++ = distance_to_union<linkage>(x[q.x], x[q.y], q.both, size);
      }
      out[i - plan.count()] = kInfinity;
      return;
    }
    const MergePair& own = plan.pair(i);
    const Union& u = own.both;
    const double size = u.size();
    scratch.joined.resize(matrix_.size.size());
    double* const joined = scratch.joined.data();
    kernels_.merge[static_cast<int>(linkage)](x, y, u, matrix_.size.data(),
                                              static_cast<Index>(matrix_.size.size()), joined);
    for (const std::int32_t c : plan.stay) *out++ = joined[c];
    for (const MergePair* q = plan.pairs.data(); q < &own; ++q) {
      const double from_x = distance_to_union<linkage>(x[q->x], x[q->y], q->both, u.size_x);
      const double from_y = distance_to_union<linkage>(y[q->x], y[q->y], q->both, u.size_y);
      *out++ = distance_to_union<linkage>(from_x, from_y, u, q->both.size());
    }
    *out++ = kInfinity;
    for (const MergePair* q = &own + 1; q < plan.pairs.data() + plan.pairs.size(); ++q) {
      *out++ = distance_to_union<linkage>(joined[q->x], joined[q->y], q->both, size);
    }
  }

  LeastEntry nearest_now(const MergePlan& plan, Index i, const double* row) const {
    const LeastEntry kept = plan.kept_neighbor(i, nearest_);
    return kept.index >= 0 ? kept : kernels_.least(row, plan.count());
  }

  void finish(const MergePlan& plan, std::vector<LeastEntry> nearest) {
    nearest_ = std::move(nearest);
    std::vector<double> size;
    std::vector<std::int32_t> member;
    for (Index i = 0; i < plan.count(); ++i) {
      const auto first = static_cast<std::size_t>(plan.first(i));
      size.push_back(plan.is_union(i) ? plan.pair(i).both.size() : matrix_.size[first]);
      member.push_back(matrix_.member[first]);
    }
    matrix_.size = std::move(size);
    matrix_.member = std::move(member);
  }

  template <class Work>
  void for_spans(Index count, Work&& work) {
    scratch_.resize(static_cast<std::size_t>(std::max(1, options_.n_threads)));
    parallel_for(static_cast<std::size_t>((count + kSpan - 1) / kSpan), options_.n_threads,
                 [&](std::size_t span, int worker) {
                   const Index begin = static_cast<Index>(span) * kSpan;
                   const Index end = std::min(count, begin + kSpan);
                   if (!ticker_.tick(worker, static_cast<double>(end - begin))) return;
                   work(begin, end, scratch_[static_cast<std::size_t>(worker)]);
                 });
    if (ticker_.stopped()) throw Interrupted();
  }

  const AgglomerateKernels& kernels_ = SHOAL_PICK_KERNELS(agglomerate_kernels);
  const DistanceSource& source_;
  const AgglomerateOptions& options_;
  Ticker ticker_;
  ClusterMatrix matrix_;
  std::vector<LeastEntry> nearest_;
  std::vector<Scratch> scratch_;
};

}  // namespace

ClusterMatrix merge_in_rounds(const DistanceSource& source, const AgglomerateOptions& options,
                              std::vector<Edge>& edges) {
  switch (options.linkage) {
    case Linkage::complete:
      return Rounds<Linkage::complete>(source, options).run(edges);
    case Linkage::average:
      return Rounds<Linkage::average>(source, options).run(edges);
    case Linkage::weighted:
      return Rounds<Linkage::weighted>(source, options).run(edges);
    case Linkage::ward:
      return Rounds<Linkage::ward>(source, options).run(edges);
    case Linkage::single:
      return Rounds<Linkage::single>(source, options).run(edges);
    default:
      throw Error(Error::Kind::parameter,
                  "linkage must be reducible for merges in rounds; got centroid or median.");
  }
}

}  // namespace shoal
