"""What a long job tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Callback", "Event"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a job.

    Attributes
    ----------
    stage : str
        What is running: ``"read"``, ``"prepare"``, ``"choose-k"``, ``"fit"``, ``"judge"``,
        ``"explain"`` or ``"write"``.
    done, total : float or None
        How far the stage is and where it ends, in units of its own; None when unknown.
    message : str
        A few words for a progress line.
    """

    stage: str
    done: float | None = None
    total: float | None = None
    message: str = ""


Callback: TypeAlias = Callable[[Event], None]
"""Called with each event; raise :class:`shoal.errors.Cancelled` to stop the job."""
