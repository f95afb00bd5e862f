// The nearest centre of each row by any of the usual metrics, equal to double-precision brute
// force: keys in fp32 with a bound on their error, and fp64 where that bound does not decide.
#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/metric.hpp"
#include "algorithms/rows.hpp"
#include "core/interrupt.hpp"

namespace shoal {

template <class T>
class MetricAssigner {
 public:
  // Packs the rows once; `rows` must outlive this.
  MetricAssigner(Metric metric, const DenseRows<T>& rows, int n_threads);

  // Labels every row with its nearest centre (k x d), the lowest on a tie; returns how many labels
  // changed. Throws Interrupted when keep_going says so.
  std::int64_t assign(const double* centers, std::int64_t k, const KeepGoing& keep_going,
                      std::int32_t* labels) const;

  // Distance of each row to its own centre; returns their weighted sum.
  double measure(const double* centers, const std::int32_t* labels, double* distances) const;

 private:
  static constexpr std::int64_t kChunk = 1024;

  struct Packed {
    std::vector<float> centers;  // k x d
    double largest;              // norm among them
  };
  Packed pack(const double* centers, std::int64_t k) const;
  std::int64_t assign_tile(std::int64_t tile, const double* centers, std::int64_t k,
                           const Packed& packed, std::int32_t* labels) const;
  std::int32_t nearest(std::int64_t row, const double* centers, std::int64_t k) const;
  template <class Body>
  void for_each_chunk(Body&& body) const;

  Metric metric_;
  const DenseRows<T>& rows_;
  int n_threads_;
  double scale_;
  const MetricKernels<float>& kernels_;
  std::vector<float> tiles_, norms_;
};

// One assignment from start to end: labels and distances.
template <class T>
void assign_by_metric(Metric metric, const DenseRows<T>& rows, const double* centers,
                      std::int64_t k, int n_threads, std::int32_t* labels, double* distances);

}  // namespace shoal
