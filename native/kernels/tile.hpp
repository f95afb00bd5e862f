// The shape of a tile of rows and of a block of centres. For kernel files only.
#pragma once

#include "kernels/simd.hpp"

namespace shoal::SHOAL_ISA {
namespace {

constexpr int kGroups = 2;  // vectors of rows in a tile
constexpr int kTile = kGroups * kLanes;
constexpr int kBlock = kWideFile ? 12 : 6;
// Products are added in runs of this many dimensions, which keeps the error bound small.
constexpr int kRun = 64;
constexpr std::uint32_t kLaneBits = (1u << kLanes) - 1;

}  // namespace
}  // namespace shoal::SHOAL_ISA
