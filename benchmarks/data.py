"""Generators of the data, each with fixed seeds, and the files that hold what they made."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.scenario import Data, Scenario

__all__ = [
    "SHARED",
    "blob_starts",
    "blobs",
    "categories",
    "data_file",
    "digits",
    "embeddings",
    "head",
    "labelled_blobs",
    "load",
    "mixed",
    "mnist",
    "noisy_blobs",
    "photo",
]

FOLDER = Path(__file__).parent / "data"
PHOTO_SIZE = (2048, 1365)
SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
"""Public data sets that are too large for the repository."""


def blobs(
    n: int, d: int, k: int, spread: float, seed: int, dtype: str
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.int64]]:
    """Draw `n` points around `k` centres that lie uniformly in a cube of half-width `spread`."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(-spread, spread, size=(k, d))
    labels = rng.integers(k, size=n)
    points = centres[labels] + rng.normal(size=(n, d))
    return points.astype(dtype), labels


def scaled(n: int, scale: float, at_least: int) -> int:
    """Scale a number of rows, but never to fewer than a thousand nor than are needed."""
    return max(round(n * scale), min(n, 1000), at_least)


def blob_starts(n: int, d: int, k: int, iterations: int, spread: float) -> Callable[[float], Data]:
    """Blobs in float32 with `k` of their points as the starting centres."""

    def make(scale: float) -> Data:
        rows = scaled(n, scale, at_least=4 * k)
        points, _ = blobs(rows, d, k, spread, seed=0, dtype="f4")
        chosen = np.random.default_rng(1).choice(rows, k, replace=False)
        return {"X": points, "init": points[chosen].copy(), "k": k, "max_iter": iterations}

    return make


def labelled_blobs(n: int, d: int, k: int, spread: float, dtype: str) -> Callable[[float], Data]:
    """Blobs with the labels they were drawn from."""

    def make(scale: float) -> Data:
        rows = scaled(n, scale, at_least=20 * k)
        points, labels = blobs(rows, d, k, spread, seed=5, dtype=dtype)
        return {"X": points, "y": labels, "k": k}

    return make


def noisy_blobs(n: int, d: int, k: int, spread: float, dtype: str) -> Callable[[float], Data]:
    """Blobs with a tenth of noise, and the median distance to the 30th neighbour."""

    def make(scale: float) -> Data:
        from scipy.spatial import cKDTree

        rows = scaled(n, scale, at_least=20 * k)
        points, labels = blobs(rows, d, k, spread, seed=3, dtype="f8")
        rng = np.random.default_rng(4)
        strays = rng.choice(rows, rows // 10, replace=False)
        points[strays] = rng.uniform(-spread - 3, spread + 3, size=(len(strays), d))
        labels[strays] = -1
        points = points.astype(dtype)
        some = points[rng.choice(rows, 500)]
        eps = float(np.median(cKDTree(points).query(some, 31)[0][:, -1]).round(4))
        return {"X": points, "y": labels, "eps": eps, "min_samples": 10}

    return make


def categories(n: int, d: int, k: int, noise: float) -> Callable[[float], Data]:
    """Rows of ten categories a column around `k` modes, a share of the entries drawn anew."""

    def make(scale: float) -> Data:
        rows = scaled(n, scale, at_least=20 * k)
        rng = np.random.default_rng(0)
        centres = rng.integers(10, size=(k, d))
        labels = rng.integers(k, size=rows)
        points = centres[labels]
        strays = rng.random(points.shape) < noise
        points[strays] = rng.integers(10, size=int(strays.sum()))
        return {"X": points, "y": labels, "k": k}

    return make


def mixed(n: int, d: int, k: int, noise: float) -> Callable[[float], Data]:
    """Rows of `d` standardised numbers and then `d` categories, which share their groups."""

    def make(scale: float) -> Data:
        made = categories(n, d, k, noise)(scale)
        rng = np.random.default_rng(2)
        centres = rng.normal(size=(k, d))
        numbers = centres[made["y"]] + rng.normal(size=(len(made["y"]), d))
        numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
        return {**made, "X": np.column_stack([numbers, made["X"]]), "numbers": d, "gamma": 0.5}

    return make


def digits(n: int, k: int, iterations: int) -> Callable[[float], Data]:
    """Handwritten digits, enlarged, shifted, dimmed and speckled into 28 × 28 pixels."""

    def make(scale: float) -> Data:
        from PIL import Image
        from sklearn.datasets import load_digits

        rows = scaled(n, scale, at_least=4 * k)
        rng = np.random.default_rng(0)
        images = [(image * 15.9).astype("u1") for image in load_digits().images]
        large = np.stack(
            [
                np.asarray(Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC))
                for image in images
            ]
        )
        chosen = rng.integers(len(large), size=rows)
        across, down = rng.integers(2, 7, size=(2, rows))
        pixels = np.zeros((rows, 28, 28), "f4")
        for row in range(rows):
            y, x = down[row], across[row]
            pixels[row, y : y + 20, x : x + 20] = large[chosen[row]]
        pixels = pixels * rng.uniform(0.7, 1, size=(rows, 1, 1)) + rng.normal(
            0, 6, size=pixels.shape
        ) * (pixels > 0)
        points = pixels.clip(0, 255).astype("f4").reshape(rows, 784)
        start = points[rng.choice(rows, k, replace=False)].copy()
        return {"X": points, "init": start, "k": k, "max_iter": iterations}

    return make


