"""The row of spherical k-means."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return as many starts as the size allows."""
    affordable = 4e9 / max(1.0, float(n) * d * k * 20)
    return {"n_init": int(min(32, max(4, affordable)))}


def _continued(centres: Any) -> dict[str, Any]:
    return {"init": centres, "n_init": 1}


def _fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts."""
    return {"n_clusters": k, "init": X[[i * len(X) // k for i in range(k)]], "n_init": 1}


ROW = Algorithm(
    name="spherical-kmeans",
    title="Spherical k-means",
    family="centroid",
    summary="Splits the rows into k groups of similar direction, by the cosine of their angles.",
    suits="Texts as word weights, embeddings and profiles, where the mix of columns matters and "
    "the size of a row does not.",
    estimator="shoal.centroid:SphericalKMeans",
    function="shoal.centroid:spherical_kmeans",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "sparse"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "every iteration needs all rows",
        "blocks": "every iteration reads all rows in memory",
    },
    departures={
        "constant_columns": "the angles between rows are seen from the origin, which a constant "
        "column moves away",
    },
    time=Cost("20 * n * d * k"),
    memory=Cost("16 * n * d + 48 * n + 64 * k * d"),
    state=("cluster_centers_", "cluster_radii_", "n_features_in_", "inertia_", "n_iter_"),
    paper=Paper(
        "Dhillon, I. S. and Modha, D. S. (2001). Concept decompositions for large sparse text data "
        "using clustering. Machine Learning 42, 143-175.",
        "10.1023/A:1007612920971",
    ),
    page="docs/algorithms/spherical-kmeans.md",
    test_data=("blobs", "sample:iris"),
    scenario="spherical",
    options=(
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("tol", float, "Centres that move less than this end the fit."),
        Option("init", ("k-means++", "random"), "How the first centres are drawn."),
    ),
    defaults=_defaults,
    continued=_continued,
    fixed=_fixed,
)
