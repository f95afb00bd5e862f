"""Which class a cluster stands for, and how well clusters taken for classes do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.checks import check_choice, check_number
from shoal.metrics.contingency import Contingency, tabulate
from shoal.metrics.labels import encode
from shoal.metrics.pairs import fscore

__all__ = [
    "METHODS",
    "LabelMatch",
    "b_cubed_precision_recall_fscore",
    "count_b_cubed",
    "count_inverse_purity",
    "inverse_purity_score",
    "match",
    "match_labels",
    "matched_accuracy_score",
    "purity_score",
]

METHODS = ("majority", "one-to-one")
"""Ways to give clusters a class."""


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """The class of each cluster.

    Attributes
    ----------
    clusters : ndarray of shape (n_clusters,)
        Clusters, in order.
    classes : ndarray of shape (n_classes,)
        Classes, in order.
    places : ndarray of shape (n_clusters,), int32
        Place in `classes` of each cluster's class; -1 when it has none.
    sizes, hits : ndarray of shape (n_clusters,)
        Rows of each cluster, and how many of them are of its class.
    accuracy : float
        Share of all rows whose class is that of their cluster; 1 without rows.
    """

    clusters: npt.NDArray[Any]
    classes: npt.NDArray[Any]
    places: npt.NDArray[np.int32]
    sizes: npt.NDArray[Any]
    hits: npt.NDArray[Any]
    accuracy: float

    @property
    def mapping(self) -> dict[Any, Any]:
        """The class of each cluster that has one."""
        chosen = zip(self.clusters.tolist(), self.places.tolist(), strict=True)
        classes = self.classes.tolist()
        return {cluster: classes[place] for cluster, place in chosen if place >= 0}

    def translate(self, labels: npt.ArrayLike, *, unmatched: Any = None) -> npt.NDArray[Any]:
        """Give the class of each row's cluster, for these rows or new ones.

        Parameters
        ----------
        labels : array-like of shape (n_samples,)
            Clusters, as `match_labels` saw them.
        unmatched : object, optional
            What rows get whose cluster has no class or was not seen.

        Returns
        -------
        ndarray of shape (n_samples,)
            In the dtype of the classes, or of objects where `unmatched` stands.
        """
        coded = encode("labels", labels)
        present, rows = np.unique(coded.codes, return_inverse=True)
        known = self.mapping
        found = [known.get(cluster, _UNKNOWN) for cluster in coded.decode(present).tolist()]
        whole = all(value is not _UNKNOWN for value in found)
        values = np.empty(len(found), dtype=object)
        values[:] = [unmatched if value is _UNKNOWN else value for value in found]
        return (values.astype(self.classes.dtype) if whole else values)[rows]


_UNKNOWN = object()


def match(table: Contingency, method: str = "majority") -> LabelMatch:
    """Give each cluster of a table a class.

    Parameters
    ----------
    table : Contingency
    method : {"majority", "one-to-one"}, default="majority"
        As in `match_labels`.

    Returns
    -------
    LabelMatch
    """
    rows = table.rows
    places = (_one_to_one if method == "one-to-one" else _majority)(table, rows)
    mine = places[table.columns] == rows
    hits = np.zeros_like(table.cluster_totals)
    hits[table.columns[mine]] = table.counts[mine]
    accuracy = float(hits.sum() / table.total) if len(hits) else 1.0
    return LabelMatch(table.clusters, table.classes, places, table.cluster_totals, hits, accuracy)


def _majority(table: Contingency, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Find the first class among the most frequent ones of each cluster."""
    order = np.lexsort((-rows, table.counts, table.columns))
    last = np.cumsum(np.bincount(table.columns, minlength=len(table.clusters))) - 1
    return rows[order[last]]


