#include "algorithms/contingency.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>

#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;

constexpr Index kSmall = Index{1} << 16;
constexpr Index kCellsPerRow = 4;
constexpr Index kCodesPerRow = 8;
constexpr Index kFewRows = 64;

// Work is cut into pieces of this many labels.
constexpr Index kPiece = Index{1} << 16;

template <class Body>
void for_pieces(Index n, int n_threads, Body&& body) {
  const auto pieces = static_cast<std::size_t>((n + kPiece - 1) / kPiece);
  parallel_for(pieces, n_threads, [&](std::size_t p, int) {
    const Index begin = static_cast<Index>(p) * kPiece;
    body(p, begin, std::min(begin + kPiece, n));
  });
}

void check_codes(CodedLabels labels, const char* name, int n_threads) {
  const auto n = static_cast<Index>(labels.codes.size());
  std::vector<char> wrong(static_cast<std::size_t>(n / kPiece + 1));
  for_pieces(n, n_threads, [&](std::size_t p, Index begin, Index end) {
    std::uint32_t largest = 0;  // a negative code is larger than any
    for (Index i = begin; i < end; ++i) {
      largest = std::max(largest, static_cast<std::uint32_t>(labels.codes[i]));
    }
    wrong[p] = static_cast<Index>(largest) >= labels.span;
  });
  if (std::ranges::count(wrong, 1) > 0) {
    throw Error(Error::Kind::parameter, std::string(name) + " must be coded from 0 to " +
                                            std::to_string(labels.span - 1) + ".");
  }
}

// The cells above zero, row after row.
template <class Count>
struct Rows {
  std::vector<Index> starts;
  Buffer<std::int32_t> columns;
  Buffer<Count> counts;
};

template <class Cell, class Count>
void count_cells(CodedLabels classes, CodedLabels clusters, std::span<const Count> weights,
                 Index begin, Index end, std::vector<Cell>& cells) {
  const auto width = static_cast<std::size_t>(clusters.span);
  cells.resize(static_cast<std::size_t>(classes.span) * width);
  const auto count = [&](auto&& weight) {
    for (Index i = begin; i < end; ++i) {
      const std::size_t row = static_cast<std::uint32_t>(classes.codes[i]);
      Cell& cell = cells[row * width + static_cast<std::uint32_t>(clusters.codes[i])];
      cell = static_cast<Cell>(cell + weight(i));
    }
  };
  if (weights.empty()) {
    count([](Index) { return Cell{1}; });
  } else {
    count([&](Index i) { return static_cast<Cell>(weights[i]); });
  }
}

// Copies the cells above zero. Every cell is written and the place moves on only behind those that
// are kept: whether a cell is zero cannot be predicted.
template <class Cell, class Count>
void collect(const Cell* cells, Index width, std::vector<std::int32_t>& columns,
             std::vector<Count>& counts, std::int32_t* to_columns, Count* to_counts) {
  std::size_t kept = 0;
  for (Index c = 0; c < width; ++c) {
    columns[kept] = static_cast<std::int32_t>(c);
    counts[kept] = static_cast<Count>(cells[c]);
    kept += cells[c] > Cell{0};
  }
  std::copy_n(columns.data(), kept, to_columns);
  std::copy_n(counts.data(), kept, to_counts);
}

