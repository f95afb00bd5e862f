// The splits of a bisecting k-means fit, one after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "algorithms/bisect.hpp"
#include "algorithms/kmeans.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

// A group that may still be split, with a copy of its rows side by side.
template <class Rows>
struct Group {
  Rows rows;
  std::vector<double> weights;      // of `rows`, unless all are 1
  std::vector<std::int64_t> index;  // where they stand in the table
  std::vector<float> distances;     // to the centre
  std::int32_t node = 0;
  double weight = 0, inertia = 0, score = 0;
};

// Shift and scale for the rows themselves instead of those of the table they come from.
template <class T>
void recentre(DenseRows<T>& rows) {
  auto fresh = dense_rows(rows.data, rows.n, rows.d, rows.weights);
  rows.shift = std::move(fresh.shift);
  rows.typed_shift = std::move(fresh.typed_shift);
  rows.scale = fresh.scale;
}
template <class T>
void recentre(SparseRows<T>&) {}

template <class Rows>
class Bisection {
 public:
  Bisection(const Rows& rows, const BisectOptions& options)
      : rows_(rows), options_(options), exact_(SHOAL_PICK_KERNELS(exact_kernels)) {}

  BisectResult run() {
    add_root();
    for (split_ = 0; split_ + 1 < options_.k; ++split_) {
      const std::size_t at = choose();
      split(at);
    }
    return finish();
  }

 private:
  using GroupPointer = std::unique_ptr<Group<Rows>>;

  LloydOptions lloyd_options(double tolerance) const {
    return {options_.max_iter, tolerance, options_.n_threads,
            [this](int iteration) { return going(iteration); }, false};
  }
  bool going(int iteration) const {
    return !options_.keep_going || options_.keep_going(split_, iteration);
  }

  void add_root() {
    auto root = std::make_unique<Group<Rows>>();
    root->rows = rows_;
    root->index.resize(static_cast<std::size_t>(rows_.n));
    std::iota(root->index.begin(), root->index.end(), 0);
    std::vector<std::int32_t> labels(root->index.size());
    centers_.resize(static_cast<std::size_t>(rows_.d));
    rows_.copy_row(0, centers_.data());
    lloyd(rows_, 1, centers_.data(), lloyd_options(0), labels.data(), root->distances);
    measure(*root);
    left_.push_back(-1);
    groups_.push_back(std::move(root));
  }

  // The first group, from left to right, of the highest score among those with two rows to part;
  // where there is none, the first of all.
  std::size_t choose() {
    for (;;) {
      const auto best = std::max_element(
          groups_.begin(), groups_.end(),
          [](const GroupPointer& a, const GroupPointer& b) { return a->score < b->score; });
      Group<Rows>& group = **best;
      if (group.score < 0 || can_be_split(group)) {
        return static_cast<std::size_t>(best - groups_.begin());
      }
      group.score = -1;
    }
  }

  bool can_be_split(const Group<Rows>& group) const {
    std::int64_t first = -1;
    for (std::int64_t i = 0; i < group.rows.n; ++i) {
      if (!(group.rows.weight(i) > 0)) continue;
      if (first < 0) first = i;
      if (group.rows.compare(first, i) != 0) return true;
    }
    return false;
  }

  void split(std::size_t at) {
    const GroupPointer parent = std::move(groups_[at]);
    std::vector<std::int32_t> labels(parent->index.size(), 0);
    std::vector<float> distances = parent->distances;
    std::vector<double> centers(static_cast<std::size_t>(2 * rows_.d));
    if (parent->score < 0) {  // equal rows: an empty group beside them
      const double* own = center_of(parent->node);
      std::copy_n(own, rows_.d, centers.data());
      std::copy_n(own, rows_.d, centers.data() + rows_.d);
    } else {
      part(*parent, centers, labels, distances);
    }
    left_[static_cast<std::size_t>(parent->node)] = static_cast<std::int32_t>(left_.size());
    GroupPointer children[2];
    for (auto& child : children) {
      child = std::make_unique<Group<Rows>>();
      child->node = static_cast<std::int32_t>(left_.size());
      left_.push_back(-1);
    }
    centers_.insert(centers_.end(), centers.begin(), centers.end());
    inner_inertias_.push_back(parent->inertia);
    inner_nodes_.push_back(parent->node);
    parallel_for(2, options_.n_threads, [&](std::size_t side, int) {
      fill(*children[side], *parent, labels, distances, static_cast<std::int32_t>(side));
    });
    groups_[at] = std::move(children[0]);
    groups_.insert(groups_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(children[1]));
  }

