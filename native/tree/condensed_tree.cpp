#include "tree/condensed_tree.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace shoal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double lambda_of(double distance) { return distance > 0 ? 1 / distance : kInfinity; }

// From one lambda to a later one, both of which may be infinite.
double span(double from, double to) { return from == to ? 0 : to - from; }

}  // namespace

CondensedTree condense(const LinkageTree& tree, double min_weight, const double* weights,
                       const double* core_distances) {
  const std::int64_t n = tree.n_rows, n_steps = tree.n_steps();
  CondensedTree condensed;
  condensed.n_rows = n;
  condensed.row_cluster.assign(static_cast<std::size_t>(n), 0);
  condensed.row_lambda.assign(static_cast<std::size_t>(n), 0.0);
  std::vector<double> step_weight(static_cast<std::size_t>(n_steps));
  const auto weight = [&](std::int32_t node) {
    if (node >= n) return step_weight[static_cast<std::size_t>(node - n)];
    return weights != nullptr ? weights[node] : 1.0;
  };
  const auto size = [&](std::int32_t node) {
    return node >= n ? tree.size[static_cast<std::size_t>(node - n)] : 1;
  };
  for (std::size_t s = 0; s < step_weight.size(); ++s) {
    step_weight[s] = weight(tree.left[s]) + weight(tree.right[s]);
  }
  const auto add_cluster = [&](std::int32_t parent, double birth, std::int32_t node) {
    condensed.parent.push_back(parent);
    condensed.birth.push_back(birth);
    condensed.size.push_back(size(node));
    condensed.weight.push_back(weight(node));
    return condensed.n_clusters() - 1;
  };

  // Of every step: the cluster it is in, and the lambda at which its rows leave it; below 0 where
  // it is still the cluster itself. Parents come after their children, so go from the last.
  std::vector<std::int32_t> owner(static_cast<std::size_t>(n_steps), 0);
  std::vector<double> leaves(static_cast<std::size_t>(n_steps), -1.0);
  const auto set_node = [&](std::int32_t node, std::int32_t cluster, double lambda) {
    if (node >= n) {
      owner[static_cast<std::size_t>(node - n)] = cluster;
      leaves[static_cast<std::size_t>(node - n)] = lambda;
      return;
    }
    if (lambda < 0) lambda = lambda_of(core_distances != nullptr ? core_distances[node] : 0.0);
    condensed.row_cluster[static_cast<std::size_t>(node)] = cluster;
    condensed.row_lambda[static_cast<std::size_t>(node)] = lambda;
  };
  const auto top = static_cast<std::int32_t>(n_steps > 0 ? n + n_steps - 1 : 0);
  if (n > 0) set_node(top, add_cluster(-1, 0, top), -1);
  for (std::int64_t s = n_steps; s-- > 0;) {
    const auto at = static_cast<std::size_t>(s);
    const std::int32_t left = tree.left[at], right = tree.right[at], cluster = owner[at];
    if (leaves[at] >= 0) {
      set_node(left, cluster, leaves[at]);
      set_node(right, cluster, leaves[at]);
      continue;
    }
    const double lambda = lambda_of(tree.height[at]);
    const bool keeps_left = weight(left) >= min_weight, keeps_right = weight(right) >= min_weight;
    if (keeps_left && keeps_right) {
      set_node(left, add_cluster(cluster, lambda, left), -1);
      set_node(right, add_cluster(cluster, lambda, right), -1);
    } else {
      set_node(left, cluster, keeps_left ? -1 : lambda);
      set_node(right, cluster, keeps_right ? -1 : lambda);
    }
  }
  return condensed;
}

namespace {

class Selector {
 public:
  Selector(const CondensedTree& tree, const double* weights, const SelectionOptions& options)
      : tree_(tree),
        weights_(weights),
        options_(options),
        n_clusters_(static_cast<std::size_t>(tree.n_clusters())) {}

