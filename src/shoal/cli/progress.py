"""Progress on a terminal; silent everywhere else."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from shoal.progress import Callback, Event

__all__ = ["progress"]


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Callback | None]:
    """Give a callback that draws a progress line, or None when nobody would see it."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")))
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def draw(event: Event) -> None:
            words = f"{event.stage}: {event.message}" if event.message else event.stage
            # A stage that cannot say how far it is shows an empty bar.
            bar.update(task, description=words, total=event.total or 1, completed=event.done or 0)

        yield draw
