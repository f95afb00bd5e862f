// Fuzzy c-means in one pass over the rows per iteration, without a matrix of memberships.
//
// J. C. Bezdek: Pattern recognition with fuzzy objective function algorithms. 1981,
// doi:10.1007/978-1-4757-0450-1.
// J. F. Kolen, T. Hutcheson: Reducing the time complexity of the fuzzy c-means algorithm. 2002,
// doi:10.1109/91.995126.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/kmeans.hpp"
#include "algorithms/rows.hpp"

namespace shoal {

struct FuzzyOptions {
  StartOptions start;
  int n_init = 1;
  double fuzzifier = 2;  // > 1
  int max_iter = 300;
  // A run ends when no centre moves farther than this part of the root mean squared distance of
  // the rows to their mean.
  double tolerance = 1e-5;
  // Called with the run and the iteration after each iteration and now and then within one; false
  // stops the fit, which then throws Interrupted.
  std::function<bool(int, int)> keep_going;
};

struct FuzzyResult {
  std::vector<std::int32_t> labels;  // of the nearest centre
  std::vector<double> centers;       // k x d
  std::vector<float> distances;      // of each row to the nearest centre
  double inertia = 0;                // sum of their squares, weighted
  double objective = 0;
  double coefficient = 0;  // weighted means over the rows of the sum of u^2 and of -u ln u
  double entropy = 0;
  int n_iter = 0;
};

// The best of n_init fits: from `starts` (n_init x k x d) when given, else from drawn rows.
template <class T>
FuzzyResult fit_fuzzy(const DenseRows<T>& rows, const double* starts, const FuzzyOptions& options);

}  // namespace shoal
