"""OPTICS on blobs with noise; distances count up to five times the radius of DBSCAN, or all."""

from __future__ import annotations

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def shoal(limited: bool) -> Contender:
    """Take shoal's OPTICS."""

    def prepare(points: Data) -> Run:
        from shoal import OPTICS

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            most = 5 * points["eps"] if limited else float("inf")
            model = OPTICS(
                min_samples=points["min_samples"], max_eps=most, cluster_method="dbscan",
                eps=points["eps"],
            )  # fmt: skip
            return {"labels": model.fit(points["X"]).labels_}

        return run

    return Contender("shoal" if limited else "shoal, max_eps=inf", "shoal", prepare)


def prepare_scikit_learn(points: Data) -> Run:
    """Take scikit-learn's OPTICS."""
    from sklearn.cluster import OPTICS

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        model = OPTICS(
            min_samples=points["min_samples"], max_eps=5 * points["eps"], cluster_method="dbscan",
            eps=points["eps"], n_jobs=-1,
        )  # fmt: skip
        return {"labels": model.fit(points["X"]).labels_}

    return run


CONTENDERS = (
    shoal(limited=True),
    shoal(limited=False),
    Contender("scikit-learn", "sklearn", prepare_scikit_learn),
)

SCENARIOS = tuple(
    Scenario(
        f"optics_{n // 1000}k_d2", "optics", data.noisy_blobs(n, 2, 50, 50.0, "f8"),
        data.head(500), quality.regions, contenders, goal=goal,
        note="max_eps is five times the median distance to the 30th neighbour.",
    )
    for n, contenders, goal in ((10_000, CONTENDERS, 100), (50_000, CONTENDERS, 100))
)  # fmt: skip
