"""What the report says in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from shoal import catalogue
from shoal.plot.text import number, percent, shorten, two_digits

if TYPE_CHECKING:
    from shoal.clustering import Clustering, Trait

__all__ = [
    "comparison",
    "count_noise",
    "left_out",
    "number_said",
    "separation",
    "strength",
    "verdict",
]


def count_noise(clustering: Clustering) -> int:
    """Rows that were clustered and belong to no group."""
    return int(np.count_nonzero(clustering.labels[clustering.matrix.rows] < 0))


def left_out(clustering: Clustering) -> int:
    """Rows of the table that were not clustered."""
    return clustering.n_rows - clustering.n_clustered


def separation(silhouette: float) -> str:
    """How far apart the groups stand, after Kaufman and Rousseeuw (1990), section 2.2."""
    if silhouette > 0.7:
        return "The groups stand far apart"
    if silhouette > 0.5:
        return "The groups are well separated"
    if silhouette > 0.25:
        return "The groups can be told apart but overlap at their borders"
    return (
        "The groups run into one another, so take them as a division of the rows rather than as "
        "separate kinds"
    )


def verdict(clustering: Clustering) -> tuple[str, str]:
    """Say in two sentences what was found and how much to trust it; noise first."""
    cards, noise = clustering.cards, count_noise(clustering)
    n_rows = clustering.n_clustered
    rows = f"{n_rows:,} rows of {shorten(clustering.table.source, 60)}"
    hints = catalogue.find(clustering.algorithm).hints
    if not cards:
        first = f"All {rows} are noise: none of them is in a group."
        return first, hints.get("noise", _UNMEASURED)
    if len(cards) == n_rows > 1:
        return (
            f"Each of the {rows} is a group of its own, so nothing was grouped.",
            "Ask for fewer groups, or for groups that are wider.",
        )
    if len(cards) == 1:
        found = "form a single group"
    else:
        found = (
            f"fall into {len(cards):,} groups, from {percent(cards[0].share)} of the rows in the "
            f"largest to {percent(cards[-1].share)} in the smallest"
        )
    first = f"The {rows} {found}."
    if noise:
        share = percent(noise / n_rows)
        first = f"{share} of the {rows} are noise; the other {n_rows - noise:,} {found}."
    hint = ""
    if noise > MUCH_NOISE * n_rows:
        hint = hints.get("noise", "")
    elif cards[0].size > NEARLY_ALL * (n_rows - noise):
        hint = hints.get("single", "")
    return first, f"{_trust(clustering)} {hint}".rstrip()


def number_said(clustering: Clustering) -> str:
    """Say where the number of groups comes from when it was not chosen among several."""
    row = catalogue.find(clustering.algorithm)
    parameters = clustering.settings.get("parameters", {})
    k = len(clustering.cards)
    groups = f"{k:,} group{'' if k == 1 else 's'}"
    if row.replaces_k and parameters.get(row.replaces_k) is not None:
        return f"The tree cut at height {number(parameters[row.replaces_k])} has {groups}."
    if clustering.settings.get("n_clusters") is None and not row.needs_k:
        return f"{row.title} finds the number of groups by itself: {groups}."
    verb = "was" if k == 1 else "were"
    return f"{groups} {verb} asked for, so no other number was tried."


_UNMEASURED = "How well they are separated cannot be measured for this result."
MUCH_NOISE, NEARLY_ALL = 0.3, 0.9
"""Shares of the rows from which the verdict says what to change."""


def _trust(clustering: Clustering) -> str:
    silhouette = clustering.scores.get("silhouette", math.nan)
    if not math.isfinite(silhouette):
        return _UNMEASURED
    without = " without the noise" if count_noise(clustering) else ""
    return f"{separation(silhouette)} (silhouette {two_digits(silhouette)}{without}; 1 is best)."


def strength(effect: float) -> str:
    """Put an effect size in words, after Cohen (1988) and Sawilowsky (2009)."""
    size = abs(effect)
    if size < 0.2:
        return "about the same as"
    direction = "higher than" if effect > 0 else "lower than"
    for bound, word in ((0.5, "slightly "), (0.8, ""), (1.2, "clearly "), (2.0, "much ")):
        if size < bound:
            return word + direction
    return "very much " + direction


def comparison(trait: Trait) -> str:
    """Say how a group differs from all other rows in one column."""
    if trait.value is None:
        inside, outside = number(trait.inside, 3), number(trait.outside, 3)
        return f"{inside} on average, {strength(trait.effect)} the {outside} of other rows"
    inside, outside = percent(trait.inside), percent(trait.outside)
    more = "more often than" if trait.effect > 0 else "less often than"
    return f"{shorten(trait.value, 40)} in {inside} of rows, {more} the {outside} of other rows"
