#include "algorithms/leaves.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

// Enough parts for any sensible number of threads; fixed, though the result would be the same.
constexpr Index kParallelParts = 64;

struct Range {
  Index begin, end;
};

template <class Real>
class Splitter {
 public:
  Splitter(MatrixView<const Real> X, std::vector<Index>& order) : X_(X), order_(order) {}

  // Halves the range at a multiple of the leaf size, along its widest dimension.
  std::pair<Range, Range> split(Range range) const {
    const Index leaves = (range.end - range.begin + kPairTile - 1) / kPairTile;
    const Index middle = range.begin + leaves / 2 * kPairTile;
    const Index q = widest(range);
    std::nth_element(order_.begin() + range.begin, order_.begin() + middle,
                     order_.begin() + range.end, [&](Index a, Index b) {
                       const Real x = X_(a, q), y = X_(b, q);
                       return x < y || (x == y && a < b);
                     });
    return {{range.begin, middle}, {middle, range.end}};
  }

  void split_fully(Range range) const {
    std::vector<Range> open{range};
    while (!open.empty()) {
      const Range last = open.back();
      open.pop_back();
      if (last.end - last.begin <= kPairTile) continue;
      const auto [left, right] = split(last);
      open.push_back(left);
      open.push_back(right);
    }
  }

 private:
  Index widest(Range range) const {
    const Index d = X_.cols();
    const Real* const first = X_.row(order_[range.begin]);
    std::vector<Real> low(first, first + d), high(low);
    for (Index i = range.begin + 1; i < range.end; ++i) {
      const Real* x = X_.row(order_[i]);
      for (Index q = 0; q < d; ++q) {
        low[q] = std::min(low[q], x[q]);
        high[q] = std::max(high[q], x[q]);
      }
    }
    Index best = 0;
    for (Index q = 1; q < d; ++q) {
      if (high[q] - low[q] > high[best] - low[best]) best = q;
    }
    return best;
  }

  MatrixView<const Real> X_;
  std::vector<Index>& order_;
};

template <class Real>
void measure_boxes(MatrixView<const Real> X, Leaves& leaves, int n_threads) {
  const Index d = X.cols();
  leaves.low.resize(static_cast<std::size_t>(leaves.count() * d));
  leaves.high.resize(leaves.low.size());
  parallel_for(static_cast<std::size_t>(leaves.count()), n_threads, [&](std::size_t leaf, int) {
    const Index l = static_cast<Index>(leaf);
    double* low = &leaves.low[leaf * static_cast<std::size_t>(d)];
    double* high = &leaves.high[leaf * static_cast<std::size_t>(d)];
    const Real* first = X.row(leaves.order[leaves.begin(l)]);
    std::copy(first, first + d, low);
    std::copy(first, first + d, high);
    for (Index i = leaves.begin(l) + 1; i < leaves.end(l); ++i) {
      const Real* x = X.row(leaves.order[i]);
      for (Index q = 0; q < d; ++q) {
        low[q] = std::min<double>(low[q], x[q]);
        high[q] = std::max<double>(high[q], x[q]);
      }
    }
  });
}

}  // namespace

template <class Real>
Leaves make_leaves(MatrixView<const Real> X, int n_threads) {
  Leaves leaves;
  leaves.order.resize(static_cast<std::size_t>(X.rows()));
  std::iota(leaves.order.begin(), leaves.order.end(), Index{0});
  const Splitter<Real> splitter(X, leaves.order);

  std::vector<Range> parts{{0, X.rows()}};
  while (static_cast<Index>(parts.size()) < kParallelParts &&
         parts[0].end - parts[0].begin > 2 * kPairTile) {
    std::vector<Range> halves(2 * parts.size());
    parallel_for(parts.size(), n_threads, [&](std::size_t part, int) {
      std::tie(halves[2 * part], halves[2 * part + 1]) = splitter.split(parts[part]);
    });
    parts.swap(halves);
  }
  parallel_for(parts.size(), n_threads,
               [&](std::size_t part, int) { splitter.split_fully(parts[part]); });
  measure_boxes(X, leaves, n_threads);
  return leaves;
}

double squared_gap(const double* low_a, const double* high_a, const double* low_b,
                   const double* high_b, std::int64_t d) {
  double sum = 0;
  for (std::int64_t q = 0; q < d; ++q) {
    const double gap = std::max({low_b[q] - high_a[q], low_a[q] - high_b[q], 0.0});
    sum += gap * gap;
  }
  // Rounded down by more than the sums of either kind can have been rounded.
  return sum * (1 - static_cast<double>(d + 8) * 0x1p-52);
}

template Leaves make_leaves<float>(MatrixView<const float>, int);
template Leaves make_leaves<double>(MatrixView<const double>, int);

}  // namespace shoal
