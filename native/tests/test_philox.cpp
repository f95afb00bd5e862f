#include "core/philox.hpp"
#include "tests/check.hpp"

namespace shoal::tests {
namespace {

bool same(const Philox::Block& a, const Philox::Block& b) { return a == b; }

// From the known-answer vectors published with the Random123 library.
SHOAL_TEST(philox_known_answers) {
  CHECK(same(Philox::scramble({0, 0, 0, 0}, {0, 0}),
             {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  CHECK(same(
      Philox::scramble({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
      {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK(same(
      Philox::scramble({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

SHOAL_TEST(philox_in_sequence_is_random_access) {
  Philox sequence(42, 3);
  const Philox access(42, 3);
  for (std::uint64_t i = 0; i < 100; ++i) CHECK_EQUAL(sequence.next_bits(), access.bits_at(i));
  CHECK(Philox(42, 4).bits_at(0) != access.bits_at(0));
  CHECK(Philox(43, 3).bits_at(0) != access.bits_at(0));
}

SHOAL_TEST(philox_uniforms_fill_the_unit_interval) {
  Philox random(1, 0);
  double sum = 0, least = 1, most = 0;
  for (int i = 0; i < 100000; ++i) {
    const double u = random.next_uniform();
    sum += u;
    least = u < least ? u : least;
    most = u > most ? u : most;
  }
  CHECK(least >= 0 && least < 1e-4);
  CHECK(most < 1 && most > 1 - 1e-4);
  CHECK_NEAR(sum / 100000, 0.5, 0.005);
}

SHOAL_TEST(philox_bounded_integers_are_even) {
  Philox random(2, 0);
  int counts[7] = {};
  for (int i = 0; i < 70000; ++i) ++counts[random.next_below(7)];
  for (const int count : counts) CHECK_NEAR(count, 10000, 400);
  // A bound just above half of the range rejects almost half of the draws: none may pass.
  const std::uint64_t bound = (std::uint64_t{1} << 63) + 1;
  for (int i = 0; i < 1000; ++i) CHECK(random.next_below(bound) < bound);
  CHECK_EQUAL(random.next_below(1), std::uint64_t{0});
}

}  // namespace
}  // namespace shoal::tests
