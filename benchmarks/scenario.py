"""What a benchmark is: data, contenders who do the same work, and a score for what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Contender", "Data", "Outcome", "Run", "Scenario"]

Data: TypeAlias = dict[str, Any]
"""Arrays and plain numbers by name; what a generator makes and a contender works on."""

Outcome: TypeAlias = dict[str, Any]
"""What a contender returns: centres, labels, neighbours or values, by name."""

Run: TypeAlias = Callable[[int], Outcome]
"""The timed work. Its argument is the seed."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work of a scenario.

    Attributes
    ----------
    name : str
        How tables call it.
    package : str
        Module that must be there; the contender is skipped without it.
    prepare : callable
        Turns data into the timed work; imports and conversions happen here, untimed.
    uses_openblas : bool
        Whether a variant with another OpenBLAS kernel set is worth a row of its own.
    """

    name: str
    package: str
    prepare: Callable[[Data], Run]
    uses_openblas: bool = False

    @property
    def is_shoal(self) -> bool:
        """Whether this is shoal itself, run by the interpreter that runs the benchmark."""
        return self.package == "shoal"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Data and the contenders who work on them.

    Attributes
    ----------
    name : str
        Used to select it and to name its data file.
    algorithm : str
        Name of the catalogue row it belongs to, or a word of its own for other work.
    make : callable
        Makes the data; its argument scales the number of rows (1 is the published size).
    warm_up : callable
        A small part of the data for the call before the timed one.
    score : callable
        Quality of an outcome, as numbers by name.
    contenders : tuple of Contender
        shoal first.
    seeds : int
        Quality is the mean over this many seeds.
    goal : float or None
        How many times faster than the best peer shoal promises to be.
    note : str
        What a reader should know.
    """

    name: str
    algorithm: str
    make: Callable[[float], Data]
    warm_up: Callable[[Data], Data]
    score: Callable[[Data, Outcome], Mapping[str, float]]
    contenders: tuple[Contender, ...]
    seeds: int = 1
    goal: float | None = None
    note: str = ""
