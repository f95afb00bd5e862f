"""Where results go, and refusing early when they cannot go there."""

from __future__ import annotations

import os
from pathlib import Path

from shoal.errors import OutputError

__all__ = ["check_file", "check_folder", "default_folder"]


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
