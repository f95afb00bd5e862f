"""From a table to a matrix and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.data import fitting
from shoal.data.choose import choose_columns, choose_roles
from shoal.data.encode import Column
from shoal.data.fitting import as_raw
from shoal.data.scaling import FILLS, SCALES, TRANSFORMS
from shoal.data.table import Matrix, Table
from shoal.errors import DataError, ParameterError

__all__ = ["Column", "Preparation", "prepare"]

VERSION, WITH_CODES = 1, 2
"""Versions of the stored form; only a preparation with coded columns needs the second."""

ENCODINGS = ("indicators", "codes", "categories")


@dataclass(frozen=True, slots=True)
class Preparation:
    """A fitted, invertible, storable preparation.

    Attributes
    ----------
    columns : tuple of Column
        The columns used, in feature order.
    dropped : tuple of (str, str)
        Name and reason of every column not used, in table order.
    notes : tuple of str
        What was decided, one sentence each.
    id, weight, label : str or None
        Columns kept aside.
    missing, scale, transformation : str
        The choices made.
    """

    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    id: str | None = None
    weight: str | None = None
    label: str | None = None
    missing: str = "median"
    scale: str = "standard"
    transformation: str = "none"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, in the order of the matrix."""
        return tuple(name for column in self.columns for name in column.features)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns used."""
        return tuple(column.name for column in self.columns)

    @property
    def categorical(self) -> tuple[int, ...]:
        """Places of the features that hold codes of categories."""
        places = self.slices()
        return tuple(places[column.name].start for column in self.columns if column.coded)

    def slices(self) -> dict[str, slice]:
        """Where the features of each column stand in the matrix."""
        places: dict[str, slice] = {}
        start = 0
        for column in self.columns:
            places[column.name] = slice(start, start + len(column.features))
            start += len(column.features)
        return places

    def transform(self, table: Table) -> Matrix:
        """Prepare new rows as the fitted ones were.

        Parameters
        ----------
        table : Table
            Must have every column used; others are ignored. A level unknown to the fit becomes
            zero in all its column's features, and the notes of the matrix say so.

        Returns
        -------
        Matrix
            Rows with a missing value are left out under ``missing="drop"``.

        Raises
        ------
        DataError
            When a column is absent or its values are of another kind, or, under
            ``missing="error"``, at the first missing value.
        """
        known = set(table.column_names)
        absent = [name for name in self.column_names if name not in known]
        if absent:
            listed = ", ".join(map(repr, absent[:5])) + (", …" if len(absent) > 5 else "")
            raise DataError(
                f"{table.source} lacks {len(absent)} column{'s' * (len(absent) > 1)} the model "
                f"uses: {listed}. Add what is missing."
            )
        raw = {column.name: as_raw(table, column.name, column.kind) for column in self.columns}
        rows, notes = fitting.keep_rows(table, raw, self.missing)
        X, unknown = fitting.build(self.columns, raw, rows)
        notes += [
            f"{name!r}: {count:,} value{'s' * (count > 1)} unknown to the model counted as none "
            "of its levels."
            for name, count in unknown.items()
        ]
        truth = None
        if self.label is not None and self.label in known:
            truth = fitting.truth(table, self.label)[rows]
        return Matrix(X, self.feature_names, rows, None, truth, tuple(notes), self.categorical)

    def inverse(self, X: npt.ArrayLike) -> dict[str, npt.NDArray[Any]]:
        """Turn rows of features, such as centres, back into original units.

        Parameters
        ----------
        X : array-like of shape (n, n_features)

        Returns
        -------
        dict of str to ndarray of shape (n,)
            Per column floats; for a category or boolean the commonest level; for a date text
            such as ``"2024-03-01"``.
        """
        checked = self._checked(X)
        places = self.slices()
        return {
            column.name: column.decode(checked[:, places[column.name]]) for column in self.columns
        }

    def shares(self, X: npt.ArrayLike) -> dict[str, dict[str, npt.NDArray[np.float64]]]:
        """Share of each level of each category and boolean, in rows that are means of rows.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
        """
        checked = self._checked(X)
        places = self.slices()
        return {
            column.name: column.shares(checked[:, places[column.name]])
            for column in self.columns
            if column.kind in ("category", "boolean")
        }

    def _checked(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        array = np.asarray(X, dtype=np.float64)
        width = len(self.feature_names)
        if array.ndim != 2 or array.shape[1] != width:
            raise ParameterError(f"X must have shape (n, {width}); got {array.shape}.")
        return array

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, numbers exact."""
        return {
            "version": WITH_CODES if self.categorical else VERSION,
            "columns": [column.to_dict() for column in self.columns],
            "dropped": [list(pair) for pair in self.dropped],
            "notes": list(self.notes),
            "id": self.id,
            "weight": self.weight,
            "label": self.label,
            "missing": self.missing,
            "scale": self.scale,
            "transform": self.transformation,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preparation:
        """Rebuild what `to_dict` described.

        Raises
        ------
        DataError
            When the values are damaged or of a newer version.
        """
        try:
            version = data["version"]
            if version not in (VERSION, WITH_CODES):
                raise DataError(
                    f"the stored preparation must have version 1 or 2; got {version!r}. "
                    "Update shoal to read it."
                )
            found = cls(
                columns=tuple(Column.from_dict(column) for column in data["columns"]),
                dropped=tuple((str(name), str(reason)) for name, reason in data["dropped"]),
                notes=tuple(map(str, data["notes"])),
                id=_name(data["id"]),
                weight=_name(data["weight"]),
                label=_name(data["label"]),
                missing=_one_of("missing", data["missing"], FILLS),
                scale=_one_of("scale", data["scale"], SCALES),
                transformation=_one_of("transform", data["transform"], TRANSFORMS),
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"the stored preparation is damaged: {error!r}.") from error
        if not found.columns or len(set(found.column_names)) != len(found.columns):
            raise DataError("the stored preparation is damaged: its columns are not distinct.")
        return found


def _name(value: object) -> str | None:
    return None if value is None else str(value)


def _one_of(what: str, value: object, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ParameterError(f"{what} must be one of {', '.join(allowed)}; got {value!r}.")
    return str(value)


def prepare(
    table: Table,
    *,
    columns: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    id: str | None = None,  # noqa: A002 - the option's name
    weight: str | None = None,
    label: str | None = None,
    types: Mapping[str, str] | None = None,
    missing: str = "median",
    scale: str = "standard",
    transform: str = "none",
    encode: str = "indicators",
) -> tuple[Matrix, Preparation]:
    """Choose columns, encode categories, fill missing values and scale.

    Parameters
    ----------
    table : Table
        As `read_table` returns it.
    columns : sequence of str, optional
        Exactly the columns to use, in this order. Without it all are used but identifiers,
        dates, free text, constant and empty columns; `Preparation.dropped` says which and why.
    drop : sequence of str, optional
        Columns not to use.
    id, weight, label : str, optional
        Columns kept aside: the id is only shown, the weights (finite, not negative) count as
        repetitions of a row, the label is a known truth that is never used.
    types : mapping of str to str, optional
        ``"number"``, ``"category"``, ``"boolean"``, ``"date"``, ``"text"`` or ``"ignore"`` per
        column name, where the rules of `shoal.data.kinds` judge wrongly.
    missing : {"median", "mean", "drop", "error", "keep"}, default "median"
        What becomes of missing values: a number is replaced by its column's median or mean and a
        missing category is a level of its own; or rows with any are left out; or the first is an
        error. ``"keep"`` leaves them missing, as NaN, for algorithms that can compare such rows;
        it needs categories as codes.
    scale : {"standard", "robust", "minmax", "none"}, default "standard"
        Numbers have mean 0 and standard deviation 1; or median 0 and interquartile range 1; or
        minimum 0 and maximum 1; or stay as they are.
    transform : {"none", "log", "auto"}, default "none"
        ``"log"`` takes log(1 + x) of every number column without negative values, ``"auto"`` of
        those with a skewness above 2. The inverse undoes it.
    encode : {"indicators", "codes", "categories"}, default "indicators"
        A category becomes several features of 0 and 1, or one feature that holds the place of its
        level, for algorithms that know categories. With ``"categories"`` numbers and dates become
        categories too: each value where there are at most ten, else five ranges of about equally
        many rows; `scale` and `transform` then say nothing.

    Returns
    -------
    matrix : Matrix
        The numbers to cluster, all finite but for missing ones that are kept.
    preparation : Preparation
        How they came about; turns new rows into features and features back into original units.

    Raises
    ------
    DataError
        When no column can be used, or a value is unfit; the message names its place.
    ParameterError
        When an option is outside its allowed values or names an unknown column.

    Notes
    -----
    A category of at most 20 levels becomes one 0/1 indicator per level; of more, the 19 commonest
    keep theirs and the rest share ``"(other)"``. Indicators are not standardised. Under
    ``scale="standard"`` two rows with different levels are a squared distance of 2 apart, which
    is what two random rows differ by on a standardised number; so a category weighs as one
    number, and a rare level no more than a common one. A boolean is one 0/1 feature, scaled to the
    same distance; with ``scale="none"`` it stays 0/1. The other scalings keep this proportion.

    Time and memory are linear in the size of the table; the result is deterministic.

    Examples
    --------
    >>> from shoal.data.read import read_table
    >>> plans = {20: "basic", 40: "plus", 30: "basic"}
    >>> rows = [{"age": age, "plan": plan} for age, plan in plans.items()]
    >>> matrix, preparation = prepare(read_table(rows))
    >>> matrix.feature_names
    ('age', 'plan=basic', 'plan=plus')
    >>> preparation.inverse(matrix.X)["age"].tolist()
    [20.0, 40.0, 30.0]
    """
    missing = _one_of("missing", missing, FILLS)
    scale = _one_of("scale", scale, SCALES)
    transform = _one_of("transform", transform, TRANSFORMS)
    encode = _one_of("encode", encode, ENCODINGS)
    if missing == "keep" and encode == "indicators":
        raise ParameterError(
            "missing must be median, mean, drop or error where categories become indicators; got "
            "'keep'. Take an algorithm that compares rows with missing values: shoal algorithms."
        )
    if table.n_rows < 2:
        raise DataError(f"{table.source} has only one row. Groups need at least two.")
    roles, notes = choose_roles(table, columns, id, weight, label)
    choice = choose_columns(table, roles, columns=columns, drop=drop, types=types)
    notes += choice.notes
    raw = {name: as_raw(table, name, found.kind) for name, found in choice.used}
    rows, said = fitting.keep_rows(table, raw, missing)
    notes += said
    weights = None if weight is None else fitting.weights(table, weight)[rows]
    fitted = fitting.fit_columns(
        table, choice, raw, rows, weights, missing=missing, scale=scale, transform=transform,
        encode=encode,
    )  # fmt: skip
    notes += fitted.notes
    X, _ = fitting.build(fitted.columns, raw, rows)
    if np.isinf(X).any() or (missing != "keep" and np.isnan(X).any()):
        raise DataError(f"{table.source} holds numbers too large to scale.")
    preparation = Preparation(
        columns=fitted.columns,
        dropped=(*choice.dropped, *fitted.dropped),
        notes=tuple(notes),
        id=roles.id,
        weight=roles.weight,
        label=roles.label,
        missing=missing,
        scale=scale,
        transformation=transform,
    )
    truth = None if roles.label is None else fitting.truth(table, roles.label)[rows]
    matrix = Matrix(
        X, preparation.feature_names, rows, weights, truth, tuple(notes), preparation.categorical
    )
    return matrix, preparation
