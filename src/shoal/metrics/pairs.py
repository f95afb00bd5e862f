"""Indices that look at all pairs of rows: together or apart under each of two labelings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal.checks import check_number
from shoal.metrics.contingency import Contingency, tabulate

__all__ = [
    "PairCounts",
    "adjusted_rand_score",
    "count_pairs",
    "fowlkes_mallows_score",
    "pair_confusion_matrix",
    "pair_precision_recall_fscore",
    "rand_score",
]

_FITS = math.isqrt(2**63 - 1)


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Ordered pairs of different rows, as Python's integers of any size.

    Attributes
    ----------
    both : int
        Pairs with the same class and the same cluster.
    cluster_only, class_only : int
        Pairs with the same cluster but different classes, and the other way round.
    neither : int
        All other pairs.
    """

    both: int
    cluster_only: int
    class_only: int
    neither: int

    @property
    def adjusted_rand(self) -> float:
        """Rand index corrected for chance."""
        if self.cluster_only == self.class_only == 0:
            return 1.0
        above = 2 * (self.both * self.neither - self.class_only * self.cluster_only)
        same_class, same_cluster = self.both + self.class_only, self.both + self.cluster_only
        below = same_class * (self.class_only + self.neither)
        below += same_cluster * (self.cluster_only + self.neither)
        return above / below

    @property
    def rand(self) -> float:
        """Share of the pairs on which the labelings agree."""
        pairs = self.both + self.cluster_only + self.class_only + self.neither
        return (self.both + self.neither) / pairs if pairs else 1.0

    @property
    def precision(self) -> float:
        """Share of the pairs in one cluster that are of one class; 1 when there are none."""
        return self.both / (self.both + self.cluster_only) if self.both + self.cluster_only else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs of one class that are in one cluster; 1 when there are none."""
        return self.both / (self.both + self.class_only) if self.both + self.class_only else 1.0

    @property
    def fowlkes_mallows(self) -> float:
        """Geometric mean of precision and recall; 0 when no pair is together under both."""
        return math.sqrt(self.precision) * math.sqrt(self.recall) if self.both else 0.0


def count_pairs(table: Contingency) -> PairCounts:
    """Count the pairs of rows exactly.

    Parameters
    ----------
    table : Contingency
        Its counts must be whole numbers.

    Returns
    -------
    PairCounts
    """
    table.require_counts("pairs of rows")
    n = table.total
    both = _sum_of_squares(table.counts, n)
    classes = _sum_of_squares(table.class_totals, n)
    clusters = _sum_of_squares(table.cluster_totals, n)
    return PairCounts(both - n, clusters - both, classes - both, n * n - classes - clusters + both)


def _sum_of_squares(counts: npt.NDArray[np.int64], total: int) -> int:
    """Sum squares that are together at most the square of `total`, however large that is."""
    if total <= _FITS:
        return int(np.dot(counts, counts))
    return sum(count * count for count in counts.tolist())


def pair_confusion_matrix(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> npt.NDArray[np.int64]:
    """Count the pairs of rows that are together or apart under each of two labelings.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        True labels, of any type. The number -1 is a label like any other.
    labels_pred : array-like of shape (n_samples,)
        Labels to compare with them.
    sample_weight : array-like of shape (n_samples,), optional
        Whole numbers >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    ndarray of shape (2, 2), int64
        ``[[neither, cluster_only], [class_only, both]]``, each pair counted in both orders, as in
        scikit-learn. Counts beyond 2**63 make it an array of Python's integers.

    Raises
    ------
    ParameterError
        When labels are missing or are not two columns of the same length, or when weights are
        not whole numbers.
    DataError
        When weights do not fit the labels.

    References
    ----------
    Hubert, L., Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.
    https://doi.org/10.1007/BF01908075

    Examples
    --------
    >>> from shoal.metrics import pair_confusion_matrix
    >>> pair_confusion_matrix([0, 0, 1, 2], [0, 0, 1, 1])
    array([[8, 2],
           [0, 2]])
    """
    pairs = count_pairs(tabulate(labels_true, labels_pred, sample_weight))
    cells = [[pairs.neither, pairs.cluster_only], [pairs.class_only, pairs.both]]
    fits = max(max(row) for row in cells) < 2**63
    return np.array(cells, dtype=np.int64 if fits else object)


def rand_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Share of the pairs of rows on which two labelings agree: together or apart under both.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `pair_confusion_matrix`.

    Returns
    -------
    float
        From 0 to 1; near 1 even by chance when there are many clusters. 1 for fewer than 2 rows.

    Raises
    ------
    ParameterError, DataError
        As `pair_confusion_matrix`.

    Notes
    -----
    Pairs are counted in integers of any size, so the only rounding is that of the result.

    References
    ----------
    Rand, W. M. (1971). Objective criteria for the evaluation of clustering methods. Journal of
    the American Statistical Association 66(336), 846-850.
    https://doi.org/10.1080/01621459.1971.10482356

    Examples
    --------
    >>> from shoal.metrics import rand_score
    >>> round(rand_score([0, 0, 1, 1], [0, 0, 1, 2]), 4)
    0.8333
    """
    return count_pairs(tabulate(labels_true, labels_pred, sample_weight)).rand


