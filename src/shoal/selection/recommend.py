"""One number of clusters out of a sweep, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["SMALL_MARGIN", "WEAK", "Indices", "Recommendation", "recommend"]

SMALL_MARGIN = 0.01
"""Silhouettes closer than this, or than their standard error, count as equal."""

WEAK = 0.25
"""Below this silhouette no substantial structure was found (Kaufman and Rousseeuw 1990)."""

# Leads in silhouette that the words call clear, and close.
_CLEAR, _CLOSE = 0.05, 0.02

_NAMES = {
    "calinski_harabasz": "Calinski–Harabasz",
    "davies_bouldin": "Davies–Bouldin",
    "elbow": "the elbow",
}


@dataclass(frozen=True, slots=True)
class Indices:
    """The values a recommendation rests on, one per k.

    Attributes
    ----------
    k : sequence of int
        Numbers of clusters, ascending.
    silhouette, silhouette_error, calinski_harabasz, davies_bouldin : sequence of float
        Values, finite; of the last two all may be NaN, when they do not apply.
    elbow : int or None
        Knee of the inertia.
    sampled : int or None
        Rows the silhouettes were computed for; None for all.
    """

    k: Sequence[int]
    silhouette: Sequence[float]
    silhouette_error: Sequence[float]
    calinski_harabasz: Sequence[float]
    davies_bouldin: Sequence[float]
    elbow: int | None
    sampled: int | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The outcome.

    Attributes
    ----------
    k : int
        The number of clusters to use.
    votes : mapping of str to int
        The number each index prefers.
    margin : float
        Silhouette of `k` minus the best of the others; 0 when there are no others.
    reason : str
        One sentence.
    reference : float or None
        Mean silhouette of data without groups at this k; None when unknown.
    """

    k: int
    votes: Mapping[str, int]
    margin: float
    reason: str
    reference: float | None


def recommend(
    indices: Indices,
    reference: Callable[[int], Sequence[float]] | None = None,
    *,
    without: str = "evenly spread data without any groups",
) -> Recommendation:
    """Choose the number of clusters.

    The best silhouette decides. Where smaller k are within its standard error or within
    `SMALL_MARGIN` of it, the other indices decide between them and it: the one that most of
    them prefer, of equals the smallest.

    Parameters
    ----------
    indices : Indices
        The values.
    reference : callable, optional
        Gives, for a k, silhouettes of data without groups; see
        :func:`shoal.selection.reference.reference_silhouettes`.
    without : str
        What these data are, in words.

    Returns
    -------
    Recommendation
        Always the same for the same values; ties go to the smaller k.
    """
    scores = np.asarray(indices.silhouette, dtype=np.float64)
    best = int(scores.argmax())
    tolerance = max(SMALL_MARGIN, float(indices.silhouette_error[best]))
    votes = {"silhouette": indices.k[best]}
    if np.isfinite(indices.calinski_harabasz).all():
        votes["calinski_harabasz"] = indices.k[int(np.argmax(indices.calinski_harabasz))]
    if np.isfinite(indices.davies_bouldin).all():
        votes["davies_bouldin"] = indices.k[int(np.argmin(indices.davies_bouldin))]
    if indices.elbow is not None:
        votes["elbow"] = indices.elbow
    near = np.flatnonzero(scores[: best + 1] >= scores[best] - tolerance)
    seconds = [sum(votes.get(name) == indices.k[int(i)] for name in _NAMES) for i in near]
    chosen = int(near[int(np.argmax(seconds))])
    others = np.delete(scores, chosen)
    margin = float(scores[chosen] - others.max()) if len(others) else 0.0
    k = indices.k[chosen]
    expected, beaten = _compare(scores[chosen], reference(k) if reference else ())
    unbeaten = None
    if not beaten and expected is not None:
        how = "not clearly" if scores[chosen] > expected + 2 * SMALL_MARGIN else "no"
        unbeaten = f"{how} more than {without} reach ({expected:.2f})"
    reason = _verdict(indices, scores, best, chosen, unbeaten)
    return Recommendation(k, votes, margin, f"{reason}{_opinions(k, votes)}.", expected)


def _compare(score: float, reference: Sequence[float]) -> tuple[float | None, bool]:
    """Mean of the reference, and whether the score lies clearly above it."""
    if not len(reference):
        return None, True
    mean, spread = float(np.mean(reference)), float(np.std(reference))
    return mean, bool(score > mean + max(2 * SMALL_MARGIN, 2 * spread))


def _verdict(
    indices: Indices,
    scores: npt.NDArray[np.float64],
    best: int,
    chosen: int,
    unbeaten: str | None,
) -> str:
    k, score, source = indices.k[chosen], _score(indices, chosen), _source(indices)
    if unbeaten is not None:
        return (
            f"No number of clusters stands out: with {k} the silhouette is {score}{source}, "
            f"{unbeaten}, so take the groups as a convenient way to cut the data"
        )
    if scores[chosen] < WEAK:
        return (
            f"No number of clusters stands out: with the best choice, {k}, the silhouette is only "
            f"{score}{source}, so the groups overlap widely and rows near a border could belong "
            "to either side"
        )
    if len(scores) == 1:
        return f"{k} is the only number of clusters tried (silhouette {score}{source})"
    if chosen != best:
        return (
            f"{k} clusters separate the groups practically as well as {indices.k[best]} "
            f"(silhouette {score} against {_score(indices, best)}{source}), "
            "and fewer groups are easier to use"
        )
    runner_up = int(np.argmax(np.where(np.arange(len(scores)) == chosen, -np.inf, scores)))
    lead = scores[best] - scores[runner_up]
    how = "clearly best" if lead >= _CLEAR else "best, but only just" if lead < _CLOSE else "best"
    # The best at the end of a range may be beaten beyond it.
    edge = ", the most that were tried," if chosen == len(scores) - 1 else ""
    return (
        f"{k} clusters{edge} separate the groups {how} (silhouette {score}, next best "
        f"{_score(indices, runner_up)} with {indices.k[runner_up]}{source})"
    )


def _score(indices: Indices, i: int) -> str:
    if indices.sampled is None:
        return f"{indices.silhouette[i]:.2f}"
    return f"{indices.silhouette[i]:.2f} ± {max(indices.silhouette_error[i], 0.005):.2f}"


def _source(indices: Indices) -> str:
    return "" if indices.sampled is None else f", from {indices.sampled:,} sampled rows"


def _opinions(chosen: int, votes: Mapping[str, int]) -> str:
    """Say which of the other indices agree and what the rest prefer."""
    preferred: dict[int, list[str]] = {}
    for key, name in _NAMES.items():
        if key in votes:
            preferred.setdefault(votes[key], []).append(name)
    parts = []
    if chosen in preferred:
        names = preferred.pop(chosen)
        parts.append(f"{_listed(names)} {'agrees' if len(names) == 1 else 'agree'}")
    parts += [
        f"{_listed(names)} {'prefers' if len(names) == 1 else 'prefer'} {k}"
        for k, names in preferred.items()
    ]
    return "; " + ", ".join(parts) if parts else ""


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
