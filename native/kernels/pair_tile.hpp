// The layout every reduction over pairs uses: a tile holds kPairTile points as [d][kPairTile],
// scaled by -2; columns are the rows of a C-contiguous matrix.
#pragma once

namespace shoal {

inline constexpr int kPairTile = 64;

}  // namespace shoal
