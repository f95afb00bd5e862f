"""Numbers as categories: each value its own when they are few, else ranges of equally many rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shoal.data.encode import Column, day_words

__all__ = ["FEW", "RANGES", "cut_into_ranges"]

Floats = npt.NDArray[np.float64]

FEW = 10
"""Up to this many different numbers each is a category."""

RANGES = 5
"""Ranges that more of them are cut into."""


def cut_into_ranges(
    name: str, kind: str, values: Floats, weights: Floats | None, fill: float | None
) -> Column:
    """Fit a number or date column whose one feature holds the place of a range.

    Parameters
    ----------
    name, kind : str
        Of the column.
    values : ndarray of shape (n,), float64
        Numbers, NaN where missing; not all of them.
    weights : ndarray of shape (n,), float64, or None
        Weights; rows of weight 0 do not count.
    fill : float or None
        What replaces missing numbers; None leaves them missing.

    Returns
    -------
    Column
        Up to `FEW` different numbers each is a range of its own, and a new number belongs to the
        nearest of them. More are cut at their (weighted) quintiles; where these coincide, as at
        many zeros, that number is a range of its own.
    """
    absent = np.isnan(values)
    known = np.where(absent, fill, values) if fill is not None else values
    counts = ~np.isnan(known) & (True if weights is None else weights > 0)
    present = known[counts]
    weights = None if weights is None else weights[counts]
    distinct = np.unique(present)
    if len(distinct) <= FEW:
        edges = (distinct[:-1] + distinct[1:]) / 2
    else:
        edges = _quantiles(present, weights, np.arange(1, RANGES) / RANGES)
        # A quintile that is the smallest number, or repeats, sets that number apart.
        above = np.minimum(np.searchsorted(distinct, edges, side="right"), len(distinct) - 1)
        alone = (edges == distinct[0]) | (np.diff(edges, prepend=-np.inf) == 0)
        edges = np.unique(np.concatenate([edges[edges > distinct[0]], distinct[above[alone]]]))
    places = np.searchsorted(edges, present, side="right")
    parts = [present[places == place] for place in range(len(edges) + 1)]
    middles = []
    for place, part in enumerate(parts):
        shares = None if weights is None else weights[places == place]
        middles.append(float(_quantiles(part, shares, np.array([0.5]))[0]))
    return Column(
        name=name,
        kind=kind,
        features=(name,),
        levels=tuple(_words(parts, place, kind) for place in range(len(parts))),
        fill=fill,
        missing=int(absent.sum()),
        coded=True,
        edges=tuple(map(float, edges)),
        middles=tuple(middles),
    )


def _quantiles(present: Floats, weights: Floats | None, at: Floats) -> Floats:
    """Numbers that are there, so that a weight and a repetition give the same."""
    if weights is None:
        return np.asarray(np.quantile(present, at, method="inverted_cdf"))
    return np.asarray(np.quantile(present, at, weights=weights, method="inverted_cdf"))


def _words(parts: list[Floats], place: int, kind: str) -> str:
    low, high = (_word(float(end), kind) for end in (parts[place].min(), parts[place].max()))
    return low if low == high else f"{low} to {high}"


def _word(number: float, kind: str) -> str:
    return str(day_words(np.array([number]))[0]) if kind == "date" else f"{number:.6g}"
