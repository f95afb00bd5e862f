"""Mini-batch k-means with each one's own start, on images of digits."""

from __future__ import annotations

import gzip
import importlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def idx(name: str, offset: int) -> npt.NDArray[np.uint8]:
    """Read the bytes of an idx file behind its header."""
    with gzip.open(data.SHARED / "mnist" / f"{name}-ubyte.gz") as file:
        return np.frombuffer(file.read(), "u1", offset=offset)


def digits(scale: float) -> Data:
    """Read the 60,000 training images with their digits, and the 10,000 test images."""
    rows = data.scaled(60_000, scale, at_least=5_000)
    train = idx("train-images-idx3", 16).reshape(-1, 784)[:rows]
    return {
        "X": (train / 255).astype("f4"),
        "y": idx("train-labels-idx1", 8)[:rows],
        "X_test": (idx("t10k-images-idx3", 16).reshape(-1, 784) / 255).astype("f4"),
        "y_test": idx("t10k-labels-idx1", 8),
        "k": 256,
    }


def estimator(name: str, module: str, cls: str, **fixed: object) -> Contender:
    """Take a class of a package that follows scikit-learn."""

    def prepare(points: Data) -> Run:
        made = getattr(importlib.import_module(module), cls)

        def run(seed: int) -> Outcome:
            model = made(points["k"], random_state=seed, **fixed).fit(points["X"])
            return {"centres": model.cluster_centers_, "iterations": model.n_iter_}

        return run

    package = module.split(".", maxsplit=1)[0]
    return Contender(name, package, prepare, uses_openblas=package == "sklearn")


def score(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Inertia, and how many test images have the commonest digit of their cluster."""
    centres = np.asarray(outcome["centres"], "f4")

    def nearest(X: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
        norms = (centres**2).sum(axis=1)
        return np.concatenate(
            [(norms - 2 * (part @ centres.T)).argmin(axis=1) for part in np.array_split(X, 10)]
        )

    votes = np.zeros((len(centres), 10))
    np.add.at(votes, (nearest(points["X"]), points["y"]), 1)
    right = votes.argmax(axis=1)[nearest(points["X_test"])] == points["y_test"]
    return {**quality.centres(points, outcome), "accuracy": float(right.mean())}


SCENARIOS = (
    Scenario(
        "mb_mnist_k256", "minibatch-kmeans", digits, data.head(5_000), score,
        (
            estimator("shoal", "shoal", "MiniBatchKMeans"),
            estimator("shoal, nested", "shoal", "MiniBatchKMeans", batches="nested"),
            estimator("shoal k-means, 5 iterations", "shoal", "KMeans", max_iter=5),
            estimator("scikit-learn", "sklearn.cluster", "MiniBatchKMeans"),
        ),
        seeds=5, goal=3,
        note="MNIST; defaults, own start; accuracy is that of the commonest digit per cluster.",
    ),
)  # fmt: skip
