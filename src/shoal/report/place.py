"""A folder that is whole whenever it is there."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from shoal.errors import OutputError

__all__ = ["RESULT", "whole_folder"]

RESULT = "result.json"
"""Written last; its format says whose result a folder is."""

PART, OLD = ".shoal-part", ".shoal-old"


@contextlib.contextmanager
def whole_folder(directory: str | os.PathLike[str], *, force: bool, kind: str) -> Iterator[Path]:
    """Give a temporary folder that gets its name when everything in it has been written.

    The folder is written beside its place and then renamed. A run that was killed leaves only a
    temporary name, which the next run for the same place removes.

    Parameters
    ----------
    directory : path
        Folder to make; the folder above it must exist.
    force : bool
        Replace `directory` if it is empty or an earlier result of the same kind. Anything else is
        never replaced.
    kind : str
        ``"format"`` in the `RESULT` of such a folder.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    OutputError
        If the folder exists, cannot be written, or the disk is full; nothing is left behind.
    """
    target = Path(os.path.realpath(directory))
    try:
        _clean_up(target, kind)
        _check(target, force, kind)
        with _temporary(target) as folder:
            yield folder
            _check(target, force, kind)
            _put_in_place(folder, target)
    except OutputError:
        raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        remedy = "Free some space" if full else "Choose another place"
        raise OutputError(
            f"{directory} must be writable; got: {error.strerror or error}. {remedy}."
        ) from error


def _check(target: Path, force: bool, kind: str) -> None:
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
    if not target.is_dir() or (any(target.iterdir()) and not _is_result(target, kind)):
        raise OutputError(
            "output to replace must be an empty folder or the result of an earlier job; got "
            f"{str(target)!r}. Choose another name with --output."
        )


def _is_result(folder: Path, kind: str) -> bool:
    try:
        content = json.loads((folder / RESULT).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == kind


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


def _clean_up(target: Path, kind: str) -> None:
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
        if middle[8:] == OLD and not os.path.lexists(target) and _is_result(path, kind):
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
