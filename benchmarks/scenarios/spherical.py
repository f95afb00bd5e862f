"""k-means by cosine: dense embeddings beside faiss, sparse word weights beside scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def _words(n: int, d: int, k: int) -> Callable[[float], Data]:
    """Texts of k topics over d words: frequencies fall as 1 / rank, weights are TF-IDF."""

    def make(scale: float) -> Data:
        from scipy import sparse

        rows = data.scaled(n, scale, at_least=4 * k)
        rng = np.random.default_rng(0)
        common = 1.0 / np.arange(1, d + 1)
        rates = common * rng.gamma(0.1, size=(k, d))
        rates /= rates.sum(axis=1, keepdims=True)
        topics = rng.integers(k, size=rows)
        counts = np.zeros((rows, d), dtype=np.float32)
        for row, topic in enumerate(topics):
            words = rng.choice(d, size=150, p=0.7 * rates[topic] + 0.3 * common / common.sum())
            np.add.at(counts[row], words, 1)
        found = (counts > 0).sum(axis=0)
        weights = sparse.csr_matrix(counts * (np.log((1 + rows) / (1 + found)) + 1)).astype("f4")
        lengths = np.sqrt(weights.multiply(weights).sum(axis=1))
        X = weights.multiply(1 / lengths).tocsr().astype("f4")
        parts = {"values": X.data, "columns": X.indices, "starts": X.indptr}
        chosen = rng.choice(rows, k, replace=False)
        return {**parts, "d": d, "k": k, "max_iter": 30, "init": X[chosen].toarray()}

    return make


def _matrix(points: Data) -> Any:
    if "X" in points:
        return points["X"]
    from scipy import sparse

    parts = (points["values"], points["columns"], points["starts"])
    return sparse.csr_matrix(parts, shape=(len(points["starts"]) - 1, points["d"]))


def _shoal(points: Data) -> Run:
    from shoal import SphericalKMeans

    X = _matrix(points)

    def run(seed: int) -> Outcome:
        model = SphericalKMeans(
            points["k"], init=points["init"], max_iter=points["max_iter"], tol=0, random_state=seed
        ).fit(X)
        return {"centres": model.cluster_centers_, "iterations": model.n_iter_}

    return run


def _faiss(points: Data) -> Run:
    import faiss

    X = points["X"] / np.linalg.norm(points["X"], axis=1, keepdims=True)
    init = points["init"] / np.linalg.norm(points["init"], axis=1, keepdims=True)

    def run(seed: int) -> Outcome:
        model = faiss.Kmeans(
            X.shape[1], points["k"], niter=points["max_iter"], spherical=True, seed=seed + 1,
            max_points_per_centroid=10**9, min_points_per_centroid=1,
        )  # fmt: skip
        model.train(X, init_centroids=init)
        model.assign(X)
        return {"centres": model.centroids, "iterations": len(model.obj)}

    return run


def _scikit_learn(points: Data) -> Run:
    from sklearn.cluster import KMeans

    X = _matrix(points)

    def run(seed: int) -> Outcome:
        model = KMeans(
            points["k"], init=points["init"], n_init=1, max_iter=points["max_iter"], tol=0,
            random_state=seed,
        ).fit(X)  # fmt: skip
        return {"centres": model.cluster_centers_, "iterations": model.n_iter_}

    return run


def _score(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Sum of 1 - cos to the nearest of the centres, at length 1."""
    X = _matrix(points)
    centres = np.asarray(outcome["centres"], dtype=np.float64)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    norms = np.sqrt(
        np.asarray((X.multiply(X) if "values" in points else X * X).sum(axis=1)).ravel()
    )
    cosines = np.asarray(X @ centres.T) / norms[:, None]
    return {
        "1 - cos": float((1 - cosines.max(axis=1)).sum()),
        "iterations": float(outcome["iterations"]),
    }


def _head(points: Data) -> Data:
    """Return everything: the first call shows what a small one would cost too."""
    return points


SCENARIOS = (
    Scenario(
        "spherical_dense_100k_d128_k100", "spherical-kmeans",
        data.blob_starts(100_000, 128, 100, 20, 0.7), data.head(3000), _score,
        (
            Contender("shoal", "shoal", _shoal),
            Contender("faiss", "faiss", _faiss, uses_openblas=True),
        ),
        note="Same start, 20 iterations; shoal's rows are not at length 1 yet.",
    ),
    Scenario(
        "spherical_words_10k_d20k_k50", "spherical-kmeans", _words(10_000, 20_000, 50),
        _head, _score,
        (
            Contender("shoal", "shoal", _shoal),
            Contender("scikit-learn (Euclidean)", "sklearn", _scikit_learn),
        ),
        note="Sparse TF-IDF, same start, 30 iterations; scikit-learn has no spherical k-means.",
    ),
)  # fmt: skip
