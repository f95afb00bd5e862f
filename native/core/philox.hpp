// Philox4x32-10: random numbers as a function of (seed, stream, position).
//
// J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3.
// SC 2011, doi:10.1145/2063384.2063405.
#pragma once

#include <array>
#include <cstdint>

namespace shoal {

class Philox {
 public:
  using Block = std::array<std::uint32_t, 4>;
  using Key = std::array<std::uint32_t, 2>;

  Philox(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  static Block scramble(Block counter, Key key) {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
      counter = {
          static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
          static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
      key[0] += 0x9E3779B9u;
      key[1] += 0xBB67AE85u;
    }
    return counter;
  }

  // Random access: the value at a position does not depend on what was drawn before.
  std::uint64_t bits_at(std::uint64_t position) const {
    const std::uint64_t block = position >> 1;
    const Block out =
        scramble({low(block), high(block), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
    const std::size_t half = 2 * (position & 1);
    return out[half] | (std::uint64_t{out[half + 1]} << 32);
  }
  double uniform_at(std::uint64_t position) const { return to_unit(bits_at(position)); }

  // In sequence.
  std::uint64_t next_bits() { return bits_at(position_++); }
  double next_uniform() { return to_unit(next_bits()); }

  // An integer in [0, bound), each equally likely. bound > 0.
  // D. Lemire: Fast random integer generation in an interval. doi:10.1145/3230636.
  std::uint64_t next_below(std::uint64_t bound) {
    Wide product = static_cast<Wide>(next_bits()) * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
      const std::uint64_t threshold = (0 - bound) % bound;
      while (static_cast<std::uint64_t>(product) < threshold) {
        product = static_cast<Wide>(next_bits()) * bound;
      }
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

 private:
  __extension__ typedef unsigned __int128 Wide;

  static std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
  static double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t position_ = 0;
};

}  // namespace shoal
