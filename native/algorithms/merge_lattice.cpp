#include "algorithms/merge_lattice.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <memory>

#include "core/thread_pool.hpp"

namespace shoal {
namespace {

using Index = std::int64_t;
using Cell = std::uint32_t;           // enough for kLatticeCells cells for each of kMostRows rows
constexpr Index kRows = 1 << 14;      // rows one task looks at
constexpr double kLargest = 1 << 24;  // whole numbers up to here are exact in single precision

template <class T>
class Lattice {
 public:
  Lattice(const DenseRows<T>& rows, int n_threads)
      : rows_(rows),
        n_threads_(n_threads),
        tasks_(static_cast<std::size_t>((rows.n + kRows - 1) / kRows)) {}

  // Finds the lattice; false when the rows do not lie on a small one.
  bool span() {
    struct Range {
      std::array<T, kMergeDimensions> low, high;
      bool whole = true;
    };
    std::vector<Range> parts(tasks_);
    std::atomic<bool> whole{true};
    parallel_for(tasks_, n_threads_, [&](std::size_t task, int) {
      if (!whole.load(std::memory_order_relaxed)) return;
      Range& part = parts[task];
      const T* const first = rows_.row(begin(task));
      std::copy_n(first, rows_.d, part.low.begin());
      std::copy_n(first, rows_.d, part.high.begin());
      for (Index i = begin(task); i < end(task) && part.whole; ++i) {
        const T* const x = rows_.row(i);
        for (Index j = 0; j < rows_.d; ++j) {
          const auto at = static_cast<std::size_t>(j);
          part.low[at] = std::min(part.low[at], x[j]);
          part.high[at] = std::max(part.high[at], x[j]);
          part.whole &=
              std::abs(x[j]) <= kLargest && x[j] == static_cast<T>(static_cast<std::int32_t>(x[j]));
        }
      }
      if (!part.whole) whole.store(false, std::memory_order_relaxed);
    });
    if (!whole.load()) return false;
    for (Index j = rows_.d - 1; j >= 0; --j) {
      const auto at = static_cast<std::size_t>(j);
      T low = parts.front().low[at], high = parts.front().high[at];
      for (const Range& part : parts) {
        low = std::min(low, part.low[at]);
        high = std::max(high, part.high[at]);
      }
      low_[at] = static_cast<std::int32_t>(low);
      steps_[at] = static_cast<Cell>(cells_);
      cells_ *= static_cast<Index>(high) - static_cast<Index>(low) + 1;
      if (cells_ > kLatticeCells * rows_.n) return false;
    }
    return true;
  }

  // Marks the cells that are taken; returns how many.
  Index mark() {
    const auto n_words = static_cast<std::size_t>((cells_ + 63) / 64);
    taken_ = std::make_unique<std::atomic<std::uint64_t>[]>(n_words);
    parallel_for(tasks_, n_threads_, [&](std::size_t task, int) {
      for_each_cell(task, [&](Index, Cell cell) {
        const std::uint64_t bit = std::uint64_t{1} << (cell % 64);
        auto& word = taken_[cell / 64];
        if ((word.load(std::memory_order_relaxed) & bit) == 0) {
          word.fetch_or(bit, std::memory_order_relaxed);
        }
      });
    });
    before_.resize(n_words);
    std::uint32_t count = 0;
    for (std::size_t w = 0; w < n_words; ++w) {
      before_[w] = count;
      count += static_cast<std::uint32_t>(std::popcount(taken_[w].load()));
    }
    return count;
  }

  void place(std::int32_t* merged_row) const {
    parallel_for(tasks_, n_threads_, [&](std::size_t task, int) {
      for_each_cell(task, [&](Index i, Cell cell) {
        const std::uint64_t below = taken_[cell / 64].load(std::memory_order_relaxed) &
                                    ((std::uint64_t{1} << (cell % 64)) - 1);
        merged_row[i] = static_cast<std::int32_t>(before_[cell / 64]) + std::popcount(below);
      });
    });
  }

