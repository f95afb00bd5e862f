"""One card per group: size, centre, traits, typical rows and a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal.clustering import Card, Trait
from shoal.data.encode import OTHER_LEVEL
from shoal.data.prepare import Preparation
from shoal.data.table import Matrix, Table
from shoal.errors import ParameterError
from shoal.explain.columns import Categories, Numbers, read_columns, read_unused_columns
from shoal.explain.effects import Contrast, Groups, contrast_categories, contrast_numbers
from shoal.explain.naming import name_groups
from shoal.explain.typical import typical_rows
from shoal.explain.words import NAMED, Wording, category_phrase, column_words, number_wordings

__all__ = ["make_cards"]


def make_cards(
    table: Table,
    matrix: Matrix,
    preparation: Preparation,
    labels: npt.ArrayLike,
    *,
    silhouette: npt.ArrayLike | None = None,
    silhouette_rows: npt.ArrayLike | None = None,
    n_typical: int = 3,
) -> tuple[Card, ...]:
    """Describe each group in plain words and original units.

    Parameters
    ----------
    table : Table
        What was read.
    matrix : Matrix
        What was clustered.
    preparation : Preparation
        How the one became the other. Its columns give the names; others, where they can be
        compared, give the unused traits.
    labels : array-like of shape (n_samples,) or (n_rows,), int
        Group of each row of `matrix`, or of each row of `table`: 0 to n_groups - 1, none of
        them empty, and -1 for rows in no group.
    silhouette : array-like of shape (m,), optional
        Silhouettes of rows of `matrix`; NaN where unknown.
    silhouette_rows : array-like of shape (m,), int, optional
        Rows of `matrix` that `silhouette` belongs to; by default all.
    n_typical : int, default=3
        Typical rows per group.

    Returns
    -------
    tuple of Card
        One per group, in label order; none when no row is in a group.

    Raises
    ------
    ParameterError
        When labels or silhouettes do not fit the matrix.

    Notes
    -----
    A number column is compared by Cohen's d (difference of means over the pooled standard
    deviation), a category by Cohen's h (difference of arcsine-transformed shares), each group
    against all other rows of the matrix. A trait is named when its effect is at least 0.5, and
    says "very" or "much" from 2.0 in groups of at most half
    of the rows. Missing values are left out; weights count.

    Time O(n d) and memory O(n), one column at a time.
    """
    groups, codes = _groups(table, matrix, labels)
    if groups.n_groups == 0:
        return ()
    used = _describe(
        read_columns(table, matrix, preparation),
        number_wordings(column.name for column in preparation.columns if column.kind == "number"),
        groups,
    )
    unused = _describe(
        read_unused_columns(table, matrix, preparation),
        number_wordings(table.column_names),
        groups,
    )
    typical = typical_rows(matrix, groups, n_typical)
    sizes = np.bincount(codes[codes >= 0], minlength=groups.n_groups)
    scores = _mean_silhouettes(silhouette, silhouette_rows, codes, groups.n_groups)
    names = name_groups(used.traits, noise=bool((codes < 0).any()))
    return tuple(
        Card(
            cluster=group,
            name=names[group],
            size=int(sizes[group]),
            share=float(sizes[group] / len(codes)),
            centre=used.centres[group],
            traits=tuple(used.traits[group]),
            typical_rows=tuple(int(row) for row in matrix.rows[typical[group]]),
            silhouette=scores[group],
            unused_traits=tuple(unused.traits[group]),
        )
        for group in range(groups.n_groups)
    )


def _groups(
    table: Table, matrix: Matrix, labels: npt.ArrayLike
) -> tuple[Groups, npt.NDArray[np.int64]]:
    codes = np.asarray(labels)
    if codes.shape == (table.n_rows,) and table.n_rows != matrix.n_samples:
        codes = codes[matrix.rows]
    if codes.shape != (matrix.n_samples,) or codes.dtype.kind not in "iu":
        raise ParameterError(
            f"labels must hold one integer per row of the matrix, shape ({matrix.n_samples},); "
            f"got {codes.dtype} of shape {codes.shape}. Pass the labels of the fit."
        )
    codes = codes.astype(np.int64)
    n_groups = int(codes.max(initial=-1)) + 1
    sizes = np.bincount(codes[codes >= 0], minlength=n_groups)
    if (sizes == 0).any() or codes.min(initial=-1) < -1:
        raise ParameterError(
            "labels must number the groups from 0 without gaps, with -1 for rows in no group; "
            f"got {np.unique(codes)[:10].tolist()}. Renumber them first."
        )
    return Groups(np.where(codes < 0, n_groups, codes), n_groups, matrix.weights), codes


@dataclass(frozen=True, slots=True)
class _Described:
    """Centre and traits of every group, strongest trait first."""

    centres: list[dict[str, float | str]]
    traits: list[list[Trait]]


def _describe(
    columns: Iterable[Numbers | Categories], wordings: Mapping[str, Wording], groups: Groups
) -> _Described:
    n_groups = groups.n_groups
    shares = np.bincount(groups.codes, minlength=n_groups) / len(groups.codes)
    centres: list[dict[str, float | str]] = [{} for _ in range(n_groups)]
    traits: list[list[Trait]] = [[] for _ in range(n_groups)]
    for column in columns:
        if isinstance(column, Categories):
            contrast = contrast_categories(column.codes, len(column.levels), groups)
            for group in range(n_groups):
                centres[group][column.name] = _most_common(column, contrast, group)
                traits[group] += _category_traits(column, contrast, group)
            continue
        contrast = contrast_numbers(column.values, groups)
        for group in range(n_groups):
            inside = float(contrast.inside[group])
            centres[group][column.name] = _date(inside) if column.is_date else inside
            traits[group] += _number_traits(column, contrast, group, shares[group], wordings)
    for found in traits:
        found.sort(key=lambda trait: -abs(trait.effect))
    return _Described(centres, traits)


def _number_traits(
    column: Numbers,
    contrast: Contrast,
    group: int,
    share: float,
    wordings: Mapping[str, Wording],
) -> list[Trait]:
    effect = float(contrast.effect[group])
    if abs(effect) < NAMED:
        return []
    if column.is_date:
        phrase = f"{'later' if effect > 0 else 'earlier'} {column_words(column.name)}"
    else:
        phrase = wordings[column.name].phrase(effect, share=share)
    inside, outside = float(contrast.inside[group]), float(contrast.outside[group])
    return [Trait(column.name, None, inside, outside, effect, phrase)]


def _most_common(column: Categories, contrast: Contrast, group: int) -> str:
    shares = np.nan_to_num(contrast.inside[group])
    return column.levels[int(shares.argmax())] if shares.any() else ""


def _category_traits(column: Categories, contrast: Contrast, group: int) -> list[Trait]:
    """Find the value that is most unusually common, else the one most unusually rare."""
    if not column.levels:
        return []
    # "Other" is no value anybody could look up.
    effects = np.where(np.array(column.levels) == OTHER_LEVEL, 0.0, contrast.effect[group])
    level = int(effects.argmax())
    if effects[level] < NAMED:
        level = int(effects.argmin())
    effect = float(effects[level])
    if abs(effect) < NAMED:
        return []
    inside, outside = float(contrast.inside[group, level]), float(contrast.outside[group, level])
    value = column.levels[level]
    phrase = category_phrase(column.name, value, inside, effect)
    return [Trait(column.name, value, inside, outside, effect, phrase)]


def _date(days: float) -> str:
    return str(np.datetime64(int(np.floor(days)), "D")) if np.isfinite(days) else ""


def _mean_silhouettes(
    silhouette: npt.ArrayLike | None,
    silhouette_rows: npt.ArrayLike | None,
    codes: npt.NDArray[np.int64],
    n_groups: int,
) -> list[float | None]:
    if silhouette is None:
        return [None] * n_groups
    values = np.asarray(silhouette, dtype=np.float64)
    rows = np.arange(len(codes)) if silhouette_rows is None else np.asarray(silhouette_rows)
    if values.shape != rows.shape:
        raise ParameterError(
            f"silhouette must hold one number per row it belongs to, shape {rows.shape}; "
            f"got shape {values.shape}. Name the rows with silhouette_rows."
        )
    known = np.isfinite(values) & (codes[rows] >= 0)
    groups = codes[rows][known]
    counts = np.bincount(groups, minlength=n_groups)
    sums = np.bincount(groups, weights=values[known], minlength=n_groups)
    return [float(s / c) if c else None for s, c in zip(sums, counts, strict=True)]
