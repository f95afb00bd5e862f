"""What is wrong with a delimited text, and on which line; walked only when something is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shoal.data.dialect import BLANK, Dialect
from shoal.errors import DataError

if TYPE_CHECKING:
    from shoal.data.csv_text import Text

__all__ = [
    "check_quotes",
    "contains",
    "count",
    "explain",
    "first_record",
    "has_codes",
    "lines_are_rows",
    "record_at",
    "records",
    "repeated",
]

BLOCK = 1 << 20


def contains(body: memoryview, mark: bytes) -> bool:
    """Whether a one-byte mark occurs."""
    return any(mark in bytes(body[at : at + BLOCK]) for at in range(0, body.nbytes, BLOCK))


def count(body: memoryview, mark: bytes) -> int:
    """How often a one-byte mark occurs."""
    return sum(bytes(body[at : at + BLOCK]).count(mark) for at in range(0, body.nbytes, BLOCK))


def has_codes(body: memoryview, dialect: Dialect) -> bool:
    """Whether some cell is a whole number with leading zeros, such as ``00501``.

    A vectorised look for "separator, zero, digit" comes first, because the exact pattern is slow.
    """
    import numpy as np

    mark = dialect.delimiter
    exact = re.compile(
        rb"[\n\r\""
        + re.escape(mark.encode())
        + rb"]0\d+(?![^\n\r\""
        + re.escape(mark.encode())
        + rb"])"
    )
    for at in range(0, body.nbytes, BLOCK):
        block = bytes(body[at : at + BLOCK + 64])
        codes = np.frombuffer(block, dtype=np.uint8)
        before = np.isin(codes[:-2], list(b'\n\r"' + mark.encode()), kind="table")
        digit = codes[2:] - np.uint8(48) < 10
        if np.any(before & (codes[1:-1] == 48) & digit) and exact.search(block):
            return True
    return False


def _lines(body: memoryview) -> Iterator[str]:
    import pyarrow as pa

    raw = io.BufferedReader(pa.BufferReader(pa.py_buffer(body)))
    return iter(io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline=""))


def records(
    body: memoryview, delimiter: str, *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Line (from 1) and fields of each record that is not blank."""
    reader = csv.reader(_lines(body), delimiter=delimiter, strict=strict)
    line = 1
    for record in reader:
        if record:
            yield line, record
        line = reader.line_num + 1


def first_record(body: memoryview, delimiter: str) -> list[str]:
    """Fields of the first record; a field too long for the csv module counts as damage."""
    try:
        return next(records(body, delimiter), (1, [""]))[1]
    except csv.Error:
        return next(_lines(body), "").rstrip("\r\n").split(delimiter)


def record_at(text: Text, row: int) -> tuple[int, list[str] | None]:
    """Line of the file and fields of a data row."""
    ordinal = row + int(text.dialect.header)
    try:
        for seen, (line, record) in enumerate(records(text.body, text.dialect.delimiter)):
            if seen == ordinal:
                return text.skipped + line, record
    except csv.Error:
        return text.first_line + row, None
    return text.first_line + row, None


def repeated(names: Sequence[str]) -> tuple[str, list[int]] | None:
    """Find the first name that occurs twice and its places, counted from 1."""
    if len(set(names)) == len(names):
        return None
    first: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if name in first:
            return name, [at for at, other in enumerate(names, start=1) if other == name]
        first[name] = place
    return None


def lines_are_rows(body: memoryview, n_rows: int, first_line: int) -> bool:
    """Whether data row i stands on line ``first_line + i`` for every i."""
    breaks = count(body, b"\n") or count(body, b"\r")
    header = first_line > 1
    open_end = bytes(body[-1:]) not in (b"\n", b"\r")
    return breaks + open_end == n_rows + header


def check_quotes(text: Text, n_rows: int) -> None:
    """Refuse a text in which a stray quotation mark has swallowed rows.

    Fields may hold newlines when quoted properly; this walks the text only when rows and lines
    differ in number, which blank lines and quoted newlines explain.
    """
    if lines_are_rows(text.body, n_rows, text.first_line - text.skipped):
        return
    if not contains(text.body, b'"'):
        return
    seen = 0
    try:
        for _ in records(text.body, text.dialect.delimiter, strict=True):
            seen += 1
    except csv.Error as error:
        if "field limit" in str(error):
            return
        line = _quote_line(text, seen)
        raise DataError(
            f"{text.name}, line {line}: a quotation mark is opened and not properly closed, which "
            'joins the rows after it. Close it, or write it twice ("") inside quotes.'
        ) from error


def _quote_line(text: Text, seen: int) -> int:
    """Line on which record number `seen` starts."""
    for index, (line, _) in enumerate(records(text.body, text.dialect.delimiter)):
        if index == seen:
            return text.skipped + line
    return text.skipped + 1


def explain(text: Text, message: str) -> DataError:
    """Turn pyarrow's message about the structure of a text into ours."""
    width = len(text.columns)
    try:
        for line, record in records(text.body, text.dialect.delimiter):
            if len(record) != width:
                return _ragged(text, text.skipped + line, len(record), width)
    except csv.Error as error:
        return DataError(f"{text.name} cannot be read as a table: {error}.")
    return DataError(f"{text.name} cannot be read as a table: {message.splitlines()[0]}.")


def _ragged(text: Text, line: int, fields: int, width: int) -> DataError:
    said = "blanks" if text.dialect.delimiter == BLANK else repr(text.dialect.delimiter)
    header = "the header has" if text.dialect.header else "the first line has"
    return DataError(
        f"{text.name}, line {line} has {fields} field{'s' * (fields != 1)} where {header} {width} "
        f"(delimiter {said}). Correct the line, or name another delimiter with --delimiter."
    )
