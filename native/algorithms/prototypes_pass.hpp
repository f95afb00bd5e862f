// Passes over all rows of a fit, in pieces that do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "algorithms/prototypes.hpp"
#include "algorithms/units.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/thread_pool.hpp"

namespace shoal {

template <class Code>
void nearest_in_tile(const RowTile<Code>& rows, const PrototypeView<Code>& at, double* cost,
                     std::int32_t* index) {
  const PrototypeKernels& kernels = SHOAL_PICK_KERNELS(prototype_kernels);
  if constexpr (std::is_same_v<Code, std::uint8_t>) {
    kernels.nearest_u8(rows, at, cost, index);
  } else {
    kernels.nearest_u16(rows, at, cost, index);
  }
}

template <class Code>
void costs_in_tile(const RowTile<Code>& rows, const PrototypeView<Code>& at, double* costs) {
  const PrototypeKernels& kernels = SHOAL_PICK_KERNELS(prototype_kernels);
  if constexpr (std::is_same_v<Code, std::uint8_t>) {
    kernels.costs_u8(rows, at, costs);
  } else {
    kernels.costs_u16(rows, at, costs);
  }
}

// Units of whole tiles.
inline Units tile_units(std::int64_t n_tiles, std::int64_t sums_size) {
  Units units(n_tiles * kRowTile, std::max<std::int64_t>(1, sums_size));
  units.length = (units.length + kRowTile - 1) / kRowTile * kRowTile;
  units.count = (units.n + units.length - 1) / units.length;
  return units;
}

// Calls each(unit, tile) for every tile. Throws Interrupted when keep_going says no.
template <class Each>
void for_each_tile(const Units& units, int n_threads, const KeepGoing& keep_going, Each&& each) {
  Ticker ticker(keep_going, 0);
  parallel_for(static_cast<std::size_t>(units.count), n_threads, [&](std::size_t u, int worker) {
    if (!ticker.tick(worker, 1)) return;
    for (std::int64_t t = units.begin(u) / kRowTile; t < units.end(u) / kRowTile; ++t) each(u, t);
  });
  if (ticker.stopped()) throw Interrupted();
}

}  // namespace shoal
