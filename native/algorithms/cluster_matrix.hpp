// Distances between clusters as a square matrix, and where they come from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "algorithms/metric.hpp"
#include "core/buffer.hpp"
#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "kernels/agglomerate.hpp"

namespace shoal {

// Distances between n rows, whether they are computed or given.
class DistanceSource {
 public:
  virtual ~DistanceSource() = default;

  std::int64_t n_rows() const { return n_rows_; }

  // The distances from each of `rows` to all rows: those of rows[i] at out + i * n_rows().
  virtual void fill(std::span<const std::int32_t> rows, double* out) const = 0;

  // The nearest other row of each row, the first on a tie. May be empty: nothing is faster than
  // looking at all distances.
  virtual std::vector<LeastEntry> nearest_rows(int, const KeepGoing&) const { return {}; }

 protected:
  explicit DistanceSource(std::int64_t n_rows) : n_rows_(n_rows) {}

 private:
  std::int64_t n_rows_;
};

// By a metric, times `factor`.
class RowDistances final : public DistanceSource {
 public:
  RowDistances(MatrixView<const double> X, Metric metric, double factor);

  void fill(std::span<const std::int32_t> rows, double* out) const override;
  std::vector<LeastEntry> nearest_rows(int n_threads, const KeepGoing& ask) const override;

 private:
  MatrixView<const double> X_;
  Metric metric_;
  double factor_;
  std::vector<double> tiles_;
};

class SquareDistances final : public DistanceSource {
 public:
  explicit SquareDistances(MatrixView<const double> D) : DistanceSource(D.rows()), D_(D) {}

  void fill(std::span<const std::int32_t> rows, double* out) const override;

 private:
  MatrixView<const double> D_;
};

// The upper triangle, row by row, as SciPy's pdist gives it.
class CondensedDistances final : public DistanceSource {
 public:
  CondensedDistances(const double* values, std::int64_t n_rows)
      : DistanceSource(n_rows), values_(values) {}

  void fill(std::span<const std::int32_t> rows, double* out) const override;

 private:
  const double* values_;
};

// Distances between `count` clusters. row(i) holds those of cluster i, its own being infinite.
struct ClusterMatrix {
  Buffer<double> values;
  std::vector<double*> rows;
  std::vector<double> size;          // weight of the rows in each cluster
  std::vector<std::int32_t> member;  // a row in each cluster

  std::int64_t count() const { return static_cast<std::int64_t>(rows.size()); }
  double* row(std::int64_t i) const { return rows[static_cast<std::size_t>(i)]; }
};

// Every row a cluster of its own; `weights` may be null.
ClusterMatrix make_cluster_matrix(const DistanceSource& source, const double* weights,
                                  int n_threads);

}  // namespace shoal
