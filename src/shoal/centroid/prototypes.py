"""What k-modes and k-prototypes share: one fit on codes and numbers, one base for estimators."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from shoal import _native
from shoal.centroid.centers import CHUNK, CenterClusterer
from shoal.centroid.factors import Range, Values, cut_columns, read_columns
from shoal.centroid.mixed import Coding, MixedRows
from shoal.centroid.rows import reporter
from shoal.centroid.starts import check_n_clusters, default_trials, draw_seed
from shoal.checks import check_choice, check_integer, check_weights
from shoal.errors import ParameterError
from shoal.metrics.mixed import mixed_silhouettes
from shoal.progress import Callback

__all__ = ["INITS", "PrototypeClusterer", "PrototypesResult", "fit_columns"]

INITS = ("k-means++", "huang", "cao", "random")
"""How the first prototypes are found, in the native code's numbering."""


@dataclass(frozen=True, slots=True)
class PrototypesResult:
    """What a k-modes or k-prototypes fit found.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Index of the least dissimilar prototype of each row, the lowest index on a tie.
    cluster_centers : ndarray of shape (n_clusters, n_features)
        Modes and means, in the values of the data.
    dissimilarities : ndarray of shape (n_samples,), float64
        Of each row to its prototype.
    cost : float
        Weighted sum of these.
    n_iter : int
        Iterations of the best run.
    gamma : float
        What one differing category costs.
    number_share : float
        Part of the cost about a single prototype that is due to numbers, 0 to 1.
    """

    labels: npt.NDArray[np.int32]
    cluster_centers: npt.NDArray[Any]
    dissimilarities: npt.NDArray[np.float64]
    cost: float
    n_iter: int
    gamma: float
    number_share: float


def fit_columns(
    columns: Sequence[Values],
    categorical: Sequence[int],
    n_clusters: int,
    *,
    gamma: float | None,
    sample_weight: Any,
    init: Any,
    n_init: int | str,
    max_iter: int,
    random_state: Any,
    n_jobs: int | None,
    callback: Callback | None,
    ranges: Sequence[Range] = (),
) -> PrototypesResult:
    """Check the parameters, fit, and label the rows; `ranges` cut rows and given prototypes."""
    n = len(columns[0])
    k = check_n_clusters(n_clusters, n)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    weights = check_weights(sample_weight, n)
    start, kind = _check_init(init, columns, categorical, k)
    columns, start = cut_columns(columns, ranges), cut_columns(start, ranges) if start else []
    runs = 1 if start or kind == "cao" else _check_runs(n_init)
    n_threads = _native.resolve_thread_count(n_jobs or 0)
    counted = columns
    if weights is not None and not weights.all():
        # A row of weight 0 is as good as absent: its categories are unknown to the fit.
        kept = weights > 0
        counted, weights = [column[kept] for column in columns], weights[kept]
    coding, rows = Coding.learn(counted, categorical, start)
    spreads = _spreads(rows, weights)
    if gamma is None:
        gamma = _even_gamma(*spreads)
    first = coding.encode_prototypes(start) if start else None
    seed = draw_seed(check_random_state(random_state))
    modes, means, cost, n_iter = _native.prototypes_fit(
        rows.codes,
        coding.levels,
        rows.numbers,
        weights,
        None if first is None else first.codes[None],
        None if first is None else first.numbers[None],
        k,
        gamma,
        runs,
        INITS.index(kind),
        default_trials(k),
        seed,
        max_iter,
        n_threads,
        None if callback is None else reporter(callback, runs),
    )
    centers = coding.decode(modes, means, _common_type(columns, categorical))
    # Labels are those of the centres as they are kept, in the type of the data.
    means = np.ascontiguousarray(centers[:, list(coding.numeric)], dtype=np.float64)
    every = rows if counted is columns else coding.encode(columns)
    labels, dissimilarities = _native.prototypes_assign(
        every.codes, every.numbers, modes, means, gamma, n_threads
    )
    share = _number_share(*spreads, gamma)
    return PrototypesResult(labels, centers, dissimilarities, cost, n_iter, gamma, share)


