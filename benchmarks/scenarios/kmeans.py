"""k-means from the same starting centres, and the whole of a small job with its own seeding."""

from __future__ import annotations

import importlib

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def estimator(module: str, **fixed: object) -> Contender:
    """Take the class KMeans of a package that follows scikit-learn."""

    def prepare(points: Data) -> Run:
        cls = importlib.import_module(module).KMeans
        options = {
            "n_clusters": points["k"],
            "init": points["init"],
            "n_init": 1,
            "max_iter": points["max_iter"],
            "tol": 0,
            **fixed,
        }

        def run(seed: int) -> Outcome:
            model = cls(**options, random_state=seed).fit(points["X"])
            return {"centres": model.cluster_centers_, "iterations": model.n_iter_}

        return run

    package = module.split(".", maxsplit=1)[0]
    names = {"sklearn": "scikit-learn", "sklearnex": "scikit-learn-intelex"}
    return Contender(
        names.get(package, package), package, prepare, uses_openblas=package == "sklearn"
    )


def faiss_kmeans(*, super_kmeans: bool) -> Contender:
    """Take faiss, which trains and is then asked for the labels."""

    def prepare(points: Data) -> Run:
        import faiss

        matrix, k = points["X"], points["k"]
        own_start = "init" not in points

        def run(seed: int) -> Outcome:
            model = faiss.Kmeans(
                matrix.shape[1], k, niter=points["max_iter"], seed=seed + 1,
                nredo=10 if own_start else 1,
                max_points_per_centroid=10**9, min_points_per_centroid=1,
            )  # fmt: skip
            if super_kmeans:
                model.cp.use_super_kmeans = True
            model.train(matrix, init_centroids=None if own_start else points["init"].copy())
            model.assign(matrix)
            return {"centres": model.centroids, "iterations": len(model.obj)}

        return run

    name = "faiss-super" if super_kmeans else "faiss"
    return Contender(name, "faiss", prepare, uses_openblas=True)


def small(module: str) -> Contender:
    """Run ten starts with the package's own seeding."""
    same_start = estimator(module)

    def prepare(points: Data) -> Run:
        own_start = {"init": "k-means++", "k": points["k"], "max_iter": 300, "X": points["X"]}
        return estimator(module, n_init=10, tol=1e-4).prepare(own_start)

    return Contender(same_start.name, same_start.package, prepare)


def small_faiss() -> Contender:
    """Run ten random starts of 25 iterations, faiss's own defaults."""
    whole = faiss_kmeans(super_kmeans=False)

    def prepare(points: Data) -> Run:
        return whole.prepare({"X": points["X"], "k": points["k"], "max_iter": 25})

    return Contender(whole.name, whole.package, prepare, uses_openblas=True)


SAME_START = (
    estimator("shoal"),
    estimator("sklearn.cluster", algorithm="lloyd"),
    estimator("sklearnex.cluster"),
    faiss_kmeans(super_kmeans=False),
    faiss_kmeans(super_kmeans=True),
)
OWN_START = (small("shoal"), small("sklearn.cluster"), small("sklearnex.cluster"), small_faiss())

SCENARIOS = (
    Scenario(
        "km_a_1M_d16_k64", "kmeans", data.blob_starts(1_000_000, 16, 64, 20, 2.0),
        data.head(3000), quality.centres, SAME_START, goal=4,
        note="Same start, 20 iterations.",
    ),
    Scenario(
        "km_b_200k_d128_k256", "kmeans", data.blob_starts(200_000, 128, 256, 20, 0.7),
        data.head(3000), quality.centres, SAME_START, goal=1.5,
        note="Same start, 20 iterations.",
    ),
    Scenario(
        "km_c_100k_d784_k100", "kmeans", data.digits(100_000, 100, 20),
        data.head(3000), quality.centres, SAME_START, goal=1.3,
        note="Images of digits; same start, 20 iterations.",
    ),
    Scenario(
        "km_e_500k_d8_k1000", "kmeans", data.blob_starts(500_000, 8, 1000, 100, 5.0),
        data.head(6000), quality.centres, SAME_START, goal=2,
        note="Same start, to convergence or 100 iterations; faiss stops earlier by itself.",
    ),
    Scenario(
        "km_f_photo_2.8M_d3_k25", "kmeans", data.photo(25, 20),
        data.head(3000), quality.centres, SAME_START, goal=8,
        note="Colours of a photograph; same start, 20 iterations.",
    ),
    Scenario(
        "km_d_small_1000_d2_k4", "kmeans", data.blob_starts(1000, 2, 4, 300, 8.0),
        data.head(1000), quality.centres, OWN_START, goal=1,
        note="Ten starts with each one's own seeding.",
    ),
    Scenario(
        "km_g_embeddings_60k_d384_k512", "kmeans", data.embeddings(60_000, 512, 100),
        data.head(3000), quality.centres, SAME_START, goal=2,
        note="Sentence embeddings; same start, to convergence or 100 iterations.",
    ),
    Scenario(
        "km_h_embeddings_60k_d384_k1024", "kmeans", data.embeddings(60_000, 1024, 100),
        data.head(5000), quality.centres, SAME_START, goal=2,
        note="Sentence embeddings; same start, to convergence or 100 iterations.",
    ),
    Scenario(
        "km_i_mnist_60k_d784_k256", "kmeans", data.mnist(60_000, 256, 100),
        data.head(3000), quality.centres, SAME_START, goal=2,
        note="MNIST; same start, to convergence or 100 iterations.",
    ),
)  # fmt: skip
