// A better palette from a good one, without any randomness.
#pragma once

#include <vector>

#include "algorithms/color_kmeans.hpp"

namespace shoal {

// Starts from `centers` (k x D). After k-means, the widest clusters are split and the pairs of
// clusters that cost least are merged, several at once; k-means follows each, what is better is
// kept, and the number falls when nothing is. Throws Interrupted.
template <int D>
std::vector<double> improve_palette(const ColorSet<D>& set, std::vector<double> centers,
                                    const ColorKMeansOptions& options);

}  // namespace shoal
