// The mutual information to expect of two random labelings that have clusters of given sizes.
//
// N. X. Vinh, J. Epps, J. Bailey: Information theoretic measures for clusterings comparison:
// variants, properties, normalization and correction for chance. JMLR 11 (2010), 2837-2854.
#pragma once

#include <cstdint>
#include <span>

#include "core/interrupt.hpp"

namespace shoal {

// In nats. The sizes are positive and both sum to the same number. Clusters of one size have the
// same expectation, so the work is that of all pairs of distinct sizes. Throws Interrupted when
// keep_going says no.
double expected_mutual_information(std::span<const std::int64_t> classes,
                                   std::span<const std::int64_t> clusters, int n_threads,
                                   const KeepGoing& keep_going);

}  // namespace shoal
