#include "tree/dendrogram.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace shoal {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

void pass_labels_down(const Dendrogram& tree, std::span<std::int32_t> labels) {
  for (std::int64_t s = tree.n_steps(); s-- > 0;) {
    const std::int32_t label = labels[at(tree.n_rows + s)];
    if (label < 0) continue;
    for (const std::int32_t child : {tree.left[at(s)], tree.right[at(s)]}) {
      if (labels[at(child)] < 0) labels[at(child)] = label;
    }
  }
}

std::vector<double> greatest_heights(const Dendrogram& tree) {
  std::vector<double> greatest = tree.height;
  for (std::int64_t s = 0; s < tree.n_steps(); ++s) {
    for (const std::int32_t child : {tree.left[at(s)], tree.right[at(s)]}) {
      if (child >= tree.n_rows) {
        greatest[at(s)] = std::max(greatest[at(s)], greatest[at(child - tree.n_rows)]);
      }
    }
  }
  return greatest;
}

std::vector<std::int32_t> leaf_order(const Dendrogram& tree) {
  std::vector<std::int32_t> order;
  order.reserve(at(tree.n_rows));
  std::vector<std::int32_t> open{static_cast<std::int32_t>(tree.n_nodes() - 1)};
  while (!open.empty()) {
    const std::int32_t node = open.back();
    open.pop_back();
    if (node < tree.n_rows) {
      order.push_back(node);
    } else {
      open.push_back(tree.right[at(node - tree.n_rows)]);
      open.push_back(tree.left[at(node - tree.n_rows)]);
    }
  }
  return order;
}

void cophenetic_distances(const Dendrogram& tree, std::span<double> out) {
  const std::int64_t n = tree.n_rows;
  // Rows in the order of the leaves: every cluster is a stretch of them.
  const std::vector<std::int32_t> order = leaf_order(tree);
  std::vector<std::pair<std::int64_t, std::int64_t>> stretch(at(tree.n_nodes()));
  for (std::int64_t i = 0; i < n; ++i) stretch[at(order[at(i)])] = {i, i + 1};
  for (std::int64_t s = 0; s < tree.n_steps(); ++s) {
    const auto left = stretch[at(tree.left[at(s)])], right = stretch[at(tree.right[at(s)])];
    stretch[at(n + s)] = {left.first, right.second};
    for (std::int64_t a = left.first; a < left.second; ++a) {
      for (std::int64_t b = right.first; b < right.second; ++b) {
        const auto [i, j] = std::minmax({order[at(a)], order[at(b)]});
        const std::int64_t row = i;
        out[at(row * n - row * (row + 1) / 2 + (j - i - 1))] = tree.height[at(s)];
      }
    }
  }
}

void inconsistency(const Dendrogram& tree, int depth, std::span<double> out) {
  std::vector<std::pair<std::int64_t, int>> open;
  std::vector<double> heights;
  for (std::int64_t s = 0; s < tree.n_steps(); ++s) {
    open.assign(1, {s, depth});
    heights.clear();
    while (!open.empty()) {
      const auto [step, left] = open.back();
      open.pop_back();
      heights.push_back(tree.height[at(step)]);
      if (left == 1) continue;
      for (const std::int32_t child : {tree.left[at(step)], tree.right[at(step)]}) {
        if (child >= tree.n_rows) open.emplace_back(child - tree.n_rows, left - 1);
      }
    }
    const auto count = static_cast<double>(heights.size());
    double mean = 0, spread = 0;
    for (const double h : heights) mean += h;
    mean /= count;
    for (const double h : heights) spread += (h - mean) * (h - mean);
    spread = heights.size() > 1 ? std::sqrt(spread / (count - 1)) : 0;
    double* const row = &out[at(4 * s)];
    row[0] = mean;
    row[1] = spread;
    row[2] = count;
    row[3] = spread > 0 ? (tree.height[at(s)] - mean) / spread : 0;
  }
}

}  // namespace shoal