def _spreads(
    rows: MixedRows, weights: npt.NDArray[np.float64] | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Variance of every number, and of every category the share of rows beside the commonest."""
    variances = np.zeros(rows.numbers.shape[1])
    for at, column in enumerate(rows.numbers.T):
        known = ~np.isnan(column)
        if known.any():
            counts = None if weights is None else weights[known]
            mean = np.average(column[known], weights=counts)
            variances[at] = np.average((column[known] - mean) ** 2, weights=counts)
    beside = np.zeros(rows.codes.shape[1])
    missing = np.iinfo(rows.codes.dtype).max
    for at, codes in enumerate(rows.codes.T):
        counts = np.bincount(codes, weights, missing + 1)[:missing]
        if counts.any():
            beside[at] = 1 - counts.max() / counts.sum()
    return variances, beside


def _even_gamma(variances: npt.NDArray[np.float64], beside: npt.NDArray[np.float64]) -> float:
    """Make a category cost as much as a number, on average; 1 where one side says nothing."""
    if not (variances.any() and beside.any()):
        return 1.0
    return float(variances.mean() / beside.mean())


def _number_share(
    variances: npt.NDArray[np.float64], beside: npt.NDArray[np.float64], gamma: float
) -> float:
    numbers, categories = float(variances.sum()), gamma * float(beside.sum())
    return numbers / (numbers + categories) if numbers + categories > 0 else 0.0


def _check_init(
    init: Any, columns: Sequence[Values], categorical: Sequence[int], k: int
) -> tuple[list[Values], str]:
    """Given prototypes, as columns, or how to find some."""
    if isinstance(init, str):
        kind = check_choice("init", init.lower(), INITS, also=", or an array of prototypes")
        if kind in ("huang", "cao") and not categorical:
            raise ParameterError(
                f"init must be 'k-means++' or 'random' without a categorical column; got {init!r}."
            )
        return [], kind
    start = read_columns(init)
    if len(start) != len(columns) or len(start[0]) != k:
        raise ParameterError(
            f"init must be an array of shape ({k}, {len(columns)}), one prototype per cluster; got "
            f"shape ({len(start[0])}, {len(start)})."
        )
    return start, INITS[0]


def _check_runs(n_init: int | str) -> int:
    if isinstance(n_init, str):
        check_choice("n_init", n_init, ("auto",), also=" or an integer of at least 1")
        return 10
    return check_integer("n_init", n_init, minimum=1)


def _common_type(columns: Sequence[Values], categorical: Sequence[int]) -> Any:
    """Type that holds the values of all columns; means are floats."""
    chosen = set(categorical)
    types = [
        column.dtype if j in chosen else np.result_type(column.dtype, np.float32)
        for j, column in enumerate(columns)
        if column.dtype.kind in "biuf"
    ]
    return np.result_type(*types) if len(types) == len(columns) else np.dtype(object)


class PrototypeClusterer(CenterClusterer, ABC):
    """Base of k-modes and k-prototypes: rows are read as columns of any kind."""

    _takes_sparse: ClassVar[bool] = False

    cluster_centers_: npt.NDArray[Any]

    @property
    def _gamma(self) -> float:
        """What one differing category costs."""
        return 1.0

    @abstractmethod
    def _categorical(self) -> tuple[int, ...]:
        """Places of the categorical columns of the fit."""

    def _take(self, result: PrototypesResult) -> None:
        self._keep(
            centers=result.cluster_centers,
            labels=result.labels,
            distances=np.sqrt(result.dissimilarities).astype(np.float32),
            inertia=result.cost,
            n_iter=result.n_iter,
        )

    def _check_new_data(self, X: Any, *, sparse: bool) -> Any:  # noqa: ARG002 - never sparse
        check_is_fitted(self)
        return self._coding().encode(self._new_columns(X))

    def _new_columns(self, X: Any) -> list[Values]:
        return read_columns(X, self, reset=False)

    def _coding(self) -> Coding:
        """Code what the prototypes hold: anything else differs from all of them."""
        centers = [np.ascontiguousarray(column) for column in self.cluster_centers_.T]
        return Coding.learn(centers, self._categorical())[0]

    def _prototypes(self) -> MixedRows:
        centers = [np.ascontiguousarray(column) for column in self.cluster_centers_.T]
        return self._coding().encode_prototypes(centers)

    def _assign(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        rows, at = self._check_new_data(X, sparse=False), self._prototypes()
        n_threads = _native.resolve_thread_count(self.n_jobs or 0)
        return _native.prototypes_assign(
            rows.codes, rows.numbers, at.codes, at.numbers, self._gamma, n_threads
        )

    def _distances_to_all(self, X: Any) -> npt.NDArray[np.float64]:
        return np.asarray(np.sqrt(self._costs(X)))

    def _costs(self, rows: MixedRows) -> npt.NDArray[np.float64]:
        at = self._prototypes()
        n_threads = _native.resolve_thread_count(self.n_jobs or 0)
        return _native.prototypes_costs(
            rows.codes, rows.numbers, at.codes, at.numbers, self._gamma, n_threads
        )

    def transform(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the dissimilarity of each row to each prototype.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters), float64
            Dissimilarities.
        """
        rows = self._check_new_data(X, sparse=False)
        out = np.empty((rows.shape[0], len(self.cluster_centers_)))
        for start in range(0, rows.shape[0], CHUNK):
            out[start : start + CHUNK] = self._costs(rows[start : start + CHUNK])
        return out

    def silhouette_samples(self, X: Any, labels: Any = None) -> npt.NDArray[np.float64]:
        """Return the silhouette of each row under the dissimilarity of the fit.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows.
        labels : array-like of shape (n_samples,), int, optional
            Cluster of each row, from 0; those of `predict` when left out.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Silhouettes from -1 to 1, exact for all rows; 0 where there is one cluster only.
        """
        check_is_fitted(self)
        columns = self._new_columns(X)
        rows = Coding.learn(columns, self._categorical())[1]
        groups = self.predict(X) if labels is None else np.asarray(labels)
        groups = np.unique(groups, return_inverse=True)[1].astype(np.int32)
        if groups.max(initial=0) == 0:
            return np.zeros(len(groups))
        codes = rows.codes.astype(np.int64)
        codes[codes == np.iinfo(rows.codes.dtype).max] = -1
        return mixed_silhouettes(codes, rows.numbers, groups, self._gamma)

    @property
    def cluster_centroids_(self) -> npt.NDArray[Any]:
        """The same as ``cluster_centers_``, by the name the ``kmodes`` package gives it."""
        check_is_fitted(self)
        return self.cluster_centers_

    @property
    def cost_(self) -> float:
        """The same as ``inertia_``, by the name the ``kmodes`` package gives it."""
        check_is_fitted(self)
        return self.inertia_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = ["float64"]
        return tags
