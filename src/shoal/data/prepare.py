"""From a table to a matrix and back. Contract; the body follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.data.table import Matrix, Table

__all__ = ["Column", "Preparation", "prepare"]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of the table becomes one or more features.

    Attributes
    ----------
    name : str
        Name in the table.
    kind : str
        ``"number"``, ``"category"``, ``"boolean"`` or ``"date"``.
    features : tuple of str
        Names of its features, in order: the name itself, or ``"name=level"`` per level.
    levels : tuple of str
        Levels of a category, one per feature; the last may be ``"(other)"`` or ``"(missing)"``.
    fill : float or None
        What replaces a missing number, in original units.
    centre, scale : float
        A feature is ``(value - centre) / scale``; for a category every indicator is divided by
        `scale` (its `centre` is 0).
    transform : str
        ``"none"`` or ``"log1p"``, applied before centring.
    missing : int
        Missing values in the table it was fitted on.
    """

    name: str
    kind: str
    features: tuple[str, ...]
    levels: tuple[str, ...] = ()
    fill: float | None = None
    centre: float = 0.0
    scale: float = 1.0
    transform: str = "none"
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Preparation:
    """A fitted, invertible, storable preparation.

    Attributes
    ----------
    columns : tuple of Column
        The columns used, in table order.
    dropped : tuple of (str, str)
        Name and reason of every column not used.
    notes : tuple of str
        What was decided, one sentence each.
    id, weight, label : str or None
        Columns kept aside.
    missing, scale, transform : str
        The choices made.
    """

    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    id: str | None = None
    weight: str | None = None
    label: str | None = None
    missing: str = "median"
    scale: str = "standard"
    transformation: str = "none"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, in the order of the matrix."""
        return tuple(name for column in self.columns for name in column.features)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns used."""
        return tuple(column.name for column in self.columns)

    def transform(self, table: Table) -> Matrix:
        """New rows, prepared as the fitted ones were; remarks are in the matrix's notes."""
        raise NotImplementedError

    def inverse(self, X: npt.ArrayLike) -> dict[str, npt.NDArray[Any]]:
        """Rows of features in original units: a float, level or ISO date per column and row."""
        raise NotImplementedError

    def shares(self, X: npt.ArrayLike) -> dict[str, dict[str, npt.NDArray[np.float64]]]:
        """Per category or boolean column: level -> share of that level in each row of `X`."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values with a ``"version"``."""
        raise NotImplementedError

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preparation:
        """The preparation `to_dict` described."""
        raise NotImplementedError


def prepare(
    table: Table,
    *,
    columns: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    id: str | None = None,
    weight: str | None = None,
    label: str | None = None,
    types: Mapping[str, str] | None = None,
    missing: str = "median",
    scale: str = "standard",
    transform: str = "none",
) -> tuple[Matrix, Preparation]:
    """Choose columns, encode, fill and scale."""
    raise NotImplementedError
