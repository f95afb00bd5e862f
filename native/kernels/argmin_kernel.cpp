#include "kernels/argmin.hpp"
#include "kernels/row_bounds.hpp"
#include "kernels/tile_pack.hpp"
#include "kernels/tile_reduce.hpp"

namespace shoal::SHOAL_ISA {

extern const ArgminKernels argmin_kernels;
const ArgminKernels argmin_kernels{kTile,    kBlock,       &pack<float>,    &pack<double>,
                                   &reduce,  &score_error, &long_sum_error, &settle,
                                   &relabel, &decay,       &follow};

}  // namespace shoal::SHOAL_ISA
