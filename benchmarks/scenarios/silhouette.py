"""The exact silhouette coefficient."""

from __future__ import annotations

import importlib

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def score(name: str, module: str, dtype: str | None = None) -> Contender:
    """Take a package's silhouette_score."""

    def prepare(points: Data) -> Run:
        function = importlib.import_module(module).silhouette_score
        matrix = points["X"] if dtype is None else points["X"].astype(dtype)

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            return {"silhouette": function(matrix, points["y"])}

        return run

    package = module.split(".", maxsplit=1)[0]
    return Contender(name, package, prepare, uses_openblas=package == "sklearn")


CONTENDERS = (
    score("shoal", "shoal.metrics"),
    score("scikit-learn", "sklearn.metrics"),
    score("scikit-learn float32", "sklearn.metrics", "f4"),
)

SCENARIOS = tuple(
    Scenario(
        f"silhouette_{n // 1000}k_d16", "silhouette",
        data.labelled_blobs(n, 16, 20, 2.0, "f8"), data.head(500), quality.values, CONTENDERS,
        goal=15, note="Exact, 20 clusters, float64.",
    )
    for n in (20_000, 50_000)
)  # fmt: skip