// Each thread counts a share of the rows in a table of its own, and the tables are added up. Sums
// of weights with fractions would depend on the shares: these are counted in one.
template <class Cell, class Count>
Rows<Count> count_dense(CodedLabels classes, CodedLabels clusters, std::span<const Count> weights,
                        int n_threads) {
  const auto n = static_cast<Index>(classes.codes.size());
  const Index width = clusters.span;
  const Index most = std::is_floating_point_v<Cell> ? 1 : kCellsPerRow * n / (classes.span * width);
  const auto parts =
      static_cast<std::size_t>(std::clamp<Index>(n_threads, 1, std::max<Index>(most, 1)));
  const auto share = [&](Index of, std::size_t p) {
    return of * static_cast<Index>(p) / static_cast<Index>(parts);
  };
  std::vector<std::vector<Cell>> tables(parts);
  parallel_for(parts, n_threads, [&](std::size_t p, int) {
    count_cells<Cell, Count>(classes, clusters, weights, share(n, p), share(n, p + 1), tables[p]);
  });
  Rows<Count> rows{std::vector<Index>(static_cast<std::size_t>(classes.span) + 1), {}, {}};
  parallel_for(parts, n_threads, [&](std::size_t p, int) {
    for (Index r = share(classes.span, p); r < share(classes.span, p + 1); ++r) {
      Cell* cells = tables[0].data() + r * width;
      for (std::size_t other = 1; other < parts; ++other) {
        const Cell* more = tables[other].data() + r * width;
        for (Index c = 0; c < width; ++c) cells[c] = static_cast<Cell>(cells[c] + more[c]);
      }
      rows.starts[static_cast<std::size_t>(r) + 1] =
          std::count_if(cells, cells + width, [](Cell cell) { return cell > Cell{0}; });
    }
  });
  std::partial_sum(rows.starts.begin(), rows.starts.end(), rows.starts.begin());
  rows.columns = Buffer<std::int32_t>(static_cast<std::size_t>(rows.starts.back()));
  rows.counts = Buffer<Count>(rows.columns.size());
  parallel_for(parts, n_threads, [&](std::size_t p, int) {
    std::vector<std::int32_t> columns(static_cast<std::size_t>(width) + 1);
    std::vector<Count> counts(columns.size());
    for (Index r = share(classes.span, p); r < share(classes.span, p + 1); ++r) {
      const Index start = rows.starts[static_cast<std::size_t>(r)];
      collect(tables[0].data() + r * width, width, columns, counts, rows.columns.data() + start,
              rows.counts.data() + start);
    }
  });
  return rows;
}

// For tables much larger than the number of rows: sorts the rows by class, then counts one class
// after the other and touches only the clusters that occur in it.
template <class Count>
Rows<Count> count_sparse(CodedLabels classes, CodedLabels clusters,
                         std::span<const Count> weights) {
  std::vector<Index> starts(static_cast<std::size_t>(classes.span) + 1);
  for (const std::int32_t code : classes.codes) ++starts[static_cast<std::size_t>(code) + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<Index> next(starts.begin(), starts.end() - 1), order(classes.codes.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[static_cast<std::size_t>(next[classes.codes[i]]++)] = static_cast<Index>(i);
  }
  std::vector<std::int32_t> columns;
  std::vector<Count> counts, cells(static_cast<std::size_t>(clusters.span));
  Rows<Count> rows{{0}, {}, {}};
  for (std::size_t r = 0; r + 1 < starts.size(); ++r) {
    const auto row = static_cast<std::ptrdiff_t>(columns.size());
    for (Index at = starts[r]; at < starts[r + 1]; ++at) {
      const Index i = order[at];
      const Count weight = weights.empty() ? Count{1} : weights[i];
      if (!(weight > Count{0})) continue;
      Count& cell = cells[clusters.codes[i]];
      if (cell == Count{0}) columns.push_back(clusters.codes[i]);
      cell += weight;
    }
    std::sort(columns.begin() + row, columns.end());
    for (auto at = columns.begin() + row; at != columns.end(); ++at) {
      counts.push_back(std::exchange(cells[*at], Count{0}));
    }
    rows.starts.push_back(static_cast<Index>(columns.size()));
  }
  rows.columns = Buffer<std::int32_t>(columns.size());
  rows.counts = Buffer<Count>(counts.size());
  std::ranges::copy(columns, rows.columns.data());
  std::ranges::copy(counts, rows.counts.data());
  return rows;
}

template <class Count>
Rows<Count> count_rows(CodedLabels classes, CodedLabels clusters, std::span<const Count> weights,
                       int n_threads) {
  const auto n = static_cast<Index>(classes.codes.size());
  if (classes.span > std::max(kSmall, kCellsPerRow * n) / clusters.span) {
    return count_sparse(classes, clusters, weights);
  }
  if (!weights.empty() || n > std::numeric_limits<std::uint32_t>::max()) {
    return count_dense<Count, Count>(classes, clusters, weights, n_threads);
  }
  // Small cells keep a large table in the caches. They hardly ever overflow where a cell has few
  // rows in the mean, and a sum that has lost some tells when one did.
  if (n / kFewRows <= classes.span * clusters.span) {
    auto rows = count_dense<std::uint16_t, Count>(classes, clusters, weights, n_threads);
    const auto counts = rows.counts.view();
    if (std::accumulate(counts.begin(), counts.end(), Count{0}) == static_cast<Count>(n)) {
      return rows;
    }
  }
  return count_dense<std::uint32_t, Count>(classes, clusters, weights, n_threads);
}

template <class Count>
void drop_empty_classes(const Rows<Count>& rows, Contingency<Count>& table) {
  table.row_starts.push_back(0);
  for (std::size_t r = 0; r + 1 < rows.starts.size(); ++r) {
    const auto cells =
        rows.counts.view().subspan(static_cast<std::size_t>(rows.starts[r]),
                                   static_cast<std::size_t>(rows.starts[r + 1] - rows.starts[r]));
    if (cells.empty()) continue;
    table.classes.push_back(static_cast<std::int32_t>(r));
    table.row_starts.push_back(rows.starts[r + 1]);
    table.class_totals.push_back(std::accumulate(cells.begin(), cells.end(), Count{0}));
  }
}

// Numbers the clusters that occur from 0.
template <class Count>
void drop_empty_clusters(Index span, Contingency<Count>& table) {
  std::vector<Count> totals(static_cast<std::size_t>(span));
  for (std::size_t at = 0; at < table.counts.size(); ++at) {
    totals[table.columns[at]] += table.counts[at];
  }
  std::vector<std::int32_t> number(totals.size());
  for (std::size_t c = 0; c < totals.size(); ++c) {
    number[c] = static_cast<std::int32_t>(table.clusters.size());
    if (!(totals[c] > Count{0})) continue;
    table.clusters.push_back(static_cast<std::int32_t>(c));
    table.cluster_totals.push_back(totals[c]);
  }
  if (table.clusters.size() == totals.size()) return;
  for (std::int32_t& column : table.columns.view()) column = number[column];
}

}  // namespace

