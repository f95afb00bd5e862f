"""An image beside itself in fewer colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.text import literal, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from shoal.recipes.palette import Palette

__all__ = ["palettes"]

MARGIN, GAP = 0.2, 0.25
HEADING, STRIP = 0.5, 0.2
PANEL = 4.6
TALLEST = 7.0
CHECK = 12  # pixels of a square of the board that shows through transparent parts


def palettes(found: Sequence[Palette]) -> Figure:
    """Draw an image and its results side by side, each with its palette below.

    Parameters
    ----------
    found : sequence of Palette
        Results for one image.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If there is no result.
    """
    if not found:
        raise ParameterError("found must hold at least one palette; got none.")
    height, width = found[0].indices.shape
    across = min(PANEL, TALLEST * width / height)
    tall = max(across * height / width, 0.05)
    n_panels = len(found) + 1
    columns = 2 if n_panels in (2, 4) else min(3, n_panels)
    rows = -(-n_panels // columns)
    step_x, step_y = PANEL + GAP, HEADING + tall + STRIP + GAP
    figure = style.new_figure(2 * MARGIN + rows * step_y - GAP, 2 * MARGIN + columns * step_x - GAP)
    total = float(figure.get_size_inches()[1])

    def panel(place: int) -> tuple[Axes, Axes]:
        left = MARGIN + place % columns * step_x
        top = total - MARGIN - place // columns * step_y - HEADING
        return (
            style.new_axes(figure, left, top - tall, across, tall),
            style.new_axes(figure, left, top - tall - STRIP, across, STRIP * 0.75),
        )

    picture, strip = panel(0)
    _show(picture, found[0].source.pixels)
    strip.set_axis_off()
    before = found[0].source.file_bytes
    words = f"{found[0].n_image_colors:,} colours" + (f", {before:,} bytes" if before else "")
    _head(picture, literal(found[0].source.name, 44), words)
    for place, one in enumerate(found, start=1):
        picture, strip = panel(place)
        _show(picture, one.image())
        _show(strip, one.colors[None])
        lost = "nothing lost" if not one.mse else f"PSNR {one.psnr:.1f} dB, MSE {number(one.mse)}"
        name = f"{one.n_colors} colours" if one.n_colors > 1 else "1 colour"
        _head(picture, name, f"{lost}, {len(one.png()):,} bytes")
    return figure


def _show(axes: Axes, pixels: npt.NDArray[np.uint8]) -> None:
    axes.imshow(_on_board(pixels), aspect="auto", interpolation="antialiased", resample=True)
    axes.set_axis_off()


def _on_board(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Lay transparent pixels over a chequered board."""
    if pixels.shape[2] == 3:
        return pixels
    y, x = np.ogrid[: pixels.shape[0], : pixels.shape[1]]
    board = np.where((y // CHECK + x // CHECK) % 2, 205.0, 240.0)[:, :, None]
    alpha = pixels[:, :, 3:] / 255
    return np.asarray(pixels[:, :, :3] * alpha + board * (1 - alpha) + 0.5, dtype=np.uint8)


def _head(axes: Axes, name: str, words: str) -> None:
    for text, up, size, ink, weight in (
        (name, 18, 10, style.INK, "bold"),
        (words, 5, 8, style.MUTED, "normal"),
    ):
        note = axes.annotate(
            text, (0, 1), xytext=(0, up), xycoords="axes fraction", textcoords="offset points",
            va="bottom",
        )  # fmt: skip
        style.set_text(note, size, ink, weight)
