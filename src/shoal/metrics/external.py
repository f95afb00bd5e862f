"""All indices that compare two labelings, from one table."""

from __future__ import annotations

import numpy.typing as npt

from shoal.metrics.contingency import Contingency, tabulate
from shoal.metrics.information import inform
from shoal.metrics.matching import count_b_cubed, count_inverse_purity, match
from shoal.metrics.pairs import count_pairs, fscore

__all__ = ["EXTERNAL_SCORES", "external_scores", "score_table"]

EXTERNAL_SCORES: dict[str, str] = {
    "adjusted_rand": "pairs of rows judged alike, above chance: 0 by chance, 1 the same groups",
    "adjusted_mutual_info": "shared information, above chance: 0 by chance, 1 the same groups",
    "homogeneity": "1 when every cluster holds one class",
    "completeness": "1 when every class lies in one cluster",
    "v_measure": "harmonic mean of homogeneity and completeness",
    "normalized_mutual_info": "shared information over the mean entropy; equals the V-measure",
    "mutual_info": "what the cluster tells about the class, in nats",
    "fowlkes_mallows": "geometric mean of pair precision and pair recall",
    "rand": "pairs of rows judged alike",
    "pair_precision": "pairs in one cluster that are of one class",
    "pair_recall": "pairs of one class that are in one cluster",
    "pair_f": "harmonic mean of pair precision and pair recall",
    "b_cubed_precision": "of a row's cluster, what is of the row's class",
    "b_cubed_recall": "of a row's class, what is in the row's cluster",
    "b_cubed_f": "harmonic mean of B-cubed precision and recall",
    "purity": "rows right when each cluster stands for its most frequent class",
    "inverse_purity": "rows in the most frequent cluster of their class",
    "matched_accuracy": "rows right when each class is given to one cluster at most",
}
"""Names of the indices, and what each says; all but the mutual information are at most 1."""


def external_scores(
    labels_true: npt.ArrayLike,
    labels_pred: npt.ArrayLike,
    *,
    sample_weight: npt.ArrayLike | None = None,
) -> dict[str, float]:
    """Compare two labelings by every index there is.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        True labels, of any type. The number -1 is a label like any other, so noise counts as one
        more cluster.
    labels_pred : array-like of shape (n_samples,)
        Labels to compare with them.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows. Weights that are not whole numbers
        leave out the indices that count pairs or correct for chance by drawing rows.

    Returns
    -------
    dict of str to float
        The indices of `EXTERNAL_SCORES`.

    Raises
    ------
    ParameterError
        When labels are missing or are not two columns of the same length.
    DataError
        When weights do not fit the labels.

    Notes
    -----
    The labels are read once. Time O(n) for whole numbers that lie close together and for text.

    Examples
    --------
    >>> from shoal.metrics import external_scores
    >>> scores = external_scores(["a", "a", "b", "b"], [0, 0, 1, 2])
    >>> scores["homogeneity"], scores["purity"], scores["matched_accuracy"]
    (1.0, 1.0, 0.75)
    """
    return score_table(tabulate(labels_true, labels_pred, sample_weight))


def score_table(table: Contingency) -> dict[str, float]:
    """Compute the indices of a table; see `external_scores`."""
    found = inform(table)
    b_precision, b_recall = count_b_cubed(table)
    scores = {
        "homogeneity": found.homogeneity,
        "completeness": found.completeness,
        "v_measure": found.v_measure(),
        "normalized_mutual_info": found.normalized("arithmetic"),
        "mutual_info": found.mutual,
        "b_cubed_precision": b_precision,
        "b_cubed_recall": b_recall,
        "b_cubed_f": fscore(b_precision, b_recall),
        "purity": match(table).accuracy,
        "inverse_purity": count_inverse_purity(table),
        "matched_accuracy": match(table, "one-to-one").accuracy,
    }
    if table.counts.dtype.kind == "i":
        pairs = count_pairs(table)
        scores |= {
            "adjusted_rand": pairs.adjusted_rand,
            "adjusted_mutual_info": found.adjusted("arithmetic"),
            "fowlkes_mallows": pairs.fowlkes_mallows,
            "rand": pairs.rand,
            "pair_precision": pairs.precision,
            "pair_recall": pairs.recall,
            "pair_f": fscore(pairs.precision, pairs.recall),
        }
    return {name: scores[name] for name in EXTERNAL_SCORES if name in scores}
