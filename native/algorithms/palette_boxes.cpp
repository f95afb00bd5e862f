#include "algorithms/palette_boxes.hpp"

#include <algorithm>
#include <numeric>

namespace shoal {
namespace {

using Index = std::int64_t;

struct Box {
  std::vector<Index> left, right;  // its points, parted by the best cut
  double gain = 0;                 // what the cut saves
};

class Cutter {
 public:
  Cutter(MatrixView<const float> points, const std::vector<double>& weights)
      : points_(points), weights_(weights), d_(points.cols()) {}

  // The cut across an axis that lowers the squared error most; no gain when the points are equal.
  Box cut(std::vector<Index> members) const {
    Box best;
    std::size_t place = 0;
    Index axis = -1;
    for (Index j = 0; j < d_; ++j) {
      sort_by(members, j);
      consider(members, j, best.gain, place, axis);
    }
    if (axis < 0) {
      best.left = std::move(members);
      return best;
    }
    if (axis != d_ - 1) sort_by(members, axis);
    const auto middle = members.begin() + static_cast<std::ptrdiff_t>(place);
    best.left.assign(members.begin(), middle);
    best.right.assign(middle, members.end());
    return best;
  }

 private:
  void sort_by(std::vector<Index>& members, Index j) const {
    std::sort(members.begin(), members.end(), [&](Index a, Index b) {
      const float x = points_(a, j), y = points_(b, j);
      return x != y ? x < y : a < b;
    });
  }

  // With S and W the sums of a part, its error is the sum of squares less |S|^2 / W.
  void consider(const std::vector<Index>& members, Index j, double& gain, std::size_t& place,
                Index& axis) const {
    std::vector<double> total(static_cast<std::size_t>(d_), 0.0), low = total;
    double weight = 0, low_weight = 0;
    for (const Index i : members) add(i, total, weight);
    double whole = 0;
    for (const double s : total) whole += s * s / weight;
    for (std::size_t m = 0; m + 1 < members.size(); ++m) {
      add(members[m], low, low_weight);
      if (!(points_(members[m], j) < points_(members[m + 1], j))) continue;
      double parts = 0;
      for (std::size_t q = 0; q < total.size(); ++q) {
        const double rest = total[q] - low[q];
        parts += low[q] * low[q] / low_weight + rest * rest / (weight - low_weight);
      }
      if (parts - whole > gain) {
        gain = parts - whole;
        place = m + 1;
        axis = j;
      }
    }
  }

  void add(Index i, std::vector<double>& sums, double& weight) const {
    const double w = weights_[static_cast<std::size_t>(i)];
    for (Index q = 0; q < d_; ++q)
      sums[static_cast<std::size_t>(q)] += w * static_cast<double>(points_(i, q));
    weight += w;
  }

  MatrixView<const float> points_;
  const std::vector<double>& weights_;
  Index d_;
};

}  // namespace

std::vector<double> cut_boxes(MatrixView<const float> points, const std::vector<double>& weights,
                              Index k) {
  const Cutter cutter(points, weights);
  std::vector<Index> all(static_cast<std::size_t>(points.rows()));
  std::iota(all.begin(), all.end(), Index{0});
  std::vector<Box> boxes;
  boxes.push_back(cutter.cut(std::move(all)));
  while (static_cast<Index>(boxes.size()) < k) {
    const auto at = std::max_element(boxes.begin(), boxes.end(),
                                     [](const Box& a, const Box& b) { return a.gain < b.gain; });
    if (!(at->gain > 0)) break;
    Box parted = std::move(*at);
    *at = cutter.cut(std::move(parted.left));
    boxes.push_back(cutter.cut(std::move(parted.right)));
  }
  std::vector<double> centers;
  for (const Box& box : boxes) {
    double weight = 0;
    std::vector<double> sum(static_cast<std::size_t>(points.cols()), 0.0);
    for (const auto* half : {&box.left, &box.right}) {
      for (const Index i : *half) {
        const double w = weights[static_cast<std::size_t>(i)];
        weight += w;
        for (std::size_t j = 0; j < sum.size(); ++j)
          sum[j] += w * static_cast<double>(points.row(i)[j]);
      }
    }
    for (const double s : sum) centers.push_back(s / weight);
  }
  return centers;
}

}  // namespace shoal