  FlatClusters run() {
    measure();
    std::vector<char> chosen = options_.method == Selection::leaf ? leaves() : excess_of_mass();
    const bool only_root = n_clusters_ > 0 && chosen[0] != 0;
    if (options_.epsilon > 0 && n_clusters_ > 1 && !only_root) chosen = merge_near(chosen);
    label(chosen);
    strengthen();
    return std::move(flat_);
  }

 private:
  std::size_t parent(std::size_t cluster) const {
    return static_cast<std::size_t>(tree_.parent[cluster]);
  }

  void measure() {
    flat_.stability.assign(n_clusters_, 0.0);
    flat_.max_lambda.assign(n_clusters_, 0.0);
    for (std::size_t i = 0; i < tree_.row_cluster.size(); ++i) {
      const auto cluster = static_cast<std::size_t>(tree_.row_cluster[i]);
      const double lambda = tree_.row_lambda[i];
      flat_.stability[cluster] +=
          span(tree_.birth[cluster], lambda) * (weights_ != nullptr ? weights_[i] : 1.0);
      flat_.max_lambda[cluster] = std::max(flat_.max_lambda[cluster], lambda);
    }
    for (std::size_t c = 1; c < n_clusters_; ++c) {
      const std::size_t above = parent(c);
      flat_.stability[above] += span(tree_.birth[above], tree_.birth[c]) * tree_.weight[c];
      flat_.max_lambda[above] = std::max(flat_.max_lambda[above], tree_.birth[c]);
    }
    flat_.deepest_lambda = flat_.max_lambda;
    for (std::size_t c = n_clusters_; c-- > 1;) {
      double& above = flat_.deepest_lambda[parent(c)];
      above = std::max(above, flat_.deepest_lambda[c]);
    }
  }

  // A cluster is kept where it is more stable than the best of what is below it.
  std::vector<char> excess_of_mass() const {
    std::vector<double> below(n_clusters_, 0.0);
    std::vector<char> kept(n_clusters_, 0);
    for (std::size_t c = n_clusters_; c-- > 0;) {
      const bool may = c > 0 || options_.allow_single_cluster;
      kept[c] = may && below[c] <= flat_.stability[c] && tree_.weight[c] <= options_.max_weight;
      if (c > 0) below[parent(c)] += kept[c] != 0 ? flat_.stability[c] : below[c];
    }
    drop_below(kept);
    return kept;
  }

  std::vector<char> leaves() const {
    std::vector<char> kept(n_clusters_, 1);
    for (std::size_t c = 1; c < n_clusters_; ++c) kept[parent(c)] = 0;
    if (n_clusters_ == 1) kept[0] = 0;
    return kept;
  }

  void drop_below(std::vector<char>& kept) const {
    std::vector<char> inside(n_clusters_, 0);
    for (std::size_t c = 1; c < n_clusters_; ++c) {
      inside[c] = inside[parent(c)] != 0 || kept[parent(c)] != 0;
      if (inside[c] != 0) kept[c] = 0;
    }
  }

  // Clusters that are born below the distance epsilon make way for the first above them that is
  // not.
  std::vector<char> merge_near(const std::vector<char>& chosen) const {
    std::vector<char> merged(n_clusters_, 0);
    for (std::size_t c = 1; c < n_clusters_; ++c) {
      if (chosen[c] == 0) continue;
      std::size_t at = c;
      bool far = !(1 / tree_.birth[c] < options_.epsilon);
      while (!far && (parent(at) > 0 || options_.allow_single_cluster)) {
        at = parent(at);
        far = at == 0 || 1 / tree_.birth[at] > options_.epsilon;
      }
      merged[at] = 1;
    }
    drop_below(merged);
    return merged;
  }

