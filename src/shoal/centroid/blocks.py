"""k-means on rows that come a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from shoal import _native
from shoal.checks import check_weights
from shoal.data.streamed import RowSample
from shoal.errors import DataError
from shoal.progress import Callback, Event

__all__ = [
    "SAMPLE_ROWS", "Block", "BlockFit", "batches_of", "block_reader", "fit_blocks", "sample_of",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Block: TypeAlias = tuple[npt.NDArray[Any], Floats | None]
"""Rows and their weights."""

SAMPLE_ROWS = 100_000
"""Rows of the sample that gives the start and the radii."""


@dataclass(frozen=True, slots=True)
class BlockFit:
    """What k-means found in all blocks.

    Attributes
    ----------
    cluster_centers : ndarray of shape (n_clusters, n_features), float64
    sizes : ndarray of shape (n_clusters,), float64
        Weight of the rows of each cluster.
    inertia : float
    n_iter : int
    """

    cluster_centers: Floats
    sizes: Floats
    inertia: float
    n_iter: int


@dataclass(slots=True)
class _Pass:
    """What one pass over all blocks adds up; sums are about `shift`."""

    sums: Floats
    sizes: Floats
    inertia: float = 0.0
    farthest: tuple[Floats, float, int] | None = None  # row, weight, label
    distance: float = 0.0


def block_reader(blocks: Any) -> Callable[[], Iterator[Block]]:
    """Return what reads the blocks anew, checked.

    Parameters
    ----------
    blocks : iterable or function
        Gives arrays, or pairs of an array and the weights of its rows. It is read many times: a
        list, an object whose ``__iter__`` starts anew, or a function that returns an iterator.
    """
    if not callable(blocks) and (not isinstance(blocks, Iterable) or iter(blocks) is blocks):
        raise DataError(
            "blocks must be an iterable that can be read more than once; got "
            f"{type(blocks).__name__}. Give a list, or a function that returns a new iterator."
        )

    def read() -> Iterator[Block]:
        width: int | None = None
        for block in blocks() if callable(blocks) else blocks:
            rows, weights = block if isinstance(block, tuple) else (block, None)
            X = check_array(rows, dtype=[np.float64, np.float32], order="C", input_name="a block")
            if width is not None and X.shape[1] != width:
                raise DataError(
                    f"every block must have {width} columns; got one with {X.shape[1]}."
                )
            width = X.shape[1]
            if weights is not None and not np.any(weights):
                continue
            yield X, check_weights(weights, X.shape[0])

    return read


def sample_of(
    read: Callable[[], Iterator[Block]], rows: int, seed: int
) -> tuple[npt.NDArray[Any], Floats | None]:
    """Draw a uniform sample of the rows with their weights; all of them when there are few."""
    sample = RowSample(rows, seed)
    parts: list[npt.NDArray[Any]] = []
    weights: list[Floats] = []
    weighted = False

    def forget() -> None:
        kept = sample.keep()
        parts[:] = [np.concatenate(parts)[kept]]
        weights[:] = [np.concatenate(weights)[kept]]

    for X, w in read():
        chosen = sample.take(X.shape[0])
        parts.append(X[chosen])
        weighted |= w is not None
        weights.append(np.ones(chosen.size) if w is None else w[chosen])
        if sample.is_full:
            forget()
    if not parts:
        raise DataError("blocks must hold at least one row of positive weight; got none.")
    forget()
    return parts[0], weights[0] if weighted else None


def batches_of(read: Callable[[], Iterator[Block]], size: int) -> Iterator[Block]:
    """Cut the rows into batches of `size` rows, the last shorter, whatever blocks they come in."""
    rows: list[npt.NDArray[Any]] = []
    weights: list[Floats] = []
    held, weighted = 0, False
    for X, w in read():
        weighted |= w is not None
        rows.append(X)
        weights.append(np.ones(len(X)) if w is None else w)
        held += len(X)
        if held < size:
            continue
        X, w = np.concatenate(rows), np.concatenate(weights)
        for start in range(0, held - size + 1, size):
            yield X[start : start + size], w[start : start + size] if weighted else None
        rest = held - held % size
        rows, weights, held = [X[rest:]], [w[rest:]], held % size
    if held:
        yield np.concatenate(rows), np.concatenate(weights) if weighted else None


def fit_blocks(
    read: Callable[[], Iterator[Block]],
    centers: Floats,
    *,
    max_iter: int,
    tolerance: float,
    n_threads: int,
    callback: Callback | None,
) -> BlockFit:
    """Run Lloyd's iterations over blocks from given centres.

    Parameters
    ----------
    read : callable
        Opens the blocks anew.
    centers : ndarray of shape (n_clusters, n_features), float64
        Start.
    max_iter : int
    tolerance : float
        On the sum of squared shifts of the centres; 0 ends when they stand still.
    n_threads : int
    callback : callable or None

    Returns
    -------
    BlockFit

    Notes
    -----
    Memory is a block and a few copies of the centres. Rows are added up in their order, so how
    they are cut into blocks changes no bit.
    """
    # Centres take the type of the data, as they do in memory.
    dtype = next(read())[0].dtype
    shift = centers.mean(axis=0).astype(dtype).astype(np.float64)
    n_iter, settled = 0, False
    while n_iter < max_iter and not settled:
        n_iter += 1
        _tell(callback, n_iter, max_iter)
        total = _pass(read, centers, shift, n_threads)
        moved_empty = _fill_empty(read, total, centers, shift, n_threads)
        after = _means(total, centers, shift).astype(dtype).astype(np.float64)
        moved = float(((after - centers) ** 2).sum())
        centers = after
        settled = not moved_empty and moved == 0
        if not moved_empty and moved <= tolerance:
            break
    for _ in range(len(centers)):
        if settled:
            break
        # The labels of the final centres, and no empty cluster while some row is off its centre.
        total = _pass(read, centers, shift, n_threads)
        if not _fill_empty(read, total, centers, shift, n_threads):
            break
        centers = _means(total, centers, shift).astype(dtype).astype(np.float64)
    return BlockFit(centers, total.sizes, total.inertia, n_iter)


def _tell(callback: Callback | None, iteration: int, most: int) -> None:
    if callback is not None:
        callback(Event("fit", float(iteration - 1), float(most), f"pass {iteration} over the rows"))


def _pass(
    read: Callable[[], Iterator[Block]], centers: Floats, shift: Floats, n_threads: int
) -> _Pass:
    total = _Pass(np.zeros(centers.shape), np.zeros(len(centers)))
    for X, weights in read():
        total.inertia, row, total.distance, label = _native.kmeans_add_block(
            X, weights, centers, shift, total.sums, total.sizes, total.inertia, total.distance,
            n_threads,
        )  # fmt: skip
        if row >= 0:
            weight = 1.0 if weights is None else float(weights[row])
            total.farthest = (X[row].astype(np.float64), weight, label)
    return total


def _means(total: _Pass, centers: Floats, shift: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        means = shift + total.sums / total.sizes[:, None]
    return np.where(total.sizes[:, None] > 0, means, centers)


def _fill_empty(
    read: Callable[[], Iterator[Block]],
    total: _Pass,
    centers: Floats,
    shift: Floats,
    n_threads: int,
) -> bool:
    """Give each empty cluster the row farthest from its centre and from those given before."""
    taken: list[Floats] = []
    for cluster in np.flatnonzero(~(total.sizes > 0)):
        found = total.farthest if not taken else _farthest(read, centers, taken, n_threads)
        if found is None:
            break
        row, weight, label = found
        total.sums[label] -= weight * (row - shift)
        total.sizes[label] -= weight
        total.sums[cluster] = weight * (row - shift)
        total.sizes[cluster] = weight
        taken.append(row)
    return bool(taken)


def _farthest(
    read: Callable[[], Iterator[Block]], centers: Floats, taken: list[Floats], n_threads: int
) -> tuple[Floats, float, int] | None:
    found, distance = None, 0.0
    for X, weights in read():
        labels, squared = _native.kmeans_assign(X, centers, n_threads)
        for row in taken:
            squared = np.minimum(squared, ((X - row) ** 2).sum(axis=1))
        if weights is not None:
            squared = np.where(weights > 0, squared, 0.0)
        at = int(squared.argmax())
        if squared[at] > distance:
            distance = float(squared[at])
            weight = 1.0 if weights is None else float(weights[at])
            found = (X[at].astype(np.float64), weight, int(labels[at]))
    return found
