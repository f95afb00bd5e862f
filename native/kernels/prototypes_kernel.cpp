#include "kernels/prototypes.hpp"
#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

template <class Code>
struct CodeVector;
template <>
struct CodeVector<std::uint8_t> {
  typedef std::uint8_t type __attribute__((vector_size(kLanes * 4)));
};
template <>
struct CodeVector<std::uint16_t> {
  typedef std::uint16_t type __attribute__((vector_size(kLanes * 4)));
};

constexpr std::int64_t kNarrow = 255;  // matches a byte can count before it must widen

// matches[i] = how many codes of row i are those of the mode.
template <class Code>
SHOAL_INLINE void count_matches(const Code* tile, const Code* mode, std::int64_t c,
                                std::int32_t* matches) {
  using V = typename CodeVector<Code>::type;
  constexpr int lanes = static_cast<int>(sizeof(V) / sizeof(Code));
  constexpr int parts = kRowTile / lanes;
  for (int i = 0; i < kRowTile; ++i) matches[i] = 0;
  for (std::int64_t first = 0; first < c; first += kNarrow) {
    const std::int64_t end = first + kNarrow < c ? first + kNarrow : c;
    V same[parts] = {};
    for (std::int64_t j = first; j < end; ++j) {
      const V wanted = V{} + mode[j];
      for (int p = 0; p < parts; ++p) {
        same[p] -= (V)(load<V>(tile + j * kRowTile + p * lanes) == wanted);
      }
    }
    Code narrow[kRowTile];
    for (int p = 0; p < parts; ++p) store(narrow + p * lanes, same[p]);
    for (int i = 0; i < kRowTile; ++i) matches[i] += narrow[i];
  }
}

typedef double vd __attribute__((vector_size(kLanes * 4)));

// squares[i] = sum of (x - mean)^2 over the numbers row i has.
SHOAL_INLINE void sum_squares(const double* tile, const double* mean, std::int64_t d,
                              double* squares) {
  constexpr int lanes = kLanes / 2;
  constexpr int together = 4;  // vectors of rows: as many independent sums
  for (int at = 0; at < kRowTile; at += lanes * together) {
    vd sum[together] = {};
    for (std::int64_t j = 0; j < d; ++j) {
      for (int p = 0; p < together; ++p) {
        const vd e = load<vd>(tile + j * kRowTile + at + lanes * p) - mean[j];
        const vd squared = e * e;
        sum[p] += squared == squared ? squared : vd{};
      }
    }
    for (int p = 0; p < together; ++p) store(squares + at + lanes * p, sum[p]);
  }
}

template <class Code>
SHOAL_INLINE void costs_of(const RowTile<Code>& rows, const PrototypeView<Code>& at, std::int64_t m,
                           double* cost) {
  std::int32_t matches[kRowTile];
  count_matches(rows.codes, at.modes + m * at.c, at.c, matches);
  for (int i = 0; i < kRowTile; ++i) {
    cost[i] = at.gamma * (rows.code_shares[i] * (rows.present_codes[i] - matches[i]));
  }
  if (at.d == 0) return;
  double squares[kRowTile];
  sum_squares(rows.numbers, at.means + m * at.d, at.d, squares);
  for (int i = 0; i < kRowTile; ++i) cost[i] += rows.number_shares[i] * squares[i];
}

template <class Code>
void nearest(const RowTile<Code>& rows, const PrototypeView<Code>& at, double* cost,
             std::int32_t* index) {
  double least[kRowTile], now[kRowTile];
  std::int64_t who[kRowTile];
  costs_of(rows, at, 0, least);
  for (int i = 0; i < kRowTile; ++i) who[i] = 0;
  for (std::int64_t m = 1; m < at.k; ++m) {
    costs_of(rows, at, m, now);
    for (int i = 0; i < kRowTile; ++i) {
      const bool less = now[i] < least[i];
      who[i] = less ? m : who[i];
      least[i] = less ? now[i] : least[i];
    }
  }
  for (int i = 0; i < kRowTile; ++i) {
    cost[i] = least[i];
    index[i] = static_cast<std::int32_t>(who[i]);
  }
}

template <class Code>
void costs(const RowTile<Code>& rows, const PrototypeView<Code>& at, double* out) {
  for (std::int64_t m = 0; m < at.k; ++m) costs_of(rows, at, m, out + m * kRowTile);
}

}  // namespace

extern const PrototypeKernels prototype_kernels;
const PrototypeKernels prototype_kernels{&nearest<std::uint8_t>, &nearest<std::uint16_t>,
                                         &costs<std::uint8_t>, &costs<std::uint16_t>};

}  // namespace shoal::SHOAL_ISA
