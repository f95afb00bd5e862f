"""Delimited text to a table: pyarrow parses, every number column declared float64."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shoal.data import csv_trouble, dialect
from shoal.data.columns import Cells, settle, tag, too_long_for_float
from shoal.data.dialect import BLANK, MISSING, Dialect
from shoal.data.encoding import to_utf8
from shoal.data.frames import RowCells
from shoal.data.source import Payload
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_csv"]

NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar", BLANK: "blanks"}
EXACT_PLACES = 3
MAX_SAMPLE = 4 << 20
FEW_LINES = 10
MAX_BLOCK = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to be parsed: UTF-8 bytes, how they are written, and the column names."""

    name: str
    body: memoryview
    dialect: Dialect
    columns: tuple[str, ...]
    skipped: int
    quoted: bool = True

    @property
    def first_line(self) -> int:
        """Line of the file on which the first data row stands."""
        return self.skipped + (2 if self.dialect.header else 1)


def read_csv(
    payload: Payload,
    *,
    types: Mapping[str, str],
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Table:
    """Read delimited text.

    A column is a number column when at least half of its values are numbers and the others are
    few: at most five different values, or one value in twenty. The first of these others is then
    the column's trouble (see `shoal.data.columns`). This is decided over the whole file.
    """
    _check_options(delimiter, decimal)
    text, notes = _open_text(payload, delimiter, encoding, decimal)
    data = _parse_numbers(text, types)
    line = csv_trouble.stray_quote(text, data.num_rows)
    if line is not None:
        if text.dialect.delimiter != "\t" or not csv_trouble.even_without_quotes(text):
            raise _unclosed(text, line)
        # Tab-separated text often has no quoting at all.
        notes.append("Quotation marks were taken as plain text.")
        text = replace(text, quoted=False)
        data = _parse_numbers(text, types)
    _check_rows(text, data)
    columns: list[pa.Array] = []
    fields: list[pa.Field] = []
    troubled = 0
    for index, name in enumerate(text.columns):
        # Finding a line walks the file; after a few troubles the row must do.
        many = troubled >= EXACT_PLACES
        cells: Cells = RowCells(text.name, name) if many else _CsvCells(text, index, name)
        kind = types.get(name)
        found = settle(data.column(index), cells, kind, text.dialect.decimal)
        notes += found.notes
        columns.append(found.values)
        fields.append(tag(name, found.values.type, kind, trouble=found.trouble))
        troubled += found.trouble is not None
    import pyarrow as pa

    table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    first_line = text.first_line if csv_trouble.lines_are_rows(text, table.num_rows) else 0
    return Table(table, payload.name, payload.notes + tuple(notes), first_line)


def _parse_numbers(text: Text, types: Mapping[str, str]) -> pa.Table:
    """Parse with number columns as float64, or all as text when some value is no plain number."""
    codes = csv_trouble.has_codes(text.body, text.dialect)
    data = None if codes else _parse(text, _text_columns(text, types))
    if data is None or too_long_for_float(data):
        data = _parse(text, set(text.columns))
    if data is None:
        raise DataError(f"{text.name} cannot be read as a table.")
    return data


def _no_rows(name: str) -> DataError:
    return DataError(f"{name} has a header but no rows. Give a file with at least one row of data.")


def _unclosed(text: Text, line: int) -> DataError:
    return DataError(
        f"{text.name}, line {line}: a quotation mark is opened and not properly closed, which "
        'joins the rows after it. Close it, or write it twice ("") inside quotes.'
    )


def _check_options(delimiter: str | None, decimal: str | None) -> None:
    if delimiter is not None and (
        len(delimiter) != 1 or delimiter in '"\n\r\0\x7f' or delimiter > "~"
    ):
        raise ParameterError(
            f"delimiter must be one ASCII character that is no quote or newline; got {delimiter!r}."
        )
    if decimal is not None and decimal not in (".", ","):
        raise ParameterError(f"decimal must be '.' or ','; got {decimal!r}.")
    if delimiter is not None and delimiter == decimal:
        raise ParameterError(f"decimal must differ from the delimiter; got {decimal!r} for both.")


def _open_text(
    payload: Payload, delimiter: str | None, encoding: str | None, decimal: str | None
) -> tuple[Text, list[str]]:
    body, said = to_utf8(payload, encoding)
    notes = [said] if said else []
    skipped = 0
    excel = re.match(rb"sep=(.)\r?\n", bytes(body[:16]))
    if excel:
        # Excel's own way of naming the delimiter.
        delimiter = delimiter or excel.group(1).decode("utf-8", "replace")
        body, skipped = body[excel.end() :], 1
    sample = _sample(body)
    if not sample.strip():
        raise DataError(f"{payload.name} is empty. Give a file with a header line and rows.")
    found = dialect.sniff(sample, delimiter=delimiter, decimal=decimal)
    if delimiter is None and found.delimiter not in (",", "\t") and len(found.records[0]) > 1:
        notes.append(f"The delimiter was found to be {NAMES[found.delimiter]}.")
    if decimal is None and found.decimal == ",":
        notes.append("Numbers were found to be written with a decimal comma.")
    if found.delimiter == BLANK:
        body = _single_blanks(body)
    body, blank_lines = _strip_blank_start(body)
    if found.header and len(found.records) == 1 and not re.search(rb"[\r\n]", body):
        raise _no_rows(payload.name)
    names, remarks = _column_names(body, found)
    notes += remarks
    return Text(payload.name, body, found, names, skipped + blank_lines), notes


def _sample(body: memoryview) -> str:
    size = dialect.SAMPLE_BYTES
    start = bytes(body[:size])
    while size < min(body.nbytes, MAX_SAMPLE) and start.count(b"\n") < FEW_LINES:
        # Very wide tables need more to show a few rows.
        size *= 4
        start = bytes(body[:size])
    if body.nbytes > len(start):
        cut = max(start.rfind(b"\n"), start.rfind(b"\r"))
        start = start[: cut + 1] if cut > 0 else start
    return start.decode("utf-8", "replace")


def _single_blanks(body: memoryview) -> memoryview:
    tidy = re.sub(rb"[ \t]+", b" ", bytes(body))
    return memoryview(re.sub(rb"(?m)^ | $| (?=\r?\n)", b"", tidy))


def _strip_blank_start(body: memoryview) -> tuple[memoryview, int]:
    found = re.match(rb"(?:[ \t]*(?:\r\n|\n|\r))*", bytes(body[: dialect.SAMPLE_BYTES]))
    head = found.group() if found else b""
    return body[len(head) :], len(head.replace(b"\r\n", b"\n"))


def _column_names(body: memoryview, found: Dialect) -> tuple[tuple[str, ...], list[str]]:
    first = csv_trouble.first_record(body, found.delimiter)
    if not found.header:
        names = tuple(f"column{i}" for i in range(1, len(first) + 1))
        said = f"No header line was found, so the columns are named {names[0]}"
        return names, [f"{said} to {names[-1]}." if len(names) > 1 else f"{said}."]
    names = tuple(cell.strip() for cell in first)
    notes = []
    if len(names) > 1 and all(map(str.isdecimal, names)):
        notes.append(f"The first line, {names[0]} to {names[-1]}, was taken for column names.")
    unnamed = [index for index, name in enumerate(names) if not name]
    if unnamed:
        filled = list(names)
        for index in unnamed:
            filled[index] = f"column{index + 1}"
        notes.append(
            f"{len(unnamed)} column{'s' * (len(unnamed) > 1)} without a name: called "
            f"{', '.join(filled[index] for index in unnamed[:5])}"
            f"{' …' if len(unnamed) > 5 else ''}."
        )
        names = tuple(filled)
    return names, notes


def _text_columns(text: Text, types: Mapping[str, str]) -> set[str]:
    """Columns to parse as text at first: what the user says, else what the sample shows."""
    chosen = {name for name, kind in types.items() if kind != "number"}
    width = len(text.columns)
    rows = [row for row in text.dialect.rows if len(row) == width]
    decimal = text.dialect.decimal
    for index, name in enumerate(text.columns):
        cells = [row[index] for row in rows if not dialect.is_missing(row[index])]
        if types.get(name) == "number":
            continue
        if any(dialect.CODE.fullmatch(cell.strip()) for cell in cells):
            # 00501 is a postcode, not 501: leading zeros mark codes.
            chosen.add(name)
        elif cells and not any(dialect.is_number(cell, decimal) for cell in cells):
            chosen.add(name)
    return chosen


def _parse(text: Text, texts: set[str]) -> pa.Table | None:
    """Parse with pyarrow; None when a value of a number column is no number."""
    import pyarrow as pa
    from pyarrow import csv

    decimal = "," if text.dialect.decimal == "," else "."
    keys = [str(index) for index in range(len(text.columns))]
    kinds = {
        key: pa.string() if name in texts else pa.float64()
        for key, name in zip(keys, text.columns, strict=True)
    }
    quoted = text.quoted and csv_trouble.contains(text.body, b'"')
    block = (16 if len(keys) > 100 else 1) << 20
    while True:
        try:
            return csv.read_csv(
                pa.BufferReader(pa.py_buffer(text.body)),
                read_options=csv.ReadOptions(
                    column_names=keys,
                    skip_rows_after_names=1 if text.dialect.header else 0,
                    block_size=block,
                ),
                parse_options=csv.ParseOptions(
                    delimiter=text.dialect.delimiter,
                    quote_char='"' if text.quoted else False,
                    newlines_in_values=quoted,
                ),
                convert_options=csv.ConvertOptions(
                    column_types=kinds,
                    null_values=sorted(MISSING),
                    strings_can_be_null=True,
                    decimal_point=decimal,
                ),
            )
        except pa.ArrowInvalid as error:
            message = str(error)
            if "conversion error" in message and len(texts) < len(keys):
                return None
            straddles = "straddl" in message or "try to increase block size" in message
            if straddles and block < min(text.body.nbytes, MAX_BLOCK):
                block = min(block * 16, MAX_BLOCK)
                continue
            raise csv_trouble.explain(text, message) from error


def _check_rows(text: Text, data: pa.Table) -> None:
    if data.num_rows == 0:
        raise _no_rows(text.name)
    repeated = csv_trouble.repeated(text.columns)
    if repeated:
        name, places = repeated
        where = " and ".join(str(place) for place in places)
        raise DataError(
            f"{text.name} has {len(places)} columns named {name!r} (columns {where}). "
            "Rename all but one of them."
        )


@dataclass(frozen=True, slots=True)
class _CsvCells(Cells):
    """Where the values of one column stand, for messages."""

    text: Text
    index: int
    name: str

    def place(self, row: int) -> tuple[str, str | None]:
        """Where row `row` stands and the cell as written."""
        line, record = csv_trouble.record_at(self.text, row)
        cell = record[self.index] if record and self.index < len(record) else None
        return f"{self.text.name}, line {line}, column {self.name!r}", cell
