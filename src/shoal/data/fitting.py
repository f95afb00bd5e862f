"""Fitting the columns of a preparation and building the matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.data.choose import Choice
from shoal.data.encode import (
    MISSING_LEVEL,
    OTHER_LEVEL,
    Column,
    as_dates,
    as_levels,
    as_numbers,
)
from shoal.data.frames import RowCells
from shoal.data.ranges import cut_into_ranges
from shoal.data.scaling import fills, fit_scale, indicator_scale, logs
from shoal.data.table import Table
from shoal.errors import DataError

__all__ = ["FittedColumns", "as_raw", "build", "fit_columns", "keep_rows", "truth", "weights"]

Floats = npt.NDArray[np.float64]
Raw = Mapping[str, npt.NDArray[Any]]

MAX_LEVELS = 20


@dataclass(frozen=True, slots=True)
class FittedColumns:
    """Columns fitted, those dropped late with reasons, and remarks."""

    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def as_raw(table: Table, name: str, kind: str) -> npt.NDArray[Any]:
    """Values of one column: float64 with NaN, or text with None."""
    if kind == "number":
        return as_numbers(table, name)
    return as_dates(table, name) if kind == "date" else as_levels(table, name)


def _kept(values: npt.NDArray[Any], rows: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Values of the rows kept, without a copy when all are."""
    return values if len(rows) == len(values) else values[rows]


