// Whether two groups of points hold a pair within a radius.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "algorithms/metric.hpp"
#include "kernels/radius.hpp"

namespace shoal {

// What near means: a key of at most `limit`.
template <class Real>
class NearColumns {
 public:
  NearColumns(Metric metric, double limit) : metric_(metric), limit_(limit) {
    const RadiusTable& table = SHOAL_PICK_KERNELS(radius_kernels);
    if constexpr (std::is_same_v<Real, float>) {
      count_ = table.narrow.count[static_cast<int>(metric)];
    } else {
      count_ = table.wide.count[static_cast<int>(metric)];
    }
  }

  // See RadiusKernels.
  double count(const PointColumns<Real>& points, const double* weights, std::int64_t begin,
               std::int64_t end, const double* point, double total, double enough) const {
    return begin < end ? count_(points, weights, begin, end, point, limit_, total, enough) : total;
  }
  bool any(const PointColumns<Real>& points, std::int64_t begin, std::int64_t end,
           const double* point) const {
    return count(points, nullptr, begin, end, point, 0, 1) > 0;
  }

  // The key of two points that are gap(q) apart, and whether they are near. Keys never fall as a
  // gap grows, rounding included.
  template <class Gap>
  bool within(int d, Gap gap) const {
    double key = 0;
    for (int q = 0; q < d; ++q) key = add_to_key(metric_, key, gap(q));
    return key <= limit_;
  }

 private:
  Metric metric_;
  double limit_;
  typename RadiusKernels<Real>::Count count_;
};

struct PointRange {
  std::int64_t begin, end;
  std::int64_t size() const { return end - begin; }
};

template <class Real>
class ClosePair {
 public:
  ClosePair(const PointColumns<Real>& points, const NearColumns<Real>& near)
      : points_(points), near_(near) {}

  bool exists(PointRange a, PointRange b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (a.size() * b.size() <= kFewPairs) {
      double point[kMostColumns];
      for (std::int64_t i = a.begin; i < a.end; ++i) {
        read(i, point);
        if (near_.any(points_, b.begin, b.end, point)) return true;
      }
      return false;
    }
    order_.resize(static_cast<std::size_t>(a.size() + b.size()));
    const auto middle = order_.begin() + a.size();
    std::iota(order_.begin(), middle, a.begin);
    std::iota(middle, order_.end(), b.begin);
    return search({0, a.size()}, {a.size(), a.size() + b.size()});
  }

 private:
  static constexpr std::int64_t kFewPairs = 4096, kLeaf = 256;
  using Box = std::array<std::array<double, 2>, kMostColumns>;
  struct Pair {
    PointRange a, b;
  };

  void read(std::int64_t i, double* point) const {
    for (int q = 0; q < points_.d; ++q) point[q] = value(i, q);
  }
  double value(std::int64_t i, int q) const { return points_.at[q * points_.stride + i]; }
  std::int64_t at(std::int64_t place) const { return order_[static_cast<std::size_t>(place)]; }

  // Halves the larger group of a pair until boxes tell, nearer halves first.
  bool search(PointRange all_a, PointRange all_b) {
    std::vector<Pair> open{{all_a, all_b}};
    while (!open.empty()) {
      auto [a, b] = open.back();
      open.pop_back();
      if (a.size() < b.size()) std::swap(a, b);
      const Box box_a = box_of(a), box_b = box_of(b);
      const auto apart = [&](int q) {
        return std::max({box_b[q][0] - box_a[q][1], box_a[q][0] - box_b[q][1], 0.0});
      };
      const auto across = [&](int q) {
        return std::max(box_b[q][1] - box_a[q][0], box_a[q][1] - box_b[q][0]);
      };
      if (!near_.within(points_.d, apart)) continue;
      if (near_.within(points_.d, across)) return true;
      if (a.size() * b.size() <= kLeaf) {
        if (try_all(a, b)) return true;
        continue;
      }
      const int q = widest(box_a);
      const std::int64_t middle = a.begin + a.size() / 2;
      std::nth_element(order_.begin() + a.begin, order_.begin() + middle, order_.begin() + a.end,
                       [&](std::int64_t i, std::int64_t j) {
                         return value(i, q) < value(j, q) || (value(i, q) == value(j, q) && i < j);
                       });
      Pair low{{a.begin, middle}, b}, high{{middle, a.end}, b};
      if (box_b[q][0] + box_b[q][1] < box_a[q][0] + box_a[q][1]) std::swap(low, high);
      open.push_back(low);
      open.push_back(high);
    }
    return false;
  }

  Box box_of(PointRange range) const {
    Box box{};
    for (int q = 0; q < points_.d; ++q) {
      box[q] = {value(at(range.begin), q), value(at(range.begin), q)};
      for (std::int64_t p = range.begin + 1; p < range.end; ++p) {
        box[q][0] = std::min(box[q][0], value(at(p), q));
        box[q][1] = std::max(box[q][1], value(at(p), q));
      }
    }
    return box;
  }

  int widest(const Box& box) const {
    int best = 0;
    for (int q = 1; q < points_.d; ++q) {
      if (box[q][1] - box[q][0] > box[best][1] - box[best][0]) best = q;
    }
    return best;
  }

  bool try_all(PointRange a, PointRange b) const {
    for (std::int64_t i = a.begin; i < a.end; ++i) {
      for (std::int64_t j = b.begin; j < b.end; ++j) {
        if (near_.within(points_.d, [&](int q) { return value(at(i), q) - value(at(j), q); })) {
          return true;
        }
      }
    }
    return false;
  }

  const PointColumns<Real>& points_;
  const NearColumns<Real>& near_;
  std::vector<std::int64_t> order_;
};

}  // namespace shoal
