"""Rows of categories and numbers as the native code takes them: codes and floats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.centroid.factors import ABSENT, Values, factorize
from shoal.errors import DataError

__all__ = ["Coding", "MixedRows"]

# Codes the native code keeps for itself, counted down from the largest: an entry that is missing,
# one that no prototype has, and the mode of a column without entries.
_MISSING, _OTHER, _NONE = 0, 1, 2
_RESERVED = 3


@dataclass(frozen=True, slots=True)
class MixedRows:
    """Checked rows.

    Attributes
    ----------
    codes : ndarray of shape (n_samples, n_categorical), uint8 or uint16
        Categories.
    numbers : ndarray of shape (n_samples, n_numeric), float64
        Numbers, NaN where missing.
    """

    codes: npt.NDArray[Any]
    numbers: npt.NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.codes.shape[0], self.codes.shape[1] + self.numbers.shape[1]

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """What dissimilarities are."""
        return np.dtype(np.float64)

    def __getitem__(self, rows: slice) -> MixedRows:
        return MixedRows(self.codes[rows], self.numbers[rows])


@dataclass(frozen=True, slots=True)
class Coding:
    """Which columns are categories, and the code of each of these.

    Attributes
    ----------
    n_features : int
    categorical, numeric : tuple of int
        Places of the columns.
    categories : tuple of sequence
        Per categorical column its categories; a code is a place among them.
    """

    n_features: int
    categorical: tuple[int, ...]
    categories: tuple[Sequence[Any] | Values, ...]

    @property
    def numeric(self) -> tuple[int, ...]:
        """Places of the number columns."""
        return tuple(j for j in range(self.n_features) if j not in set(self.categorical))

    @property
    def code_type(self) -> type[np.unsignedinteger[Any]]:
        """The narrowest integer that holds every code."""
        most = max((len(found) for found in self.categories), default=0)
        return np.uint8 if most <= 256 - _RESERVED else np.uint16

    @property
    def levels(self) -> npt.NDArray[np.int32]:
        """Number of categories per categorical column."""
        return np.array([len(found) for found in self.categories], dtype=np.int32)

    @classmethod
    def learn(
        cls, columns: Sequence[Values], categorical: Sequence[int], start: Sequence[Values] = ()
    ) -> tuple[Coding, MixedRows]:
        """Find the categories of training rows, and encode these.

        Parameters
        ----------
        columns : sequence of ndarray of shape (n_samples,)
        categorical : sequence of int
            Places of the columns that are categories.
        start : sequence of ndarray of shape (n_clusters,)
            Prototypes to start from, whose categories count too.
        """
        n = len(columns[0])
        found = [
            factorize(np.concatenate([columns[j], start[j]]) if start else columns[j])
            for j in categorical
        ]
        coding = cls(len(columns), tuple(categorical), tuple(distinct for _, distinct in found))
        coding._check_levels()
        codes = coding._empty(n)
        for at, (places, _) in enumerate(found):
            codes[:, at] = np.where(places[:n] == ABSENT, codes[:, at], places[:n])
        return coding, MixedRows(codes, coding._numbers(columns))

    def encode(self, columns: Sequence[Values]) -> MixedRows:
        """Encode rows; a category that is not known differs from all that are."""
        codes = self._empty(len(columns[0]))
        other = np.iinfo(codes.dtype).max - _OTHER
        for at, (j, known) in enumerate(zip(self.categorical, self.categories, strict=True)):
            places, distinct = factorize(columns[j])
            code = {value: i for i, value in enumerate(_plain(known))}
            table = [code.get(value, other) for value in _plain(distinct)]
            # The last entry stands for missing values: their place is -1.
            table.append(np.iinfo(codes.dtype).max - _MISSING)
            codes[:, at] = np.array(table, dtype=codes.dtype)[places]
        return MixedRows(codes, self._numbers(columns))

    def encode_prototypes(self, columns: Sequence[Values]) -> MixedRows:
        """Encode prototypes, whose missing entries equal nothing."""
        rows = self.encode(columns)
        codes = rows.codes
        codes[codes == np.iinfo(codes.dtype).max - _MISSING] = np.iinfo(codes.dtype).max - _NONE
        return rows

    def decode(
        self, modes: npt.NDArray[Any], means: npt.NDArray[np.float64], dtype: Any
    ) -> npt.NDArray[Any]:
        """Turn codes and numbers into rows of the original columns; None or NaN where none is."""
        out = np.empty((len(modes), self.n_features), dtype=dtype)
        for at, (j, known) in enumerate(zip(self.categorical, self.categories, strict=True)):
            absent = None if out.dtype == object else np.nan
            words = [*_plain(known), absent]
            out[:, j] = [words[min(int(code), len(words) - 1)] for code in modes[:, at]]
        out[:, list(self.numeric)] = means
        return out

    def _empty(self, n: int) -> npt.NDArray[Any]:
        return np.full(
            (n, len(self.categorical)),
            np.iinfo(self.code_type).max - _MISSING,
            dtype=self.code_type,
        )

    def _numbers(self, columns: Sequence[Values]) -> npt.NDArray[np.float64]:
        numbers = np.empty((len(columns[0]), len(self.numeric)))
        for at, j in enumerate(self.numeric):
            numbers[:, at] = _as_numbers(columns[j], j)
        return numbers

    def _check_levels(self) -> None:
        most = 65_536 - _RESERVED
        for j, count in zip(self.categorical, self.levels, strict=True):
            if count > most:
                raise DataError(
                    f"a categorical column must have at most {most:,} categories; got {count:,} in "
                    f"column {j}. Leave the column out, or cut its numbers into ranges."
                )


def _plain(values: Sequence[Any] | Values) -> list[Any]:
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        return list(values.tolist())
    return list(values)


def _as_numbers(values: Values, column: int) -> npt.NDArray[np.float64]:
    try:
        numbers = (
            np.array([np.nan if v is None else v for v in values], dtype=np.float64)
            if (values.dtype == object)
            else values.astype(np.float64)
        )
    except (TypeError, ValueError) as error:
        raise DataError(
            f"column {column} must hold numbers; got {error}. Name it in categorical=, or drop it."
        ) from None
    if np.isinf(numbers).any():
        row = int(np.flatnonzero(np.isinf(numbers))[0])
        raise DataError(
            f"numbers must be finite; got {float(numbers[row])!r} in row {row}, column {column}. "
            "Leave the value out if it is missing."
        )
    return numbers
