"""Where results go, and refusing early when they cannot go there."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from shoal.errors import OutputError, ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_file", "check_folder", "default_folder", "format_of", "whole_file", "write_table"]


def default_folder(data: str) -> Path:
    """Name the folder after the data, in the current directory: ``customers.shoal``."""
    name = "stdin" if data == "-" else Path(data.removeprefix("sample:")).name
    stem = name.partition(".")[0] or name.lstrip(".") or "data"
    return Path(f"{stem}.shoal")


def check_folder(folder: Path, force: bool) -> None:
    """Refuse an output folder that exists or cannot be made, before any work."""
    if folder.is_file():
        raise OutputError(f"--output must be a folder; got the file {str(folder)!r}.")
    _check_new(folder, force)


def check_file(path: Path, force: bool) -> None:
    """Refuse an output file that exists or cannot be made, before any work."""
    if path.is_dir():
        raise OutputError(f"--output must be a file; got the folder {str(path)!r}.")
    _check_new(path, force)


def _check_new(path: Path, force: bool) -> None:
    if os.path.lexists(path) and not force:
        raise OutputError(
            f"the output must not exist yet; got {str(path)!r}. Use --force to replace it, or "
            "--output for another place."
        )
    parent = path.absolute().parent
    if not parent.is_dir():
        raise OutputError(
            f"the output must be in a folder that exists; got {str(path)!r}. "
            f"Make it first: mkdir -p {str(parent)!r}."
        )
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(
            f"the output must be in a folder that is writable; got {str(path)!r}. "
            "Choose another place with --output."
        )


def format_of(path: Path | None) -> Literal["csv", "parquet"]:
    """``"csv"`` or ``"parquet"``, by the end of the name; stdout is CSV."""
    ends: dict[str, Literal["csv", "parquet"]] = {
        "": "csv",
        ".csv": "csv",
        ".parquet": "parquet",
        ".pq": "parquet",
    }
    suffix = "" if path is None else path.suffix.lower()
    if suffix not in ends:
        raise ParameterError(f"--output must end in .csv or .parquet; got {str(path)!r}.")
    return ends[suffix]


@contextlib.contextmanager
def whole_file(path: Path | None) -> Iterator[BinaryIO]:
    """Open stdout, or a file that appears under its name only once it is complete."""
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    temporary = path.parent / f".{path.name[:100]}.{secrets.token_hex(6)}"
    try:
        with temporary.open("xb") as file:
            yield file
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(
            f"{path} must be writable; got: {error.strerror or error}. Choose another place."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_table(table: pa.Table, path: Path | None) -> None:
    """Write a table as CSV or Parquet."""
    import pyarrow.csv
    import pyarrow.parquet

    is_parquet = format_of(path) == "parquet"
    with whole_file(path) as file:
        if is_parquet:
            pyarrow.parquet.write_table(table, file)
        else:
            pyarrow.csv.write_csv(table, file)
