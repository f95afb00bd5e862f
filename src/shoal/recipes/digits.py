"""Handwritten digits: clusters of images, and the digit each of them stands for."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import budget, catalogue, metrics
from shoal.checks import check_integer
from shoal.data.idx import read_labelled_images
from shoal.errors import DataError, ParameterError
from shoal.planning import Watch
from shoal.progress import Callback

__all__ = ["ALGORITHM", "CLUSTERS", "DigitFit", "DigitScores", "Digits", "cluster_digits"]

CLUSTERS = (10, 16, 36, 64, 144, 256)
"""Numbers of clusters tried when none are given; the larger ones are squares, as the pictures."""

ALGORITHM = "minibatch-kmeans"
"""Fast on images: a few passes over them are enough."""

HELD_OUT = 6
"""One image in this many is held out for the test when there are no test images."""

_NO_DIGIT = -1
Path = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class DigitScores:
    """How well clusters do on one set of images.

    Attributes
    ----------
    inertia : float
        Sum of squared distances of the images to their centre, pixels between 0 and 1.
    homogeneity : float
        1 when every cluster holds one digit.
    accuracy : float
        Share of the images whose digit is that of their cluster.
    """

    inertia: float
    homogeneity: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class DigitFit:
    """One clustering.

    Attributes
    ----------
    n_clusters : int
    centers : ndarray of shape (n_clusters, height, width), float32
        Mean images, 0 to 1.
    digits : ndarray of shape (n_clusters,), int64
        The digit each cluster stands for: the one most of its training images show; -1 for a
        cluster without training images.
    sizes : ndarray of shape (n_clusters,), int64
        Training images of each cluster.
    shares : ndarray of shape (n_clusters,), float64
        Share of them that show its digit.
    train, test : DigitScores
    seconds : float
        Time of the fit.
    """

    n_clusters: int
    centers: npt.NDArray[np.float32]
    digits: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]
    train: DigitScores
    test: DigitScores
    seconds: float


@dataclass(frozen=True, slots=True)
class Digits:
    """What the recipe found.

    Attributes
    ----------
    source : str
        Where the images come from.
    algorithm : str
    seed : int
    shape : tuple of int
        Height and width of an image.
    n_train, n_test : int
        Images the clusters were made from, and images held out.
    fits : tuple of DigitFit
        One per number of clusters, ascending.
    notes : tuple of str
        What was decided, one sentence each.
    """

    source: str
    algorithm: str
    seed: int
    shape: tuple[int, int]
    n_train: int
    n_test: int
    fits: tuple[DigitFit, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Images:
    """Images as rows of pixels between 0 and 1, and their digits."""

    X: npt.NDArray[np.float32]
    digits: npt.NDArray[np.int64]
    shape: tuple[int, int]

    def part(self, rows: npt.NDArray[np.int64]) -> _Images:
        return _Images(self.X[rows], self.digits[rows], self.shape)


def cluster_digits(
    *,
    images: Path | None = None,
    labels: Path | None = None,
    test_images: Path | None = None,
    test_labels: Path | None = None,
    n_clusters: Iterable[int] = CLUSTERS,
    algorithm: str = ALGORITHM,
    seed: int = 0,
    n_jobs: int | None = None,
    memory_limit: str | int | None = None,
    callback: Callback | None = None,
) -> Digits:
    """Cluster images of digits, and say which digit each cluster stands for.

    Parameters
    ----------
    images, labels : path, optional
        IDX files, gzipped or not, such as those of MNIST; together, or neither: then it is the
        1,797 digits of 8 x 8 pixels that come with scikit-learn.
    test_images, test_labels : path, optional
        IDX files with images the clusters are only judged on. Without them one image in six is
        held out, the same ones every time.
    n_clusters : iterable of int, default=(10, 16, 36, 64, 144, 256)
        Numbers of clusters to try.
    algorithm : str, default="minibatch-kmeans"
        Name in the catalogue, of an algorithm with centres.
    seed : int, default=0
        The same seed gives the same result, whatever the number of threads.
    n_jobs : int, optional
        Threads; all available when left out.
    memory_limit : str or int, optional
        Most memory to use, such as ``"2GB"``; 80 % of what is free when left out.
    callback : callable, optional
        Called with an :class:`shoal.Event` at each step; raise :class:`shoal.Cancelled` to stop.

    Returns
    -------
    Digits

    Raises
    ------
    ParameterError
        An argument is outside its allowed values.
    DataError
        A file cannot be read, or the files do not belong together.
    MemoryBudgetError
        The job does not fit in the memory allowed.

    Examples
    --------
    >>> result = cluster_digits(n_clusters=[64, 144])
    >>> [fit.test.accuracy > 0.85 for fit in result.fits]
    [True, True]
    """
    ks = sorted({check_integer("n_clusters", k, minimum=1) for k in n_clusters})
    if not ks:
        raise ParameterError("n_clusters must hold at least one number; got none.")
    row = catalogue.find(algorithm)
    if not (row.needs_k and "cluster_centers_" in row.state):
        raise ParameterError(
            "algorithm must be one that finds a given number of centres, such as kmeans; got "
            f"{algorithm!r}."
        )
    watch = Watch(callback)
    with watch.stage("read", "reading the images"):
        source, train, test, notes = _load(images, labels, test_images, test_labels)
    n, d = train.X.shape
    if ks[-1] > n:
        raise ParameterError(f"n_clusters={ks[-1]} exceeds the {n:,} images. Use at most {n:,}.")
    budget.Estimate(
        {
            "the images": 2 * (train.X.nbytes + test.X.nbytes),
            f"the fit of {ks[-1]} clusters": int(row.memory(n, d, ks[-1])),
        }
    ).require(budget.allowed_bytes(memory_limit), options=("fewer images", "fewer clusters"))
    fits = []
    for k in ks:
        model = row.load_estimator()(**row.defaults(n, d, k))
        with watch.stage("fit", f"{k} clusters of {n:,} images"):
            fits.append(_fit(model, k, train, test, watch, random_state=seed, n_jobs=n_jobs))
    return Digits(source, row.name, seed, train.shape, n, len(test.X), tuple(fits), notes)


def _load(
    images: Path | None, labels: Path | None, test_images: Path | None, test_labels: Path | None
) -> tuple[str, _Images, _Images, tuple[str, ...]]:
    """Read what is given, and hold images out where no others are."""
    _together("images", images, "labels", labels)
    _together("test_images", test_images, "test_labels", test_labels)
    if images is None or labels is None:
        if test_images is not None:
            raise ParameterError("test_images must come with images; got no images.")
        source, known = "sample:digits", _bundled()
    else:
        source, known = os.path.basename(os.fspath(images)), _read(images, labels)
    if test_images is not None and test_labels is not None:
        test = _read(test_images, test_labels)
        if test.shape != known.shape:
            raise DataError(
                f"{os.path.basename(os.fspath(test_images))} must hold images of "
                f"{known.shape[0]} x {known.shape[1]} pixels as {source} does; got "
                f"{test.shape[0]} x {test.shape[1]}."
            )
        return source, known, test, ()
    n = len(known.X)
    if n < 2:
        raise DataError(f"{source} must hold at least 2 images, one of them to test on; got {n}.")
    # The same rows for every seed, so that results of several seeds compare.
    order = np.random.default_rng(0).permutation(n)
    rest, held = (
        np.sort(order[math.ceil(n / HELD_OUT) :]),
        np.sort(order[: math.ceil(n / HELD_OUT)]),
    )
    note = f"{len(held):,} of the {n:,} images are held out for the test."
    return source, known.part(rest), known.part(held), (note,)


def _together(first: str, one: Path | None, second: str, other: Path | None) -> None:
    if (one is None) != (other is None):
        given, missing = (first, second) if other is None else (second, first)
        raise ParameterError(f"{given} must come with {missing}; got no {missing}.")


def _bundled() -> _Images:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return _Images((bunch.data / 16).astype(np.float32), bunch.target.astype(np.int64), (8, 8))


def _read(images: Path, labels: Path) -> _Images:
    """Scale pixels to between 0 and 1: by the largest byte, or by the largest value there is."""
    pictures, known = read_labelled_images(images, labels)
    height, width = pictures.shape[1:]
    X = pictures.reshape(len(pictures), -1).astype(np.float32)
    if pictures.dtype == np.uint8:
        X /= np.float32(255)
    else:
        X -= X.min()
        X /= X.max() or np.float32(1)
    return _Images(X, known.astype(np.int64), (height, width))


def _fit(
    model: Any, k: int, train: _Images, test: _Images, watch: Watch, **common: Any
) -> DigitFit:
    common |= {"n_clusters": k, "callback": watch.callback}
    names = model.get_params()
    model.set_params(**{name: value for name, value in common.items() if name in names})
    start = time.perf_counter()
    model.fit(train.X)
    seconds = time.perf_counter() - start
    # Of the training images alone: the test images say how good the inference is.
    found = metrics.match_labels(train.digits, model.labels_)
    digits, sizes, shares = (
        np.full(k, _NO_DIGIT), np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.float64)
    )  # fmt: skip
    digits[found.clusters] = found.classes[found.places]
    sizes[found.clusters], shares[found.clusters] = found.sizes, found.hits / found.sizes
    centers = np.asarray(model.cluster_centers_, dtype=np.float32)
    return DigitFit(
        n_clusters=k,
        centers=centers.reshape(k, *train.shape),
        digits=digits,
        sizes=sizes,
        shares=shares,
        train=_judge(train, model.labels_, centers, digits),
        test=_judge(test, model.predict(test.X), centers, digits),
        seconds=seconds,
    )


def _judge(
    images: _Images,
    clusters: npt.NDArray[np.int32],
    centers: npt.NDArray[np.float32],
    digits: npt.NDArray[np.int64],
) -> DigitScores:
    block, inertia = 4096, 0.0
    for start in range(0, len(images.X), block):
        rows = slice(start, start + block)
        difference = (images.X[rows] - centers[clusters[rows]]).astype(np.float64)
        inertia += float(np.vdot(difference, difference))
    return DigitScores(
        inertia=inertia,
        homogeneity=metrics.homogeneity_score(images.digits, clusters),
        accuracy=float(np.mean(digits[clusters] == images.digits)),
    )
