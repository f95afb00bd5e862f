"""The row of mini-batch k-means."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts."""
    return {
        "n_clusters": k,
        "init": X[[i * len(X) // k for i in range(k)]],
        "n_init": 1,
        "batch_size": 100,
        "random_state": 0,
    }


def _continued(centres: Any) -> dict[str, Any]:
    return {"init": centres, "n_init": 1}


def _defaults(_n: int, _d: int, _k: int) -> dict[str, Any]:
    """Nested batches, and several starts: on the first batch they cost little."""
    return {"batches": "nested", "n_init": 10}


ROW = Algorithm(
    name="minibatch-kmeans",
    title="Mini-batch k-means",
    family="centroid",
    summary="Moves the means of k groups by small batches of rows.",
    suits="Tables so long that a few passes over them are too many, and rows that arrive in "
    "batches; elsewhere k-means is as fast and more exact.",
    estimator="shoal.centroid:MiniBatchKMeans",
    function="shoal.centroid:minibatch_kmeans",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "sparse"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": True,
        "blocks": True,
    },
    time=Cost("6 * n * d * k"),
    memory=Cost("24 * n + 32 * 1024 * d + 64 * k * d"),
    state=(
        "cluster_centers_",
        "cluster_radii_",
        "counts_",
        "n_features_in_",
        "inertia_",
        "n_iter_",
        "n_steps_",
    ),
    paper=Paper(
        "Sculley, D. (2010). Web-scale k-means clustering. Proceedings of the 19th International "
        "Conference on World Wide Web, 1177-1178.",
        "10.1145/1772690.1772862",
    ),
    page="docs/algorithms/minibatch-kmeans.md",
    test_data=("blobs", "sample:iris"),
    scenario="minibatch",
    options=(
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("batches", ("sampled", "nested"), "Shuffled batches, or each twice the last."),
        Option("batch_size", int, "Rows of a batch."),
        Option("init_size", int, "Rows drawn for a start."),
        Option("max_iter", int, "Most passes over the rows that the batches amount to."),
        Option("max_no_improvement", int, "Batches without improvement that end the fit."),
        Option("tol", float, "Centres that move less than this end the fit."),
        Option("reassignment_ratio", float, "Share of rows below which a centre is moved."),
        Option("init", ("k-means++", "random"), "How the first centres are drawn."),
    ),
    defaults=_defaults,
    continued=_continued,
    fixed=_fixed,
)
