"""How good a clustering is: judged from the data and the labels alone, or against a known truth."""

from __future__ import annotations

from shoal.metrics.contingency import contingency_matrix
from shoal.metrics.dispersion import calinski_harabasz_score, davies_bouldin_score, inertia_score
from shoal.metrics.external import EXTERNAL_SCORES, external_scores
from shoal.metrics.information import (
    adjusted_mutual_info_score,
    completeness_score,
    homogeneity_completeness_v_measure,
    homogeneity_score,
    mutual_info_score,
    normalized_mutual_info_score,
    v_measure_score,
)
from shoal.metrics.matching import (
    LabelMatch,
    b_cubed_precision_recall_fscore,
    inverse_purity_score,
    match_labels,
    matched_accuracy_score,
    purity_score,
)
from shoal.metrics.pairs import (
    adjusted_rand_score,
    fowlkes_mallows_score,
    pair_confusion_matrix,
    pair_precision_recall_fscore,
    rand_score,
)
from shoal.metrics.silhouette import (
    EXACT_ROWS,
    SAMPLE_ROWS,
    sample_rows,
    silhouette_samples,
    silhouette_score,
)

__all__ = [
    "EXACT_ROWS",
    "EXTERNAL_SCORES",
    "SAMPLE_ROWS",
    "LabelMatch",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "b_cubed_precision_recall_fscore",
    "calinski_harabasz_score",
    "completeness_score",
    "contingency_matrix",
    "davies_bouldin_score",
    "external_scores",
    "fowlkes_mallows_score",
    "homogeneity_completeness_v_measure",
    "homogeneity_score",
    "inertia_score",
    "inverse_purity_score",
    "match_labels",
    "matched_accuracy_score",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "pair_confusion_matrix",
    "pair_precision_recall_fscore",
    "purity_score",
    "rand_score",
    "sample_rows",
    "silhouette_samples",
    "silhouette_score",
    "v_measure_score",
]
