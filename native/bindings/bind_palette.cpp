#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <optional>
#include <vector>

#include "algorithms/dither.hpp"
#include "algorithms/palette.hpp"
#include "bindings/arrays.hpp"
#include "bindings/progress.hpp"
#include "bindings/registry.hpp"
#include "core/error.hpp"
#include "core/thread_pool.hpp"

namespace nb = nanobind;

namespace shoal::bindings {
namespace {

using Pixels = MatrixIn<std::uint8_t>;

std::vector<Rgba> colors_of(const Pixels& colors) {
  std::vector<Rgba> found;
  for (std::size_t c = 0; c < colors.shape(0); ++c) {
    const std::uint8_t* x = colors.data() + c * 4;
    found.push_back({x[0], x[1], x[2], x[3]});
  }
  return found;
}

NewMatrix<std::uint8_t> matrix_of(const std::vector<Rgba>& colors) {
  NewMatrix<std::uint8_t> matrix(static_cast<std::int64_t>(colors.size()), 4);
  for (std::size_t c = 0; c < colors.size(); ++c) {
    std::uint8_t* x = matrix.view().row(static_cast<std::int64_t>(c));
    x[0] = colors[c].r;
    x[1] = colors[c].g;
    x[2] = colors[c].b;
    x[3] = colors[c].a;
  }
  return matrix;
}

template <class Work>
void unlocked(PythonProgress& progress, Work&& work) {
  try {
    const nb::gil_scoped_release released;
    work();
  } catch (const Interrupted&) {
    progress.rethrow();
  }
}

nb::tuple fit(Pixels pixels, std::int64_t k, bool oklab, int max_iter, int n_threads,
              std::optional<nb::callable> callback) {
  PythonProgress progress(std::move(callback));
  PaletteOptions options{k, oklab ? ColorSpace::oklab : ColorSpace::rgb, max_iter,
                         resolve_thread_count(n_threads), progress.asker()};
  NewMatrix<std::uint8_t> indices(static_cast<std::int64_t>(pixels.shape(0)), 1);
  PaletteResult result;
  unlocked(progress, [&] { result = make_palette(view(pixels), options, indices.view().data()); });
  return nb::make_tuple(matrix_of(result.colors).release(), indices.release(),
                        result.n_image_colors, result.n_iter, result.count_seconds,
                        result.start_seconds, result.fit_seconds, result.map_seconds);
}

ArrayOut<std::uint8_t> diffuse(Pixels pixels, std::int64_t width, Pixels colors,
                               std::optional<nb::callable> callback) {
  PythonProgress progress(std::move(callback));
  NewMatrix<std::uint8_t> indices(static_cast<std::int64_t>(pixels.shape(0)), 1);
  unlocked(progress, [&] {
    dither(view(pixels), width, colors_of(colors), progress.asker(), indices.view().data());
  });
  return indices.release();
}

double error(Pixels pixels, Pixels colors, VectorIn<std::uint8_t> indices, int n_threads) {
  const nb::gil_scoped_release released;
  return palette_error(view(pixels), colors_of(colors), indices.data(),
                       resolve_thread_count(n_threads));
}

ArrayOut<float> points(Pixels colors, bool oklab, bool alpha) {
  const ColorPoints space{oklab ? ColorSpace::oklab : ColorSpace::rgb, alpha};
  NewMatrix<float> found(static_cast<std::int64_t>(colors.shape(0)), space.dimensions());
  const std::vector<Rgba> all = colors_of(colors);
  for (std::size_t c = 0; c < all.size(); ++c) {
    space.point(all[c], found.view().row(static_cast<std::int64_t>(c)));
  }
  return found.release();
}

}  // namespace

SHOAL_BIND(m) {
  m.def("palette_fit", &fit, nb::arg("pixels"), nb::arg("k"), nb::arg("oklab"), nb::arg("max_iter"),
        nb::arg("n_threads"), nb::arg("callback").none());
  m.def("palette_dither", &diffuse, nb::arg("pixels"), nb::arg("width"), nb::arg("colors"),
        nb::arg("callback").none());
  m.def("palette_error", &error, nb::arg("pixels"), nb::arg("colors"), nb::arg("indices"),
        nb::arg("n_threads"));
  m.def("color_points", &points, nb::arg("colors"), nb::arg("oklab"), nb::arg("alpha"));
}

}  // namespace shoal::bindings
