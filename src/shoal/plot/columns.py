"""Columns of a finished job as pictures need them: rows in groups, original units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.plot.axis import choose_scale

if TYPE_CHECKING:
    import pyarrow as pa

    from shoal.clustering import Clustering

__all__ = [
    "Column",
    "column_names",
    "column_values",
    "matrix_labels",
    "number_columns",
    "spread",
    "telling",
    "telling_pair",
]

RANKING_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table, for the rows that were clustered.

    Attributes
    ----------
    name : str
        Name in the table.
    values : ndarray of shape (n_samples,), float64
        The numbers, or for categories the index into `categories`; NaN where missing.
    categories : tuple of str or None
        The values of a category, most common first; None for a number.
    """

    name: str
    values: npt.NDArray[np.float64]
    categories: tuple[str, ...] | None = None


def matrix_labels(clustering: Clustering) -> npt.NDArray[np.int32]:
    """Labels of the rows of the matrix; -1 there means noise, never a row left out."""
    labels: npt.NDArray[np.int32] = clustering.labels[clustering.matrix.rows]
    return labels


def column_names(clustering: Clustering) -> list[str]:
    """Columns of the table that were clustered, in the order of the table."""
    used = set(clustering.preparation.column_names)
    return [name for name in clustering.table.column_names if name in used]


def column_values(
    clustering: Clustering, name: str, rows: npt.NDArray[np.int64] | None = None
) -> Column:
    """Read one column for the given rows of the matrix; all of them by default."""
    import pyarrow as pa
    import pyarrow.compute as pc

    data = clustering.table.data
    chosen = clustering.matrix.rows if rows is None else clustering.matrix.rows[rows]
    column = data.column(data.column_names.index(name))
    if len(chosen) != clustering.table.n_rows:
        column = column.take(pa.array(chosen))
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        values = column.cast(pa.float64()).to_numpy().astype(np.float64, copy=False)
        return Column(name, np.where(np.isfinite(values), values, np.nan))
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    encoded = pc.dictionary_encode(_as_text(column)).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = pa.concat_arrays(encoded.chunks) if encoded.num_chunks else encoded
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.float64)
    words = [str(word) for word in encoded.dictionary.to_pylist()]
    present = codes[~np.isnan(codes)].astype(np.int64)
    order = np.argsort(-np.bincount(present, minlength=len(words)), kind="stable")
    rank = np.empty(len(words), dtype=np.float64)
    rank[order] = np.arange(len(words))
    codes[~np.isnan(codes)] = rank[present]
    return Column(name, codes, tuple(words[index] for index in order))


def number_columns(clustering: Clustering) -> list[str]:
    """Clustered columns that hold numbers."""
    import pyarrow as pa

    schema = clustering.table.data.schema
    kinds = {name: schema.field(at).type for at, name in enumerate(schema.names)}
    return [
        name
        for name in column_names(clustering)
        if pa.types.is_floating(kinds[name]) or pa.types.is_integer(kinds[name])
    ]


def spread(n_rows: int, at_most: int) -> npt.NDArray[np.int64]:
    """Row numbers evenly spread over `n_rows`, `at_most` of them."""
    if n_rows <= at_most:
        return np.arange(n_rows)
    return np.linspace(0, n_rows - 1, at_most).astype(np.int64)


def telling(clustering: Clustering) -> dict[str, float]:
    """Share of each column's variance that the groups explain, largest first.

    Eta squared for numbers and the largest over the values of a category, on at most
    20,000 rows evenly spread over the table.
    """
    rows = spread(clustering.matrix.n_samples, RANKING_ROWS)
    labels = matrix_labels(clustering)[rows]
    inside = labels >= 0
    shares = {}
    for name in column_names(clustering):
        column = column_values(clustering, name, rows)
        known = inside & ~np.isnan(column.values)
        shares[name] = _explained(column, labels, known)
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def telling_pair(clustering: Clustering, ranking: dict[str, float]) -> tuple[str, str] | None:
    """Choose two number columns to draw: the most telling one and the best but its twins.

    A column whose values pile up in a few places says little in a scatter plot, so the shares
    are weighed by how evenly the values fill the axis.
    """
    rows = spread(clustering.matrix.n_samples, RANKING_ROWS)
    weighed = {
        name: ranking[name] * _evenness(column_values(clustering, name, rows).values)
        for name in number_columns(clustering)
    }
    names = sorted(weighed, key=lambda name: -weighed[name])
    if len(names) < 2:
        return None
    first = column_values(clustering, names[0], rows).values
    for name in names[1:]:
        second = column_values(clustering, name, rows).values
        known = ~np.isnan(first) & ~np.isnan(second)
        if _correlation(first[known], second[known]) < 0.9:
            return names[0], name
    return names[0], names[1]


def _explained(
    column: Column, labels: npt.NDArray[np.int32], known: npt.NDArray[np.bool_]
) -> float:
    groups, values = labels[known], column.values[known]
    if values.size == 0:
        return 0.0
    if column.categories is None:
        return _eta_squared(values, groups)
    common = range(min(len(column.categories), 20))
    return max((_eta_squared((values == code) * 1.0, groups) for code in common), default=0.0)


def _eta_squared(values: npt.NDArray[np.float64], groups: npt.NDArray[np.int32]) -> float:
    centred = values - values.mean()
    size = float(np.abs(centred).max())
    if size == 0:
        return 0.0
    centred /= size  # keeps squares of huge numbers finite
    sizes = np.bincount(groups)
    sums = np.bincount(groups, weights=centred)
    between = float(np.sum(sums**2 / np.maximum(sizes, 1)))
    return between / float(centred @ centred)


def _evenness(values: npt.NDArray[np.float64]) -> float:
    """Entropy of a histogram over the axis as drawn, as a share of the largest possible."""
    scale = choose_scale(values)
    places = scale.place(values[~np.isnan(values)])
    counts = np.histogram(places, bins=30, range=scale.ends(0.0))[0]
    shares = counts[counts > 0] / max(counts.sum(), 1)
    return float(-(shares * np.log(shares)).sum() / np.log(30))


def _correlation(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float:
    if first.size < 2:
        return 0.0
    first, second = first - first.mean(), second - second.mean()
    first, second = first / (np.abs(first).max() or 1), second / (np.abs(second).max() or 1)
    size = float(np.sqrt((first @ first) * (second @ second)))
    return abs(float(first @ second)) / size if size else 1.0


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.chunked_array(
            [pa.array([_word(value) for value in column.to_pylist()], pa.string())]
        )


def _word(value: object) -> str | None:
    return None if value is None else str(value)
