"""What a report says about one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Grid", "Picture"]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of words under a picture.

    Attributes
    ----------
    caption : str
        What it holds.
    head : tuple of str
        Headings of its columns.
    rows : tuple of tuple of str
        Its cells; the first of each row is the row's heading.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the report.

    Attributes
    ----------
    name, title : str
        Name of the function in :mod:`shoal.plot`, and its heading.
    explanation : str
        How to read it, one or two sentences.
    description : str
        Its text alternative.
    grid : Grid
        The numbers it shows.
    figure : Figure
        The drawing.
    """

    name: str
    title: str
    explanation: str
    description: str
    grid: Grid
    figure: Figure
