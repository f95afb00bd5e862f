"""Indices made from entropies: what knowing the cluster of a row tells about its class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native
from shoal.checks import check_choice, check_number
from shoal.metrics.contingency import Contingency, tabulate

__all__ = [
    "AVERAGES",
    "Information",
    "adjusted_mutual_info_score",
    "completeness_score",
    "homogeneity_completeness_v_measure",
    "homogeneity_score",
    "inform",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "v_measure_score",
]

AVERAGES = ("arithmetic", "geometric", "min", "max")
"""Ways to average the entropies of two labelings."""

_NOTHING = 16 * float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class Information:
    """Entropies of two labelings, in nats.

    Attributes
    ----------
    table : Contingency
    class_entropy, cluster_entropy : float
        Of each labeling by itself.
    class_given_cluster, cluster_given_class : float
        What is still unknown of one when the other is known.
    mutual : float
        What one tells about the other.
    """

    table: Contingency
    class_entropy: float
    cluster_entropy: float
    class_given_cluster: float
    cluster_given_class: float
    mutual: float

    @property
    def homogeneity(self) -> float:
        """1 when every cluster holds a single class."""
        return _share_known(self.class_given_cluster, self.class_entropy)

    @property
    def completeness(self) -> float:
        """1 when every class lies in a single cluster."""
        return _share_known(self.cluster_given_class, self.cluster_entropy)

    def v_measure(self, beta: float = 1.0) -> float:
        """Weighted harmonic mean of homogeneity and completeness."""
        below = beta * self.homogeneity + self.completeness
        return (1 + beta) * self.homogeneity * self.completeness / below if below else 0.0

    def average(self, method: str) -> float:
        """Mean of the two entropies."""
        both = (self.class_entropy, self.cluster_entropy)
        match method:
            case "min":
                return min(both)
            case "max":
                return max(both)
            case "geometric":
                return math.sqrt(both[0] * both[1])
        return (both[0] + both[1]) / 2

    def normalized(self, method: str) -> float:
        """Mutual information over the mean entropy."""
        if self.table.is_one_to_one or max(self.table.shape) <= 1:
            return 1.0
        return self.mutual / self.average(method) if self.mutual else 0.0

    def adjusted(self, method: str) -> float:
        """Mutual information above chance, over the most it could be above chance."""
        if self.table.is_one_to_one or max(self.table.shape) <= 1:
            return 1.0
        if min(self.table.shape) == 1:
            return 0.0
        self.table.require_counts("the mutual information to expect by chance")
        expected = _native.expected_mutual_information(
            self.table.class_totals, self.table.cluster_totals
        )
        average = self.average(method)
        room = average - expected
        # Labels by which nothing can be told beyond chance, such as one label for each row.
        return (self.mutual - expected) / room if room > _NOTHING * average else 0.0


def inform(table: Contingency) -> Information:
    """Compute the entropies of a table.

    Parameters
    ----------
    table : Contingency

    Returns
    -------
    Information
        All zero for a table without rows.
    """
    if not len(table.counts):
        return Information(table, 0.0, 0.0, 0.0, 0.0, 0.0)
    n = float(table.total)
    cells = table.counts.astype(np.float64)
    of_class, of_cluster = (
        totals.astype(np.float64) for totals in (table.class_totals, table.cluster_totals)
    )
    class_of_cell, cluster_of_cell = of_class[table.rows], of_cluster[table.columns]
    mutual = _mean_log(cells, cells / class_of_cell / cluster_of_cell * n, n)
    return Information(
        table,
        _mean_log(of_class, n / of_class, n),
        _mean_log(of_cluster, n / of_cluster, n),
        _mean_log(cells, cluster_of_cell / cells, n),
        _mean_log(cells, class_of_cell / cells, n),
        mutual if min(table.shape) > 1 and mutual > _NOTHING else 0.0,
    )


def _mean_log(weights: npt.NDArray[Any], values: npt.NDArray[np.float64], total: float) -> float:
    """Mean of the logarithms of `values`, added pairwise."""
    return float((weights * np.log(values)).sum()) / total


def _share_known(unknown: float, entropy: float) -> float:
    return min(1.0, max(0.0, 1.0 - unknown / entropy)) if entropy else 1.0


def homogeneity_completeness_v_measure(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    beta: float = 1.0,
    sample_weight: npt.ArrayLike | None = None,
) -> tuple[float, float, float]:
    """Say whether clusters hold one class each, whether classes stay whole, and both in one.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        True labels, of any type. The number -1 is a label like any other, so noise counts as one
        more cluster.
    labels_pred : array-like of shape (n_samples,)
        Labels to compare with them.
    beta : float, default=1.0
        How many times more completeness counts than homogeneity.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    homogeneity : float
        From 0 to 1, exactly 1 when no cluster holds two classes.
    completeness : float
        From 0 to 1, exactly 1 when no class lies in two clusters.
    v_measure : float
        Their weighted harmonic mean.

    Raises
    ------
    ParameterError
        When labels are missing or are not two columns of the same length, or when `beta` is
        negative.
    DataError
        When weights do not fit the labels.

    Notes
    -----
    Time O(n) for labels that are whole numbers close together or text. Not corrected for chance:
    random labels score higher the more clusters there are.

    References
    ----------
    Rosenberg, A., Hirschberg, J. (2007). V-measure: a conditional entropy-based external cluster
    evaluation measure. EMNLP-CoNLL 2007, 410-420. https://aclanthology.org/D07-1043/

    Examples
    --------
    >>> from shoal.metrics import homogeneity_completeness_v_measure
    >>> homogeneity_completeness_v_measure(["a", "a", "b", "b"], [0, 0, 1, 2])
    (1.0, 0.666..., 0.8...)
    """
    check_number("beta", beta, minimum=0)
    found = inform(tabulate(labels_true, labels_pred, sample_weight))
    return found.homogeneity, found.completeness, found.v_measure(beta)


def homogeneity_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Say whether every cluster holds a single class.

    Parameters, result and errors are those of `homogeneity_completeness_v_measure`.

    Examples
    --------
    >>> from shoal.metrics import homogeneity_score
    >>> homogeneity_score([0, 0, 1, 1], [0, 1, 2, 2])
    1.0
    """
    return inform(tabulate(labels_true, labels_pred, sample_weight)).homogeneity


