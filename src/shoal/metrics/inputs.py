"""What every index checks before it computes: the rows, the labels, the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal.checks import check_weights
from shoal.errors import DataError, ParameterError
from shoal.metrics.labels import encode

__all__ = [
    "NOISE",
    "Labelled",
    "check_labelled",
    "check_n_clusters",
    "check_rows",
    "origin",
]

NOISE = -1
"""Label of rows that belong to no cluster."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Checked input of an index: the rows that belong to a cluster, and nothing else.

    Attributes
    ----------
    X : ndarray of shape (n, n_features), float64, C-contiguous
        Rows without noise and without rows of weight 0, moved so that their centre is near 0.
    codes : ndarray of shape (n,), int32
        Cluster of each row, 0 to ``n_clusters - 1``.
    n_clusters : int
        Number of clusters that hold at least one row.
    weights : ndarray of shape (n,), float64, or None
        Weight of each row; None when all are 1.
    rows : ndarray of shape (n,), int64
        Rows of the input that were kept.
    shift : ndarray of shape (n_features,), float64
        What was subtracted from the input.
    """

    X: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int32]
    n_clusters: int
    weights: npt.NDArray[np.float64] | None
    rows: npt.NDArray[np.int64]
    shift: npt.NDArray[np.float64]


def check_labelled(
    X: npt.ArrayLike, labels: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
) -> Labelled:
    """Check rows, labels and weights, and leave out what no index counts.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows; finite numbers.
    labels : array-like of shape (n_samples,)
        One label per row, of any type. A number equal to -1 marks noise.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0.

    Returns
    -------
    Labelled
        The rows that count.

    Raises
    ------
    DataError
        When `X` is not a table of finite numbers or weights do not fit it.
    ParameterError
        When labels do not fit `X`.
    """
    data = check_rows(X)
    values = np.asarray(labels)
    if values.shape != (len(data),):
        raise ParameterError(
            f"labels must hold one label per row of X, shape ({len(data)},); "
            f"got shape {values.shape}. Pass the labels_ of a fit on the same rows."
        )
    weights = check_weights(sample_weight, len(data))
    kept = ~_is_noise(values)
    if weights is not None:
        kept &= weights > 0
    rows = np.flatnonzero(kept)
    if len(rows) < len(data):
        data, values = data[rows], values[rows]
        weights = None if weights is None else weights[rows]
    codes, n_clusters = _encode(values)
    shift = origin(data)
    return Labelled(np.subtract(data, shift, order="C"), codes, n_clusters, weights, rows, shift)


def check_n_clusters(n_clusters: int, n_samples: int) -> None:
    """Refuse labels for which separation is undefined.

    Parameters
    ----------
    n_clusters : int
        Different labels, noise not counted.
    n_samples : int
        Rows that belong to a cluster.

    Raises
    ------
    ParameterError
        Unless ``2 <= n_clusters <= n_samples - 1``.
    """
    if not 2 <= n_clusters <= n_samples - 1:
        raise ParameterError(
            f"labels must name at least 2 clusters and at most one fewer than the {n_samples} "
            f"clustered rows; got {n_clusters}. Fit with another number of clusters."
        )


def check_rows(X: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Check that rows are finite numbers.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    ndarray of shape (n_samples, n_features), float64
        The same rows; not a copy where none is needed.

    Raises
    ------
    DataError
        When `X` is not a table of finite numbers.
    """
    try:
        data = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"X must be a table of numbers; got {type(X).__name__}: {error}. "
            "Turn categories into numbers first."
        ) from error
    if data.ndim != 2 or data.shape[1] == 0:
        raise DataError(
            "X must have two dimensions, (n_samples, n_features), and at least one feature; "
            f"got shape {data.shape}. Use X.reshape(-1, 1) for a single feature."
        )
    if not np.isfinite(data).all():
        row, column = np.argwhere(~np.isfinite(data))[0]
        raise DataError(
            f"X must be finite; got {data[row, column]!r} in row {row}, column {column}. "
            "Fill in or leave out missing values first."
        )
    return data


def origin(data: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Choose an origin near the data: distances do not depend on it, rounding errors do.

    It is a multiple of a power of two about as large as the spread, so that subtracting it adds
    no rounding error of its own: equal means stay equal, and data near 0 stay as they are.

    Parameters
    ----------
    data : ndarray of shape (n, n_features), float64
        Rows.

    Returns
    -------
    ndarray of shape (n_features,), float64
        What to subtract.
    """
    if len(data) == 0:
        return np.zeros(data.shape[1])
    low, high = data.min(axis=0), data.max(axis=0)
    middle = low / 2 + high / 2
    spread = high - low
    unit = np.exp2(np.floor(np.log2(np.where((spread > 0) & np.isfinite(spread), spread, 1.0))))
    return np.asarray(np.where(spread > 0, np.round(middle / unit) * unit, low))


def _is_noise(labels: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    if labels.dtype.kind in "if":
        return np.asarray(labels == NOISE)
    if labels.dtype.kind == "O":
        return np.array(
            [isinstance(v, int | float | np.number) and v == NOISE for v in labels], dtype=bool
        )
    return np.zeros(len(labels), dtype=bool)


def _encode(labels: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.int32], int]:
    """Give each label a number from 0, none left out; only which rows share a label matters."""
    coded = encode("labels", labels)
    present = np.bincount(coded.codes, minlength=coded.span) > 0
    numbers = np.cumsum(present, dtype=np.int32) - 1
    return numbers[coded.codes], int(present.sum())
