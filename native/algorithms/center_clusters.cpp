#include "algorithms/center_clusters.hpp"

#include <algorithm>
#include <utility>

namespace shoal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

CenterClusters::CenterClusters(MatrixView<const double> centers, std::vector<double> size,
                               std::vector<std::int32_t> member, Linkage linkage)
    : linkage_(linkage),
      count_(centers.rows()),
      d_(centers.cols()),
      centers_(centers.data(), centers.data() + count_ * d_),
      size_(std::move(size)),
      member_(std::move(member)) {
  const auto room = static_cast<std::size_t>((count_ + kPairTile - 1) / kPairTile * kPairTile);
  tiles_.assign(room * static_cast<std::size_t>(d_), kInfinity);
  line_.resize(room);
  size_.resize(room, 1.0);
  for (Index i = 0; i < count_; ++i) place(i, center(i));
}

// null: gone.
void CenterClusters::place(Index x, const double* center) {
  double* tile = &tiles_[static_cast<std::size_t>(x / kPairTile * kPairTile * d_ + x % kPairTile)];
  for (Index q = 0; q < d_; ++q) tile[q * kPairTile] = center == nullptr ? kInfinity : center[q];
}

double CenterClusters::distance(Index x, Index y) const {
  const double squared = exact_key(Metric::sqeuclidean, center(x), center(y), d_);
  if (linkage_ != Linkage::ward) return squared;
  return ward_factor(size_[static_cast<std::size_t>(x)], size_[static_cast<std::size_t>(y)]) *
         squared;
}

// line_ = distances from x to the clusters from `begin` on, from the start of its tile.
void CenterClusters::measure(Index x, Index begin) const {
  const auto keys = metric_kernels<double>(Metric::sqeuclidean).keys;
  const Index first = begin / kPairTile * kPairTile;
  const auto room = static_cast<Index>(line_.size());
  for (Index i = first; i < room; i += kPairTile) {
    keys(&tiles_[static_cast<std::size_t>(i * d_)], center(x), d_,
         &line_[static_cast<std::size_t>(i)]);
  }
  if (linkage_ == Linkage::ward) {
    const double size = size_[static_cast<std::size_t>(x)];
    for (Index i = first; i < room; ++i) {
      const auto at = static_cast<std::size_t>(i);
      line_[at] = ward_factor(size, size_[at]) * line_[at];
    }
  }
  line_[static_cast<std::size_t>(x)] = kInfinity;
}

LeastEntry CenterClusters::nearest_from(Index x, Index begin) const {
  measure(x, begin);
  const AgglomerateKernels& kernels = SHOAL_PICK_KERNELS(agglomerate_kernels);
  const LeastEntry found = kernels.least(&line_[static_cast<std::size_t>(begin)], count_ - begin);
  return {found.value, found.index + begin};
}

const double* CenterClusters::join(Index x, Index y, double) {
  double& size_x = size_[static_cast<std::size_t>(x)];
  double& size_y = size_[static_cast<std::size_t>(y)];
  const double share = linkage_ == Linkage::median ? 0.5 : size_x / (size_x + size_y);
  for (Index q = 0; q < d_; ++q) center(y)[q] += share * (center(x)[q] - center(y)[q]);
  size_y += size_x;
  place(x, nullptr);
  place(y, center(y));
  measure(y, 0);
  return line_.data();
}

}  // namespace shoal
