"""Ctrl-C ends a run within a second, whatever the run is busy with."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

__all__ = ["INTERRUPTED", "prompt_interrupts"]

INTERRUPTED = "interrupted; nothing half-written is left."
PATIENCE = 0.8
"""Seconds the run gets to end by itself."""


@contextlib.contextmanager
def prompt_interrupts(*, arrow: bool = True) -> Iterator[None]:
    """Watch for Ctrl-C from a thread of its own; `arrow` says whether the run uses pyarrow.

    Python sees a signal only between two of its own steps. A reader or a picture library may be
    busy in native code for longer, so when the run has not ended soon after the signal, the thread
    ends the process. Results have other names until they are whole, so none is half-written.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if arrow:
        import pyarrow as pa

        # Arrow's own handlers would hide the signal from Python, and can wait for each other.
        pa.enable_signal_handlers(False)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading,), daemon=True).start()
    try:
        yield
    except KeyboardInterrupt:
        # The thread stays: ending the process can hang as well.
        raise
    except BaseException:
        _stop(writing, before)
        raise
    _stop(writing, before)


def _stop(writing: int, before: int) -> None:
    signal.set_wakeup_fd(before)
    os.close(writing)


def _watch(reading: int) -> None:
    """End the process when a signal to do so has come and had no effect in time."""
    while received := os.read(reading, 1):
        if received[0] == signal.SIGINT:
            threading.Event().wait(PATIENCE)
            os.write(2, f"Error: {INTERRUPTED}\n".encode())
            os._exit(130)
    os.close(reading)
