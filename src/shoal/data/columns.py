"""From raw columns to the columns of a table: float64 numbers, everything else as read.

One rule decides what a column of mixed cells is, whatever file it comes from. A column is a
number column when at least half of its values are numbers and the others are few: at most five
different values, or one value in twenty. The first of these others is then an error, because
taking the column for text would drop it silently. Otherwise the column is text.

A column that breaks the rule, or holds infinity, may still be one that nobody uses. So it is kept
as text with its trouble in the field's metadata, and whoever uses the column raises it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from shoal.data.dialect import MISSING
from shoal.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "KINDS",
    "Cells",
    "Settled",
    "check_numbers",
    "check_types",
    "decide_text",
    "kind_of",
    "not_a_number",
    "role_of",
    "settle",
    "tag",
    "too_long_for_float",
    "trouble_of",
]

KINDS = ("number", "category", "boolean", "date", "text", "ignore")
"""What ``types=`` may say of a column."""

NUMBER_LIKE = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
NUMBER_COMMA = r"^\s*[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?\s*$"
INFINITE = r"(?i)^\s*[+-]?inf(inity)?\s*$"
GROUPED = r"^\s*[+-]?\d{1,3}(,\d{3})+(\.\d*)?\s*$"
CODE = r"^\s*0\d+\s*$"

EXACT = 2.0**53
FEW_VALUES = 5
FEW_SHARE = 0.05
CODE_SHARE = 0.001

STAND_INS = frozenset(["?", "-", "--", ".", "*", "unknown", "missing", "none", "undefined"])
"""Text that often stands for a missing value; guessing so would be silent, so we only say it."""

KIND_KEY, ROLE_KEY, TROUBLE_KEY = b"shoal.kind", b"shoal.role", b"shoal.trouble"


class Cells(Protocol):
    """Where the values of one column stand, for messages."""

    @property
    def name(self) -> str:
        """Name of the column."""

    def place(self, row: int) -> tuple[str, str | None]:
        """Words for the place of a row, and the cell as written where that is known."""


def check_types(types: Mapping[str, str] | None) -> dict[str, str]:
    """Validate ``types=``."""
    for name, kind in (types or {}).items():
        if kind not in KINDS:
            raise ParameterError(
                f"types[{name!r}] must be one of {', '.join(KINDS)}; got {kind!r}."
            )
    return dict(types or {})


def tag(
    name: str,
    kind: pa.DataType,
    said: str | None = None,
    role: str | None = None,
    trouble: str | None = None,
) -> pa.Field:
    """Make a field that remembers what the user said of the column, its role and its trouble."""
    import pyarrow as pa

    known = ((KIND_KEY, said), (ROLE_KEY, role), (TROUBLE_KEY, trouble))
    metadata = {key: value.encode() for key, value in known if value}
    return pa.field(name, kind, metadata=metadata or None)


def kind_of(field: pa.Field) -> str | None:
    """Tell what ``types=`` said of a column when it was read."""
    found = (field.metadata or {}).get(KIND_KEY)
    return found.decode() if found else None


def role_of(field: pa.Field) -> str | None:
    """``"label"`` for the known truth of a sample, else None."""
    found = (field.metadata or {}).get(ROLE_KEY)
    return found.decode() if found else None


def trouble_of(field: pa.Field) -> str | None:
    """Give the sentence that forbids using a column as it is, or None."""
    found = (field.metadata or {}).get(TROUBLE_KEY)
    return found.decode() if found else None


def not_a_number(where: str, value: object, name: str) -> DataError:
    """Make the sentence for a value that is no number."""
    stands_in = isinstance(value, str) and value.strip().casefold() in STAND_INS
    rest = " If it means that the value is missing, leave the cell empty." if stands_in else ""
    return DataError(
        f"{where}: {_shown(value)} is not a number. Drop the column with --drop {_arg(name)}, "
        f"or treat it as a category with --types {_arg(name + '=category')}.{rest}"
    )


def _arg(text: str) -> str:
    import shlex

    return shlex.quote(text)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…'"


class Settled(NamedTuple):
    """A column decided: its values, remarks, and why it cannot be used as it is, or None."""

    values: pa.ChunkedArray
    notes: list[str]
    trouble: str | None = None


def settle(column: pa.ChunkedArray, cells: Cells, kind: str | None, decimal: str = ".") -> Settled:
    """Decide what one column is, keeping it as text when it breaks the rule."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return Settled(*decide_text(column, cells, kind, decimal))
    except DataError as error:
        return Settled(pc.cast(column, pa.string()), [], str(error))


