"""Excel and OpenDocument workbooks to a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shoal.data.frames import from_records
from shoal.data.source import Payload, check_zip, nearest_name
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError

__all__ = ["read_excel"]


def read_excel(payload: Payload, *, types: Mapping[str, str], sheet: str | int | None) -> Table:
    """Read one sheet, the first by default; its first row with content names the columns."""
    import python_calamine as calamine

    if bytes(payload.data[:2]) == b"PK":
        check_zip(payload)
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
