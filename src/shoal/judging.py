"""How good the groups of a finished fit are, and which number each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import metrics
from shoal.catalogue import Algorithm
from shoal.data.coordinates import HAVERSINE, to_globe
from shoal.data.table import Matrix
from shoal.noise import NearestGroups, nearest_groups, relabelled
from shoal.selection import own_silhouettes

__all__ = ["Fitted", "as_judged", "judge", "renumber", "with_nearest"]

Judgement = tuple[dict[str, float], npt.NDArray[np.float64] | None, npt.NDArray[np.int64] | None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model with its labels renumbered by size, and silhouettes that are known.

    Attributes
    ----------
    model : object
        The fitted estimator.
    relabel : ndarray of shape (n_clusters,), int32
        ``relabel[model label]`` is the label used here.
    labels : ndarray of shape (n_samples,), int32
        The labels used here.
    silhouettes : ndarray of shape (m,), float64, or None
        Silhouettes of the rows in `silhouette_rows`.
    silhouette_rows : ndarray of shape (m,), int64, or None
    nearest : NearestGroups or None
        Of every row, where rows are noise.
    n_assigned : int
        Rows of noise that were put into their nearest group.
    """

    model: Any
    relabel: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int32]
    silhouettes: npt.NDArray[np.float64] | None = None
    silhouette_rows: npt.NDArray[np.int64] | None = None
    nearest: NearestGroups | None = None
    n_assigned: int = 0


def renumber(
    model: Any,
    sizes: npt.NDArray[np.int64] | None = None,
    labels: npt.NDArray[np.int32] | None = None,
) -> Fitted:
    """Sort the groups by size, largest first, ties by the first row that belongs to them.

    Parameters
    ----------
    model : estimator
        Fitted.
    sizes : ndarray of shape (n_clusters,), int64, optional
        Sizes over all rows, when the labels of the model are those of a sample.
    labels : ndarray of shape (n_samples,), int32, optional
        Labels to use instead of the model's, such as those with noise assigned to groups.

    Returns
    -------
    Fitted
    """
    found = np.asarray(model.labels_ if labels is None else labels)
    clustered = found[found >= 0]
    k = int(found.max(initial=-1)) + 1
    sizes = np.bincount(clustered, minlength=k) if sizes is None else sizes
    first = np.full(k, len(found), dtype=np.int64)
    np.minimum.at(first, clustered, np.flatnonzero(found >= 0))
    relabel = np.empty(k, dtype=np.int32)
    relabel[np.lexsort((first, -sizes))] = np.arange(k, dtype=np.int32)
    return Fitted(model, relabel, relabelled(found, relabel))


def with_nearest(fitted: Fitted, X: Any, threshold: float | None) -> Fitted:
    """Find the nearest group of the rows of noise, and put those in it that are near enough.

    Parameters
    ----------
    fitted : Fitted
        A fit that left rows in no group.
    X : ndarray of shape (n_samples, n_features)
        What was clustered.
    threshold : float or None
        Membership from which a row of noise is put into its nearest group; None for never.

    Returns
    -------
    Fitted
        Numbered anew, since groups may have grown.
    """
    found = np.asarray(fitted.model.labels_, dtype=np.int32)
    near = nearest_groups(fitted.model, X, found)
    assigned = near.assign(found, threshold)
    new = renumber(fitted.model, labels=assigned)
    nearest = replace(near, labels=relabelled(near.labels, new.relabel))
    n_assigned = int(np.count_nonzero((found < 0) & (assigned >= 0)))
    return replace(new, nearest=nearest, n_assigned=n_assigned)


def as_judged(matrix: Matrix, parameters: Mapping[str, Any]) -> Matrix:
    """Put the rows where straight lines between them say how far apart they are.

    Parameters
    ----------
    matrix : Matrix
        What was clustered.
    parameters : mapping of str to object
        What the estimator was called with.

    Returns
    -------
    Matrix
        Degrees of latitude and longitude become places in space, in kilometres; all else stays.
    """
    if parameters.get("metric") != HAVERSINE:
        return matrix
    return replace(matrix, X=to_globe(matrix.X), feature_names=("x", "y", "z"))


def judge(
    row: Algorithm, matrix: Matrix, fitted: Fitted, seed: int, n_jobs: int | None
) -> Judgement:
    """Score the groups; indices that are undefined for them are left out.

    Parameters
    ----------
    row : Algorithm
        Says whose dissimilarity judges.
    matrix : Matrix
        What was clustered.
    fitted : Fitted
        The groups.
    seed : int
        Draws the sample of a sampled silhouette.
    n_jobs : int or None
        Threads.

    Returns
    -------
    scores : dict of str to float
    silhouettes : ndarray of shape (m,), float64, or None
    rows : ndarray of shape (m,), int64, or None
        Rows of the matrix that the silhouettes belong to.
    """
    if row.dissimilarity == "own":
        return _judge_by_itself(matrix, fitted)
    return _judge_by_distances(matrix, fitted, seed, n_jobs)


def _judge_by_distances(matrix: Matrix, fitted: Fitted, seed: int, n_jobs: int | None) -> Judgement:
    """Score the groups; indices that are undefined for them are left out."""
    labels, X, weights = fitted.labels, matrix.X, matrix.weights
    counts = labels >= 0 if weights is None else (labels >= 0) & (weights > 0)
    inside = np.flatnonzero(counts)
    scores: dict[str, float] = {}
    if inside.size:
        scores["inertia"] = metrics.inertia_score(X, labels, sample_weight=weights)
    scores |= _against_truth(matrix, labels)
    if not 2 <= len(np.unique(labels[inside])) < inside.size:
        return scores, None, None
    samples, rows = fitted.silhouettes, fitted.silhouette_rows
    if samples is None or rows is None:
        if inside.size < len(X):
            X, labels = X[inside], labels[inside]
        chosen = metrics.sample_rows(inside.size, "auto", seed)
        samples = metrics.silhouette_samples(X, labels, rows=chosen, n_jobs=n_jobs)
        rows = inside if chosen is None else inside[chosen]
    scores["silhouette"] = float(samples.mean())
    for name in ("calinski_harabasz", "davies_bouldin"):
        index = getattr(metrics, f"{name}_score")
        scores[name] = float(index(matrix.X, fitted.labels, sample_weight=weights))
    return scores, samples, rows.astype(np.int64)


def _against_truth(matrix: Matrix, labels: npt.NDArray[np.int32]) -> dict[str, float]:
    if matrix.truth is None:
        return {}
    return {"adjusted_rand": metrics.adjusted_rand_score(matrix.truth, labels)}


def _judge_by_itself(matrix: Matrix, fitted: Fitted) -> Judgement:
    """Score the groups by the cost and the dissimilarity of the algorithm itself."""
    model, labels = fitted.model, fitted.labels
    scores = {"inertia": float(model.inertia_), **_against_truth(matrix, labels)}
    samples, rows = fitted.silhouettes, fitted.silhouette_rows
    if samples is None or rows is None:
        samples, rows = own_silhouettes(model, matrix.X, labels, matrix.weights)
    if not 2 <= len(np.unique(labels[rows])) < len(rows):
        return scores, None, None
    scores["silhouette"] = float(samples.mean())
    return scores, samples, rows
