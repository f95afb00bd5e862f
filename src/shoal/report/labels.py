"""The input table with what was found about each row."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, cast

import numpy as np

from shoal.errors import OutputError, ParameterError

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from shoal.clustering import Clustering
    from shoal.data.table import Table

__all__ = ["ADDED", "LabelsFormat", "added_names", "write_labels"]

ADDED = ("cluster", "confidence", "outlier_score")
NEAREST = "cluster_nearest"
"""Beside the cluster where rows may be noise: the nearest one of every row."""

LabelsFormat = Literal["csv", "parquet"]

BLOCK_CELLS = 1_000_000
FORMULA_STARTS = r"^[=+\-@\t\r]"
NEEDS_QUOTES = r'[",\r\n]|^\s|\s$'
WHOLE_BELOW = 2.0**53


def added_names(taken: Iterable[str], added: Iterable[str] = ADDED) -> tuple[str, ...]:
    """Name the columns, with a number behind a name that the table already has.

    Examples
    --------
    >>> added_names(["age", "cluster"])
    ('cluster_2', 'confidence', 'outlier_score')
    """
    used = set(taken)
    names = []
    for name in added:
        number = 1
        free = name
        while free in used:
            number += 1
            free = f"{name}_{number}"
        names.append(free)
    return tuple(names)


class Labelled(Protocol):
    """A table with what was found about its rows: a finished job, or a prediction."""

    @property
    def table(self) -> Table:
        """Every column and row, in order."""

    @property
    def labels(self) -> npt.NDArray[np.int32]:
        """Group of every row of the table."""

    @property
    def confidence(self) -> npt.NDArray[np.float64]:
        """0 to 1 for every row of the table."""

    @property
    def outlier_scores(self) -> npt.NDArray[np.float64]:
        """0 to 1 for every row of the table."""

    @property
    def nearest(self) -> npt.NDArray[np.int32] | None:
        """Nearest group of every row of the table, where rows may be noise."""


def write_labels(
    clustering: Labelled,
    path: str | os.PathLike[str] | BinaryIO,
    *,
    format: LabelsFormat = "csv",  # noqa: A002 - the word the user types
    spreadsheet_safe: bool = False,
) -> dict[str, str]:
    """Write every input column and row in order, with cluster, confidence and outlier score.

    Parameters
    ----------
    clustering : Clustering or Prediction
        The finished job, or what a model says of new rows.
    path : path or binary file
        File to write; it must be in a folder that exists.
    format : {"csv", "parquet"}, default="csv"
        CSV is UTF-8 with commas, numbers that read back as the same double, and an empty field
        for a missing value; an empty text is a pair of quotes.
    spreadsheet_safe : bool, default=False
        Put an apostrophe before texts and column names that a spreadsheet would take for a
        formula: those starting with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return.
        Columns of numbers are never touched. Off by default, because the file then no longer
        holds the values of the table. CSV only.

    Returns
    -------
    dict of str to str
        ``"cluster"``, ``"confidence"`` and ``"outlier_score"``, and where rows are noise
        ``"cluster_nearest"``, and the names they have in the file: a name the table already uses
        gets a number behind it.

    Raises
    ------
    ParameterError
        If `format` is unknown.
    OutputError
        If the file cannot be written.
    """
    if format not in {"csv", "parquet"}:
        raise ParameterError(f"format must be 'csv' or 'parquet'; got {format!r}.")
    added = ADDED if clustering.nearest is None else (ADDED[0], NEAREST, *ADDED[1:])
    names = added_names(clustering.table.column_names, added)
    parts = (
        _Columns([*part.table.column_names, *names], [*part.table.data.columns, *_found(part)])
        for part in _parts(clustering)
    )
    try:
        with _opened(path) as file:
            if format == "csv":
                _write_csv(parts, file, spreadsheet_safe)
            else:
                _write_parquet(parts, file)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"{path} must be writable; got: {error.strerror or error}. Choose another place."
        ) from error
    return dict(zip(added, names, strict=True))


@dataclass(frozen=True, slots=True)
class _Columns:
    names: list[str]
    values: Sequence[pa.ChunkedArray]


def _parts(labelled: Labelled) -> Iterator[Labelled]:
    """Everything at once, or a block after the other when the table was read in blocks."""
    blocks = getattr(labelled, "blocks", None)
    if blocks is None:
        yield labelled
        return
    from shoal.model_file import LoadedModel

    job = cast("Clustering", labelled)
    model = LoadedModel(job.model, job.preparation, job.relabel, {"algorithm": job.algorithm})
    for block in blocks:
        yield model.predict(block)


def _found(clustering: Labelled) -> list[pa.ChunkedArray]:
    import pyarrow as pa

    found: list[npt.NDArray[Any]] = [
        clustering.labels,
        clustering.confidence,
        clustering.outlier_scores,
    ]
    if clustering.nearest is not None:
        found.insert(1, clustering.nearest)
    return [pa.chunked_array([pa.array(values, from_pandas=True)]) for values in found]


def _opened(path: str | os.PathLike[str] | BinaryIO) -> contextlib.AbstractContextManager[BinaryIO]:
    if isinstance(path, str | os.PathLike):
        return Path(path).open("wb")
    return contextlib.nullcontext(path)


def _write_parquet(parts: Iterator[_Columns], file: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with contextlib.ExitStack() as stack:
        writer = None
        for columns in parts:
            table = pa.table(list(columns.values), names=columns.names)
            writer = writer or stack.enter_context(pq.ParquetWriter(file, table.schema))
            writer.write_table(table)


def _write_csv(parts: Iterator[_Columns], file: BinaryIO, spreadsheet_safe: bool) -> None:
    for number, columns in enumerate(parts):
        if number == 0:
            file.write(_head(columns.names, spreadsheet_safe))
        file.writelines(_lines(columns, spreadsheet_safe))


def _head(names: Sequence[str], spreadsheet_safe: bool) -> bytes:
    import pyarrow as pa

    cells = _quote(_guard(pa.array(names, pa.string()), spreadsheet_safe))
    return (",".join(cells.to_pylist()) + "\n").encode()


def _lines(columns: _Columns, spreadsheet_safe: bool) -> Iterator[bytes]:
    """Write blocks of lines; all work on cells is done by Arrow."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = [_is_whole(column) for column in columns.values]
    block_rows = max(BLOCK_CELLS // len(columns.names), 1)
    for start in range(0, len(columns.values[0]), block_rows):
        cells = []
        for column, as_whole in zip(columns.values, whole, strict=True):
            part = column.slice(start, block_rows)
            array = pa.concat_arrays(part.chunks) if part.num_chunks != 1 else part.chunk(0)
            cells.append(_cells(array, as_whole, spreadsheet_safe))
        lines = pc.binary_join_element_wise(*cells, pa.scalar(",", pa.large_string()))
        yield ("\n".join(lines.to_pylist()) + "\n").encode()


def _is_whole(column: pa.ChunkedArray) -> bool:
    """Tell whether every number is whole and small enough to be written without an exponent."""
    import pyarrow as pa

    if not pa.types.is_floating(column.type):
        return False
    for chunk in column.chunks:
        values = chunk.cast(pa.float64()).to_numpy(zero_copy_only=False)
        known = values[~np.isnan(values)]
        if not ((np.abs(known) < WHOLE_BELOW) & (known == np.floor(known))).all():
            return False
    return True


def _cells(array: pa.Array, as_whole: bool, spreadsheet_safe: bool) -> pa.Array:
    """Write the values of a column as fields of a line."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_floating(kind):
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, kind), array)
        array = array.cast(pa.int64()) if as_whole else array
    is_number = pa.types.is_floating(kind) or pa.types.is_integer(kind)
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
    try:
        words = array.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [None if value is None else str(value) for value in array.to_pylist()]
        words = pa.array(texts, pa.large_string())
    if not is_number:
        words = _quote(_guard(words, spreadsheet_safe))
    return pc.fill_null(words, "")


def _guard(words: pa.Array, spreadsheet_safe: bool) -> pa.Array:
    import pyarrow.compute as pc

    if not spreadsheet_safe:
        return words
    risky = pc.match_substring_regex(words, FORMULA_STARTS)
    return pc.if_else(risky, _join("'", words), words)


def _quote(words: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    needed = pc.or_(
        pc.match_substring_regex(words, NEEDS_QUOTES), pc.equal(words, pa.scalar("", words.type))
    )
    return pc.if_else(needed, _join('"', pc.replace_substring(words, '"', '""'), '"'), words)


def _join(*parts: pa.Array | str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = next(part.type for part in parts if not isinstance(part, str))
    values = [pa.scalar(part, kind) if isinstance(part, str) else part for part in (*parts, "")]
    return pc.binary_join_element_wise(*values)