def _absent(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if values.dtype == np.float64:
        return np.asarray(np.isnan(values))
    return np.array([value is None for value in values], dtype=bool)


def keep_rows(table: Table, raw: Raw, missing: str) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Rows to use under the rule for missing values, and a note when some are left out."""
    rows = np.arange(table.n_rows, dtype=np.int64)
    if missing not in ("drop", "error"):
        return rows, []
    absent = {name: _absent(values) for name, values in raw.items()}
    if missing == "error":
        _refuse_missing(table, absent)
        return rows, []
    gone = np.logical_or.reduce(list(absent.values()))
    if not gone.any():
        return rows, []
    if gone.all():
        raise DataError(
            f"every row of {table.source} has a missing value. Fill them with --missing median, "
            "or drop the columns that have most."
        )
    counts = {name: int(found.sum()) for name, found in absent.items()}
    said = f"{int(gone.sum()):,} of {len(rows):,} rows were left out for missing values"
    return rows[~gone], [f"{said} ({_counted(counts)})."]


def _refuse_missing(table: Table, absent: Mapping[str, npt.NDArray[np.bool_]]) -> None:
    first = {name: int(np.argmax(found)) for name, found in absent.items() if found.any()}
    if first:
        name = min(first, key=lambda key: first[key])
        where, _ = RowCells(table.source, name, table.first_line).place(first[name])
        raise DataError(
            f"{where}: the value is missing. Fill missing values with --missing median, leave "
            "their rows out with --missing drop, or drop the column."
        )


def _counted(counts: Mapping[str, int]) -> str:
    some = [(name, count) for name, count in counts.items() if count]
    shown = ", ".join(f"{name} {count:,}" for name, count in some[:8])
    return shown + (f", and {len(some) - 8} more columns" if len(some) > 8 else "")


def weights(table: Table, name: str, *, all_zero: bool = False) -> Floats:
    """Read the weights: all finite, none negative, not all zero unless a part may be."""
    values = as_numbers(table, name)
    bad = np.flatnonzero(~(values >= 0.0) | np.isinf(values))
    if bad.size:
        where, _ = RowCells(table.source, name, table.first_line).place(int(bad[0]))
        shown = "missing" if np.isnan(values[bad[0]]) else repr(float(values[bad[0]]))
        raise DataError(f"{where}: a weight must be a number >= 0; got {shown}.")
    if not all_zero and not values.any():
        raise DataError(f"{table.source}, column {name!r}: the weights are all zero.")
    return values


def truth(table: Table, name: str) -> npt.NDArray[np.object_]:
    """Read the known label of every row as text; missing ones read ``"(missing)"``."""
    levels = as_levels(table, name)
    return np.array([MISSING_LEVEL if level is None else level for level in levels], dtype=object)


def build(
    columns: Sequence[Column], raw: Raw, rows: npt.NDArray[np.int64]
) -> tuple[Floats, dict[str, int]]:
    """Build the matrix, and count the values of each column unknown to the fit."""
    X = np.empty((len(rows), sum(len(column.features) for column in columns)))
    unknown: dict[str, int] = {}
    start = 0
    for column in columns:
        end = start + len(column.features)
        strange = column.encode(_kept(raw[column.name], rows), X[:, start:end])
        if strange:
            unknown[column.name] = strange
        start = end
    return X, unknown


def fit_columns(
    table: Table,
    choice: Choice,
    raw: Raw,
    rows: npt.NDArray[np.int64],
    weights: Floats | None,
    *,
    missing: str,
    scale: str,
    transform: str,
    encode: str,
) -> FittedColumns:
    """Fit every chosen column on the rows kept."""
    coded = encode != "indicators"
    fitted: dict[str, Column] = {}
    notes: list[str] = []
    dropped: list[tuple[str, str]] = []
    names: list[str] = []
    for name, judgement in choice.used:
        values = _kept(raw[name], rows)
        if len(rows) < table.n_rows and _single(values):
            dropped.append((name, "it is constant in the rows left"))
        elif judgement.kind in ("number", "date"):
            names.append(name)
        elif judgement.kind == "boolean":
            column = _boolean(name, values, weights, scale)
            fitted[name] = replace(column, centre=0.0, scale=1.0, coded=True) if coded else column
        elif coded:
            fitted[name] = _coded_category(name, values, weights, missing)
        else:
            fitted[name], said = _category(name, values, weights, scale)
            notes += said
    kinds = {name: judgement.kind for name, judgement in choice.used}
    if encode == "categories":
        numbers, said = _ranges(names, kinds, raw, rows, weights, missing)
    else:
        numbers, said = _numbers(names, kinds, raw, rows, weights, missing, scale, transform)
    fitted.update(numbers)
    if not fitted:
        raise DataError(
            f"{table.source} has no column to group by: all are constant in the {len(rows):,} rows "
            "without missing values. Fill them with --missing median."
        )
    counts = {name: column.missing for name, column in fitted.items()}
    notes += _missing_notes(counts, kinds, missing, len(rows)) + said
    order = tuple(fitted[name] for name, _ in choice.used if name in fitted)
    return FittedColumns(order, tuple(dropped), tuple(notes))


def _single(values: npt.NDArray[Any]) -> bool:
    return bool(np.all(values == values[0]))


def _missing_notes(
    counts: Mapping[str, int], kinds: Mapping[str, str], missing: str, n_rows: int
) -> list[str]:
    notes = []
    if missing == "keep":
        total = sum(counts.values())
        said = (
            f"{total:,} missing value{'s' * (total > 1)} stayed missing: a row is compared in the "
            f"columns in which it has a value ({_counted(counts)})."
        )
        return [said] if total else []
    numeric = {n: c for n, c in counts.items() if c and kinds[n] in ("number", "date")}
    worded = {n: c for n, c in counts.items() if c and n not in numeric}
    if numeric:
        total = sum(numeric.values())
        notes.append(
            f"{total:,} missing number{'s were' if total > 1 else ' was'} replaced by the "
            f"{missing} of the column ({_counted(numeric)})."
        )
        most = [name for name, count in numeric.items() if 2 * count > n_rows]
        if most:
            notes.append(f"More than half of the values are missing in {', '.join(most)}.")
    if worded:
        notes.append(f"Missing categories are a level of their own ({_counted(worded)}).")
    return notes


def _numbers(
    names: Sequence[str],
    kinds: Mapping[str, str],
    raw: Raw,
    rows: npt.NDArray[np.int64],
    weights: Floats | None,
    missing: str,
    scale: str,
    transform: str,
) -> tuple[dict[str, Column], list[str]]:
    if not names:
        return {}, []
    # Column order: every step but the last goes down the columns.
    block = np.empty((len(rows), len(names)), order="F")
    for j, name in enumerate(names):
        block[:, j] = _kept(raw[name], rows)
    absent = np.isnan(block)
    filled = fills(block, weights, missing) if missing in ("median", "mean") else None
    if filled is not None:
        np.copyto(block, filled, where=absent)
    logged = logs(block, transform)
    block[:, logged] = np.log1p(block[:, logged])
    found = fit_scale(block, weights, scale, names)
    columns = {
        name: Column(
            name=name,
            kind=kinds[name],
            features=(name,),
            fill=None if filled is None else float(filled[j]),
            centre=float(found.centre[j]),
            scale=float(found.scale[j]),
            transform="log1p" if logged[j] else "none",
            missing=int(absent[:, j].sum()),
        )
        for j, name in enumerate(names)
    }
    return columns, _number_notes(names, logged, found.no_spread, transform)


def _ranges(
    names: Sequence[str],
    kinds: Mapping[str, str],
    raw: Raw,
    rows: npt.NDArray[np.int64],
    weights: Floats | None,
    missing: str,
) -> tuple[dict[str, Column], list[str]]:
    columns: dict[str, Column] = {}
    for name in names:
        values = _kept(raw[name], rows)
        filled = None
        if missing in ("median", "mean"):
            filled = float(fills(values[:, None], weights, missing)[0])
        columns[name] = cut_into_ranges(name, kinds[name], values, weights, filled)
    if not columns:
        return {}, []
    shown = [f"{name} ({len(column.levels)})" for name, column in columns.items()]
    more = f" and {len(shown) - 8} more columns" if len(shown) > 8 else ""
    said = (
        "Numbers became categories, each value where there are few and else ranges of about "
        f"equally many rows: {', '.join(shown[:8])}{more}."
    )
    return columns, [said]


def _number_notes(
    names: Sequence[str], logged: npt.NDArray[np.bool_], flat: tuple[int, ...], transform: str
) -> list[str]:
    notes = []
    if transform != "none":
        taken = [name for name, yes in zip(names, logged, strict=True) if yes]
        left = [name for name, yes in zip(names, logged, strict=True) if not yes]
        notes.append(f"log(1 + x) was taken of: {', '.join(taken) or 'no column'}.")
        if transform == "log" and left:
            notes.append(f"Columns with negative values have no logarithm: {', '.join(left)}.")
    if flat:
        notes.append(
            "Scaled by their standard deviation, because their quartiles coincide: "
            f"{', '.join(names[j] for j in flat)}."
        )
    return notes


def _boolean(name: str, values: npt.NDArray[Any], weights: Floats | None, scale: str) -> Column:
    # The spelling of the table is kept, so that it reads the same on the way back.
    words = {str(value).strip().casefold(): str(value).strip() for value in values[::-1]}
    low, high = [words[word] for word in sorted(words)] if len(words) == 2 else ("false", "true")
    ones = np.array(
        [str(value).strip().casefold() == high.casefold() for value in values], dtype=np.float64
    )
    share = float(np.average(ones, weights=weights))
    divisor = 1.0 if scale == "none" else indicator_scale(scale) / float(np.sqrt(2.0))
    centred = share if scale in ("standard", "robust") else 0.0
    return Column(
        name=name,
        kind="boolean",
        features=(name,),
        levels=(low, high),
        fill=share,
        centre=centred,
        scale=divisor,
    )


def _ranked(values: npt.NDArray[Any], weights: Floats | None) -> list[str]:
    """Levels of a category, the commonest first."""
    counts: Counter[str] = Counter(value for value in values if value is not None)
    if weights is not None:
        # A row of weight zero counts as absent, so that a weight is a number of repetitions.
        counts = Counter()
        for value, mass in zip(values, weights, strict=True):
            if value is not None and mass > 0:
                counts[value] += mass
    return sorted(counts, key=lambda level: (-counts[level], level))


def _coded_category(
    name: str, values: npt.NDArray[Any], weights: Floats | None, missing: str
) -> Column:
    # A code costs nothing, so every level keeps its own.
    levels = tuple(_ranked(values, weights))
    absent = sum(value is None for value in values)
    if absent and missing != "keep":
        levels = (*levels, MISSING_LEVEL)
    return Column(name, "category", (name,), levels, missing=absent, coded=True)


def _category(
    name: str, values: npt.NDArray[Any], weights: Floats | None, scale: str
) -> tuple[Column, list[str]]:
    ranked = _ranked(values, weights)
    notes = []
    kept = ranked
    if len(ranked) > MAX_LEVELS:
        kept = ranked[: MAX_LEVELS - 1]
        rest = len(ranked) - len(kept)
        notes.append(
            f"{name!r} has {len(ranked):,} levels: the {len(kept)} commonest are kept, the other "
            f"{rest:,} are taken together as {OTHER_LEVEL}."
        )
        kept = [*kept, OTHER_LEVEL]
    missing = sum(value is None for value in values)
    levels = (*kept, MISSING_LEVEL) if missing else tuple(kept)
    column = Column(
        name=name,
        kind="category",
        features=tuple(f"{name}={level}" for level in levels),
        levels=levels,
        scale=indicator_scale(scale),
        missing=missing,
    )
    return column, notes