  void write_rows(std::vector<T>& out) const {
    for (std::size_t w = 0; w < before_.size(); ++w) {
      for (std::uint64_t bits = taken_[w].load(); bits != 0; bits &= bits - 1) {
        Cell cell = static_cast<Cell>(w) * 64 + static_cast<Cell>(std::countr_zero(bits));
        for (std::size_t j = 0; j < static_cast<std::size_t>(rows_.d); ++j) {
          out.push_back(static_cast<T>(low_[j] + static_cast<std::int32_t>(cell / steps_[j])));
          cell %= steps_[j];
        }
      }
    }
  }

 private:
  Index begin(std::size_t task) const { return static_cast<Index>(task) * kRows; }
  Index end(std::size_t task) const { return std::min(rows_.n, begin(task) + kRows); }

  // Calls visit(row, cell) for the rows of a task.
  template <class Visit>
  void for_each_cell(std::size_t task, Visit visit) const {
    switch (rows_.d) {
      case 1:
        return for_each_cell<1>(task, visit);
      case 2:
        return for_each_cell<2>(task, visit);
      case 3:
        return for_each_cell<3>(task, visit);
      default:
        return for_each_cell<0>(task, visit);
    }
  }
  template <int D, class Visit>
  void for_each_cell(std::size_t task, Visit visit) const {
    const auto d = static_cast<std::size_t>(D > 0 ? D : rows_.d);
    for (Index i = begin(task); i < end(task); ++i) {
      const T* const x = rows_.row(i);
      Cell cell = 0;
      for (std::size_t j = 0; j < d; ++j) {
        cell += static_cast<Cell>(static_cast<std::int32_t>(x[j]) - low_[j]) * steps_[j];
      }
      visit(i, cell);
    }
  }

  const DenseRows<T>& rows_;
  const int n_threads_;
  const std::size_t tasks_;
  std::array<std::int32_t, kMergeDimensions> low_{};
  std::array<Cell, kMergeDimensions> steps_{};
  Index cells_ = 1;
  std::unique_ptr<std::atomic<std::uint64_t>[]> taken_;
  std::vector<std::uint32_t> before_;  // taken cells before each word
};

// Total weight of each merged row, added in the order of the rows whatever the number of threads.
template <class T>
std::vector<double> total_weights(const DenseRows<T>& rows, Index n_merged, int n_threads,
                                  const std::vector<std::int32_t>& merged_row) {
  constexpr Index kShares = 2;
  std::vector<double> totals(static_cast<std::size_t>(n_merged), 0.0);
  parallel_for(kShares, n_threads, [&](std::size_t share, int) {
    const Index from = static_cast<Index>(share) * n_merged / kShares;
    const Index to = (static_cast<Index>(share) + 1) * n_merged / kShares;
    for (Index i = 0; i < rows.n; ++i) {
      const std::int32_t m = merged_row[static_cast<std::size_t>(i)];
      if (m >= from && m < to) totals[static_cast<std::size_t>(m)] += rows.weight(i);
    }
  });
  return totals;
}

}  // namespace

template <class T>
std::optional<MergedRows<T>> merge_lattice_rows(const DenseRows<T>& rows, int n_threads,
                                                std::vector<std::int32_t>& merged_row) {
  Lattice<T> lattice(rows, n_threads);
  if (!lattice.span()) return std::nullopt;
  const Index n_merged = lattice.mark();
  if (n_merged * kMergeShare > rows.n) return std::nullopt;
  merged_row.resize(static_cast<std::size_t>(rows.n));
  lattice.place(merged_row.data());
  MergedRows<T> merged{rows, total_weights(rows, n_merged, n_threads, merged_row)};
  merged.rows.owned.reserve(static_cast<std::size_t>(n_merged * rows.d));
  lattice.write_rows(merged.rows.owned);
  merged.refer_to_itself();
  return merged;
}

template std::optional<MergedRows<float>> merge_lattice_rows(const DenseRows<float>&, int,
                                                             std::vector<std::int32_t>&);
template std::optional<MergedRows<double>> merge_lattice_rows(const DenseRows<double>&, int,
                                                              std::vector<std::int32_t>&);

}  // namespace shoal