  void label(const std::vector<char>& chosen) {
    std::vector<std::int32_t> top(n_clusters_, -1);  // the chosen one each cluster is in
    for (std::size_t c = 0; c < n_clusters_; ++c) {
      if (chosen[c] != 0) {
        top[c] = static_cast<std::int32_t>(c);
      } else if (c > 0) {
        top[c] = top[parent(c)];
      }
    }
    if (n_clusters_ > 0 && chosen[0] != 0) {
      flat_.root_lambda = options_.epsilon > 0 ? 1 / options_.epsilon : flat_.max_lambda[0];
    }
    const std::vector<std::int32_t> number = number_clusters(top);
    flat_.labels.assign(tree_.row_cluster.size(), -1);
    for (std::size_t i = 0; i < flat_.labels.size(); ++i) {
      const std::int32_t cluster = top_of_row(top, i);
      if (cluster >= 0) flat_.labels[i] = number[static_cast<std::size_t>(cluster)];
    }
    flat_.cluster_labels.assign(n_clusters_, -1);
    cluster_of_label_.assign(static_cast<std::size_t>(*std::ranges::max_element(number) + 1), 0);
    for (std::size_t c = 0; c < n_clusters_; ++c) {
      if (top[c] >= 0) flat_.cluster_labels[c] = number[static_cast<std::size_t>(top[c])];
      if (chosen[c] != 0 && number[c] >= 0) {
        cluster_of_label_[static_cast<std::size_t>(number[c])] = c;
      }
    }
  }

  // The chosen cluster a row is in; -1 for noise.
  std::int32_t top_of_row(const std::vector<std::int32_t>& top, std::size_t row) const {
    return tree_.row_lambda[row] < flat_.root_lambda
               ? -1
               : top[static_cast<std::size_t>(tree_.row_cluster[row])];
  }

  // From the heaviest, ties by the first row: an order that does not depend on that of the rows.
  std::vector<std::int32_t> number_clusters(const std::vector<std::int32_t>& top) const {
    std::vector<double> weight(n_clusters_, 0.0);
    std::vector<std::int32_t> found, number(n_clusters_, -1);
    for (std::size_t i = 0; i < tree_.row_cluster.size(); ++i) {
      const std::int32_t cluster = top_of_row(top, i);
      if (cluster < 0) continue;
      const auto at = static_cast<std::size_t>(cluster);
      if (number[at] < 0) {
        number[at] = 0;
        found.push_back(cluster);
      }
      weight[at] += weights_ != nullptr ? weights_[i] : 1.0;
    }
    std::ranges::stable_sort(found, std::greater<>{}, [&](std::int32_t cluster) {
      return weight[static_cast<std::size_t>(cluster)];
    });
    for (std::size_t label = 0; label < found.size(); ++label) {
      number[static_cast<std::size_t>(found[label])] = static_cast<std::int32_t>(label);
    }
    return number;
  }

  void strengthen() {
    flat_.probabilities.assign(flat_.labels.size(), 0.0);
    flat_.outlier_scores.assign(flat_.labels.size(), 0.0);
    for (std::size_t i = 0; i < flat_.labels.size(); ++i) {
      const double lambda = tree_.row_lambda[i];
      if (flat_.labels[i] >= 0) {
        const double last =
            flat_.max_lambda[cluster_of_label_[static_cast<std::size_t>(flat_.labels[i])]];
        flat_.probabilities[i] =
            last == 0 || std::isinf(lambda) ? 1 : std::min(lambda, last) / last;
      }
      const double deepest = flat_.deepest_lambda[static_cast<std::size_t>(tree_.row_cluster[i])];
      if (deepest > 0 && !std::isinf(lambda)) {
        flat_.outlier_scores[i] = std::isinf(deepest) ? 1 : (deepest - lambda) / deepest;
      }
    }
  }

  const CondensedTree& tree_;
  const double* const weights_;
  const SelectionOptions& options_;
  const std::size_t n_clusters_;
  std::vector<std::size_t> cluster_of_label_;
  FlatClusters flat_;
};

}  // namespace

FlatClusters select_clusters(const CondensedTree& tree, const double* weights,
                             const SelectionOptions& options) {
  return Selector(tree, weights, options).run();
}

}  // namespace shoal
