"""Names for groups of places on the earth: where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.clustering import Card
from shoal.data.coordinates import HAVERSINE, to_globe
from shoal.data.prepare import Preparation
from shoal.data.table import Matrix, Table
from shoal.explain.cards import make_cards
from shoal.explain.naming import number_names

__all__ = ["describe_groups", "name_places"]


def describe_groups(
    table: Table,
    matrix: Matrix,
    preparation: Preparation,
    labels: npt.NDArray[np.int32],
    parameters: Mapping[str, Any],
    **silhouettes: Any,
) -> tuple[Card, ...]:
    """Make the cards of a job; groups of places are named after where they are.

    Parameters
    ----------
    table, matrix, preparation, labels, **silhouettes
        Those of `make_cards`.
    parameters : mapping of str to object
        What the estimator was called with.

    Returns
    -------
    tuple of Card
    """
    cards = make_cards(table, matrix, preparation, labels, **silhouettes)
    if not cards or parameters.get("metric") != HAVERSINE:
        return cards
    return name_places(cards, matrix.X, labels)


def name_places(
    cards: Sequence[Card], degrees: npt.NDArray[np.float64], labels: npt.NDArray[np.int32]
) -> tuple[Card, ...]:
    """Name each group after the middle of its rows, such as "around 51°N 6°E".

    Parameters
    ----------
    cards : sequence of Card
        One per group.
    degrees : ndarray of shape (n_samples, 2), float64
        Latitude and longitude of each row.
    labels : ndarray of shape (n_samples,), int32
        Group of each row, -1 for noise.

    Returns
    -------
    tuple of Card
        The same with other names, all different; as many decimals as that takes, at most two.
    """
    inside = labels >= 0
    places = to_globe(degrees[inside])
    sums = np.stack(
        [np.bincount(labels[inside], column, minlength=len(cards)) for column in places.T], axis=1
    )
    lat = np.degrees(np.arctan2(sums[:, 2], np.hypot(sums[:, 0], sums[:, 1])))
    lon = np.degrees(np.arctan2(sums[:, 1], sums[:, 0]))
    names: list[str] = []
    for decimals in (0, 1, 2):
        names = [
            f"around {_side(a, decimals, 'NS')} {_side(o, decimals, 'EW')}"
            for a, o in zip(lat.tolist(), lon.tolist(), strict=True)
        ]
        if len(set(names)) == len(names):
            break
    named = number_names(names)
    return tuple(replace(card, name=name) for card, name in zip(cards, named, strict=True))


def _side(value: float, decimals: int, letters: str) -> str:
    words = f"{abs(value):.{decimals}f}\N{DEGREE SIGN}"
    return words if float(words[:-1]) == 0 else words + letters[int(value < 0)]
