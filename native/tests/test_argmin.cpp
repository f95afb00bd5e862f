// The kernels under k-means against arithmetic in double precision.
#include <algorithm>
#include <cmath>
#include <vector>

#include "algorithms/kmeans_centers.hpp"
#include "check.hpp"
#include "core/philox.hpp"
#include "kernels/argmin.hpp"
#include "kernels/exact.hpp"

namespace shoal {
namespace {

struct Problem {
  std::int64_t n, d, k;
  std::vector<float> rows;
  std::vector<double> centers;
};

Problem make_problem(std::int64_t n, std::int64_t d, std::int64_t k) {
  Problem p{n, d, k, {}, {}};
  Philox random(static_cast<std::uint64_t>(d), 1);
  for (std::int64_t i = 0; i < n * d; ++i) {
    p.rows.push_back(static_cast<float>(random.next_uniform() - 0.5));
  }
  for (std::int64_t i = 0; i < k * d; ++i) p.centers.push_back(random.next_uniform() - 0.5);
  // Two equal centres: every row near them ties.
  std::copy_n(p.centers.begin(), d, p.centers.end() - d);
  return p;
}

Nearest brute_force(const float* x, const Problem& p) {
  Nearest found{0, INFINITY, INFINITY};
  for (std::int64_t c = 0; c < p.k; ++c) {
    double sum = 0;
    for (std::int64_t j = 0; j < p.d; ++j) {
      const double e = static_cast<double>(x[j]) - p.centers[static_cast<std::size_t>(c * p.d + j)];
      sum += e * e;
    }
    if (sum < found.squared) {
      found = {static_cast<std::int32_t>(c), sum, found.squared};
    } else {
      found.second_squared = std::min(found.second_squared, sum);
    }
  }
  return found;
}

// Scores `count` rows, named by `list` when given, and compares labels and bounds.
void check_scores(const Problem& p, const std::int32_t* list, int count) {
  const ArgminKernels& kernels = SHOAL_PICK_KERNELS(argmin_kernels);
  const auto room = static_cast<std::size_t>(kernels.tile);
  std::vector<float> zeros(static_cast<std::size_t>(p.d), 0.0f);
  std::vector<double> origin(static_cast<std::size_t>(p.d), 0.0);
  CenterPanel panel(kernels.block, p.k, p.d);
  panel.pack(p.centers.data(), origin.data(), 1);
  std::vector<float> tile(room * static_cast<std::size_t>(p.d)), norms(room), best(room),
      second(room), near_low(room), near(room), far(room);
  std::vector<std::int32_t> index(room);
  std::uint32_t uncertain = 0;
  kernels.pack_f32(p.rows.data(), p.d, list, 0, count, zeros.data(), 1, tile.data(), norms.data());
  kernels.reduce(tile.data(), 1, p.d, panel.view(), best.data(), second.data(), index.data());
  kernels.settle(1, kernels.score_error(p.d), kernels.long_sum_error(p.d), panel.view().max_norm,
                 norms.data(), best.data(), second.data(), near_low.data(), near.data(), far.data(),
                 &uncertain);
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Nearest truth = brute_force(p.rows.data() + (list != nullptr ? list[i] : i) * p.d, p);
    CHECK((uncertain >> i & 1) != 0 || index[at] == truth.index);
    CHECK(std::sqrt(truth.squared) <= static_cast<double>(near[at]));
    CHECK(std::sqrt(truth.squared) >= static_cast<double>(near_low[at]));
    CHECK(std::sqrt(truth.second_squared) >= static_cast<double>(far[at]));
    CHECK(static_cast<double>(near[at] - near_low[at]) < 0.02 * std::sqrt(truth.squared) + 0.01);
  }
}

}  // namespace

SHOAL_TEST(scores_and_bounds_at_every_dimension) {
  tests::at_every_level([] {
    const int tile = SHOAL_PICK_KERNELS(argmin_kernels).tile;
    for (const int d : tests::kDimensions) {
      for (const int k : {2, 3, 5, 6, 7, 12, 13, 25}) {
        const Problem p = make_problem(3 * tile, d, k);
        check_scores(p, nullptr, tile);
        check_scores(p, nullptr, 3);
        std::vector<std::int32_t> list;
        for (int i = 0; i < tile; ++i) list.push_back((i * 5) % (3 * tile));
        check_scores(p, list.data(), tile);
        check_scores(p, list.data(), 1);
      }
    }
  });
}

SHOAL_TEST(double_rows_pack_as_single_ones) {
  tests::at_every_level([] {
    const ArgminKernels& kernels = SHOAL_PICK_KERNELS(argmin_kernels);
    for (const int d : tests::kDimensions) {
      const Problem p = make_problem(kernels.tile, d, 2);
      const std::vector<double> wide(p.rows.begin(), p.rows.end());
      const auto room = static_cast<std::size_t>(kernels.tile);
      std::vector<float> a(room * static_cast<std::size_t>(d)), b(a.size()), x(room), y(room);
      std::vector<float> shift(static_cast<std::size_t>(d), 0.25f);
      const std::vector<double> wide_shift(shift.begin(), shift.end());
      kernels.pack_f32(p.rows.data(), d, nullptr, 0, kernels.tile, shift.data(), 0.5f, a.data(),
                       x.data());
      kernels.pack_f64(wide.data(), d, nullptr, 0, kernels.tile, wide_shift.data(), 0.5, b.data(),
                       y.data());
      CHECK(a == b);
      CHECK(x == y);
    }
  });
}

SHOAL_TEST(relabel_names_every_change) {
  tests::at_every_level([] {
    const ArgminKernels& kernels = SHOAL_PICK_KERNELS(argmin_kernels);
    for (const int n : {0, 1, 7, 8, 33, 100}) {
      std::vector<std::int32_t> now, labels;
      for (int i = 0; i < n; ++i) {
        now.push_back(i % 3);
        labels.push_back(i % 2);
      }
      const std::vector<std::int32_t> before = labels;
      std::vector<std::int32_t> changed(static_cast<std::size_t>(n)), old(changed.size());
      const int found = kernels.relabel(now.data(), labels.data(), n, changed.data(), old.data());
      int wanted = 0;
      for (int i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (now[at] == before[at]) continue;
        CHECK_EQUAL(changed[static_cast<std::size_t>(wanted)], i);
        CHECK_EQUAL(old[static_cast<std::size_t>(wanted)], before[at]);
        ++wanted;
      }
      CHECK_EQUAL(found, wanted);
      CHECK(labels == now);
    }
  });
}

SHOAL_TEST(exact_kernels_give_the_same_bits_at_every_level) {
  for (const int d : tests::kDimensions) {
    const Problem p = make_problem(1, d, 9);
    std::vector<Nearest> found;
    tests::at_every_level([&] {
      const ExactKernels& exact = SHOAL_PICK_KERNELS(exact_kernels);
      found.push_back(exact.nearest_f32(p.rows.data(), p.centers.data(), p.k, d));
    });
    const Nearest truth = brute_force(p.rows.data(), p);
    for (const Nearest& f : found) {
      CHECK_EQUAL(f.index, truth.index);
      CHECK(f.squared == found.front().squared);
      CHECK(f.second_squared == found.front().second_squared);
      CHECK(std::abs(f.squared - truth.squared) <= 1e-14 * truth.squared);
    }
  }
}

}  // namespace shoal
