// Error diffusion: pixels take a palette's colours so that their mean comes out right.
#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/color_space.hpp"
#include "core/interrupt.hpp"
#include "core/views.hpp"

namespace shoal {

// R. W. Floyd and L. Steinberg 1976: a pixel takes the nearest colour, and what it misses goes to
// its neighbours by 7, 3, 5 and 1 sixteenths. Every second row runs backwards, which leaves no
// slanted streaks. Distances are those of RGB, premultiplied with alpha. Fully transparent pixels
// neither take part nor pass anything on. `pixels` has height x width rows. Throws Interrupted.
void dither(MatrixView<const std::uint8_t> pixels, std::int64_t width,
            const std::vector<Rgba>& colors, const KeepGoing& keep_going, std::uint8_t* indices);

}  // namespace shoal
