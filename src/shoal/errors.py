"""The errors shoal raises; each carries the exit code the command line ends with."""

from __future__ import annotations

__all__ = [
    "Cancelled",
    "DataError",
    "MemoryBudgetError",
    "OutputError",
    "ParameterError",
    "ShoalError",
]


class ShoalError(Exception):
    """Base of every error shoal raises on purpose. Its text is one sentence for the user."""

    exit_code = 1


class ParameterError(ShoalError, ValueError):
    """A parameter or option is outside its allowed values."""

    exit_code = 2


class OutputError(ShoalError, OSError):
    """An output cannot be written: it exists, is not writable, or the disk is full."""

    exit_code = 2


class DataError(ShoalError, ValueError):
    """The data cannot be read or clustered as they are."""

    exit_code = 3


class MemoryBudgetError(ShoalError, MemoryError):
    """The job does not fit in the memory allowed."""

    exit_code = 4


class Cancelled(ShoalError):  # noqa: N818 - the name a callback raises, not a failure
    """Raised by a progress callback to stop a fit."""

    exit_code = 130
