"""Sniffing how a text table is written, on its first 64 KB.

The rules, in order:

* Candidates for the delimiter are comma, semicolon, tab and bar. A candidate needs two fields in
  the first record; the one under which most records have as many fields as the first wins, then
  the one under which most cells are numbers, then the order above.
* When no candidate fits and every record splits on blanks into the same number (two or more) of
  fields that are numbers below the first line, blanks delimit.
* Otherwise the table has one column.
* The decimal sign is a comma when more cells read as numbers with a decimal comma alone than
  with a decimal point alone. Cells such as ``1,234``, which might be either, do not vote; when
  nothing else does, the reader refuses to guess.
* The first record is no header when all its cells are numbers (but for 0, 1, 2 …
  not delimited by blanks), or when half
  of them are and these repeat or are not whole, or when half of the words among them stand again
  below, among others, in the same column (but for a whole header repeated).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["MISSING", "Dialect", "is_missing", "is_number", "sniff"]

SAMPLE_BYTES = 65536
DELIMITERS = (",", ";", "\t", "|")
BLANK = " "

MISSING = frozenset(
    [
        *("", "NA", "N/A", "n/a", "na", "N/a", "<NA>", "<na>", "#N/A", "#NA", "#N/A N/A"),
        *("NaN", "nan", "NAN", "Nan", "-NaN", "-nan", "+nan", "1.#IND", "-1.#IND", "1.#QNAN"),
        *("-1.#QNAN", "NULL", "null", "Null", "None", "NaT"),
    ]
)

_EXPONENT = r"(?:[eE][+-]?\d+)?"
POINT = re.compile(rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}")
COMMA = re.compile(rf"[+-]?(?:\d+,?\d*|,\d+){_EXPONENT}")
INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")
CODE = re.compile(r"0\d+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written.

    Attributes
    ----------
    delimiter : str
        One character; ``" "`` stands for runs of blanks.
    decimal : str
        ``"."`` or ``","``; ``"?"`` when cells such as ``1,234`` may mean two things.
    header : bool
        Whether the first record names the columns.
    records : tuple of tuple of str
        The first records, header included.
    """

    delimiter: str
    decimal: str
    header: bool
    records: tuple[tuple[str, ...], ...]

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The first data records."""
        return self.records[1:] if self.header else self.records


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing value."""
    return cell.strip() in MISSING


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether a cell is written as a number (infinity included: it is refused later)."""
    text = cell.strip()
    pattern = COMMA if decimal == "," else POINT
    return pattern.fullmatch(text) is not None or INFINITE.fullmatch(text) is not None


def sniff(sample: str, *, delimiter: str | None = None, decimal: str | None = None) -> Dialect:
    r"""Judge how the table starting with `sample` is written.

    Parameters
    ----------
    sample : str
        The start of the text, ending with a complete record where possible.
    delimiter, decimal : str, optional
        Given by the user; what is given is not judged.

    Examples
    --------
    >>> found = sniff("age;height\n31;1,75\n28;1,80\n")
    >>> found.delimiter, found.decimal, found.header
    (';', ',', True)
    """
    if delimiter is None:
        delimiter, records = _find_delimiter(sample)
    else:
        records = split(sample, delimiter)
    if decimal is None:
        decimal = _find_decimal(records[1:] or records, delimiter)
    header = _names_columns(records, delimiter, decimal)
    return Dialect(delimiter, decimal, header, tuple(tuple(record) for record in records))


def _names_columns(records: Sequence[Sequence[str]], delimiter: str, decimal: str) -> bool:
    """Whether the first record is a header; see the module's rules."""
    first = records[0]
    body = [row for row in records[1:] if len(row) == len(first) and row != first]
    words = [
        place
        for place, cell in enumerate(first)
        if not (is_missing(cell) or is_number(cell, decimal))
    ]
    again = 0
    for place in words:
        below = {row[place] for row in body if not is_missing(row[place])}
        # A box ticked in a survey is often exported as the name of its column, or nothing.
        again += first[place] in below and len(below) > 1
    if again and 2 * again >= len(words):
        return False
    numbers = [cell.strip() for cell in first if is_number(cell, decimal)]
    if 2 * len(numbers) < len(first):
        return True
    whole = [int(cell) for cell in numbers if cell.isdecimal() and len(cell) < 16]
    if len(whole) == len(first) and len(first) > 1:
        # Frames without column names are saved by pandas with the numbers 0, 1, 2 … as a header.
        return delimiter != BLANK and whole == list(range(len(first)))
    if len(numbers) == len(first):
        return False
    return len(whole) == len(numbers) == len(set(whole))


def split(sample: str, delimiter: str) -> list[list[str]]:
    """Cut `sample` into records; never empty."""
    if delimiter == BLANK:
        return [line.split() for line in sample.splitlines() if line.strip()] or [[""]]
    lines = sample.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        records.extend(record for record in reader if record)
    except csv.Error:
        # A field beyond the csv module's limit: what came before it is sample enough.
        records = records or [sample.split("\n", 1)[0].split(delimiter)]
    return records or [[""]]


def _find_delimiter(sample: str) -> tuple[str, list[list[str]]]:
    best: tuple[tuple[float, float, int], str, list[list[str]]] | None = None
    for rank, delimiter in enumerate(DELIMITERS):
        records = split(sample, delimiter)
        width = len(records[0])
        if width < 2:
            continue
        even = sum(len(record) == width for record in records) / len(records)
        score = (round(even, 3), _share_of_numbers(records[:200]), -rank)
        if best is None or score > best[0]:
            best = (score, delimiter, records)
    if best is not None:
        return best[1], best[2]
    blank = split(sample, BLANK)
    if _blank_delimited(blank):
        return BLANK, blank
    single = split(sample, ";")
    if any(COMMA.fullmatch(row[0]) and "," in row[0] for row in single[1:]) and all(
        is_number(row[0], ",") and not GROUPED.fullmatch(row[0]) for row in single[1:]
    ):
        # One column of decimal commas: the comma does not delimit.
        return ";", single
    return ",", split(sample, ",")


def _share_of_numbers(records: Sequence[Sequence[str]]) -> float:
    cells = [cell for record in records[1:] or records for cell in record]
    fit = sum(is_number(cell) or is_number(cell, ",") or is_missing(cell) for cell in cells)
    return round(fit / max(1, len(cells)), 3)


def _blank_delimited(records: list[list[str]]) -> bool:
    width = len(records[0])
    return (
        width > 1
        and all(
            len(record) == width and (all(map(is_number, record)) or index == 0)
            for index, record in enumerate(records)
        )
        and (len(records) > 1 or all(map(is_number, records[0])))
    )


def _find_decimal(body: Sequence[Sequence[str]], delimiter: str) -> str:
    """Vote over the cells of the sample; see the module's rules."""
    point = comma = unclear = 0
    for record in body:
        for cell in record:
            text = cell.strip()
            if "," in text:
                if GROUPED.fullmatch(text):
                    unclear += 1
                elif COMMA.fullmatch(text):
                    comma += 1
            elif "." in text and POINT.fullmatch(text):
                point += 1
    if comma > point:
        return ","
    # Between commas a quoted "1,234" can only be a grouped thousand.
    return "?" if unclear and not point and not comma and delimiter != "," else "."
