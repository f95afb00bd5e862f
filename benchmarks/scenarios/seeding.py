"""Choosing the starting centres; the quality is the inertia of the centres as chosen."""

from __future__ import annotations

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def shoal(trials: int | None, name: str = "shoal") -> Contender:
    """Take shoal's k-means++."""

    def prepare(points: Data) -> Run:
        from shoal.centroid import kmeans_plusplus

        def run(seed: int) -> Outcome:
            chosen = kmeans_plusplus(
                points["X"], points["k"], n_local_trials=trials, random_state=seed
            )
            return {"centres": chosen[0]}

        return run

    return Contender(name, "shoal", prepare)


def prepare_parallel(points: Data) -> Run:
    """Take shoal's k-means||."""
    from shoal.centroid import kmeans_parallel

    def run(seed: int) -> Outcome:
        return {"centres": kmeans_parallel(points["X"], points["k"], random_state=seed)[0]}

    return run


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


def scenario(
    name: str, shape: tuple[int, int], contenders: tuple[Contender, ...], goal: float, seeds: int,
    note: str,
) -> Scenario:  # fmt: skip
    """Seed some centres (the second number) among some points of 16 columns (the first)."""
    n, k = shape
    return Scenario(
        name, "kmeans", data.blob_starts(n, 16, k, 0, 2.0), data.head(3000 + k), quality.centres,
        contenders, seeds=seeds, goal=goal, note=note,
    )  # fmt: skip


def many(k: int) -> Scenario:
    """Seed thousands of centres."""
    return scenario(
        f"seed_many_500k_d16_k{k}", (500_000, k),
        (
            shoal(1, "shoal fast-k-means++"),
            Contender("shoal k-means||", "shoal", prepare_parallel),
            scikit_learn(1),
            daal("plusPlusDense"),
        ),
        goal=10, seeds=2,
        note="One trial per centre, and k-means||; quality is the mean over two seeds.",
    )  # fmt: skip


SCENARIOS = (
    scenario(
        "seed_greedy_1M_d16_k256", (1_000_000, 256), (shoal(None), scikit_learn(None)),
        goal=10, seeds=10, note="Greedy k-means++; quality is the mean over ten seeds.",
    ),
    scenario(
        "seed_single_1M_d16_k256", (1_000_000, 256),
        (shoal(1), scikit_learn(1), daal("plusPlusDense"), daal("parallelPlusDense")),
        goal=1, seeds=10, note="One trial per centre; quality is the mean over ten seeds.",
    ),
    many(2000),
    many(10_000),
)  # fmt: skip
