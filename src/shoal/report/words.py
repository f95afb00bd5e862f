"""What the report says in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from shoal.plot.text import number, percent, shorten, two_digits

if TYPE_CHECKING:
    from shoal.clustering import Clustering, Trait

__all__ = ["comparison", "count_noise", "left_out", "separation", "strength", "verdict"]


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
    """Say in two sentences what was found and how much to trust it."""
    cards = clustering.cards
    rows = f"{clustering.n_clustered:,} rows of {shorten(clustering.table.source, 60)}"
    if len(cards) == 1:
        first = f"The {rows} form a single group."
    else:
        first = (
            f"The {rows} fall into {len(cards):,} groups, from {percent(cards[0].share)} of the "
            f"rows in the largest to {percent(cards[-1].share)} in the smallest."
        )
    silhouette = clustering.scores.get("silhouette", math.nan)
    if not math.isfinite(silhouette):
        return first, "How well they are separated cannot be measured for this result."
    second = f"{separation(silhouette)} (silhouette {two_digits(silhouette)} on a scale to 1)"
    noise = count_noise(clustering)
    if noise:
        share = percent(noise / clustering.matrix.n_samples)
        second += f", and {noise:,} rows ({share}) belong to none"
    return first, second + "."


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
