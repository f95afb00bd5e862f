#include "algorithms/dbscan.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "algorithms/dbscan_ways.hpp"
#include "algorithms/knn.hpp"
#include "core/error.hpp"

namespace shoal {
namespace {

// A grid where the rows have few columns and its cells can be numbered.
template <class Real>
std::optional<GridFrame> frame_for(MatrixView<const Real> X, const DbscanOptions& options) {
  const bool squares = options.metric == Metric::euclidean || options.metric == Metric::sqeuclidean;
  return make_frame(X, options.metric, squares ? std::sqrt(options.limit) : options.limit,
                    options.n_threads);
}

void check_count(std::int64_t n) {
  if (n > std::numeric_limits<std::int32_t>::max()) {
    throw Error(Error::Kind::data, "X must have fewer than 2^31 rows; got " + std::to_string(n) +
                                       ". Cluster a sample and predict the rest.");
  }
}

}  // namespace

template <class Real>
DbscanResult fit_dbscan(MatrixView<const Real> X, const double* weights,
                        const DbscanOptions& options) {
  check_count(X.rows());
  if (const auto frame = frame_for(X, options)) {
    return dbscan::fit_on_grid(*frame, X, weights, options);
  }
  if (X.cols() <= kTreeDimensions) return dbscan::fit_by_tree(X, weights, options);
  return dbscan::fit_by_boxes(X, weights, options);
}

template <class Real>
std::vector<std::int32_t> least_label_near(MatrixView<const Real> X,
                                           std::span<const std::int32_t> labels,
                                           MatrixView<const Real> Q, const DbscanOptions& options) {
  check_count(Q.rows());
  if (X.rows() == 0 || Q.rows() == 0) {
    return std::vector<std::int32_t>(static_cast<std::size_t>(Q.rows()), -1);
  }
  if (const auto frame = frame_for(X, options)) {
    return dbscan::label_on_grid(*frame, X, labels, Q, options);
  }
  if (X.cols() <= kTreeDimensions) return dbscan::label_by_tree(X, labels, Q, options);
  return dbscan::label_by_boxes(X, labels, Q, options);
}

template DbscanResult fit_dbscan<float>(MatrixView<const float>, const double*,
                                        const DbscanOptions&);
template DbscanResult fit_dbscan<double>(MatrixView<const double>, const double*,
                                         const DbscanOptions&);
template std::vector<std::int32_t> least_label_near<float>(MatrixView<const float>,
                                                           std::span<const std::int32_t>,
                                                           MatrixView<const float>,
                                                           const DbscanOptions&);
template std::vector<std::int32_t> least_label_near<double>(MatrixView<const double>,
                                                            std::span<const std::int32_t>,
                                                            MatrixView<const double>,
                                                            const DbscanOptions&);

}  // namespace shoal
