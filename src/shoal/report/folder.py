"""The folder a job leaves behind: complete, or not there at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.errors import OutputError, ParameterError
from shoal.plot import style
from shoal.progress import Callback, Event
from shoal.report.labels import ADDED, LabelsFormat, write_labels
from shoal.report.page import compose
from shoal.report.result import FORMAT, describe, to_json

if TYPE_CHECKING:
    from shoal.clustering import Clustering

__all__ = ["write_folder"]

RESULT = "result.json"
PART, OLD = ".shoal-part", ".shoal-old"


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
    target = Path(os.path.realpath(directory))
    try:
        _clean_up(target)
        _check(target, force)
        with _temporary(target) as folder:
            _write_files(clustering, folder, labels_format, spreadsheet_safe, callback)
            _check(target, force)
            _put_in_place(folder, target)
    except OutputError:
        raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        remedy = "Free some space" if full else "Choose another place"
        raise OutputError(
            f"{directory} must be writable; got: {error.strerror or error}. {remedy}."
        ) from error
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
        for name in ADDED
        if names[name] != name
    ]


def _check(target: Path, force: bool) -> None:
    """Refuse a place that is taken by anything but a result that may be replaced."""
    if not os.path.lexists(target):
        if not target.parent.is_dir():
            raise OutputError(
                f"output must be in a folder that exists; got {str(target)!r}. Make "
                f"{str(target.parent)!r} first."
            )
        return
    if not force:
        raise OutputError(
            f"output must be a name that is free; got {str(target)!r}, which exists. "
            "Add --force to replace it, or choose another name with --output."
        )
    if not target.is_dir() or (any(target.iterdir()) and not _is_result(target)):
        raise OutputError(
            "output to replace must be an empty folder or the result of an earlier job; got "
            f"{str(target)!r}. Choose another name with --output."
        )


def _is_result(folder: Path) -> bool:
    try:
        content = json.loads((folder / RESULT).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """Make a folder beside `target`, locked while this process lives, gone at the end."""
    folder = target.parent / f".{_short(target)}.{secrets.token_hex(4)}{PART}"
    folder.mkdir()
    lock = _lock(folder)
    try:
        yield folder
    finally:
        if lock is not None:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(folder: Path, target: Path) -> None:
    """Rename the finished folder; an earlier result steps aside first and back on failure."""
    if not target.is_dir():
        os.rename(folder, target)
        return
    aside = target.parent / f".{_short(target)}.{secrets.token_hex(4)}{OLD}"
    os.rename(target, aside)
    try:
        os.rename(folder, target)
    except OSError:
        os.rename(aside, target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _clean_up(target: Path) -> None:
    """Remove what killed runs for this place left; bring an earlier result back if it was aside."""
    start = f".{_short(target)}."
    try:
        names = sorted(name for name in os.listdir(target.parent) if name.startswith(start))
    except OSError:  # there is no such folder, or it may not be listed: nothing to clean
        return
    for path in (target.parent / name for name in names):
        if not _is_own_folder(path):
            continue
        middle = path.name[len(start) :]
        if middle[8:] == OLD and not os.path.lexists(target) and _is_result(path):
            with contextlib.suppress(OSError):  # another run has just done the same
                os.rename(path, target)
        elif middle[8:] in {PART, OLD}:
            lock = _lock(path)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _is_own_folder(path: Path) -> bool:
    """Tell a folder this user made from links and from what others put in a shared place."""
    try:
        found = path.lstat()
    except OSError:  # another run has just removed it
        return False
    mine = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    return stat.S_ISDIR(found.st_mode) and mine


def _short(target: Path) -> str:
    """Name of `target`, short enough to leave room for what is put around it."""
    return os.fsdecode(os.fsencode(target.name)[:200])


def _lock(folder: Path) -> int | None:
    """Lock a folder until the process ends; None when another one holds it or locks are absent."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
