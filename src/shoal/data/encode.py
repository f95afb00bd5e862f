"""One column to its features and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal.data.columns import decide_text, trouble_of
from shoal.data.frames import RowCells, number_text
from shoal.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from shoal.data.table import Table

__all__ = [
    "MISSING_LEVEL",
    "OTHER_LEVEL",
    "Column",
    "as_dates",
    "as_levels",
    "as_numbers",
    "day_words",
]

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

OTHER_LEVEL = "(other)"
MISSING_LEVEL = "(missing)"
DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of the table becomes one or more features.

    Attributes
    ----------
    name : str
        Name in the table.
    kind : str
        ``"number"``, ``"category"``, ``"boolean"`` or ``"date"`` (days since 1970-01-01).
    features : tuple of str
        Names of its features, in order: the name itself, or ``"name=level"`` per level.
    levels : tuple of str
        Levels of a category, one per feature, the commonest first; then ``"(other)"`` and
        ``"(missing)"`` where there are such rows. Of a boolean, the words for 0 and for 1; of a
        number cut into ranges, words for these.
    fill : float or None
        What replaces a missing number, in original units; None where missing values are refused
        or their rows left out. Of a boolean, the share of ones.
    centre, scale : float
        A feature is ``(value - centre) / scale``, where `value` is the number, or 0 and 1 for a
        category's indicator and a boolean.
    transform : str
        ``"none"``, or ``"log1p"`` applied to a number before centring.
    missing : int
        Missing values in the table it was fitted on.
    coded : bool
        Whether the one feature holds the place of the level among `levels`, -1 for a level
        unknown to the fit and NaN for a missing value.
    edges, middles : tuple of float
        Of a number cut into ranges, where all but the first begin, and the median of each.
    """

    name: str
    kind: str
    features: tuple[str, ...]
    levels: tuple[str, ...] = ()
    fill: float | None = None
    centre: float = 0.0
    scale: float = 1.0
    transform: str = "none"
    missing: int = 0
    coded: bool = False
    edges: tuple[float, ...] = ()
    middles: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; what only coded columns have is left out of the others."""
        of_codes = {
            "coded": self.coded,
            "edges": list(self.edges),
            "middles": list(self.middles),
        }
        return {
            "name": self.name,
            "kind": self.kind,
            "features": list(self.features),
            "levels": list(self.levels),
            "fill": self.fill,
            "centre": self.centre,
            "scale": self.scale,
            "transform": self.transform,
            "missing": self.missing,
            **(of_codes if self.coded else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Column:
        """Rebuild the column `to_dict` described, its values checked."""
        fill = data["fill"]
        column = cls(
            name=str(data["name"]),
            kind=str(data["kind"]),
            features=tuple(map(str, data["features"])),
            levels=tuple(map(str, data["levels"])),
            fill=None if fill is None else float(fill),
            centre=float(data["centre"]),
            scale=float(data["scale"]),
            transform=str(data["transform"]),
            missing=int(data["missing"]),
            coded=bool(data.get("coded", False)),
            edges=tuple(map(float, data.get("edges", ()))),
            middles=tuple(map(float, data.get("middles", ()))),
        )
        column.check()
        return column

    def check(self) -> None:
        """Refuse what no fitted column holds; a stored one may be damaged."""
        numbers = (self.centre, self.scale, self.fill or 0.0, *self.edges, *self.middles)
        wide = len(self.levels) if self.kind == "category" and not self.coded else 1
        ranges = len(self.levels) if self.coded and self.kind in ("number", "date") else 0
        if (
            self.kind not in ("number", "category", "boolean", "date")
            or self.transform not in ("none", "log1p")
            or not all(map(math.isfinite, numbers))
            or self.scale <= 0
            or len(self.features) != wide
            or (self.kind == "boolean" and len(self.levels) != 2)
            or len(self.middles) != ranges
            or len(self.edges) != max(ranges - 1, 0)
            or list(self.edges) != sorted(set(self.edges))
        ):
            raise DataError(f"the stored preparation of column {self.name!r} is damaged.")

    def encode(self, values: Floats | Texts, out: Floats) -> int:
        """Write the features of raw values into `out`; return how many levels were unknown.

        Parameters
        ----------
        values : ndarray of shape (n,)
            Float64 with NaN for missing, or for categories and booleans text with None.
        out : ndarray of shape (n, n_features)
            Columns of the matrix.
        """
        if self.coded:
            return self._encode_codes(values, out)
        if self.kind == "category":
            return self._encode_levels(values, out)
        unknown = 0
        if self.kind == "boolean":
            numbers = self._truths(values)
            unknown = int(np.isnan(numbers).sum())
            numbers = np.where(np.isnan(numbers), self.fill or 0.0, numbers)
        else:
            numbers = values.astype(np.float64)
            if self.fill is not None:
                numbers = np.where(np.isnan(numbers), self.fill, numbers)
        out[:, 0] = (self._forward(numbers) - self.centre) / self.scale
        return unknown

    def _truths(self, values: npt.NDArray[Any]) -> Floats:
        """0 and 1 for the words of a boolean, NaN for any other."""
        codes = {self.levels[0].casefold(): 0.0, self.levels[1].casefold(): 1.0}
        words = ["" if v is None else str(v).strip().casefold() for v in values]
        return np.array([codes.get(word, np.nan) for word in words], dtype=np.float64)

    def _encode_codes(self, values: npt.NDArray[Any], out: Floats) -> int:
        if self.kind in ("number", "date"):
            numbers = values.astype(np.float64)
            if self.fill is not None:
                numbers = np.where(np.isnan(numbers), self.fill, numbers)
            places = np.searchsorted(self.edges, numbers, side="right").astype(np.float64)
            out[:, 0] = np.where(np.isnan(numbers), np.nan, places)
            return 0
        absent = np.array([value is None for value in values], dtype=bool)
        if self.kind == "boolean":
            codes = np.nan_to_num(self._truths(values), nan=-1.0)
            out[:, 0] = np.where(absent, np.nan, codes)
        else:
            place = {level: float(i) for i, level in enumerate(self.levels)}
            missing = place.get(MISSING_LEVEL, np.nan)
            out[:, 0] = [missing if v is None else place.get(v, -1.0) for v in values]
        return int(np.count_nonzero(out[:, 0] == -1.0))

    def _encode_levels(self, values: npt.NDArray[Any], out: Floats) -> int:
        place = {level: i for i, level in enumerate(self.levels)}
        other, absent = place.get(OTHER_LEVEL, -1), place.get(MISSING_LEVEL, -1)
        codes = np.array([absent if v is None else place.get(v, other) for v in values])
        out[:] = 0.0
        rows = np.flatnonzero(codes >= 0)
        out[rows, codes[rows]] = 1.0 / self.scale
        missing = sum(v is None for v in values) if absent < 0 else 0
        return int(len(codes) - len(rows) - missing)

    def _forward(self, numbers: Floats) -> Floats:
        if self.transform == "none":
            return numbers
        # New rows may lie below zero, where log1p has no value: they count as zero.
        return np.log1p(np.maximum(numbers, 0.0))

    def decode(self, X: Floats) -> npt.NDArray[Any]:
        """Back to original units: numbers, the likeliest level, or ISO dates."""
        if self.coded:
            return self._decode_codes(X[:, 0])
        if self.kind == "category":
            words = np.array(self.levels, dtype=object)
            return np.asarray(words[np.argmax(X, axis=1)])
        numbers = X[:, 0] * self.scale + self.centre
        if self.transform == "log1p":
            numbers = np.expm1(numbers)
        if self.kind == "boolean":
            words = np.array(self.levels, dtype=object)
            return np.asarray(words[(numbers >= 0.5).astype(int)])
        return day_words(numbers) if self.kind == "date" else numbers

    def _decode_codes(self, codes: Floats) -> npt.NDArray[Any]:
        places = np.nan_to_num(codes, nan=-1.0).astype(int)
        if self.kind in ("number", "date"):
            numbers = np.array([*self.middles, np.nan])[places]
            return day_words(numbers) if self.kind == "date" else numbers
        return np.asarray(np.array([*self.levels, MISSING_LEVEL], dtype=object)[places])

    def shares(self, X: Floats) -> dict[str, Floats]:
        """Share of each level in rows of features that are means of rows, or codes."""
        if self.coded:
            return {level: (X[:, 0] == i) * 1.0 for i, level in enumerate(self.levels)}
        if self.kind == "category":
            return {level: X[:, i] * self.scale for i, level in enumerate(self.levels)}
        one = X[:, 0] * self.scale + self.centre
        return {self.levels[0]: 1.0 - one, self.levels[1]: one}


def day_words(numbers: Floats) -> Texts:
    """ISO dates of days since 1970-01-01; empty where there is none."""
    known = np.isfinite(numbers)
    stamps = np.round(np.where(known, numbers, 0.0) * DAY).astype("datetime64[us]")
    words = [str(stamp)[:10] if there else "" for stamp, there in zip(stamps, known, strict=True)]
    return np.array(words, dtype=object)


def as_numbers(table: Table, name: str) -> Floats:
    """Values of a number column, NaN where missing; text is refused with its place."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table.data.column(name)
    trouble = trouble_of(table.data.schema.field(name))
    if trouble:
        raise DataError(trouble)
    if pa.types.is_string(column.type):
        cells = RowCells(table.source, name, table.first_line)
        column, _ = decide_text(column, cells, "number", ".")
    elif pa.types.is_boolean(column.type) or pa.types.is_integer(column.type):
        column = pc.cast(column, pa.float64())
    elif not pa.types.is_floating(column.type):
        raise DataError(
            f"{table.source}, column {name!r} has type {column.type} where numbers are needed."
        )
    return np.asarray(column.to_numpy(), dtype=np.float64)