def decide_text(
    column: pa.ChunkedArray, cells: Cells, kind: str | None, decimal: str
) -> tuple[pa.ChunkedArray, list[str]]:
    """Decide what one column is, given as float64 or as text; see the module's rule."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        return check_numbers(column, cells), []
    column = _without_missing(column)
    if kind is not None and kind != "number":
        return column, []
    values = column.drop_null()
    if not len(values):
        return pc.cast(column, pa.float64()), []
    if decimal == "?" and pc.any(pc.match_substring_regex(values, GROUPED)).as_py():
        raise _unclear(column, cells)
    pattern = NUMBER_COMMA if decimal == "," else NUMBER_LIKE
    fits = pc.or_(
        pc.match_substring_regex(column, pattern), pc.match_substring_regex(column, INFINITE)
    )
    n_fit = pc.sum(fits).as_py() or 0
    if n_fit == len(values):
        if kind is None and _too_long(values):
            return column, [
                f"{cells.name!r} holds whole numbers too long to be kept exactly, so it is text."
            ]
        codes = pc.sum(pc.match_substring_regex(values, CODE)).as_py()
        if kind is None and codes >= CODE_SHARE * len(values) and codes:
            return column, [f"{cells.name!r} holds codes with leading zeros, so it is text."]
        numbers = _to_numbers(column, decimal)
        plural = "s were" if codes > 1 else " was"
        said = f"{cells.name!r}: {codes:,} value{plural} read without leading zeros."
        return check_numbers(numbers, cells), [said] if codes and kind is None else []
    if decimal == "." and _grouped(values):
        plain = pc.replace_substring(column, ",", "")
        numbers = check_numbers(pc.cast(plain, pa.float64()), cells)
        return numbers, [f"{cells.name!r}: commas were read as separators of thousands."]
    others = pc.filter(column, pc.invert(fits))
    few = len(others) <= FEW_SHARE * len(values) or len(pc.unique(others)) <= FEW_VALUES
    if kind == "number" or (2 * n_fit >= len(values) and few):
        row = pc.index(fits, False).as_py()
        where, written = cells.place(row)
        raise not_a_number(where, others[0].as_py() if written is None else written, cells.name)
    return column, []


def too_long_for_float(table: pa.Table) -> bool:
    """Whether some float64 column reaches whole numbers that float64 cannot hold exactly."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for column in table.columns:
        if pa.types.is_floating(column.type):
            extremes = pc.min_max(column)
            if any(abs(end.as_py() or 0.0) >= EXACT for end in extremes.values()):
                return True
    return False


def _too_long(values: pa.ChunkedArray) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    long = pc.filter(values, pc.match_substring_regex(values, r"^\s*[+-]?\d{16,}\s*$"))
    numbers = pc.cast(pc.replace_substring_regex(long, r"[\s+]", ""), pa.float64())
    return bool(pc.any(pc.greater_equal(pc.abs(numbers), EXACT)).as_py())


def _without_missing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Make spellings of "missing" null that are written with blanks around them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    absent = pc.is_in(pc.utf8_trim_whitespace(column), value_set=pa.array(sorted(MISSING)))
    if not pc.any(absent).as_py():
        return column
    return pc.if_else(absent, pa.scalar(None, pa.string()), column)


def _grouped(values: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    grouped = pc.match_substring_regex(values, GROUPED)
    plain = pc.match_substring_regex(values, NUMBER_LIKE)
    return bool(pc.any(grouped).as_py()) and bool(pc.all(pc.or_(grouped, plain)).as_py())


def _unclear(column: pa.ChunkedArray, cells: Cells) -> DataError:
    import pyarrow.compute as pc

    row = pc.index(pc.match_substring_regex(column, GROUPED), True).as_py()
    where, written = cells.place(row)
    shown = column[row].as_py() if written is None else written
    return DataError(
        f"{where}: {shown!r} may have a decimal comma or a separator of thousands. "
        "Say which sign marks decimals with --decimal , or --decimal ."
    )


def _to_numbers(column: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.utf8_trim_whitespace(column)
    if decimal == ",":
        text = pc.replace_substring(text, ",", ".")
    # Arrow's cast knows no leading plus sign.
    return pc.cast(pc.replace_substring_regex(text, r"^\+", ""), pa.float64())


def check_numbers(column: pa.ChunkedArray, cells: Cells) -> pa.ChunkedArray:
    """Turn NaN into missing and refuse infinity."""
    import pyarrow as pa
    import pyarrow.compute as pc

    infinite = pc.is_inf(column)
    if pc.any(infinite).as_py():
        row = pc.index(infinite, True).as_py()
        where, written = cells.place(row)
        shown = str(column[row].as_py()) if written is None else written.strip()
        raise DataError(
            f"{where}: {shown!r} is not a finite number. Correct the value, leave it empty if it "
            f"is missing, or drop the column with --drop {_arg(cells.name)}."
        )
    nans = pc.is_nan(column)
    if pc.any(nans).as_py():
        column = pc.if_else(nans, pa.scalar(None, pa.float64()), column)
    return column
