// k-means: Lloyd's iterations to convergence from given centres, and k-means++ seeding.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/rows.hpp"
#include "algorithms/sparse_rows.hpp"
#include "core/interrupt.hpp"
#include "core/philox.hpp"

namespace shoal {

// Coordinates of all rows along `width` orthonormal directions, the most telling first.
struct LeadingCoordinates {
  const float* values = nullptr;       // n x width: directions times (row - origin); null: none
  const double* directions = nullptr;  // d x width
  const double* origin = nullptr;      // d
  std::int64_t width = 0;
  double error = 0;  // bound on the length of the error of `values`, as a share of the row's length
};

struct LloydOptions {
  int max_iter = 300;
  double tolerance = 0;  // on the sum of squared centre shifts
  int n_threads = 1;
  // Called with the iteration after each iteration and now and then within one; false stops the
  // fit, which then throws Interrupted.
  std::function<bool(int)> keep_going;
  bool unit_centers = false;  // centres are brought to length 1
  // Whether the labels are those of the final centres even when the iterations ran out.
  bool settle = true;
  LeadingCoordinates leading{};
};

struct LloydResult {
  double inertia = 0;
  int n_iter = 0;
};

// Moves `centers` (k x d) and writes `labels` (n), which are exactly the nearest centres on return,
// and the distances to them.
template <class Rows>
LloydResult lloyd(const Rows& rows, std::int64_t k, double* centers, const LloydOptions& options,
                  std::int32_t* labels, std::vector<float>& distances);

// Nearest centre of each row and the squared distance to it in fp64.
template <class Rows>
void assign_rows(const Rows& rows, const double* centers, std::int64_t k, int n_threads,
                 std::int32_t* labels, double* squared);

// Seeding with `n_trials` candidates per step (Arthur and Vassilvitskii 2007); with one trial the
// plain algorithm, drawn by rejection from a stale bound; with kRandomRows rows drawn by weight;
// with kParallelRounds k-means||.
inline constexpr int kRandomRows = -1;
inline constexpr int kParallelRounds = -2;

// Indices of k rows. Up to kCanonicalRows rows, equal rows count as one row of their total weight
// and the order of the rows does not matter.
inline constexpr std::int64_t kCanonicalRows = 16384;
template <class Rows>
std::vector<std::int64_t> choose_seeds(const Rows& rows, std::int64_t k, int n_trials,
                                       std::uint64_t seed, std::uint64_t stream, int n_threads,
                                       const KeepGoing& keep_going);

// Mean over the columns of their weighted variance, about the rows' shift.
template <class Rows>
double mean_variance(const Rows& rows);

// How the runs of a fit begin.
struct StartOptions {
  std::int64_t k = 8;
  int n_trials = 1;
  std::uint64_t seed = 0;
  int n_threads = 1;
};

// Writes the first centres (k x d) of a run: those given (n_init x k x d), or rows drawn as
// choose_seeds() does.
template <class Rows>
void first_centers(const Rows& rows, const double* starts, int run, const StartOptions& options,
                   const KeepGoing& keep_going, double* centers);

struct FitOptions {
  std::int64_t k = 8;
  int n_init = 1;
  int n_trials = 1;
  std::uint64_t seed = 0;
  int max_iter = 300;
  double relative_tolerance = 1e-4;  // times the mean variance of the columns
  int n_threads = 1;
  // Called with the run and the iteration after each iteration and now and then within one; false
  // stops the fit, which then throws Interrupted.
  std::function<bool(int, int)> keep_going;
  bool unit_centers = false;  // centres are brought to length 1: the rows are directions
  LeadingCoordinates leading{};
};

struct FitResult {
  std::vector<std::int32_t> labels;
  std::vector<double> centers;   // k x d
  std::vector<float> distances;  // of each row to its centre
  double inertia = 0;
  int n_iter = 0;
};

// The best of n_init fits: from `starts` (n_init x k x d) when given, else from k-means++ seeds.
template <class Rows>
FitResult fit_kmeans(const Rows& rows, const double* starts, const FitOptions& options);

// What choose_seeds() does, for rows in the order they have: distinct ones, or very many.
template <class Rows>
std::vector<std::int64_t> draw_seeds(const Rows& rows, std::int64_t k, int n_trials, Philox random,
                                     int n_threads, const KeepGoing& keep_going);

// Fills in shift and scale from a sample of the rows.
template <class T>
DenseRows<T> dense_rows(const T* data, std::int64_t n, std::int64_t d, const double* weights);
template <class T>
SparseRows<T> sparse_rows(const T* values, const std::int32_t* columns, const std::int64_t* starts,
                          std::int64_t n, std::int64_t d, const double* weights);

}  // namespace shoal
