// Spherical k-means: rows and centres are directions, and near means a small angle.
//
// I. S. Dhillon, D. S. Modha: Concept decompositions for large sparse text data using clustering.
// Machine Learning 42, 2001, doi:10.1023/A:1007612920971.
//
// Between vectors of length 1 the squared Euclidean distance is 2 - 2 cos, so rows of length 1 and
// centres kept at length 1 make k-means do the work.
#pragma once

#include <cstdint>

#include "algorithms/kmeans.hpp"

namespace shoal {

// As fit_kmeans, for the directions of the rows. The inertia is the weighted sum of 1 - cos; the
// distances are those between points of the sphere. A row of zeros has no direction: it moves no
// centre, is at right angles to all of them, and gets label 0.
template <class Rows>
FitResult fit_spherical(const Rows& rows, const double* starts, FitOptions options);

// The centre of the smallest angle to each row, the first of equals, and 1 - cos of that angle.
template <class Rows>
void assign_directions(const Rows& rows, const double* centers, std::int64_t k, int n_threads,
                       std::int32_t* labels, double* costs);

}  // namespace shoal
