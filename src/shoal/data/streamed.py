"""What is learnt from a table read in blocks: a sample of its rows, and its exact moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from shoal.data import fitting
from shoal.data.blocks import PIECE, Blocks
from shoal.data.encode import Column
from shoal.data.prepare import Preparation
from shoal.data.table import Matrix, Table

__all__ = ["RowSample", "draw_sample", "prepare_block", "prepared_blocks", "with_exact_moments"]

MOST_CHUNKS = 16


class RowSample:
    """Which rows of a stream belong to a uniform sample, whatever blocks they come in.

    Every row has a random key that depends on the seed and its number alone; the rows with the
    least keys are the sample.

    Parameters
    ----------
    rows : int
        Rows of the sample.
    seed : int
        Seed.
    """

    def __init__(self, rows: int, seed: int) -> None:
        self.rows = rows
        self.seen = 0
        self._seed = np.uint64(seed)
        self._keys = np.empty(0, dtype=np.uint64)
        self._limit = np.uint64(2**64 - 1)

    def take(self, n: int) -> npt.NDArray[np.int64]:
        """Look at the next `n` rows; return those that may belong to the sample."""
        numbers = np.arange(self.seen, self.seen + n, dtype=np.uint64)
        keys = _scrambled(numbers, self._seed)
        self.seen += n
        chosen = np.flatnonzero(keys <= self._limit)
        self._keys = np.concatenate([self._keys, keys[chosen]])
        return chosen

    def keep(self) -> npt.NDArray[np.bool_]:
        """Which of the rows taken so far, in order, still belong to it; forget the others."""
        if self._keys.size > self.rows:
            self._limit = np.partition(self._keys, self.rows - 1)[self.rows - 1]
        kept = self._keys <= self._limit
        self._keys = self._keys[kept]
        return np.asarray(kept)

    @property
    def is_full(self) -> bool:
        """Whether so many rows are held that it is time to forget some."""
        return self._keys.size > 2 * self.rows


def _scrambled(numbers: npt.NDArray[np.uint64], seed: np.uint64) -> npt.NDArray[np.uint64]:
    # SplitMix64 (Steele, Lea and Flood 2014): different numbers have different keys.
    with np.errstate(over="ignore"):
        z = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = z + seed * np.uint64(0xD1342543DE82EF95)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def draw_sample(blocks: Blocks, rows: int, seed: int) -> Table:
    """Draw a uniform sample of rows, in the order of the table; all of them when there are few.

    Parameters
    ----------
    blocks : Blocks
        Read once, to its end.
    rows : int
        Rows of the sample.
    seed : int
        Seed; the sample does not depend on the size of the blocks.

    Returns
    -------
    Table
    """
    import pyarrow as pa

    sample = RowSample(rows, seed)
    held = blocks.first.data.slice(0, 0)
    for block in blocks:
        held = pa.concat_tables([held, block.data.take(pa.array(sample.take(block.n_rows)))])
        if sample.is_full:
            held = held.filter(pa.array(sample.keep())).combine_chunks()
        elif held.column(0).num_chunks > MOST_CHUNKS:
            # Many small pieces between the buffers of blocks would scatter the memory.
            held = held.combine_chunks()
    held = held.filter(pa.array(sample.keep())).combine_chunks()
    return Table(held, blocks.source, blocks.first.notes)


def prepare_block(preparation: Preparation, block: Table) -> Matrix:
    """Prepare a block, its weights too."""
    matrix = preparation.transform(block)
    if preparation.weight is None:
        return matrix
    weights = fitting.weights(block, preparation.weight, all_zero=True)[matrix.rows]
    return replace(matrix, weights=weights)


def prepared_blocks(blocks: Blocks, preparation: Preparation) -> Iterator[Matrix]:
    """Prepare one block after the other; blocks without a usable row are left out."""
    for block in blocks:
        matrix = prepare_block(preparation, block)
        if matrix.n_samples:
            yield matrix


def with_exact_moments(preparation: Preparation, blocks: Blocks) -> Preparation:
    """Centre and scale by all rows what was centred and scaled by a sample of them.

    Means and standard deviations (``scale="standard"``) and ranges (``"minmax"``) become those of
    all rows, and so does the share of ones of a boolean. Medians and quartiles, levels and what
    replaces missing numbers stay those of the sample.

    Parameters
    ----------
    preparation : Preparation
        Fitted on the sample.
    blocks : Blocks
        Read once.

    Returns
    -------
    Preparation
    """
    width = len(preparation.feature_names)
    total = 0.0
    sums, squares = np.zeros(width), np.zeros(width)
    low, high = np.full(width, np.inf), np.full(width, -np.inf)
    for matrix in prepared_blocks(blocks, preparation):
        weights = np.ones(matrix.n_samples) if matrix.weights is None else matrix.weights
        used = weights > 0
        if used.any():
            low = np.minimum(low, matrix.X[used].min(axis=0))
            high = np.maximum(high, matrix.X[used].max(axis=0))
        # Blocks end with a piece, so pieces and the order they are added in are always the same.
        starts = np.flatnonzero(np.diff(matrix.rows // PIECE, prepend=-1))
        weighted = matrix.X * weights[:, None]
        for part in np.add.reduceat(weighted, starts, axis=0):
            sums += part
        for part in np.add.reduceat(weighted * matrix.X, starts, axis=0):
            squares += part
        total += float(weights.sum())
    if not total > 0:
        return preparation
    mean = sums / total
    spread = np.sqrt(np.maximum(squares / total - mean**2, 0.0))
    columns = []
    for column, place in zip(preparation.columns, preparation.slices().values(), strict=True):
        at = place.start
        columns.append(_moved(column, preparation.scale, mean[at], spread[at], low[at], high[at]))
    return replace(preparation, columns=tuple(columns))


def _moved(
    column: Column, scale: str, mean: float, spread: float, low: float, high: float
) -> Column:
    if column.kind == "boolean" and scale in ("standard", "robust"):
        share = float(column.centre + column.scale * mean)
        return replace(column, centre=share, fill=share)
    if column.kind not in ("number", "date"):
        return column
    if scale == "standard" and spread > 0:
        return replace(
            column,
            centre=float(column.centre + column.scale * mean),
            scale=float(column.scale * spread),
        )
    if scale == "minmax" and high > low:
        return replace(
            column,
            centre=float(column.centre + column.scale * low),
            scale=float(column.scale * (high - low)),
        )
    return column
