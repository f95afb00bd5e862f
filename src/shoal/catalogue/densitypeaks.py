"""The row of density peaks."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _fixed(X: Any, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Take a cutoff and a number of centres that are known."""
    return {"n_clusters": k, "dc": 0.5}


ROW = Algorithm(
    name="densitypeaks",
    title="Density peaks",
    family="density",
    summary="Puts a centre where it is dense and far from any denser place, and lets every row "
    "follow its nearest denser one.",
    suits="Groups of any shape around a dense middle, when a picture should tell how many there "
    "are; up to some hundred thousand rows with few columns.",
    estimator="shoal.density:DensityPeaks",
    function="shoal.density:density_peaks",
    assignment="hard",
    needs_k=False,
    finds_noise=True,
    accepts=("dense",),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "a new row changes the densities around it and with them the centres",
        "blocks": "the nearest denser row can be in any block",
    },
    # A fiftieth of the rows around each row.
    time=Cost("n * n * d / 20"),
    memory=Cost("max(3e7, 8 * n * d + 75 * n) + 3 * n"),
    state=(
        "cluster_centers_",
        "metric_",
        "n_features_in_",
        "neighbor_",
        "row_labels_",
        "row_radii_",
        "rows_",
        "unit_",
    ),
    drawn=("center_indices_", "delta_", "rho_"),
    paper=Paper(
        "Rodriguez, A. and Laio, A. (2014). Clustering by fast search and find of density peaks. "
        "Science 344(6191), 1492-1496.",
        "10.1126/science.1242072",
    ),
    page="docs/algorithms/densitypeaks.md",
    test_data=("blobs", "sample:iris"),
    scenario="densitypeaks",
    options=(
        Option("dc", (float, "auto"), "Cutoff distance; auto chooses it."),
        Option("kernel", ("cutoff", "gaussian"), "Count the rows around a row, or weigh them."),
        Option("halo", bool, "Leave rows of low density at the edge of a group in no group."),
        Option(
            "metric",
            ("euclidean", "manhattan", "chebyshev", "cosine", "haversine"),
            "Distance between rows; haversine takes degrees and counts in kilometres.",
        ),
    ),
    fixed=_fixed,
)
