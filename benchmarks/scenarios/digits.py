"""Images of digits: what ten clusters of MNIST tell about the digit."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def images(n: int, k: int) -> Callable[[float], Data]:
    """Read images of MNIST, pixels between 0 and 1, with their digits."""

    def make(scale: float) -> Data:
        from shoal.data.idx import read_labelled_images

        folder = data.SHARED / "mnist"
        pictures, digits = read_labelled_images(
            folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz"
        )
        rows = data.scaled(n, scale, at_least=50 * k)
        points = pictures[:rows].reshape(rows, -1).astype("f4") / 255
        return {"X": points, "y": digits[:rows].astype("i8"), "k": k}

    return make


def estimator(name: str, module: str, cls: str, **parameters: object) -> Contender:
    """Take a class that follows scikit-learn."""

    def prepare(points: Data) -> Run:
        made = getattr(importlib.import_module(module), cls)

        def run(seed: int) -> Outcome:
            model = made(points["k"], random_state=seed, **parameters).fit(points["X"])
            return {"centres": model.cluster_centers_}

        return run

    package = module.split(".", maxsplit=1)[0]
    return Contender(name, package, prepare, uses_openblas=package == "sklearn")


def score(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Inertia, and what the nearest centre tells about the digit."""
    from sklearn.metrics import homogeneity_score

    clusters = nearest(points["X"], np.asarray(outcome["centres"], "f4"))
    right = sum(np.bincount(points["y"][clusters == c]).max() for c in np.unique(clusters))
    return {
        **quality.centres(points, outcome),
        "homogeneity": float(homogeneity_score(points["y"], clusters)),
        "accuracy": float(right / len(clusters)),
    }


def nearest(
    points: npt.NDArray[np.float32], centres: npt.NDArray[np.float32]
) -> npt.NDArray[np.intp]:
    """Find the nearest centre of each point."""
    norms = (centres**2).sum(axis=1)
    parts = range(0, len(points), quality.BLOCK)
    return np.concatenate(
        [(norms - 2 * (points[at : at + quality.BLOCK] @ centres.T)).argmin(axis=1) for at in parts]
    )


SCENARIOS = (
    Scenario(
        "digits_mnist_k10", "digits", images(60_000, 10), data.head(3000), score,
        (
            estimator("shoal", "shoal", "KMeans"),
            estimator("shoal mini-batch", "shoal", "MiniBatchKMeans"),
            estimator("scikit-learn", "sklearn.cluster", "KMeans"),
            estimator("scikit-learn mini-batch", "sklearn.cluster", "MiniBatchKMeans"),
        ),
        seeds=5, note="MNIST; defaults, own start; quality is the mean of five seeds.",
    ),
)  # fmt: skip
