"""One number of clusters out of a sweep, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

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
        Values, finite.
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
    """

    k: int
    votes: Mapping[str, int]
    margin: float
    reason: str


def recommend(indices: Indices) -> Recommendation:
    """Choose the number of clusters.

    The best silhouette decides, unless a smaller k is within its standard error or within
    `SMALL_MARGIN` of it; then the smallest such k does.

    Parameters
    ----------
    indices : Indices
        The values.

    Returns
    -------
    Recommendation
        Always the same for the same values; ties go to the smaller k.
    """
    scores = np.asarray(indices.silhouette, dtype=np.float64)
    best = int(scores.argmax())
    tolerance = max(SMALL_MARGIN, float(indices.silhouette_error[best]))
    chosen = int(np.flatnonzero(scores >= scores[best] - tolerance)[0])
    votes = {
        "silhouette": indices.k[best],
        "calinski_harabasz": indices.k[int(np.argmax(indices.calinski_harabasz))],
        "davies_bouldin": indices.k[int(np.argmin(indices.davies_bouldin))],
    }
    if indices.elbow is not None:
        votes["elbow"] = indices.elbow
    others = np.delete(scores, chosen)
    margin = float(scores[chosen] - others.max()) if len(others) else 0.0
    reason = _reason(indices, scores, best, chosen) + _opinions(indices.k[chosen], votes) + "."
    return Recommendation(indices.k[chosen], votes, margin, reason)


def _reason(indices: Indices, scores: np.ndarray, best: int, chosen: int) -> str:
    k, score = indices.k[chosen], _score(indices, chosen)
    if len(scores) == 1:
        return f"{k} is the only number of clusters tried (silhouette {score}{_source(indices)})"
    if scores[best] < WEAK:
        return (
            f"No number of clusters stands out: with the best choice, {k}, the silhouette is only "
            f"{score}{_source(indices)}, so the groups shade into each other and may be no more "
            "than a convenient way to cut the data"
        )
    if chosen != best:
        return (
            f"{k} clusters separate the groups practically as well as {indices.k[best]} "
            f"(silhouette {score} against {_score(indices, best)}{_source(indices)}), "
            "and fewer groups are easier to use"
        )
    runner_up = int(np.argmax(np.where(np.arange(len(scores)) == chosen, -np.inf, scores)))
    lead = scores[best] - scores[runner_up]
    how = "clearly best" if lead >= _CLEAR else "best, but only just" if lead < _CLOSE else "best"
    return (
        f"{k} clusters separate the groups {how} (silhouette {score}, next best "
        f"{_score(indices, runner_up)} with {indices.k[runner_up]}{_source(indices)})"
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
