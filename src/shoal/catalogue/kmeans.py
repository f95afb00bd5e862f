"""The row of k-means."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _kmeans_defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return as many starts as the size allows: one start often merges two groups."""
    affordable = 4e9 / max(1.0, float(n) * d * k * 20)
    return {"n_init": int(min(32, max(4, affordable)))}


def _kmeans_continued(centres: Any) -> dict[str, Any]:
    return {"init": centres, "n_init": 1}


def _kmeans_fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts."""
    return {"n_clusters": k, "init": X[[i * len(X) // k for i in range(k)]], "n_init": 1}


ROW = Algorithm(
    name="kmeans",
    title="K-means",
    family="centroid",
    summary="Splits the rows into k groups around their means.",
    suits="Compact groups of similar spread in number columns, from dozens to millions of "
    "rows; the first thing to try.",
    estimator="shoal.centroid:KMeans",
    function="shoal.centroid:kmeans",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "sparse"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "every iteration needs all rows; mini-batch k-means takes batches",
        "blocks": True,
    },
    time=Cost("20 * n * d * k"),
    memory=Cost("8 * n * d + 40 * n + 64 * k * d"),
    state=("cluster_centers_", "cluster_radii_", "n_features_in_", "inertia_", "n_iter_"),
    paper=Paper(
        "Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on "
        "Information Theory 28(2), 129-137.",
        "10.1109/TIT.1982.1056489",
    ),
    page="docs/algorithms/kmeans.md",
    test_data=("blobs", "sample:iris"),
    scenario="kmeans",
    options=(
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("tol", float, "Centres that move less than this end the fit."),
        Option(
            "init",
            ("k-means++", "fast-k-means++", "k-means||", "random"),
            "How the first centres are drawn.",
        ),
    ),
    defaults=_kmeans_defaults,
    continued=_kmeans_continued,
    fixed=_kmeans_fixed,
)