template <class Label>
std::optional<Codes> encode_labels(std::span<const Label> labels, int n_threads) {
  const auto n = static_cast<Index>(labels.size());
  if (n == 0) return Codes{};
  std::vector<std::pair<Label, Label>> ends(static_cast<std::size_t>(n / kPiece + 1),
                                            {labels[0], labels[0]});
  for_pieces(n, n_threads, [&](std::size_t p, Index begin, Index end) {
    Label low = labels[begin], high = low;
    for (Index i = begin; i < end; ++i) {
      low = std::min(low, labels[i]);
      high = std::max(high, labels[i]);
    }
    ends[p] = {low, high};
  });
  Label low = labels[0], high = low;
  for (const auto& [least, most] : ends) {
    low = std::min(low, least);
    high = std::max(high, most);
  }
  const Index most =
      std::min<Index>(std::max(kSmall, kCodesPerRow * n), std::numeric_limits<std::int32_t>::max());
  // The difference of two labels need not fit into their own type.
  const auto reach = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  if (reach >= static_cast<std::uint64_t>(most)) return std::nullopt;
  Codes coded{Buffer<std::int32_t>(labels.size()), low, static_cast<Index>(reach) + 1};
  for_pieces(n, n_threads, [&](std::size_t, Index begin, Index end) {
    for (Index i = begin; i < end; ++i) coded.codes[i] = static_cast<std::int32_t>(labels[i] - low);
  });
  return coded;
}

template <class Count>
Contingency<Count> count_pairs(CodedLabels classes, CodedLabels clusters,
                               std::span<const Count> weights, int n_threads) {
  Contingency<Count> table;
  check_codes(classes, "classes", n_threads);
  check_codes(clusters, "clusters", n_threads);
  Rows<Count> rows{{0}, {}, {}};
  if (!classes.codes.empty()) rows = count_rows(classes, clusters, weights, n_threads);
  drop_empty_classes(rows, table);
  table.columns = std::move(rows.columns);
  table.counts = std::move(rows.counts);
  drop_empty_clusters(clusters.span, table);
  return table;
}

template std::optional<Codes> encode_labels(std::span<const std::int32_t>, int);
template std::optional<Codes> encode_labels(std::span<const std::int64_t>, int);
template Contingency<std::int64_t> count_pairs(CodedLabels, CodedLabels,
                                               std::span<const std::int64_t>, int);
template Contingency<double> count_pairs(CodedLabels, CodedLabels, std::span<const double>, int);

}  // namespace shoal
