"""Rows as points in the plane: one mark each, or their density when there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.plot import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DENSITY_ABOVE", "draw_badges", "draw_order", "draw_points", "medians"]

DENSITY_ABOVE = 100_000
SMALL_SHARE = 0.05
PIXELS = (360, 240)


def draw_order(labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Order in which rows are drawn so that no group hides another.

    Noise first, then the larger groups shuffled together, then each group holding less than
    5% of the rows, smallest last.
    """
    shuffled = np.random.default_rng(0).permutation(labels.size)
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    small = sizes < SMALL_SHARE * labels.size
    layer = np.where(small, 1 + np.argsort(np.argsort(-sizes, kind="stable")), 0)
    rank = np.where(labels < 0, -1, layer[labels])
    return shuffled[np.argsort(rank[shuffled], kind="stable")]


def draw_points(
    axes: Axes,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int32],
) -> bool:
    """Draw one mark per row, or above 100,000 rows an image of their density; say which.

    The limits of `axes` must be set beforehand.
    """
    known = ~(np.isnan(x) | np.isnan(y))
    x, y, labels = x[known], y[known], labels[known]
    if x.size > DENSITY_ABOVE:
        _draw_density(axes, x, y, labels)
        return True
    order = draw_order(labels)
    x, y, labels = x[order], y[order], labels[order]
    area = float(np.clip(26_000 / max(x.size, 1), 7, 34))
    opacity = 0.85 if x.size <= 3000 else 0.6
    for mark in dict.fromkeys(style.marker(int(label)) for label in np.unique(labels)):
        chosen = np.array(
            [style.marker(int(label)) == mark for label in range(-1, labels.max() + 1)]
        )
        inside = chosen[labels + 1]
        colours = [style.colour(int(label)) for label in labels[inside]]
        axes.scatter(
            x[inside],
            y[inside],
            s=area,
            c=colours,
            marker=mark,
            alpha=opacity,
            linewidths=0.9 if mark == "x" else 0.25,
            zorder=3,
            rasterized=True,
            edgecolors=None if mark == "x" else style.PAPER,
        )
    return False


def draw_badges(
    axes: Axes, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], at_most: int = 60
) -> None:
    """Write the number of each group at its centre, the largest group on top."""
    size = 8.5 if x.size <= 12 else 7.0
    for cluster in reversed(range(min(x.size, at_most))):
        if np.isfinite(x[cluster]) and np.isfinite(y[cluster]):
            style.add_badge(axes, float(x[cluster]), float(y[cluster]), cluster, size)


def medians(
    values: npt.NDArray[np.float64], labels: npt.NDArray[np.int32], n_clusters: int
) -> npt.NDArray[np.float64]:
    """Median of the known values of each group; NaN for a group without any."""
    known = (labels >= 0) & ~np.isnan(values)
    order = np.argsort(labels[known], kind="stable")
    parts = np.split(
        values[known][order], np.searchsorted(labels[known][order], np.arange(1, n_clusters))
    )
    return np.array([np.median(part) if part.size else np.nan for part in parts])


def _draw_density(
    axes: Axes,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int32],
) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    wide, high = PIXELS
    column = np.clip(((x - left) / (right - left) * wide).astype(np.int64), 0, wide - 1)
    row = np.clip(((y - bottom) / (top - bottom) * high).astype(np.int64), 0, high - 1)
    pixel = row * wide + column
    mixed = np.zeros((wide * high, 3))
    total = np.zeros(wide * high)
    counts = np.zeros(wide * high)
    for cluster in np.unique(labels):
        mine = np.bincount(pixel[labels == cluster], minlength=wide * high)
        # A group counts for its share of its own rows too, or a small one would never show.
        weight = mine / np.sqrt(mine.sum()) * (0.2 if cluster < 0 else 1.0)
        shade = style.colour(int(cluster))
        mixed += weight[:, None] * np.array([int(shade[at : at + 2], 16) for at in (1, 3, 5)])
        total += weight
        counts += mine
    seen = counts > 0
    image = np.zeros((wide * high, 4))
    # Sums of rounded shares may pass 1 by a last digit, which matplotlib remarks on.
    image[seen, :3] = np.minimum(mixed[seen] / total[seen, None] / 255, 1.0)
    depth = np.log1p(counts[seen]) / np.log1p(counts.max())
    image[seen, 3] = 0.25 + 0.75 * depth
    axes.imshow(
        # Bytes, because matplotlib would enlarge doubles in eight times the memory.
        np.round(255 * image).astype(np.uint8).reshape(high, wide, 4),
        extent=(left, right, bottom, top),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=3,
    )
