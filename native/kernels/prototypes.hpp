// Rows with categories and numbers against prototypes of both kinds: k-modes and k-prototypes.
//
// The dissimilarity of a row and a prototype is
//   sum over numbers of (x - mean)^2  +  gamma * (number of categories that differ),
// each part taken over the entries the row has and scaled by how many it should have. Rows are in
// lanes; every lane adds its columns one after the other in fp64, so all levels agree bit for bit.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/isa.hpp"

namespace shoal {

inline constexpr int kRowTile = 64;

// Codes that match nothing: an entry that is missing, one whose category no mode has, and the mode
// of a column without entries.
template <class Code>
inline constexpr Code kMissingCode = std::numeric_limits<Code>::max();
template <class Code>
inline constexpr Code kOtherCode = std::numeric_limits<Code>::max() - 1;
template <class Code>
inline constexpr Code kNoCode = std::numeric_limits<Code>::max() - 2;

// kRowTile rows, a column after the other.
template <class Code>
struct RowTile {
  const Code* codes;            // [c][kRowTile]
  const double* numbers;        // [d][kRowTile], NaN where missing
  const double* present_codes;  // how many codes each row has
  const double* code_shares;    // c over that number; 0 for a row without any
  const double* number_shares;  // d over the numbers a row has; 0 for a row without any
};

template <class Code>
struct PrototypeView {
  const Code* modes;    // k x c
  const double* means;  // k x d
  std::int64_t k, c, d;
  double gamma;
};

struct PrototypeKernels {
  // The least dissimilar prototype of each row of a tile; ties go to the lowest index.
  void (*nearest_u8)(const RowTile<std::uint8_t>& rows, const PrototypeView<std::uint8_t>& at,
                     double* cost, std::int32_t* index);
  void (*nearest_u16)(const RowTile<std::uint16_t>& rows, const PrototypeView<std::uint16_t>& at,
                      double* cost, std::int32_t* index);

  // Dissimilarities to every prototype, [k][kRowTile].
  void (*costs_u8)(const RowTile<std::uint8_t>& rows, const PrototypeView<std::uint8_t>& at,
                   double* costs);
  void (*costs_u16)(const RowTile<std::uint16_t>& rows, const PrototypeView<std::uint16_t>& at,
                    double* costs);
};

SHOAL_DECLARE_KERNELS(PrototypeKernels, prototype_kernels)

}  // namespace shoal
