"""Columns of a finished job as pictures need them: rows in groups, original units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.explain.columns import Categories, Numbers, read_columns
from shoal.plot.axis import choose_scale

if TYPE_CHECKING:
    from shoal.clustering import Clustering
    from shoal.data.table import Matrix

__all__ = [
    "Column",
    "column_names",
    "column_values",
    "features",
    "matrix_labels",
    "number_columns",
    "spread",
    "telling",
    "telling_pair",
]

RANKING_ROWS = 20_000
RANKING_CELLS = 20_000_000
MOST_CANDIDATES = 40
FEWEST_VALUES = 8
MOST_INDICATORS = 20  # of one column, its commonest levels
TWINS = 0.9  # correlation from which two columns say the same


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
    is_date : bool
        Whether the numbers are days since 1970.
    """

    name: str
    values: npt.NDArray[np.float64]
    categories: tuple[str, ...] | None = None
    is_date: bool = False


def matrix_labels(clustering: Clustering) -> npt.NDArray[np.int32]:
    """Labels of the rows of the matrix; -1 there means noise, never a row left out."""
    labels: npt.NDArray[np.int32] = clustering.labels[clustering.matrix.rows]
    return labels


def column_names(clustering: Clustering) -> list[str]:
    """Name the columns of the table that were clustered, in the order of the table."""
    return list(clustering.preparation.column_names)


def column_values(
    clustering: Clustering, name: str, rows: npt.NDArray[np.int64] | None = None
) -> Column:
    """Read one column for the given rows of the matrix; all of them by default."""
    at = clustering.preparation.column_names.index(name)
    columns = clustering.preparation.columns
    start = sum(len(column.features) for column in columns[:at])
    # The one column, its features and the rows asked for; reading the others would take longer.
    preparation = replace(clustering.preparation, columns=(columns[at],))
    X = clustering.matrix.X[:, start : start + len(columns[at].features)]
    matrix = _take(replace(clustering.matrix, X=X), rows)
    return _adapt(next(iter(read_columns(clustering.table, matrix, preparation))))


def _take(matrix: Matrix, rows: npt.NDArray[np.int64] | None) -> Matrix:
    if rows is None or len(rows) == matrix.n_samples:
        return matrix
    return replace(matrix, X=matrix.X[rows], rows=matrix.rows[rows])


def _adapt(found: Numbers | Categories) -> Column:
    """Put the values of a category in the order of how common they are."""
    if isinstance(found, Numbers):
        values = np.where(np.isfinite(found.values), found.values, np.nan)
        return Column(found.name, values, is_date=found.is_date)
    present = found.codes >= 0
    counts = np.bincount(found.codes[present], minlength=len(found.levels))
    order = np.argsort(-counts, kind="stable")[: max(int(np.count_nonzero(counts)), 1)]
    rank = np.full(len(found.levels), np.nan)
    rank[order] = np.arange(len(order))
    values = np.full(len(found.codes), np.nan)
    values[present] = rank[found.codes[present]]
    return Column(found.name, values, tuple(found.levels[level] for level in order))


def features(
    clustering: Clustering,
) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """Turn the prepared rows into numbers alone, and name these.

    Codes become indicators of the commonest levels, and missing numbers the mean of their column.
    """
    matrix = clustering.matrix
    if not matrix.categorical and not np.isnan(matrix.X).any():
        return matrix.X, matrix.feature_names
    parts: list[npt.NDArray[np.float64]] = []
    names: list[str] = []
    for column, values in zip(clustering.preparation.columns, matrix.X.T, strict=True):
        if not column.coded:
            mean = np.nanmean(values)
            parts.append(np.where(np.isnan(values), mean, values))
            names.append(column.name)
            continue
        known = values[values >= 0].astype(np.int64)
        counts = np.bincount(known, minlength=len(column.levels))
        for level in np.sort(np.argsort(-counts, kind="stable")[:MOST_INDICATORS]):
            parts.append((values == level) * 1.0)
            names.append(f"{column.name}={column.levels[level]}")
    return np.stack(parts, axis=1), tuple(names)


def number_columns(clustering: Clustering) -> list[str]:
    """Name the clustered columns that lie on an axis: numbers and dates."""
    columns = clustering.preparation.columns
    return [column.name for column in columns if column.kind in {"number", "date"}]


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
    matrix = clustering.matrix
    rows = spread(matrix.n_samples, min(RANKING_ROWS, max(RANKING_CELLS // matrix.n_features, 500)))
    labels = matrix_labels(clustering)[rows]
    inside = labels >= 0
    shares = {}
    for found in read_columns(clustering.table, _take(matrix, rows), clustering.preparation):
        column = _adapt(found)
        shares[column.name] = _explained(column, labels, inside & ~np.isnan(column.values))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def telling_pair(clustering: Clustering, ranking: dict[str, float]) -> tuple[str, str] | None:
    """Choose two number columns to draw: the most telling one and the best but its twins.

    A column whose values pile up in a few places says little in a scatter plot, so the shares
    are weighed by how evenly the values fill the axis, and columns of fewer than eight values
    come last.
    """
    rows = spread(clustering.matrix.n_samples, RANKING_ROWS)
    numbers = set(number_columns(clustering))
    names = [name for name in ranking if name in numbers][:MOST_CANDIDATES]
    values = {name: column_values(clustering, name, rows).values for name in names}

    def order(name: str) -> tuple[bool, float]:
        coarse = np.unique(values[name]).size < FEWEST_VALUES
        return coarse, -ranking[name] * _evenness(values[name])

    names.sort(key=order)
    if len(names) < 2:
        return None
    first = values[names[0]]
    for name in names[1:]:
        known = ~np.isnan(first) & ~np.isnan(values[name])
        if _correlation(first[known], values[name][known]) < TWINS:
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
