"""The folder a job leaves behind: complete, or not there at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.progress import Callback, Event
from shoal.report.labels import LabelsFormat, write_labels
from shoal.report.page import compose
from shoal.report.place import RESULT, whole_folder
from shoal.report.result import FORMAT, describe, to_json

if TYPE_CHECKING:
    from shoal.clustering import Clustering

__all__ = ["write_folder"]


def write_folder(
    clustering: Clustering,
    directory: str | os.PathLike[str],
    *,
    force: bool = False,
    labels_format: LabelsFormat = "csv",
    spreadsheet_safe: bool = False,
    callback: Callback | None = None,
) -> Path:
    """Write labels, model, pictures, report and result of a finished job.

    The folder is written under a temporary name beside its place and then renamed, so that it
    is complete whenever it is there. A run that was killed leaves only a temporary name, which
    the next run for the same place removes.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    directory : path
        Folder to make; the folder above it must exist.
    force : bool, default=False
        Replace `directory` if it is empty or the result of an earlier job. Anything else is
        never replaced.
    labels_format : {"csv", "parquet"}, default="csv"
        Format of the labels.
    spreadsheet_safe : bool, default=False
        See `write_labels`.
    callback : callable, optional
        Called with an event before each file; raise Cancelled to stop, which leaves nothing.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ParameterError
        If `labels_format` is unknown.
    OutputError
        If the folder exists, cannot be written, or the disk is full; nothing is left behind.
    """
    if labels_format not in {"csv", "parquet"}:
        raise ParameterError(f"labels_format must be 'csv' or 'parquet'; got {labels_format!r}.")
    with whole_folder(directory, force=force, kind=FORMAT) as folder:
        _write_files(clustering, folder, labels_format, spreadsheet_safe, callback)
    return Path(directory)


def _write_files(
    clustering: Clustering,
    folder: Path,
    labels_format: LabelsFormat,
    spreadsheet_safe: bool,
    callback: Callback | None,
) -> None:
    from shoal import model_file

    steps = _steps(callback)
    labels = f"labels.{labels_format}"
    next(steps)(labels)
    names = write_labels(
        clustering, folder / labels, format=labels_format, spreadsheet_safe=spreadsheet_safe
    )
    next(steps)("model.shoal")
    model_file.save(
        folder / "model.shoal",
        clustering.model,
        clustering.preparation,
        model_file.header_for(clustering),
    )
    next(steps)("plots")
    plots = folder / "plots"
    plots.mkdir()
    content = describe(clustering)
    content["files"] = {"labels": labels, "model": "model.shoal", "report": "report.html"}
    content["labels"] = {"file": labels, "columns": names, "notes": _notes(names)}
    page = compose(
        clustering,
        content,
        lambda picture: (plots / f"{picture.name}.png").write_bytes(style.png(picture.figure)),
    )
    content["files"]["plots"] = sorted(f"plots/{path.name}" for path in plots.iterdir())
    next(steps)("report.html")
    (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
    # Last, because it marks the folder as a whole result.
    next(steps)(RESULT)
    (folder / RESULT).write_bytes(to_json(content))


def _steps(callback: Callback | None) -> Iterator[Callable[[str], None]]:
    for done in range(6):

        def tell(file: str, done: int = done) -> None:
            if callback is not None:
                callback(Event("write", done, 5, f"writing {file}"))

        yield tell


def _notes(names: dict[str, str]) -> list[str]:
    return [
        f"The table has a column named {name}; the one added is named {names[name]}."
        for name in names
        if names[name] != name
    ]
