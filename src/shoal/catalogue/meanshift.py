"""The row of mean shift."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Seeds from a grid where there are many rows."""
    return {"bin_seeding": n > 5000}


ROW = Algorithm(
    name="meanshift",
    title="Mean shift",
    family="density",
    summary="Moves seeds uphill to the peaks of the density; each row goes to the nearest peak.",
    suits="Round groups of about the same size in few columns, when their number is unknown; up to "
    "some hundred thousand rows.",
    estimator="shoal.density:MeanShift",
    function="shoal.density:mean_shift",
    assignment="hard",
    needs_k=False,
    finds_noise=True,
    accepts=("dense",),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": "the bandwidth is a distance to a share of the rows, each counted once; "
        "repeat rows that count more",
        "partial_fit": "new rows move the peaks of the density",
        "blocks": "every step of a seed looks at the rows around it in memory",
    },
    # Ten steps from every row, with a tenth of the rows around it.
    time=Cost("n * n * d"),
    memory=Cost("16 * n * d + 20 * n"),
    state=("cluster_centers_", "bandwidth_", "limit_", "n_features_in_", "n_iter_"),
    paper=Paper(
        "Comaniciu, D. and Meer, P. (2002). Mean shift: a robust approach toward feature space "
        "analysis. IEEE Transactions on Pattern Analysis and Machine Intelligence 24(5), 603-619.",
        "10.1109/34.1000236",
    ),
    page="docs/algorithms/meanshift.md",
    test_data=("blobs", "sample:iris"),
    scenario="meanshift",
    options=(
        Option("bandwidth", float, "Radius of the kernel; estimated when left out."),
        Option("max_iter", int, "Most steps of a seed."),
    ),
    defaults=_defaults,
    hints={"single": "A smaller --bandwidth parts groups."},
)
