// Rows with categories (as codes) and numbers, either of which may be missing.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/prototypes.hpp"

namespace shoal {

// Row-major rows as the caller holds them. Codes of column j are below levels[j], kMissingCode, or
// (in rows to be labelled only) kOtherCode; a missing number is NaN.
template <class Code>
struct MixedTable {
  const Code* codes;
  const double* numbers;
  std::int64_t n, c, d;
  const double* weights = nullptr;      // null: all 1
  std::vector<std::uint64_t> hashes{};  // of every row, for compare()

  double weight(std::int64_t i) const { return weights != nullptr ? weights[i] : 1.0; }

  void hash_rows() {
    hashes.resize(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) hashes[static_cast<std::size_t>(i)] = hash(i);
  }

  // An order that depends on what the rows hold and not on where they stand; 0 for equal rows.
  int compare(std::int64_t a, std::int64_t b) const {
    const auto first = hashes[static_cast<std::size_t>(a)];
    const auto second = hashes[static_cast<std::size_t>(b)];
    if (first != second) return first < second ? -1 : 1;
    for (std::int64_t j = 0; j < c; ++j) {
      const Code x = codes[a * c + j], y = codes[b * c + j];
      if (x != y) return x < y ? -1 : 1;
    }
    for (std::int64_t j = 0; j < d; ++j) {
      const std::uint64_t x = bits(numbers[a * d + j]), y = bits(numbers[b * d + j]);
      if (x != y) return x < y ? -1 : 1;
    }
    return 0;
  }

 private:
  // Equal numbers have equal bits: one zero, one NaN.
  static std::uint64_t bits(double x) {
    return std::isnan(x) ? ~std::uint64_t{0} : std::bit_cast<std::uint64_t>(x + 0.0);
  }
  static std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
    h = (h ^ value) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
  }
  std::uint64_t hash(std::int64_t i) const {
    std::uint64_t h = 0x2545F4914F6CDD1Du;
    for (std::int64_t j = 0; j < c; ++j) h = mix(h, codes[i * c + j]);
    for (std::int64_t j = 0; j < d; ++j) h = mix(h, bits(numbers[i * d + j]));
    return h;
  }
};

// The same rows in tiles of kRowTile, as the kernels want them; rows that fill up the last tile
// have no entries and no weight.
template <class Code>
class MixedTiles {
 public:
  // Row i is row source(i) of the table, of weight weight(i).
  template <class Source, class Weight>
  MixedTiles(const MixedTable<Code>& table, std::int64_t n_rows, Source&& source, Weight&& weight)
      : n(n_rows), c(table.c), d(table.d), n_tiles((n + kRowTile - 1) / kRowTile) {
    const auto room = static_cast<std::size_t>(n_tiles * kRowTile);
    codes_.assign(room * static_cast<std::size_t>(c), kMissingCode<Code>);
    numbers_.assign(room * static_cast<std::size_t>(d), std::nan(""));
    for (auto* column : {&present_, &code_shares_, &number_shares_, &weights_}) {
      column->assign(room, 0.0);
    }
    for (std::int64_t i = 0; i < n; ++i) put(table, i, source(i), weight(i));
  }

  RowTile<Code> tile(std::int64_t t) const {
    const std::int64_t first = t * kRowTile;
    return {codes_.data() + first * c, numbers_.data() + first * d, present_.data() + first,
            code_shares_.data() + first, number_shares_.data() + first};
  }
  Code code(std::int64_t i, std::int64_t j) const { return codes_[place(i, j, c)]; }
  double number(std::int64_t i, std::int64_t j) const { return numbers_[place(i, j, d)]; }
  double code_share(std::int64_t i) const { return code_shares_[static_cast<std::size_t>(i)]; }
  double number_share(std::int64_t i) const { return number_shares_[static_cast<std::size_t>(i)]; }
  double weight(std::int64_t i) const { return weights_[static_cast<std::size_t>(i)]; }

  std::int64_t n, c, d, n_tiles;

 private:
  static std::size_t place(std::int64_t i, std::int64_t j, std::int64_t width) {
    return static_cast<std::size_t>((i / kRowTile * width + j) * kRowTile + i % kRowTile);
  }
  void put(const MixedTable<Code>& table, std::int64_t i, std::int64_t from, double w) {
    std::int64_t codes = 0, numbers = 0;
    for (std::int64_t j = 0; j < c; ++j) {
      const Code code = table.codes[from * c + j];
      codes_[place(i, j, c)] = code;
      codes += code != kMissingCode<Code>;
    }
    for (std::int64_t j = 0; j < d; ++j) {
      const double x = table.numbers[from * d + j];
      numbers_[place(i, j, d)] = x;
      numbers += !std::isnan(x);
    }
    const auto at = static_cast<std::size_t>(i);
    present_[at] = static_cast<double>(codes);
    code_shares_[at] = codes > 0 ? static_cast<double>(c) / static_cast<double>(codes) : 0.0;
    number_shares_[at] = numbers > 0 ? static_cast<double>(d) / static_cast<double>(numbers) : 0.0;
    weights_[at] = w;
  }

  std::vector<Code> codes_;
  std::vector<double> numbers_, present_, code_shares_, number_shares_, weights_;
};

}  // namespace shoal