def adjusted_rand_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Rand index corrected for chance: 0 for random labels, 1 for the same groups.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `pair_confusion_matrix`.

    Returns
    -------
    float
        From -0.5 to 1.

    Raises
    ------
    ParameterError, DataError
        As `pair_confusion_matrix`.

    Notes
    -----
    Time O(n) for labels that are whole numbers close together or text. Pairs are counted in
    integers of any size, so the only rounding is that of the result.

    References
    ----------
    Hubert, L., Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.
    https://doi.org/10.1007/BF01908075

    Examples
    --------
    >>> from shoal.metrics import adjusted_rand_score
    >>> adjusted_rand_score(["a", "a", "b", "b"], [1, 1, 0, 0])
    1.0
    >>> round(adjusted_rand_score([0, 0, 1, 1], [0, 0, 1, 2]), 4)
    0.5714
    """
    return count_pairs(tabulate(labels_true, labels_pred, sample_weight)).adjusted_rand


def fowlkes_mallows_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Geometric mean of the pair precision and the pair recall.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `pair_confusion_matrix`.

    Returns
    -------
    float
        From 0 to 1; 0 when no two rows are together under both labelings.

    Raises
    ------
    ParameterError, DataError
        As `pair_confusion_matrix`.

    References
    ----------
    Fowlkes, E. B., Mallows, C. L. (1983). A method for comparing two hierarchical clusterings.
    Journal of the American Statistical Association 78(383), 553-569.
    https://doi.org/10.1080/01621459.1983.10478008

    Examples
    --------
    >>> from shoal.metrics import fowlkes_mallows_score
    >>> fowlkes_mallows_score([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    """
    return count_pairs(tabulate(labels_true, labels_pred, sample_weight)).fowlkes_mallows


def pair_precision_recall_fscore(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    beta: float = 1.0,
    sample_weight: npt.ArrayLike | None = None,
) -> tuple[float, float, float]:
    """Precision, recall and F of the statement "these two rows belong together".

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `pair_confusion_matrix`.
    beta : float, default=1.0
        How many times more recall counts than precision.

    Returns
    -------
    precision : float
        Share of the pairs in one cluster that are of one class; 1 when there are none.
    recall : float
        Share of the pairs of one class that are in one cluster; 1 when there are none.
    fscore : float
        Their weighted harmonic mean; 0 when both are 0.

    Raises
    ------
    ParameterError, DataError
        As `pair_confusion_matrix`; also when `beta` is negative.

    Examples
    --------
    >>> from shoal.metrics import pair_precision_recall_fscore
    >>> pair_precision_recall_fscore([0, 0, 1, 2], [0, 0, 1, 1])
    (0.5, 1.0, 0.6666666666666666)
    """
    check_number("beta", beta, minimum=0)
    pairs = count_pairs(tabulate(labels_true, labels_pred, sample_weight))
    return pairs.precision, pairs.recall, fscore(pairs.precision, pairs.recall, beta)


def fscore(precision: float, recall: float, beta: float = 1.0) -> float:
    """Weighted harmonic mean of precision and recall; 0 when both are 0."""
    below = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / below if below else 0.0