def completeness_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Say whether every class lies in a single cluster.

    Parameters, result and errors are those of `homogeneity_completeness_v_measure`.

    Examples
    --------
    >>> from shoal.metrics import completeness_score
    >>> completeness_score([0, 1, 2, 2], [0, 0, 1, 1])
    1.0
    """
    return inform(tabulate(labels_true, labels_pred, sample_weight)).completeness


def v_measure_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    beta: float = 1.0,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Give the harmonic mean of homogeneity and completeness.

    Parameters, result and errors are those of `homogeneity_completeness_v_measure`.

    Examples
    --------
    >>> from shoal.metrics import v_measure_score
    >>> v_measure_score([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    """
    check_number("beta", beta, minimum=0)
    return inform(tabulate(labels_true, labels_pred, sample_weight)).v_measure(beta)


def mutual_info_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Say in nats how much the cluster of a row tells about its class.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `homogeneity_completeness_v_measure`.

    Returns
    -------
    float
        From 0 to the smaller of the two entropies.

    Raises
    ------
    ParameterError, DataError
        As `homogeneity_completeness_v_measure`.

    Examples
    --------
    >>> from shoal.metrics import mutual_info_score
    >>> round(mutual_info_score([0, 0, 1, 1], ["x", "x", "y", "y"]), 6)
    0.693147
    """
    return inform(tabulate(labels_true, labels_pred, sample_weight)).mutual


def normalized_mutual_info_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    average_method: str = "arithmetic",
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Mutual information over the mean entropy of the two labelings.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `homogeneity_completeness_v_measure`.
    average_method : {"arithmetic", "geometric", "min", "max"}, default="arithmetic"
        How the two entropies are averaged; the arithmetic mean makes it the V-measure.

    Returns
    -------
    float
        From 0 to 1; not corrected for chance.

    Raises
    ------
    ParameterError, DataError
        As `homogeneity_completeness_v_measure`; also for another `average_method`.

    Examples
    --------
    >>> from shoal.metrics import normalized_mutual_info_score
    >>> normalized_mutual_info_score([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    """
    check_choice("average_method", average_method, AVERAGES)
    return inform(tabulate(labels_true, labels_pred, sample_weight)).normalized(average_method)


def adjusted_mutual_info_score(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    average_method: str = "arithmetic",
    sample_weight: npt.ArrayLike | None = None,
) -> float:
    """Mutual information corrected for chance: 0 for random labels, 1 for the same groups.

    Parameters
    ----------
    labels_true, labels_pred
        As in `homogeneity_completeness_v_measure`.
    average_method : {"arithmetic", "geometric", "min", "max"}, default="arithmetic"
        How the two entropies are averaged.
    sample_weight : array-like of shape (n_samples,), optional
        Whole numbers >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    float
        At most 1; below 0 when labels agree less than by chance. 0 when no labels of these sizes
        could agree more than by chance, as when every row has a label of its own.

    Raises
    ------
    ParameterError, DataError
        As `homogeneity_completeness_v_measure`; also for another `average_method` and for weights
        that are not whole numbers.

    Notes
    -----
    What is to be expected depends on the sizes of the clusters alone. It is computed once for
    each pair of distinct sizes, of which n rows have at most 2 n, by a recurrence over the
    hypergeometric distribution around its mode; without factorials, hence exact to about 1e-14.

    References
    ----------
    Vinh, N. X., Epps, J., Bailey, J. (2010). Information theoretic measures for clusterings
    comparison. Journal of Machine Learning Research 11, 2837-2854.
    https://www.jmlr.org/papers/v11/vinh10a.html

    Examples
    --------
    >>> from shoal.metrics import adjusted_mutual_info_score
    >>> adjusted_mutual_info_score([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    >>> round(adjusted_mutual_info_score([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]), 4)
    0.2988
    """
    check_choice("average_method", average_method, AVERAGES)
    return inform(tabulate(labels_true, labels_pred, sample_weight)).adjusted(average_method)
