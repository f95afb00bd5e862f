"""The sweep of an algorithm that k-means cannot stand for: its own fits, cost and silhouette."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from shoal.checks import check_weights
from shoal.clustering import KChoice
from shoal.knee import find_knee
from shoal.metrics.silhouette import mean_and_error
from shoal.progress import Callback
from shoal.selection.fits import Watch
from shoal.selection.k_range import fit_to_data
from shoal.selection.recommend import Indices, recommend
from shoal.selection.reference import DRAWS, ROWS
from shoal.selection.sweep import KSweep

__all__ = ["OwnFit", "choose_k_by", "own_silhouettes"]

Floats = npt.NDArray[np.float64]

_STARTS = 3
_WITHOUT_GROUPS = "the same columns shuffled, which have no groups,"


@dataclass(frozen=True, slots=True)
class OwnFit:
    """One fit of a sweep.

    Attributes
    ----------
    model : object
        The fitted estimator.
    """

    model: Any

    @property
    def labels(self) -> npt.NDArray[np.int32]:
        """Cluster of each row."""
        return np.asarray(self.model.labels_)

    @property
    def inertia(self) -> float:
        """Cost of the fit."""
        return float(self.model.inertia_)


def choose_k_by(
    estimator: Any,
    X: Floats,
    k_range: Iterable[int],
    *,
    sample_weight: npt.ArrayLike | None = None,
    random_state: int = 0,
    callback: Callback | None = None,
) -> KSweep:
    """Fit an estimator for every k of a range, judge the fits, and recommend one k.

    Parameters
    ----------
    estimator : estimator
        Not fitted; has ``n_clusters`` and ``random_state``, and after a fit ``labels_``,
        ``inertia_`` and ``silhouette_samples(X, labels)``.
    X : ndarray of shape (n_samples, n_features), float64
        Prepared rows, as the estimator takes them.
    k_range : iterable of int
        Numbers of clusters to try, >= 2.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0. The silhouette counts each row of positive weight once.
    random_state : int, default=0
        Seed.
    callback : callable, optional
        Called with an :class:`shoal.progress.Event` now and then.

    Returns
    -------
    KSweep
        Its fits are `OwnFit`. Calinski–Harabasz and Davies–Bouldin, which rest on means and
        Euclidean distances, are NaN.

    Notes
    -----
    As in :func:`shoal.selection.choose_k` the best mean silhouette decides and the knee of the
    cost settles near ties. The reference without groups is the same table with every column
    shuffled by itself.
    """
    weights = check_weights(sample_weight, len(X))
    rows = np.arange(len(X)) if weights is None else np.flatnonzero(weights > 0)
    ks, notes = fit_to_data(k_range, X[rows])
    watch = Watch(callback, len(ks) + 1)
    fits: dict[int, OwnFit] = {}
    silhouettes: dict[int, Floats] = {}
    for k in ks:
        fits[k] = _fit(estimator, X, k, weights, watch.of_fit(k))
        silhouettes[k] = fits[k].model.silhouette_samples(X[rows], fits[k].labels[rows])
        watch.step()
    costs = [fits[k].inertia for k in ks]
    whole = _fit(estimator, X, 1, weights, None).inertia if ks[0] == 2 else None
    scored = [mean_and_error(silhouettes[k], len(rows)) for k in ks]
    nothing = tuple(float("nan") for _ in ks)
    indices = Indices(
        k=ks,
        silhouette=tuple(score for score, _ in scored),
        silhouette_error=tuple(error for _, error in scored),
        calinski_harabasz=nothing,
        davies_bouldin=nothing,
        elbow=_elbow(ks, costs, whole),
    )
    outcome = recommend(
        indices,
        lambda k: _reference(estimator, X[rows], k, random_state),
        without=_WITHOUT_GROUPS,
    )
    choice = KChoice(
        k=ks,
        inertia=tuple(costs),
        silhouette=tuple(indices.silhouette),
        silhouette_error=tuple(indices.silhouette_error),
        calinski_harabasz=nothing,
        davies_bouldin=nothing,
        recommended=outcome.k,
        elbow=indices.elbow,
        votes=outcome.votes,
        margin=outcome.margin,
        reason=outcome.reason,
        reference=outcome.reference,
    )
    return KSweep(choice, fits, silhouettes, rows, notes)


def own_silhouettes(
    model: Any, X: Floats, labels: npt.NDArray[np.int32], weights: Floats | None
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Silhouettes under the dissimilarity of a fit, of the rows in a group whose weight counts.

    Parameters
    ----------
    model : estimator
        Fitted; has ``silhouette_samples``.
    X : ndarray of shape (n_samples, n_features), float64
    labels : ndarray of shape (n_samples,), int32
        Groups; -1 for none.
    weights : ndarray of shape (n_samples,), float64, or None

    Returns
    -------
    silhouettes : ndarray of shape (m,), float64
    rows : ndarray of shape (m,), int64
    """
    counts = labels >= 0 if weights is None else (labels >= 0) & (weights > 0)
    rows = np.flatnonzero(counts)
    return model.silhouette_samples(X[rows], labels[rows]), rows


def _fit(
    estimator: Any, X: Floats, k: int, weights: Floats | None, callback: Callback | None
) -> OwnFit:
    model = clone(estimator).set_params(n_clusters=k, callback=callback)
    model.fit(X, **({} if weights is None else {"sample_weight": weights}))
    return OwnFit(model.set_params(callback=None))


def _elbow(ks: Sequence[int], costs: Sequence[float], whole: float | None) -> int | None:
    """Knee of the cost, with k = 1 where the range starts at 2."""
    first = ([1], [whole]) if whole is not None else ([], [])
    knee = find_knee([*first[0], *ks], [*first[1], *costs])
    return None if knee is None else int(knee)


def _reference(estimator: Any, X: Floats, k: int, seed: int) -> tuple[float, ...]:
    """Mean silhouettes of tables whose columns have the same values in another order."""
    random = np.random.default_rng(seed)
    n = min(len(X), ROWS)
    if n <= k:
        return ()
    few = {"n_init": _STARTS} if "n_init" in estimator.get_params() else {}
    scores = []
    for _ in range(DRAWS):
        sample = X[np.sort(random.choice(len(X), n, replace=False))]
        shuffled = np.column_stack([random.permutation(column) for column in sample.T])
        model = _fit(clone(estimator).set_params(**few), shuffled, k, None, None).model
        scores.append(float(model.silhouette_samples(shuffled, model.labels_).mean()))
    return tuple(scores)
