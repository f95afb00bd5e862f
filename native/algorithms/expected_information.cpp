#include "algorithms/expected_information.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

constexpr Index kMostLogarithms = Index{1} << 16;
// Terms this much smaller than the largest no longer change a sum in double precision: what is
// left out is below 1e-17 of it even where the tail falls slowly.
constexpr double kNegligible = 1e-25;

// A size, and how many clusters have it.
struct Size {
  double size, times;
};

std::vector<Size> distinct(std::span<const Index> sizes) {
  std::vector<Index> sorted(sizes.begin(), sizes.end());
  std::ranges::sort(sorted);
  std::vector<Size> found;
  for (const Index size : sorted) {
    const auto value = static_cast<double>(size);
    if (found.empty() || found.back().size != value) found.push_back({value, 0});
    ++found.back().times;
  }
  return found;
}

// Logarithms of whole numbers, the small ones from a table.
class Logarithms {
 public:
  explicit Logarithms(double largest)
      : table_(static_cast<std::size_t>(std::min(largest + 1, double(kMostLogarithms)))) {
    for (std::size_t i = 1; i < table_.size(); ++i) table_[i] = std::log(static_cast<double>(i));
  }
  double operator()(double x) const {
    return x < static_cast<double>(table_.size()) ? table_[static_cast<std::size_t>(x)]
                                                  : std::log(x);
  }

 private:
  std::vector<double> table_;
};

// The mean of m log(m n / (x y)) where m is how many of x marked things among n are drawn when y
// are. The probabilities of m follow from each other by ratios; they are summed from the likeliest
// m outwards, in units of its probability, and divided by their sum in the end. No factorials are
// needed, and nothing cancels.
double mean_information(double x, double y, double n, const Logarithms& log) {
  const double rest = n - x - y;
  const double low = std::max(0.0, -rest), high = std::min(x, y);
  const double mode = std::clamp(std::floor((x + 1) * ((y + 1) / (n + 2))), low, high);
  const double offset = std::log(n) - log(x) - log(y);
  double mass = 0, sum = 0, p = 1;
  const auto add = [&](double m) {
    mass += p;
    if (m > 0) sum += p * m * (log(m) + offset);
  };
  add(mode);
  for (double m = mode; m < high && p > kNegligible; ++m) {
    p *= (x - m) * (y - m) / ((m + 1) * (rest + m + 1));
    add(m + 1);
  }
  p = 1;
  for (double m = mode; m > low && p > kNegligible; --m) {
    p *= m * (rest + m) / ((x - m + 1) * (y - m + 1));
    add(m - 1);
  }
  return sum / mass;
}

}  // namespace

double expected_mutual_information(std::span<const Index> classes, std::span<const Index> clusters,
                                   int n_threads, const KeepGoing& keep_going) {
  const std::vector<Size> a = distinct(classes), b = distinct(clusters);
  if (a.empty() || b.empty()) return 0;
  const auto n = static_cast<double>(std::accumulate(classes.begin(), classes.end(), Index{0}));
  const Logarithms log(std::max(a.back().size, b.back().size));
  // Each size of one side has its own sum, so the number of threads changes nothing.
  std::vector<double> sums(a.size());
  Ticker ticker(keep_going, static_cast<double>(a.size()));
  parallel_for(a.size(), n_threads, [&](std::size_t i, int worker) {
    if (ticker.stopped()) return;
    for (const Size& other : b) {
      sums[i] += a[i].times * other.times * mean_information(a[i].size, other.size, n, log);
    }
    ticker.tick(worker, 1);
  });
  if (ticker.stopped()) throw Interrupted();
  return std::accumulate(sums.begin(), sums.end(), 0.0) / n;
}

}  // namespace shoal
