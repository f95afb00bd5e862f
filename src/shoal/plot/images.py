"""Grey images in a grid, each below its title."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.text import literal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["image_grid"]

MOST_IMAGES = 1024
MOST_INCHES = 1.1
GAP, TITLE = 0.14, 0.34  # in widths of an image
MARGIN = 0.2


def image_grid(
    images: npt.ArrayLike,
    titles: Sequence[object],
    *,
    faint: Sequence[bool] | None = None,
    heading: str = "",
    note: str = "",
) -> Figure:
    """Draw grey images in a grid that is as square as can be, each below its title.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width)
        Values from 0 (paper) to 1 (ink); others are cut off there.
    titles : sequence of length n_images
        What stands above each image.
    faint : sequence of bool, optional
        Titles to write in a fainter colour.
    heading : str, optional
        A line above all of them.
    note : str, optional
        A line below all of them.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        When there is not one title for each image, or no image, or too many to see.

    Examples
    --------
    >>> from shoal import plot
    >>> figure = plot.image_grid([[[0, 1], [1, 0]], [[1, 1], [0, 0]]], ["x", "-"])
    >>> len(figure.axes[0].texts)
    2
    """
    tiles = np.asarray(images, dtype=np.float64)
    if tiles.ndim != 3 or not 1 <= len(tiles) <= MOST_IMAGES or len(titles) != len(tiles):
        raise ParameterError(
            f"images must have shape (n_images, height, width) with 1 to {MOST_IMAGES} images and "
            f"a title for each; got shape {tiles.shape} and {len(titles)} titles."
        )
    pale = [False] * len(tiles) if faint is None else list(faint)
    across = math.ceil(math.sqrt(len(tiles)))
    down = math.ceil(len(tiles) / across)
    # One canvas for all, in pixels of the images: hundreds of pictures would take seconds.
    high, wide = tiles.shape[1:]
    gap, above = max(1, round(GAP * wide)), max(1, round(TITLE * wide))
    canvas = np.zeros((down * (high + above), across * (wide + gap) - gap))
    inch = min((style.WIDTH - 2 * MARGIN) / canvas.shape[1], MOST_INCHES / wide)
    top, bottom = (0.34 if heading else 0.0), (0.3 if note else 0.0)
    size = (canvas.shape[1] * inch, canvas.shape[0] * inch)
    figure = style.new_figure(
        size[1] + 2 * MARGIN + top + bottom, max(size[0] + 2 * MARGIN, style.WIDTH / 2)
    )
    axes = style.new_axes(
        figure, (figure.get_size_inches()[0] - size[0]) / 2, MARGIN + bottom, *size
    )
    axes.set_axis_off()
    for place, tile in enumerate(tiles):
        x, y = place % across * (wide + gap), place // across * (high + above) + above
        canvas[y : y + high, x : x + wide] = tile
        text = axes.text(
            x + wide / 2, y - 0.1 * above, literal(titles[place], 12), ha="center", va="bottom"
        )
        colour = style.MUTED if pale[place] else style.INK
        style.set_text(text, _points(above * inch), colour, "normal" if pale[place] else "bold")
    axes.imshow(
        canvas, cmap="Greys", vmin=0, vmax=1, interpolation="nearest", aspect="auto",
        extent=(0, canvas.shape[1], canvas.shape[0], 0),
    )  # fmt: skip
    if heading:
        height = figure.get_size_inches()[1]
        line = figure.text(0.5, 1 - MARGIN / height, literal(heading, 90), ha="center", va="top")
        style.set_text(line, 9)
    if note:
        style.add_note(figure, note)
    return figure


def _points(inches: float) -> float:
    """Size of letters that fit into a strip of this height."""
    return min(11.0, max(4.0, 72 * inches * 0.62))