def embeddings(n: int, k: int, iterations: int) -> Callable[[float], Data]:
    """Sentence embeddings of 384 dimensions, many times over with noise, of length one."""

    def make(scale: float) -> Data:
        rows = scaled(n, scale, at_least=2 * k)
        rng = np.random.default_rng(0)
        sentences = np.load(SHARED / "embeddings" / "banking77_test_minilm384_f16.npy")
        points = sentences[rng.integers(len(sentences), size=rows)].astype("f4")
        points += 0.025 * rng.standard_normal(points.shape, dtype="f4")
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        return _started(points, k, iterations)

    return make


def mnist(n: int, k: int, iterations: int) -> Callable[[float], Data]:
    """Images of handwritten digits, 784 pixels between 0 and 1."""

    def make(scale: float) -> Data:
        from shoal.data.idx import read_labelled_images

        folder = SHARED / "mnist"
        pictures, _ = read_labelled_images(
            folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz"
        )
        rows = scaled(n, scale, at_least=2 * k)
        points = pictures[:rows].reshape(rows, -1).astype("f4")
        points /= 255
        return _started(points, k, iterations)

    return make


def _started(points: npt.NDArray[np.float32], k: int, iterations: int) -> Data:
    """Start from rows drawn at random."""
    chosen = np.random.default_rng(1).choice(len(points), k, replace=False)
    return {"X": points, "init": points[chosen].copy(), "k": k, "max_iter": iterations}


def photo(k: int, iterations: int) -> Callable[[float], Data]:
    """Colours of every pixel of a photograph of 2048 × 1365 pixels."""

    def make(scale: float) -> Data:
        from PIL import Image
        from sklearn.datasets import load_sample_image

        width, height = (max(round(side * scale**0.5), 16) for side in PHOTO_SIZE)
        picture = Image.fromarray(load_sample_image("china.jpg"))
        pixels = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))
        colours = pixels.reshape(-1, 3)
        distinct = np.unique(colours, axis=0)
        chosen = np.random.default_rng(1).choice(len(distinct), k, replace=False)
        return {
            "X": colours.astype("f4"),
            "init": distinct[chosen].astype("f4"),
            "k": k,
            "max_iter": iterations,
        }

    return make


def head(rows: int) -> Callable[[Data], Data]:
    """Cut the data to their first rows."""

    def cut(data: Data) -> Data:
        short = dict(data, X=data["X"][:rows])
        if "y" in data:
            short["y"] = data["y"][:rows]
        return short

    return cut


def data_file(scenario: Scenario, scale: float) -> Path:
    """Name the file of a scenario's data at a scale."""
    return FOLDER / f"{scenario.name}@{scale:g}.npz"


def load(scenario: Scenario, scale: float) -> Data:
    """Read a scenario's data, making them first where there are none."""
    path = data_file(scenario, scale)
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, **scenario.make(scale))
        unfinished.replace(path)
    with np.load(path, allow_pickle=False) as stored:
        return {
            name: stored[name] if stored[name].ndim else stored[name].item()
            for name in stored.files
        }
