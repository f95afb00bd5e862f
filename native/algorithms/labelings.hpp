// Several labelings of the same rows, arranged so that one pass over the columns serves many.
#pragma once

#include <cstdint>
#include <vector>

#include "core/views.hpp"

namespace shoal {

struct Labeling {
  const std::int32_t* labels;
  std::vector<std::int64_t> counts;
  double* out;
};

// Columns sorted so that those with the same label under every labeling of a pass form a cell.
struct Pass {
  std::vector<Labeling*> labelings;  // the last one has the most clusters and gives the centres
  std::vector<std::int64_t> order;
  std::vector<std::int64_t> cells;  // starts, and the end
};

// Throws when a label is out of range or a labeling has fewer than 2 clusters.
std::vector<Labeling> read_labelings(MatrixView<const std::int32_t> labels, MatrixView<double> out);

// Adds the passes that serve all the labelings: as few as keep the cells large.
void plan_passes(std::vector<Labeling*> labelings, std::int64_t n, std::vector<Pass>& passes);

}  // namespace shoal
