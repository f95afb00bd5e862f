#include <vector>

#include "algorithms/kmeans.hpp"
#include "check.hpp"
#include "core/philox.hpp"

namespace shoal::tests {
namespace {

// Rows whose first `width` coordinates spread far more than the rest; every ninth repeats another.
template <class T>
std::vector<T> long_rows(std::int64_t n, std::int64_t d, std::int64_t width, double shift) {
  std::vector<T> X(static_cast<std::size_t>(n * d));
  Philox random(5, static_cast<std::uint64_t>(d));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < d; ++j) {
      const double value = (j < width ? 8.0 : 0.5) * random.next_uniform() + shift;
      X[static_cast<std::size_t>(i * d + j)] =
          i % 9 == 8 ? X[static_cast<std::size_t>((i / 2) * d + j)] : static_cast<T>(value);
    }
  }
  return X;
}

// The leading coordinates are the first ones themselves.
struct Axes {
  std::vector<float> values;
  std::vector<double> directions, origin;
  std::int64_t width;

  template <class T>
  Axes(const std::vector<T>& X, std::int64_t n, std::int64_t d, std::int64_t w, double shift)
      : directions(static_cast<std::size_t>(d * w), 0.0),
        origin(static_cast<std::size_t>(d), shift),
        width(w) {
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t q = 0; q < w; ++q) {
        const double x = static_cast<double>(X[static_cast<std::size_t>(i * d + q)]);
        values.push_back(static_cast<float>(x - shift));
      }
    }
    for (std::int64_t q = 0; q < w; ++q) directions[static_cast<std::size_t>(q * w + q)] = 1;
  }
  LeadingCoordinates view() const {
    return {values.data(), directions.data(), origin.data(), width, 1e-6};
  }
};

template <class T>
void check_same_fit(std::int64_t d, double shift) {
  const std::int64_t n = 1500, k = 70, width = 16;
  const std::vector<T> X = long_rows<T>(n, d, width, shift);
  const Axes axes(X, n, d, width, shift);
  const auto rows = dense_rows(X.data(), n, d, nullptr);
  FitOptions options;
  options.k = k;
  options.seed = 4;
  options.max_iter = 60;
  options.relative_tolerance = 0;
  const FitResult plain = fit_kmeans(rows, nullptr, options);
  options.leading = axes.view();
  for (const int n_threads : {1, 2, 7}) {
    options.n_threads = n_threads;
    const FitResult fit = fit_kmeans(rows, nullptr, options);
    CHECK(fit.labels == plain.labels);
    CHECK(fit.centers == plain.centers);
    CHECK_EQUAL(fit.n_iter, plain.n_iter);
    CHECK_EQUAL(fit.inertia, plain.inertia);
  }
}

}  // namespace

SHOAL_TEST(leading_coordinates_change_no_label) {
  at_every_level([] {
    for (const std::int64_t d : {65, 96, 200}) {
      check_same_fit<float>(d, 0);
      check_same_fit<double>(d, 0);
      check_same_fit<float>(d, 1000);
      check_same_fit<double>(d, 1e7);
    }
  });
}

}  // namespace shoal::tests
