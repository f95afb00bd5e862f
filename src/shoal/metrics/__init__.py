"""How good a clustering is, judged from the data and the labels alone."""

from __future__ import annotations

from shoal.metrics.dispersion import calinski_harabasz_score, davies_bouldin_score, inertia_score
from shoal.metrics.silhouette import (
    EXACT_ROWS,
    SAMPLE_ROWS,
    sample_rows,
    silhouette_samples,
    silhouette_score,
)

__all__ = [
    "EXACT_ROWS",
    "SAMPLE_ROWS",
    "calinski_harabasz_score",
    "davies_bouldin_score",
    "inertia_score",
    "sample_rows",
    "silhouette_samples",
    "silhouette_score",
]
