"""The number of clusters from one tree of merges: every k is a cut of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal.checks import check_weights
from shoal.metrics.dispersion import inertia_score
from shoal.metrics.inputs import check_rows
from shoal.progress import Callback
from shoal.selection.fits import Watch
from shoal.selection.k_range import fit_to_data
from shoal.selection.sweep import KSweep, judge_fits, judged_rows

__all__ = ["TreeCut", "choose_k_from_tree", "cut_into"]


@dataclass(frozen=True, slots=True)
class TreeCut:
    """One cut of the tree.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Cluster of each row, numbered by the first row of each.
    inertia : float
        Weighted sum of squared distances to the means.
    """

    labels: npt.NDArray[np.int32]
    inertia: float


def choose_k_from_tree(
    X: npt.ArrayLike,
    linkage: npt.NDArray[np.float64],
    k_range: Iterable[int],
    *,
    sample_weight: npt.ArrayLike | None = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> KSweep:
    """Judge the cuts of one tree for every k of a range, and recommend one k.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows; finite numbers.
    linkage : ndarray of shape (n_samples - 1, 4), float64
        Tree of merges in SciPy's form.
    k_range : iterable of int
        Numbers of clusters to try, >= 2.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0, as for :func:`shoal.selection.choose_k`.
    random_state : int, default=0
        Seed of the silhouette's sample.
    n_jobs : int, optional
        Threads.
    callback : callable, optional
        Called with an :class:`shoal.progress.Event` now and then.

    Returns
    -------
    KSweep
        Its fits are `TreeCut`.

    Notes
    -----
    Judged as k-means is in :func:`shoal.selection.choose_k`. Time O(n) per k for the cuts, and
    that of the indices.
    """
    data = check_rows(X)
    weights = check_weights(sample_weight, len(data))
    judged = judged_rows(data, weights)
    ks, notes = fit_to_data(k_range, judged.X)
    watch = Watch(callback, len(ks) + 1)
    results = {}
    for k in ks:
        labels = cut_into(linkage, k)
        results[k] = TreeCut(labels, inertia_score(data, labels, sample_weight=weights))
        watch.step()
    return judge_fits(judged, results, random_state, n_jobs, watch, notes)


def cut_into(linkage: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.int32]:
    """Undo the last k - 1 merges of a tree.

    Parameters
    ----------
    linkage : ndarray of shape (n_samples - 1, 4), float64
    k : int
        Clusters, 1 to n_samples.

    Returns
    -------
    ndarray of shape (n_samples,), int32
        Cluster of each row, numbered by the first row of each.

    Examples
    --------
    >>> import numpy as np
    >>> tree = np.array([[1, 2, 0.5, 2], [0, 3, 4.0, 3]])
    >>> cut_into(tree, 2)
    array([0, 1, 1], dtype=int32)
    """
    n = len(linkage) + 1
    made = n - k
    above = np.arange(n + made)
    children = linkage[:made, :2].astype(np.int64)
    above[children.ravel()] = np.repeat(np.arange(n, n + made), 2)
    # Each step doubles how far up it looks, so that a chain takes no more than log2(n) of them.
    while True:
        further = above[above]
        if np.array_equal(further, above):
            break
        above = further
    _, first, inverse = np.unique(above[:n], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int32)
