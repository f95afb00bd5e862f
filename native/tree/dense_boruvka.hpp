// Boruvka's rounds over tiles of long rows, for which no tree pays.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interrupt.hpp"
#include "core/views.hpp"
#include "tree/boruvka.hpp"

namespace shoal {

// As boruvka(), by Euclidean distances; places are rows. Pairs are screened in single precision
// with an error bound and decided in double precision. Every round goes over the rows sorted by
// set, and leaves out rows whose least edge is known or cannot be that of their set.
template <class Real>
std::vector<KeyedEdge> dense_boruvka(MatrixView<const Real> X, const double* cores,
                                     const Seeds& seeds, int n_threads,
                                     const KeepGoing& keep_going);

// The key of the distance between two rows, with the bits of find_neighbors.
template <class Real>
double exact_key(const Real* x, const Real* y, std::int64_t d);

}  // namespace shoal
