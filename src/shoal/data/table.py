"""Tables as read and matrices as clustered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Matrix", "Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its source holds it: every column and row, in order.

    Attributes
    ----------
    data : pyarrow.Table
        The columns as found; number columns are float64, everything else as read.
    source : str
        Name to use in messages, such as ``"customers.csv"`` or ``"the data frame"``.
    notes : tuple of str
        What reading decided by itself (delimiter, encoding, decimal comma), one sentence each.
    first_line : int
        Line of the file on which row 0 stands, for messages; 0 where lines mean nothing.
    """

    data: pa.Table
    source: str = "the data"
    notes: tuple[str, ...] = ()
    first_line: int = 0

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.data.num_rows)

    @property
    def column_names(self) -> list[str]:
        """Column names in order."""
        return list(self.data.column_names)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The numbers an algorithm sees.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features), float64, C-contiguous
        The prepared rows; finite, or NaN where a missing value was kept.
    feature_names : tuple of str
        One name per column of `X`; an encoded category reads ``"column=value"``.
    rows : ndarray of shape (n_samples,), int64
        Row of the table each row of `X` comes from (rows may have been left out).
    weights : ndarray of shape (n_samples,), float64, or None
        Sample weights.
    truth : ndarray of shape (n_samples,) of str, or None
        The column given by ``label=``, never used for fitting.
    notes : tuple of str
        What was noticed while preparing these rows, one sentence each.
    categorical : tuple of int
        Columns of `X` that hold codes of categories; their order means nothing.
    """

    X: npt.NDArray[np.float64]
    feature_names: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64] | None = None
    truth: npt.NDArray[np.object_] | None = field(default=None)
    notes: tuple[str, ...] = ()
    categorical: tuple[int, ...] = ()

    @property
    def n_samples(self) -> int:
        """Number of rows of `X`."""
        return int(self.X.shape[0])

    @property
    def n_features(self) -> int:
        """Number of columns of `X`."""
        return int(self.X.shape[1])
