#include "algorithms/agglomerate_graph.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <utility>
#include <vector>

#include "algorithms/center_clusters.hpp"
#include "core/error.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
using Node = std::int32_t;

struct Neighbor {
  Node node;
  double distance;
};

// A pair that may be joined; the older and lower first on a tie.
struct Candidate {
  double distance;
  Node young, old;

  bool operator>(const Candidate& other) const {
    if (distance != other.distance) return distance > other.distance;
    return young != other.young ? young > other.young : old > other.old;
  }
};

double union_distance(Linkage linkage, double x, double y, const Union& both) {
  switch (linkage) {
    case Linkage::single:
      return distance_to_union<Linkage::single>(x, y, both, 0);
    case Linkage::complete:
      return distance_to_union<Linkage::complete>(x, y, both, 0);
    case Linkage::average:
      return distance_to_union<Linkage::average>(x, y, both, 0);
    default:
      return distance_to_union<Linkage::weighted>(x, y, both, 0);
  }
}

class GraphMerge {
 public:
  GraphMerge(const RowGraph& graph, MatrixView<const double> X, const AgglomerateOptions& options)
      : options_(options),
        n_(graph.n_rows),
        by_centers_(options.linkage == Linkage::ward || options.linkage == Linkage::centroid ||
                    options.linkage == Linkage::median),
        d_(by_centers_ ? X.cols() : 0),
        around_(at(2 * n_ - 1)),
        size_(at(2 * n_ - 1), 0.0) {
    for (Index i = 0; i < n_; ++i) {
      size_[at(i)] = options.weights != nullptr ? options.weights[i] : 1.0;
    }
    if (by_centers_) centers_.assign(X.data(), X.data() + n_ * d_);
    for (Index i = 0; i < n_; ++i) {
      for (Index e = graph.starts[i]; e < graph.starts[i + 1]; ++e) {
        const Node j = graph.columns[e];
        const double distance = by_centers_ ? between(static_cast<Node>(i), j) : graph.distances[e];
        around_[at(i)].push_back({j, distance});
        if (j < i) candidates_.push({distance, static_cast<Node>(i), j});
      }
      std::ranges::sort(around_[at(i)], {}, &Neighbor::node);
    }
  }

  LinkageTree run() {
    LinkageTree tree;
    tree.n_rows = n_;
    std::vector<std::int32_t> rows(at(2 * n_ - 1), 1);
    Ticker ticker(options_.keep_going, static_cast<double>(n_));
    for (Index step = 0; step + 1 < n_; ++step) {
      const Candidate pair = next_pair();
      tree.left.push_back(pair.old);
      tree.right.push_back(pair.young);
      tree.height.push_back(by_centers_ ? std::sqrt(squared_height(options_.linkage, pair.distance))
                                        : pair.distance);
      rows[at(n_ + step)] = rows[at(pair.old)] + rows[at(pair.young)];
      tree.size.push_back(rows[at(n_ + step)]);
      join(pair, static_cast<Node>(n_ + step));
      if (!ticker.tick(0, 1)) throw Interrupted();
    }
    return tree;
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  bool gone(Node x) const { return size_[at(x)] < 0; }

  Candidate next_pair() {
    for (;;) {
      if (candidates_.empty()) {
        throw Error(Error::Kind::data, "connectivity must join all rows; got a graph in parts.");
      }
      const Candidate pair = candidates_.top();
      candidates_.pop();
      if (!gone(pair.young) && !gone(pair.old)) return pair;
    }
  }

  double between(Node x, Node y) const {
    const double squared =
        exact_key(Metric::sqeuclidean, &centers_[at(x * d_)], &centers_[at(y * d_)], d_);
    return options_.linkage == Linkage::ward ? ward_factor(size_[at(x)], size_[at(y)]) * squared
                                             : squared;
  }

  void join(const Candidate& pair, Node both) {
    const Node x = pair.old, y = pair.young;
    const Union parts{pair.distance, size_[at(x)], size_[at(y)]};
    if (by_centers_) {
      const double share = options_.linkage == Linkage::median ? 0.5 : parts.size_y / parts.size();
      for (Index q = 0; q < d_; ++q) {
        const double from = centers_[at(x * d_ + q)], to = centers_[at(y * d_ + q)];
        centers_.push_back(from + share * (to - from));
      }
    }
    size_[at(x)] = size_[at(y)] = -1;
    size_[at(both)] = parts.size();
    std::vector<Neighbor> around = meet(x, y, parts);
    for (Neighbor& neighbor : around) {
      if (by_centers_) neighbor.distance = between(both, neighbor.node);
      around_[at(neighbor.node)].push_back({both, neighbor.distance});
      candidates_.push({neighbor.distance, both, neighbor.node});
    }
    around_[at(both)] = std::move(around);
  }

  // Neighbours of either cluster that are left, by number; both lists are given up.
  std::vector<Neighbor> meet(Node x, Node y, const Union& parts) {
    const std::vector<Neighbor> of_x = std::move(around_[at(x)]), of_y = std::move(around_[at(y)]);
    std::vector<Neighbor> met;
    auto a = of_x.begin(), b = of_y.begin();
    while (a != of_x.end() || b != of_y.end()) {
      Neighbor next;
      if (b == of_y.end() || (a != of_x.end() && a->node < b->node)) {
        next = *a++;
      } else if (a == of_x.end() || b->node < a->node) {
        next = *b++;
      } else {
        next = {a->node, union_distance(options_.linkage, a->distance, b->distance, parts)};
        ++a;
        ++b;
      }
      if (!gone(next.node)) met.push_back(next);
    }
    return met;
  }

  const AgglomerateOptions& options_;
  Index n_;
  bool by_centers_;
  Index d_;
  std::vector<std::vector<Neighbor>> around_;
  std::vector<double> size_, centers_;  // size -1: joined
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates_;
};

}  // namespace

LinkageTree agglomerate_graph(const RowGraph& graph, MatrixView<const double> X,
                              const AgglomerateOptions& options) {
  return GraphMerge(graph, X, options).run();
}

}  // namespace shoal
