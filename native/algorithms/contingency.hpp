// How often each pair of a class and a cluster occurs, as a sparse table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/buffer.hpp"

namespace shoal {

// Labels as numbers from 0 that keep their order: code = label - low. Some of the `span` codes may
// belong to no label.
struct Codes {
  Buffer<std::int32_t> codes;
  std::int64_t low = 0;
  std::int64_t span = 0;
};

// Nothing when the labels lie so far apart that a table over their range would be a waste.
template <class Label>
std::optional<Codes> encode_labels(std::span<const Label> labels, int n_threads);

// Rows are the classes, columns the clusters, both in ascending order of their codes; only those
// with a count above zero are there, and so are only the cells above zero.
template <class Count>
struct Contingency {
  std::vector<std::int32_t> classes, clusters;  // codes
  std::vector<std::int64_t> row_starts;
  Buffer<std::int32_t> columns;
  Buffer<Count> counts;
  std::vector<Count> class_totals, cluster_totals;
};

struct CodedLabels {
  std::span<const std::int32_t> codes;  // from 0 to span - 1
  std::int64_t span;
};

// Counts rows, or adds up their weights where there are any, in the order of the rows whatever the
// number of threads. Throws when a code is out of range.
template <class Count>
Contingency<Count> count_pairs(CodedLabels classes, CodedLabels clusters,
                               std::span<const Count> weights, int n_threads);

}  // namespace shoal
