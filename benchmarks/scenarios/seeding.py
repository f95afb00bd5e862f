"""Choosing the starting centres; the quality is the inertia of the centres as chosen."""

from __future__ import annotations

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def shoal(trials: int | None) -> Contender:
    """Take shoal's k-means++."""

    def prepare(points: Data) -> Run:
        from shoal.centroid import kmeans_plusplus

        def run(seed: int) -> Outcome:
            chosen = kmeans_plusplus(
                points["X"], points["k"], n_local_trials=trials, random_state=seed
            )
            return {"centres": chosen[0]}

        return run

    return Contender("shoal", "shoal", prepare)


def scikit_learn(trials: int | None) -> Contender:
    """Take scikit-learn's k-means++."""

    def prepare(points: Data) -> Run:
        from sklearn.cluster import kmeans_plusplus

        def run(seed: int) -> Outcome:
            chosen = kmeans_plusplus(
                points["X"], points["k"], n_local_trials=trials, random_state=seed
            )
            return {"centres": chosen[0]}

        return run

    return Contender("scikit-learn", "sklearn", prepare, uses_openblas=True)


def daal(method: str) -> Contender:
    """Take one of oneDAL's seedings."""

    def prepare(points: Data) -> Run:
        import daal4py

        def run(seed: int) -> Outcome:
            engine = daal4py.engines_mt19937(seed=seed + 1)
            seeding = daal4py.kmeans_init(points["k"], fptype="float", method=method, engine=engine)
            return {"centres": seeding.compute(points["X"]).centroids}

        return run

    return Contender(f"daal4py-{method.removesuffix('Dense')}", "daal4py", prepare)


def scenario(name: str, contenders: tuple[Contender, ...], goal: float, note: str) -> Scenario:
    """Seed 256 centres among a million points."""
    make = data.blob_starts(1_000_000, 16, 256, 0, 2.0)
    return Scenario(
        name, "kmeans", make, data.head(3000), quality.centres, contenders,
        seeds=10, goal=goal, note=note,
    )  # fmt: skip


SCENARIOS = (
    scenario(
        "seed_greedy_1M_d16_k256",
        (shoal(None), scikit_learn(None)),
        goal=10,
        note="Greedy k-means++; quality is the mean over ten seeds.",
    ),
    scenario(
        "seed_single_1M_d16_k256",
        (shoal(1), scikit_learn(1), daal("plusPlusDense"), daal("parallelPlusDense")),
        goal=1,
        note="One trial per centre; quality is the mean over ten seeds.",
    ),
)