def _one_to_one(table: Contingency, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Find the pairs of clusters and classes that hold most rows, none in two pairs.

    The table stays sparse. Each cluster may also be paired with a place of its own that holds
    nothing, so that all clusters find a partner; one more row in every cell keeps those places
    from being taken for absent ones and changes no choice.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    n_classes, n_clusters = table.shape
    places = np.full(n_clusters, -1, dtype=np.int32)
    if not n_clusters:
        return places
    own = np.arange(n_clusters, dtype=np.int32)
    weights = np.concatenate((table.counts + 1.0, np.ones(n_clusters)))
    cells = (np.concatenate((table.columns, own)), np.concatenate((rows, own + n_classes)))
    graph = csr_matrix((weights, cells), shape=(n_clusters, n_classes + n_clusters))
    clusters, partners = min_weight_full_bipartite_matching(graph, maximize=True)
    places[clusters] = np.where(partners < n_classes, partners, -1)
    return places


def match_labels(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    method: str = "majority",
    sample_weight: npt.ArrayLike | None = None,
) -> LabelMatch:
    """Infer which class each cluster stands for.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        True labels, of any type.
    labels_pred : array-like of shape (n_samples,)
        Clusters, of any type. The number -1 is a label like any other.
    method : {"majority", "one-to-one"}, default="majority"
        ``"majority"`` gives each cluster the class most of its rows are of, the first in order
        on a tie, so several clusters may stand for one class. ``"one-to-one"`` gives every class
        to one cluster at most, so that as many rows as possible are right (the assignment
        problem); clusters without a class remain when there are more of them than classes.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    LabelMatch
        ``mapping`` from cluster to class, ``accuracy``, and ``translate`` for further rows.

    Raises
    ------
    ParameterError
        When labels are missing or are not two columns of the same length, or for another
        `method`.
    DataError
        When weights do not fit the labels.

    Notes
    -----
    Time O(n) for a majority; one-to-one at most O(k³) more for k clusters, on a sparse table.

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics
    Quarterly 2, 83-97. https://doi.org/10.1002/nav.3800020109

    Examples
    --------
    >>> from shoal.metrics import match_labels
    >>> match = match_labels(["cat", "cat", "cat", "dog"], [0, 0, 2, 1])
    >>> match.mapping
    {0: 'cat', 1: 'dog', 2: 'cat'}
    >>> match.translate([2, 1]).tolist()
    ['cat', 'dog']
    >>> match_labels(["cat", "cat", "cat", "dog"], [0, 0, 2, 1], method="one-to-one").accuracy
    0.75
    """
    check_choice("method", method, METHODS)
    return match(tabulate(labels_true, labels_pred, sample_weight), method)


def purity_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Share of the rows that are of the most frequent class of their cluster.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `match_labels`.

    Returns
    -------
    float
        Above 0 and at most 1; 1 when every row is a cluster of its own, so compare it only for
        the same number of clusters.

    Raises
    ------
    ParameterError, DataError
        As `match_labels`.

    Examples
    --------
    >>> from shoal.metrics import purity_score
    >>> purity_score([0, 0, 0, 1], ["x", "x", "y", "y"])
    0.75
    """
    return match(tabulate(labels_true, labels_pred, sample_weight)).accuracy


def inverse_purity_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Share of the rows that are in the most frequent cluster of their class.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `match_labels`.

    Returns
    -------
    float
        Above 0 and at most 1; 1 when all rows are in one cluster.

    Raises
    ------
    ParameterError, DataError
        As `match_labels`.

    Examples
    --------
    >>> from shoal.metrics import inverse_purity_score
    >>> inverse_purity_score([0, 0, 1, 1], [0, 0, 0, 0])
    1.0
    """
    return count_inverse_purity(tabulate(labels_true, labels_pred, sample_weight))


def count_inverse_purity(table: Contingency) -> float:
    """Inverse purity of a table; 1 without rows."""
    if not len(table.counts):
        return 1.0
    most = np.maximum.reduceat(table.counts, table.row_starts[:-1])
    return float(most.sum() / table.total)


def matched_accuracy_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Share of the rows that are right when each class is given to one cluster at best.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `match_labels`.

    Returns
    -------
    float
        From 0 to 1; also called unsupervised clustering accuracy.

    Raises
    ------
    ParameterError, DataError
        As `match_labels`.

    Examples
    --------
    >>> from shoal.metrics import matched_accuracy_score
    >>> matched_accuracy_score([0, 0, 1, 1], [5, 5, 3, 4])
    0.75
    """
    return match(tabulate(labels_true, labels_pred, sample_weight), "one-to-one").accuracy


def b_cubed_precision_recall_fscore(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    beta: float = 1.0,
    sample_weight: npt.ArrayLike | None = None,
) -> tuple[float, float, float]:
    """Precision and recall of each row's own cluster, averaged over the rows.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `match_labels`.
    beta : float, default=1.0
        How many times more recall counts than precision.

    Returns
    -------
    precision : float
        Mean share of a row's cluster that is of the row's class; 1 without rows.
    recall : float
        Mean share of a row's class that is in the row's cluster; 1 without rows.
    fscore : float
        Their weighted harmonic mean.

    Raises
    ------
    ParameterError, DataError
        As `match_labels`; also when `beta` is negative.

    References
    ----------
    Bagga, A., Baldwin, B. (1998). Entity-based cross-document coreferencing using the vector
    space model. ACL-COLING 1998, 79-85. https://doi.org/10.3115/980845.980859

    Examples
    --------
    >>> from shoal.metrics import b_cubed_precision_recall_fscore
    >>> b_cubed_precision_recall_fscore([0, 0, 1, 1], [0, 0, 0, 0])
    (0.5, 1.0, 0.6666666666666666)
    """
    check_number("beta", beta, minimum=0)
    precision, recall = count_b_cubed(tabulate(labels_true, labels_pred, sample_weight))
    return precision, recall, fscore(precision, recall, beta)


def count_b_cubed(table: Contingency) -> tuple[float, float]:
    """B-cubed precision and recall of a table."""
    if not len(table.counts):
        return 1.0, 1.0
    cells = table.counts.astype(np.float64)
    precision = (cells * (cells / table.cluster_totals[table.columns])).sum()
    recall = (cells * (cells / table.class_totals[table.rows])).sum()
    return float(precision / table.total), float(recall / table.total)
