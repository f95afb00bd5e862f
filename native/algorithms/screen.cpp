#include "algorithms/screen.hpp"

#include <utility>

#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

template <class Real>
double unit_scale(MatrixView<const Real> X, const Leaves& leaves) {
  double extent = 0;
  for (std::size_t i = 0; i < leaves.low.size(); ++i) {
    const double origin = X.data()[i % static_cast<std::size_t>(X.cols())];
    extent = std::max({extent, std::abs(leaves.low[i] * 0.5 - origin * 0.5),
                       std::abs(leaves.high[i] * 0.5 - origin * 0.5)});
  }
  return extent > 0 ? std::ldexp(1.0, std::clamp(-std::ilogb(extent), -1000, 1000)) : 1.0;
}

template <class Real>
void center_group(MatrixView<const Real> X, Screen& screen, Index width, Index group) {
  const Index d = X.cols(), n = X.rows();
  const Index begin = group * Screen::kGroupLeaves * kPairTile;
  const Index end = std::min(n, begin + Screen::kGroupLeaves * kPairTile);
  double* center = &screen.centers[group * d];
  for (Index i = begin; i < end; ++i) {
    const Real* x = X.row(screen.leaves.order[i]);
    for (Index q = 0; q < d; ++q) center[q] += x[q] * screen.scale;
  }
  for (Index q = 0; q < d; ++q) center[q] /= static_cast<double>(end - begin);
  double largest = 0;
  for (Index i = begin; i < end; ++i) {
    const Real* x = X.row(screen.leaves.order[i]);
    double sum = 0;
    for (Index q = 0; q < d; ++q) {
      const double e = x[q] * screen.scale - center[q];
      screen.columns[i * width + q] = static_cast<float>(e);
      sum += e * e;
    }
    screen.norms[i] = static_cast<float>(sum);
    largest = std::max(largest, sum);
  }
  screen.max_norm[group] = std::sqrt(largest) * (1 + 1e-6);
}

}  // namespace

template <class Real>
Screen make_screen(MatrixView<const Real> X, int n_threads) {
  return make_screen(X, make_leaves(X, n_threads), n_threads);
}

template <class Real>
Screen make_screen(MatrixView<const Real> X, Leaves leaves, int n_threads, std::int64_t extra) {
  Screen screen;
  screen.leaves = std::move(leaves);
  screen.scale = unit_scale(X, screen.leaves);
  const Index n_groups = (screen.leaves.count() + Screen::kGroupLeaves - 1) / Screen::kGroupLeaves;
  const Index width = X.cols() + extra;
  screen.centers.resize(static_cast<std::size_t>(n_groups * X.cols()));
  screen.max_norm.resize(static_cast<std::size_t>(n_groups));
  screen.columns.resize(static_cast<std::size_t>(X.rows() * width));
  screen.norms.resize(static_cast<std::size_t>(X.rows()));
  parallel_for(static_cast<std::size_t>(n_groups), n_threads, [&](std::size_t group, int) {
    center_group(X, screen, width, static_cast<Index>(group));
  });
  return screen;
}

template Screen make_screen<float>(MatrixView<const float>, int);
template Screen make_screen<double>(MatrixView<const double>, int);
template Screen make_screen<float>(MatrixView<const float>, Leaves, int, std::int64_t);
template Screen make_screen<double>(MatrixView<const double>, Leaves, int, std::int64_t);

}  // namespace shoal