  // The best of n_init runs of 2-means.
  void part(const Group<Rows>& group, std::vector<double>& centers,
            std::vector<std::int32_t>& labels, std::vector<float>& distances) {
    const double variance = group.inertia / group.weight / static_cast<double>(rows_.d);
    const LloydOptions lloyd_once = lloyd_options(options_.relative_tolerance * variance);
    double least = std::numeric_limits<double>::infinity();
    int n_iter = 0;
    std::vector<double> moved(centers.size());
    std::vector<std::int32_t> found(labels.size());
    std::vector<float> away;
    for (int run = 0; run < options_.n_init; ++run) {
      begin(group, run, moved.data());
      const LloydResult result = lloyd(group.rows, 2, moved.data(), lloyd_once, found.data(), away);
      if (run == 0 || result.inertia < least * (1 - 1e-9)) {
        least = result.inertia;
        n_iter = result.n_iter;
        centers.swap(moved);
        labels.swap(found);
        distances.swap(away);
      }
    }
    n_iter_ += n_iter;
  }

  void begin(const Group<Rows>& group, int run, double* centers) {
    if (options_.start) {
      if (!options_.start(group.index, centers)) throw Interrupted();
      return;
    }
    const auto stream =
        static_cast<std::uint64_t>(split_) * static_cast<std::uint64_t>(options_.n_init) +
        static_cast<std::uint64_t>(run);
    const std::vector<std::int64_t> seeds =
        draw_seeds(group.rows, 2, options_.n_trials, Philox(options_.seed, stream),
                   options_.n_threads, [&](double) { return going(0); });
    for (std::int64_t c = 0; c < 2; ++c) {
      group.rows.copy_row(seeds[static_cast<std::size_t>(c)], centers + c * rows_.d);
    }
  }

  // Copies the rows of one side, so that the next split finds them side by side.
  void fill(Group<Rows>& child, const Group<Rows>& parent, const std::vector<std::int32_t>& labels,
            const std::vector<float>& distances, std::int32_t side) const {
    std::vector<std::int64_t> chosen;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] != side) continue;
      chosen.push_back(static_cast<std::int64_t>(i));
      child.index.push_back(parent.index[i]);
      child.distances.push_back(distances[i]);
      if (parent.rows.weights != nullptr) child.weights.push_back(parent.rows.weights[i]);
    }
    child.rows =
        parent.rows.subset(chosen, parent.rows.weights != nullptr ? child.weights.data() : nullptr);
    recentre(child.rows);
    measure(child);
  }

  void measure(Group<Rows>& group) const {
    const double* center = center_of(group.node);
    for (std::int64_t i = 0; i < group.rows.n; ++i) {
      group.weight += group.rows.weight(i);
      group.inertia += group.rows.weight(i) * group.rows.squared(exact_, i, center);
    }
    group.score = options_.by_weight ? group.weight : group.inertia;
  }

  const double* center_of(std::int32_t node) const { return centers_.data() + node * rows_.d; }

  // Nodes as SplitTree counts them: groups from left to right, then the splits, the last first.
  BisectResult finish() {
    const std::int64_t k = options_.k;
    std::vector<std::int32_t> name(left_.size());
    BisectResult result;
    result.labels.resize(static_cast<std::size_t>(rows_.n));
    result.distances.resize(result.labels.size());
    for (std::size_t c = 0; c < groups_.size(); ++c) {
      const Group<Rows>& group = *groups_[c];
      name[static_cast<std::size_t>(group.node)] = static_cast<std::int32_t>(c);
      result.inertia += group.inertia;
      for (std::size_t i = 0; i < group.index.size(); ++i) {
        result.labels[static_cast<std::size_t>(group.index[i])] = static_cast<std::int32_t>(c);
        result.distances[static_cast<std::size_t>(group.index[i])] = group.distances[i];
      }
    }
    for (std::size_t s = 0; s < inner_nodes_.size(); ++s) {
      name[static_cast<std::size_t>(inner_nodes_[s])] =
          static_cast<std::int32_t>(2 * k - 2 - static_cast<std::int64_t>(s));
    }
    result.tree.k = k;
    result.n_iter = n_iter_;
    for (std::size_t s = inner_nodes_.size(); s-- > 0;) {
      const auto left = static_cast<std::size_t>(left_[static_cast<std::size_t>(inner_nodes_[s])]);
      result.tree.children.push_back(name[left]);
      result.tree.children.push_back(name[left + 1]);
      result.inner_inertias.push_back(inner_inertias_[s]);
    }
    result.tree.centers.resize(centers_.size());
    for (std::size_t node = 0; node < name.size(); ++node) {
      std::copy_n(center_of(static_cast<std::int32_t>(node)), rows_.d,
                  result.tree.centers.data() + name[node] * rows_.d);
    }
    return result;
  }

  const Rows& rows_;
  const BisectOptions& options_;
  const ExactKernels& exact_;
  int split_ = 0;
  int n_iter_ = 1;
  std::vector<GroupPointer> groups_;  // from left to right
  // By node, the root being 0: the left one of its two children (the right one follows), or -1.
  std::vector<std::int32_t> left_;
  std::vector<double> centers_;            // by node
  std::vector<std::int32_t> inner_nodes_;  // by split
  std::vector<double> inner_inertias_;     // by split
};

}  // namespace shoal