def as_levels(table: Table, name: str) -> Texts:
    """Values of a column as text, None where missing."""
    column: pa.ChunkedArray = table.data.column(name)
    found = column.to_pylist()
    return np.array([_level(value) for value in found], dtype=object)


def _level(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def as_dates(table: Table, name: str) -> Floats:
    """Days since 1970-01-01, NaN where missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table.data.column(name)
    if pa.types.is_string(column.type):
        column = _parse_dates(table, name, column)
    elif not (pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)):
        raise DataError(
            f"{table.source}, column {name!r} has type {column.type} where dates are needed."
        )
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pc.cast(column, pa.timestamp("us"))
    stamps = pc.cast(pc.cast(column, pa.timestamp("us"), safe=False), pa.int64())
    return np.asarray(pc.divide(pc.cast(stamps, pa.float64()), float(DAY)).to_numpy())


def _parse_dates(table: Table, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Read the date part of text such as 2024-03-01, 1.3.2024 or 3/25/2024."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pattern = r"^\s*(?P<a>\d{1,4})(?P<s>[-/.])(?P<b>\d{1,2})[-/.](?P<c>\d{1,4})(?:[ T].*)?$"
    parts = pc.extract_regex(column, pattern)
    bad = pc.and_(pc.is_valid(column), pc.is_null(parts))
    if pc.any(bad).as_py():
        row = pc.index(bad, True).as_py()
        where, _ = RowCells(table.source, name, table.first_line).place(row)
        raise DataError(
            f"{where}: {column[row].as_py()!r} is not a date. Write dates as 2024-03-01, or drop "
            f"the column with --drop {name}."
        )
    a, b, c = (pc.cast(pc.struct_field(parts, key), pa.int32()) for key in "abc")
    year_first = (pc.max(a).as_py() or 0) > 31
    if year_first:
        year, month, day = a, b, c
    elif pc.max(b).as_py() > 12:
        year, month, day = c, a, b
    elif pc.max(a).as_py() > 12 or pc.any(pc.equal(pc.struct_field(parts, "s"), ".")).as_py():
        year, month, day = c, b, a
    else:
        raise DataError(
            f"{table.source}, column {name!r}: dates such as {column.drop_null()[0].as_py()!r} "
            "may put the day or the month first. Write dates as 2024-03-01."
        )
    texts = [
        None if y is None else f"{y:04d}-{m:02d}-{d:02d}"
        for y, m, d in zip(year.to_pylist(), month.to_pylist(), day.to_pylist(), strict=True)
    ]
    try:
        return pc.cast(pa.chunked_array([texts], pa.string()), pa.timestamp("us"))
    except pa.ArrowInvalid as error:
        raise DataError(f"{table.source}, column {name!r} holds impossible dates.") from error
