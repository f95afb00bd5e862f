// The kernels of fuzzy c-means and the fit, against the formulas written out.
#include <cmath>
#include <vector>

#include "algorithms/fuzzy.hpp"
#include "check.hpp"
#include "core/error.hpp"
#include "core/philox.hpp"
#include "kernels/fuzzy.hpp"

namespace shoal {
namespace {

std::vector<double> numbers(std::int64_t count, std::uint64_t stream) {
  Philox random(3, stream);
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.next_uniform() - 0.5);
  return values;
}

// Memberships of one row.
std::vector<double> memberships(const double* x, const FuzzyCenters& to,
                                std::vector<double>& squared) {
  std::vector<double> u;
  squared.clear();
  for (std::int64_t c = 0; c < to.k; ++c) {
    double sum = 0;
    for (std::int64_t j = 0; j < to.d; ++j) {
      const double e = x[j] - to.centers[c * to.d + j];
      sum += e * e;
    }
    squared.push_back(sum);
  }
  for (const double own : squared) {
    double sum = 0;
    for (const double other : squared) sum += std::pow(own / other, 1 / (to.fuzzifier - 1));
    u.push_back(1 / sum);
  }
  return u;
}

struct Tile {
  std::vector<double> values, weights, powers, sums;
};

void check_tile(std::int64_t d, std::int64_t k, double fuzzifier, int count) {
  const FuzzyKernels& kernels = SHOAL_PICK_KERNELS(fuzzy_kernels);
  const std::vector<double> X = numbers(count * d, 1), V = numbers(k * d, 2), shift = numbers(d, 3);
  std::vector<double> seen;
  for (std::int64_t i = 0; i < count * d; ++i) {
    const auto at = static_cast<std::size_t>(i);
    seen.push_back((X[at] - shift[at % static_cast<std::size_t>(d)]) * 0.5);
  }
  Tile t;
  t.values.resize(static_cast<std::size_t>(d * kFuzzyTile));
  t.powers.resize(static_cast<std::size_t>(k * kFuzzyTile));
  t.sums.resize(static_cast<std::size_t>(k * (d + 1) * kFuzzyLanes));
  for (int i = 0; i < kFuzzyTile; ++i) t.weights.push_back(i < count ? 1.0 + i % 3 : 0.0);
  const FuzzyCenters to{V.data(), k, d, fuzzifier};
  FuzzyScores scores{};
  kernels.pack_f64(X.data(), count, d, shift.data(), 0.5, t.values.data());
  kernels.weigh(t.values.data(), t.weights.data(), to, t.powers.data());
  kernels.add(t.values.data(), t.powers.data(), k, d, t.sums.data());

  double objective = 0, squares = 0, entropy = 0;
  std::vector<double> moments(static_cast<std::size_t>(k * (d + 1)), 0.0), squared;
  for (int i = 0; i < count; ++i) {
    const double* x = seen.data() + i * d;
    const double w = t.weights[static_cast<std::size_t>(i)];
    const std::vector<double> u = memberships(x, to, squared);
    for (std::int64_t c = 0; c < k; ++c) {
      const auto at = static_cast<std::size_t>(c);
      const double power = w * std::pow(u[at], fuzzifier);
      CHECK_NEAR(t.powers[at * kFuzzyTile + static_cast<std::size_t>(i)], power, 1e-12 * power);
      double* moment = moments.data() + c * (d + 1);
      moment[0] += power;
      for (std::int64_t j = 0; j < d; ++j) moment[1 + j] += power * x[j];
      objective += power * squared[at];
      squares += w * u[at] * u[at];
      entropy -= w * u[at] * std::log(u[at]);
    }
  }
  double got[3] = {};
  kernels.judge(t.values.data(), t.weights.data(), to, t.powers.data(), scores);
  for (int l = 0; l < kFuzzyLanes; ++l) {
    got[0] += scores.objective[l];
    got[1] += scores.squares[l];
    got[2] += scores.entropy[l];
  }
  CHECK_NEAR(got[0], objective, 1e-11 * objective);
  CHECK_NEAR(got[1], squares, 1e-11 * squares);
  CHECK_NEAR(got[2], entropy, 1e-11 * squares);
  for (std::size_t m = 0; m < moments.size(); ++m) {
    double sum = 0;
    for (std::size_t l = 0; l < kFuzzyLanes; ++l) sum += t.sums[m * kFuzzyLanes + l];
    CHECK_NEAR(sum, moments[m], 1e-11);
  }
}

FuzzyOptions options(std::int64_t k, int n_threads) {
  FuzzyOptions chosen;
  chosen.start = {k, 3, 7, n_threads};
  chosen.n_init = 2;
  chosen.max_iter = 12;
  return chosen;
}

}  // namespace

SHOAL_TEST(fuzzy_tiles_at_every_dimension_and_fuzzifier) {
  tests::at_every_level([] {
    for (const std::int64_t d : tests::kDimensions) {
      for (const double fuzzifier : {2.0, 1.05, 1.5, 3.0, 20.0}) {
        check_tile(d, 5, fuzzifier, kFuzzyTile);
        check_tile(d, 2, fuzzifier, 3);
      }
    }
  });
}

SHOAL_TEST(fuzzy_fits_have_the_same_bits_at_every_level_and_thread_count) {
  const std::int64_t n = 5000, d = 3, k = 7;
  const std::vector<double> X = numbers(n * d, 9);
  for (const double fuzzifier : {2.0, 1.6}) {
    std::vector<FuzzyResult> found;
    tests::at_every_level([&] {
      for (const int n_threads : {1, 2, 7}) {
        FuzzyOptions chosen = options(k, n_threads);
        chosen.fuzzifier = fuzzifier;
        found.push_back(fit_fuzzy(dense_rows(X.data(), n, d, nullptr), nullptr, chosen));
      }
    });
    for (const FuzzyResult& other : found) {
      CHECK(other.labels == found.front().labels);
      CHECK(other.centers == found.front().centers);
      CHECK(other.objective == found.front().objective);
      CHECK(other.entropy == found.front().entropy);
    }
  }
}

SHOAL_TEST(a_fuzzy_fit_can_be_stopped) {
  const std::vector<double> X = numbers(200000, 4);
  FuzzyOptions stopped = options(20, 2);
  stopped.keep_going = [](int, int iteration) { return iteration < 2; };
  CHECK_THROWS(fit_fuzzy(dense_rows(X.data(), 50000, 4, nullptr), nullptr, stopped), Interrupted);
}

}  // namespace shoal
