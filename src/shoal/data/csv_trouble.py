"""What is wrong with a delimited text, and on which line; walked only when something is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shoal.data.dialect import BLANK, Dialect
from shoal.errors import DataError

if TYPE_CHECKING:
    from shoal.data.csv_text import Text

__all__ = [
    "contains",
    "count",
    "even_without_quotes",
    "explain",
    "first_record",
    "has_codes",
    "lines_are_rows",
    "record_at",
    "records",
    "repeated",
    "stray_quote",
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

    ends = b'\n\r"' + dialect.delimiter.encode()
    exact = re.compile(rb"[%b]0\d+(?=[%b]|\Z)" % (re.escape(ends), re.escape(ends)))
    before = np.zeros(256, dtype=bool)
    before[list(ends)] = True
    for at in range(0, body.nbytes, BLOCK):
        block = bytes(body[at : at + BLOCK + 64])
        codes = np.frombuffer(block, dtype=np.uint8)
        digit = codes[2:] - np.uint8(48) < 10
        if np.any(before[codes[:-2]] & (codes[1:-1] == 48) & digit) and exact.search(block):
            return True
    return False


def _lines(body: memoryview) -> Iterator[str]:
    import pyarrow as pa

    raw = io.BufferedReader(pa.BufferReader(pa.py_buffer(body)))
    return iter(io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline=""))


def records(text: Text, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Line (from 1) and fields of each record that is not blank."""
    reader = csv.reader(
        _lines(text.body),
        delimiter=text.dialect.delimiter,
        strict=strict,
        quoting=csv.QUOTE_MINIMAL if text.quoted else csv.QUOTE_NONE,
    )
    line = 1
    for record in reader:
        if record:
            yield text.skipped + line, record
        line = reader.line_num + 1


def first_record(body: memoryview, delimiter: str) -> list[str]:
    """Fields of the first record; a field too long for the csv module counts as damage."""
    try:
        return next(csv.reader(_lines(body), delimiter=delimiter), [""])
    except csv.Error:
        return next(_lines(body), "").rstrip("\r\n").split(delimiter)


def record_at(text: Text, row: int) -> tuple[int, list[str] | None]:
    """Line of the file and fields of a data row."""
    ordinal = row + int(text.dialect.header)
    try:
        for seen, (line, record) in enumerate(records(text)):
            if seen == ordinal:
                return line, record
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


def lines_are_rows(text: Text, n_rows: int) -> bool:
    """Whether data row i stands on line ``first_line + i`` for every i."""
    tail = bytes(text.body[-64:])
    breaks = count(text.body, b"\n") or count(text.body, b"\r")
    blank_end = len(tail) - len(tail.rstrip(b"\r\n"))
    breaks -= (
        tail[len(tail) - blank_end :].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
    )
    return breaks + 1 == n_rows + text.dialect.header


def stray_quote(text: Text, n_rows: int) -> int | None:
    """Line on which a quotation mark opens that joins rows wrongly, or None.

    Fields may hold newlines when quoted properly; this walks the text only when rows and lines
    differ in number, which blank lines and quoted newlines explain.
    """
    if not text.quoted or lines_are_rows(text, n_rows) or not contains(text.body, b'"'):
        return None
    last = 0
    try:
        for line, _ in records(text, strict=True):
            last = line
    except csv.Error as error:
        if "field limit" in str(error):
            return None
        return next((line for line, _ in records(text) if line > last), text.skipped + 1)
    return None


def even_without_quotes(text: Text) -> bool:
    """Whether every line has as many fields as columns when quotation marks mean nothing."""
    width = len(text.columns)
    plain = replace(text, quoted=False)
    try:
        return all(len(record) == width for _, record in records(plain))
    except csv.Error:
        return False


def explain(text: Text, message: str) -> DataError:
    """Turn pyarrow's message about the structure of a text into ours."""
    width = len(text.columns)
    try:
        for line, record in records(text):
            if len(record) != width:
                return _ragged(text, line, len(record), width)
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
