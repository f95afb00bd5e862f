"""Excel workbooks to a table.

A sheet is read as one dense rectangle, so that a single stray cell in the last corner would ask
for half a terabyte and end the process. The extent is therefore looked at before.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any

from shoal.data.frames import from_records
from shoal.data.source import Payload, check_zip, nearest_name
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError

__all__ = ["read_excel"]

BLOCK = 1 << 20
MAX_CELLS = 1 << 26
SPARSE = 100
# Cells may carry a namespace prefix and either kind of quotes.
ROW = re.compile(rb"""<(?:\w+:)?(?:row|c)\s[^>]*?\br=["'][A-Z]{0,3}(\d{1,10})["']""")
COLUMN = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})\d""")
CELL = re.compile(rb"<(?:\w+:)?c[\s>]")


def read_excel(payload: Payload, *, types: Mapping[str, str], sheet: str | int | None) -> Table:
    """Read one sheet, the first by default; its first row with content names the columns."""
    import python_calamine as calamine

    if bytes(payload.data[:2]) == b"PK":
        check_zip(payload)
        _check_extents(payload)
    try:
        book = calamine.CalamineWorkbook.from_filelike(payload.stream())
        names = list(book.sheet_names)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise DataError(
            f"{payload.name} is a damaged or protected workbook: {str(error).rstrip('.')}."
        ) from error
    chosen = _choose(payload, names, sheet)
    try:
        found = book.get_sheet_by_name(chosen)
        rows: list[list[Any]] = found.to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise DataError(
            f"{payload.name}, sheet {chosen!r} cannot be read: {str(error).rstrip('.')}."
        ) from error
    notes = payload.notes
    if sheet is None and len(names) > 1:
        notes += (f"The first of {len(names)} sheets, {chosen!r}, was read.",)
    return _table(payload, rows, notes, types)


def _check_extents(payload: Payload) -> None:
    try:
        with zipfile.ZipFile(payload.stream()) as archive:
            for entry in archive.namelist():
                if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
                    with archive.open(entry) as sheet:
                        _check_extent(payload, sheet)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise DataError(f"{payload.name} is a damaged or incomplete workbook: {error}.") from error


def _check_extent(payload: Payload, sheet: IO[bytes]) -> None:
    """Refuse a sheet whose rectangle is vast and nearly empty, naming its farthest cell."""
    cells, last_row, last_column, rest = 0, 1, "A", b""
    while block := sheet.read(BLOCK):
        text = rest + block
        # The start of a cell may hang over the end of the block.
        cut = max(text.rfind(b"<"), 0)
        text, rest = text[:cut], text[cut:]
        cells += len(CELL.findall(text))
        last_row = max([last_row, *map(int, ROW.findall(text))])
        columns = {found.decode() for found in COLUMN.findall(text)}
        last_column = max([last_column, *columns], key=lambda name: (len(name), name))
    size = last_row * _column_number(last_column)
    if size > MAX_CELLS and size > SPARSE * cells:
        raise DataError(
            f"{payload.name} has a sheet that reaches to cell {last_column}{last_row} with only "
            f"{cells:,} cells filled. Delete what stands far outside the table."
        )


def _column_number(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _choose(payload: Payload, names: list[str], sheet: str | int | None) -> str:
    if not names:
        raise DataError(f"{payload.name} has no sheets.")
    if sheet is None:
        return names[0]
    if isinstance(sheet, int) or (sheet.isdecimal() and sheet not in names):
        number = int(sheet)
        if not 1 <= number <= len(names):
            raise ParameterError(
                f"sheet must be a name or a number from 1 to {len(names)}; got {number}."
            )
        return names[number - 1]
    if sheet not in names:
        near = nearest_name(sheet, names)
        hint = f" Did you mean {near!r}?" if near else f" There are: {', '.join(names[:10])}."
        raise ParameterError(f"sheet must be one of {payload.name}'s; got {sheet!r}.{hint}")
    return sheet


def _table(
    payload: Payload, rows: list[list[Any]], notes: tuple[str, ...], types: Mapping[str, str]
) -> Table:
    start = next((i for i, row in enumerate(rows) if any(cell != "" for cell in row)), None)
    if start is None:
        raise DataError(f"{payload.name} is empty. Give a sheet with a header row and rows.")
    used = [i for i in range(len(rows[start])) if any(row[i] != "" for row in rows[start:])]
    body = [[row[i] for i in used] for row in rows[start + 1 :]]
    while body and all(cell == "" for cell in body[-1]):
        body.pop()
    if not body:
        raise DataError(
            f"{payload.name} has a header but no rows. Give a sheet with at least one row of data."
        )
    names = []
    for place, i in enumerate(used, start=1):
        cell = rows[start][i]
        whole = isinstance(cell, float) and cell.is_integer()
        names.append((str(int(cell)) if whole else str(cell).strip()) or f"column{place}")
    columns = [[row[i] for row in body] for i in range(len(used))]
    return from_records(
        names, columns, payload.name, types=types, first_line=start + 2, notes=notes
    )
