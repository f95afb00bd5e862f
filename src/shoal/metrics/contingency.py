"""The table all external indices are made from: how often each class meets each cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal import _native
from shoal.checks import check_number, check_weights
from shoal.errors import ParameterError
from shoal.metrics.labels import encode

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Contingency", "contingency_matrix", "tabulate"]


@dataclass(frozen=True, slots=True)
class Contingency:
    """A sparse table: one row per class, one column per cluster, no cell that is zero.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        True labels, in order.
    clusters : ndarray of shape (n_clusters,)
        Labels compared with them, in order.
    row_starts : ndarray of shape (n_classes + 1,), int64
        Where the cells of each row begin, and the end.
    columns : ndarray of shape (n_cells,), int32
        Column of each cell, row after row, ascending within each.
    counts : ndarray of shape (n_cells,), int64 or float64
        Rows of the data in each cell; their weights when these are not whole numbers.
    class_totals, cluster_totals : ndarray of shape (n_classes,) and (n_clusters,)
        Sums of the rows and columns, in the dtype of `counts`.
    """

    classes: npt.NDArray[Any]
    clusters: npt.NDArray[Any]
    row_starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    counts: npt.NDArray[Any]
    class_totals: npt.NDArray[Any]
    cluster_totals: npt.NDArray[Any]

    @property
    def rows(self) -> npt.NDArray[np.int32]:
        """Row of each cell."""
        return np.repeat(np.arange(len(self.classes), dtype=np.int32), np.diff(self.row_starts))

    @property
    def total(self) -> Any:
        """Sum of all cells: an int, or a float when weights are not whole numbers."""
        return self.class_totals.sum().item()

    @property
    def shape(self) -> tuple[int, int]:
        """Number of classes and of clusters."""
        return len(self.classes), len(self.clusters)

    @property
    def is_one_to_one(self) -> bool:
        """Whether the two labelings put the same rows together."""
        return len(self.counts) == len(self.classes) == len(self.clusters)

    def require_counts(self, index: str) -> None:
        """Refuse weights that do not count rows.

        Parameters
        ----------
        index : str
            What is to be computed.

        Raises
        ------
        ParameterError
            When some weight is not a whole number.
        """
        if self.counts.dtype.kind != "i":
            raise ParameterError(
                f"sample_weight must be whole numbers for {index}, which counts pairs or draws "
                "of rows; got others. Use an index made from shares, such as v_measure_score."
            )

    def sparse(self, dtype: npt.DTypeLike | None = None) -> csr_matrix:
        """Write the table as a matrix of SciPy, of shape (n_classes, n_clusters)."""
        from scipy.sparse import csr_matrix

        counts = self.counts.astype(dtype or (np.int64 if self.counts.dtype.kind == "i" else float))
        return csr_matrix((counts, self.columns, self.row_starts), shape=self.shape)


def tabulate(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    sample_weight: npt.ArrayLike | None = None,
) -> Contingency:
    """Count how often each class meets each cluster.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        True labels, of any type.
    labels_pred : array-like of shape (n_samples,)
        Labels to compare with them.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    Contingency

    Raises
    ------
    ParameterError
        When labels are missing or are not two columns of the same length.
    DataError
        When weights do not fit the labels.
    """
    true, pred = encode("labels_true", labels_true), encode("labels_pred", labels_pred)
    n = len(true.codes)
    if len(pred.codes) != n:
        raise ParameterError(
            f"labels_pred must hold one label per row, {n} like labels_true; "
            f"got {len(pred.codes)}. Compare labels of the same rows in the same order."
        )
    weights = _counted(None if sample_weight is None else check_weights(sample_weight, n))
    classes, clusters, starts, columns, counts, class_totals, cluster_totals = _native.count_pairs(
        true.codes, true.span, pred.codes, pred.span, weights
    )
    return Contingency(
        true.decode(classes), pred.decode(clusters), starts, columns, counts, class_totals,
        cluster_totals,
    )  # fmt: skip


def _counted(
    weights: npt.NDArray[np.float64] | None,
) -> npt.NDArray[np.float64] | npt.NDArray[np.int64] | None:
    """Make weights that count rows whole numbers, so that everything after is exact."""
    if weights is None or weights.sum() >= 2.0**53 or (weights != np.floor(weights)).any():
        return weights
    return weights.astype(np.int64)


def contingency_matrix(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    eps: float | None = None,
    sparse: bool = False,
    dtype: npt.DTypeLike | None = None,
    sample_weight: npt.ArrayLike | None = None,
) -> Any:
    """Count how often each class meets each cluster.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        True labels, of any type. The number -1 is a label like any other.
    labels_pred : array-like of shape (n_samples,)
        Labels to compare with them.
    eps : float, optional
        Added to every cell of a dense matrix.
    sparse : bool, default=False
        Give a ``scipy.sparse.csr_matrix``; needed when there are many classes and clusters.
    dtype : dtype, optional
        Of the cells; int64 when left out, float64 for weights that are not whole numbers.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    ndarray or csr_matrix of shape (n_classes, n_clusters)
        Classes and clusters in sorted order.

    Raises
    ------
    ParameterError
        When labels are missing or are not two columns of the same length, or when `eps` is given
        for a sparse matrix.
    DataError
        When weights do not fit the labels.

    Notes
    -----
    Time O(n) for whole numbers that lie close together and for text.

    Examples
    --------
    >>> from shoal.metrics import contingency_matrix
    >>> contingency_matrix(["a", "a", "b", "b"], [0, 0, 0, 1])
    array([[2, 0],
           [1, 1]])
    """
    if eps is not None:
        check_number("eps", eps, minimum=0)
        if sparse:
            raise ParameterError(
                f"eps must be left out of a sparse matrix; got {eps!r}. Use sparse=False."
            )
    table = tabulate(labels_true, labels_pred, sample_weight).sparse(dtype)
    if sparse:
        return table
    dense = table.toarray()
    return dense if eps is None else dense + eps
