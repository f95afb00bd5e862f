"""What each column of a table is: number, category, boolean, date, text, identifier, constant.

The rules, for a column of which nothing was said:

* **empty**: no value at all. **constant**: one value and nothing missing (a number with one value
  is constant whatever is missing).
* **number**: float64 as read. It is an **identifier** when all values are present, whole and
  different, and either its name ends in a word such as id, key or number, or it counts the rows,
  up or down, from or to 0 or 1 (20 rows at least). A name alone proves nothing, and a number with
  a fraction is never an identifier.
* **boolean**: the type itself, or text of true and false in any case, with nothing missing.
* **date**: a date or time type, or text of which every value is a date.
* **category**: text with at most half as many levels as values, and at most 50 levels or one for
  every 100 values; text with one or two levels always.
* **identifier**: text whose values are all different, present and without blanks (5 rows at
  least). **text**: any other text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shoal.data.columns import kind_of, trouble_of

if TYPE_CHECKING:
    import pyarrow as pa

    from shoal.data.table import Table

__all__ = ["Judgement", "judge", "looks_like_id", "values_differ"]

MANY_LEVELS = 50
ROWS_PER_LEVEL = 100
COUNTER_ROWS = 20
ID_ROWS = 5

ID_WORDS = frozenset(
    [
        "id",
        "ids",
        "key",
        "pk",
        "number",
        "num",
        "no",
        "nr",
        "code",
        "uuid",
        "guid",
        "identifier",
        "rowid",
        "index",
        "idx",
        "sku",
        "ref",
        "reference",
        "serial",
    ]
)
GLUED = re.compile(
    r"(customer|cust|client|user|account|acct|member|person|patient|employee|order|invoice|product"
    r"|item|record|session|visit|transaction|trans|device|row|contact|student|household)"
    r"(id|key|number|num|no|nr|code)"
)
DATE_TEXT = (
    r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
    r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm]|Z|[+-]\d{2}:?\d{2})?)?\s*$"
)
BOOLEANS = frozenset(["true", "false"])


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a column is, and the reason to leave it out, or None."""

    kind: str
    missing: int
    reason: str | None = None


def looks_like_id(name: str) -> bool:
    """Whether the last word of a name is one that identifiers carry."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    if not words:
        return False
    last = words[-1].casefold()
    return last in ID_WORDS or GLUED.fullmatch(last) is not None


def judge(table: Table, name: str, said: str | None = None) -> Judgement:
    """Judge one column; `said` is what ``types=`` says of it.

    A column of numbers with a few other values is ``"troubled"`` when nothing was said of it; the
    reason is then the sentence to raise by whoever wants to use it.
    """
    import pyarrow as pa

    index = table.data.schema.get_field_index(name)
    column = table.data.column(index)
    field = table.data.schema.field(index)
    said = said or kind_of(field)
    missing = column.null_count
    trouble = trouble_of(field)
    if trouble and said in (None, "number"):
        return Judgement("troubled", missing, trouble)
    if said == "ignore":
        return Judgement("ignore", missing, "you said to ignore it")
    if said == "text":
        return Judgement("text", missing, "you said it is text")
    if missing == len(column):
        return Judgement("empty", missing, "it has no values")
    if said is not None:
        return _said(column, said, missing)
    if pa.types.is_floating(column.type):
        return _number(column, name, missing)
    if pa.types.is_boolean(column.type):
        return _categorical(column, "boolean" if not missing else "category", missing)
    if pa.types.is_temporal(column.type):
        return _date(missing)
    if pa.types.is_string(column.type):
        return _text(column, missing)
    return Judgement("other", missing, f"its type {column.type} is neither number nor text")


def _said(column: pa.ChunkedArray, said: str, missing: int) -> Judgement:
    if said == "boolean" and missing:
        said = "category"
    if said in ("number", "date"):
        different = values_differ(column)
    else:
        different = missing > 0 or values_differ(column)
    return Judgement(said, missing, None if different else _constant(column))


def values_differ(column: pa.ChunkedArray) -> bool:
    """Whether a column holds two different values, missing ones aside."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        ends = pc.min_max(column)
        return bool(ends["min"].as_py() != ends["max"].as_py())
    values = column.drop_null()
    return len(values) > 0 and not bool(pc.all(pc.equal(values, values[0])).as_py())


def _constant(column: pa.ChunkedArray) -> str:
    value = column.drop_null()[0].as_py()
    shown = f"{value:g}" if isinstance(value, float) else repr(value)
    return f"it is constant (always {shown if len(shown) <= 40 else shown[:39] + '…'})"


def _number(column: pa.ChunkedArray, name: str, missing: int) -> Judgement:
    if not values_differ(column):
        return Judgement("constant", missing, _constant(column))
    if missing == 0:
        values = column.to_numpy()
        reason = _counts_rows(values, name)
        if reason:
            return Judgement("identifier", missing, reason)
    return Judgement("number", missing)


def _counts_rows(values: np.ndarray[tuple[int], np.dtype[np.float64]], name: str) -> str | None:
    n = len(values)
    named = looks_like_id(name)
    if n < (2 if named else COUNTER_ROWS) or np.any(values != np.floor(values)):
        return None
    steps = np.diff(values)
    counts = bool(np.all(steps == 1.0) or np.all(steps == -1.0))
    # Years in a row are a quantity; the number of a row starts at its beginning.
    if counts and (named or min(values[0], values[-1]) in (0.0, 1.0)):
        return "it looks like an identifier: it counts the rows"
    if named and len(np.unique(values)) == n:
        return f"it looks like an identifier: its {n:,} values are all different"
    return None


def _categorical(column: pa.ChunkedArray, kind: str, missing: int) -> Judgement:
    if missing or values_differ(column):
        return Judgement(kind, missing)
    return Judgement("constant", missing, _constant(column))


def _date(missing: int) -> Judgement:
    return Judgement("date", missing, "it holds dates; name it in columns to use it")


def _text(column: pa.ChunkedArray, missing: int) -> Judgement:
    import pyarrow.compute as pc

    present = len(column) - missing
    levels = pc.unique(column.drop_null())
    count = len(levels)
    if count <= 2:
        lower = {str(level).strip().casefold() for level in levels.to_pylist()}
        kind = "boolean" if lower <= BOOLEANS and count == 2 and not missing else "category"
        if present > count or count == 1:
            return _categorical(column, kind, missing)
    if pc.all(pc.match_substring_regex(levels, DATE_TEXT)).as_py():
        return _date(missing)
    if 2 * count <= present and count <= max(MANY_LEVELS, present // ROWS_PER_LEVEL):
        return Judgement("category", missing)
    distinct = count == present and missing == 0 and count >= ID_ROWS
    if distinct and not pc.any(pc.match_substring_regex(levels, r"\S\s+\S")).as_py():
        reason = f"it looks like an identifier: its {count:,} values are all different"
        return Judgement("identifier", missing, reason)
    return Judgement(
        "text", missing, f"it is text with {count:,} different values in {present:,} rows"
    )
