"""Columns of any kind, read from whatever holds them, and their values as codes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from shoal.checks import check_choice
from shoal.data.ranges import FEW, cut_into_ranges
from shoal.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ABSENT",
    "Range",
    "Values",
    "categorical_columns",
    "cut_columns",
    "factorize",
    "find_ranges",
    "read_columns",
]

ABSENT = -1
"""Code of a missing value."""

_FEW = 1 << 16  # whole numbers within this range are counted instead of sorted

Values = npt.NDArray[Any]
"""One column: numbers, words, dates or anything else that can be compared."""

Range = tuple[int, tuple[float, ...], tuple[float, ...]]
"""Place of a column whose numbers are cut into ranges, where all but the first begin, and their
medians."""


def read_columns(X: Any, estimator: Any = None, *, reset: bool = True) -> list[Values]:
    """Return the columns of a table of any values, missing ones allowed.

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_features)
        Of a frame each column keeps its type.
    estimator : estimator, optional
        Whose number and names of features are set, or checked where `reset` is off.
    reset : bool, default=True
        Whether these are training data.

    Returns
    -------
    list of ndarray of shape (n_samples,)
    """
    if hasattr(X, "columns") and hasattr(X, "shape"):
        if estimator is not None:
            validate_data(estimator, X, reset=reset, skip_check_array=True)
        columns = _frame_columns(X)
        for count, what in ((len(columns and columns[0]), "sample"), (len(columns), "feature")):
            if count == 0:
                raise DataError(f"Found a data frame with 0 {what}(s); at least 1 is needed.")
        return columns
    if isinstance(X, list | tuple):
        # NumPy would turn numbers beside words into words.
        X = _as_objects(X)
    options = {"dtype": None, "ensure_all_finite": "allow-nan"}
    if estimator is None:
        checked = check_array(X, **options, input_name="X")
    else:
        checked = validate_data(estimator, X, reset=reset, **options)
    return [np.ascontiguousarray(checked[:, j]) for j in range(checked.shape[1])]


def _as_objects(rows: list[Any] | tuple[Any, ...]) -> Any:
    as_found = np.asarray(rows)
    return np.array(rows, dtype=object) if as_found.dtype.kind in "USO" else as_found


def _frame_columns(frame: Any) -> list[Values]:
    import narwhals as nw

    eager = nw.from_native(frame, eager_only=True)
    return [_series(eager[:, j]) for j in range(len(eager.columns))]


def _series(series: Any) -> Values:
    import pyarrow as pa

    try:
        column = series.to_arrow()
    except (pa.ArrowException, TypeError):
        # Values of several types, which Arrow cannot hold.
        return np.asarray(series.to_numpy(), dtype=object)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    exact = pa.types.is_floating(column.type) or column.null_count == 0
    if exact and (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        return np.asarray(column.to_numpy(zero_copy_only=False))
    words = column.to_numpy(zero_copy_only=False).astype(object)
    words[np.asarray(column.is_null())] = None
    return np.asarray(words)


def categorical_columns(wanted: Any, X: Any, columns: list[Values]) -> tuple[int, ...]:
    """Return the places of the categorical columns.

    Parameters
    ----------
    wanted : "auto" or sequence of int or str
        Places or, in a data frame, names; "auto" goes by what the columns hold.
    X : array-like or data frame
        The table.
    columns : list of ndarray
        Its columns.

    Raises
    ------
    ParameterError
        A place or name is none of the table's.
    """
    names = [str(name) for name in _names_of(X)]
    if isinstance(wanted, str):
        check_choice("categorical", wanted, ("auto",), also=", or places or names of columns")
        kinds = _frame_kinds(X) if names else [_holds_numbers(column) for column in columns]
        return tuple(j for j, number in enumerate(kinds) if not number)
    found = set()
    for one in wanted:
        if isinstance(one, str) and one in names:
            found.add(names.index(one))
        elif (
            isinstance(one, int | np.integer)
            and not isinstance(one, bool)
            and -len(columns) <= one < len(columns)
        ):
            found.add(int(one) % len(columns))
        else:
            place = f"from 0 to {len(columns) - 1}"
            raise ParameterError(
                f"categorical must hold places {place}{', or names of columns' if names else ''}; "
                f"got {one!r}."
            )
    return tuple(sorted(found))


def _names_of(X: Any) -> list[Any]:
    """Names of the columns of a data frame; none of an array."""
    if not (hasattr(X, "columns") and hasattr(X, "shape")):
        return []
    import narwhals as nw

    return list(nw.from_native(X, eager_only=True).columns)


def _frame_kinds(frame: Any) -> list[bool]:
    """Whether each column of a data frame is of a number type."""
    import narwhals as nw

    eager = nw.from_native(frame, eager_only=True)
    return [eager[:, j].dtype.is_numeric() for j in range(len(eager.columns))]


def _holds_numbers(values: Values) -> bool:
    """Whether a column holds numbers only, missing ones aside; true and false are none."""
    if values.dtype.kind != "O":
        return values.dtype.kind in "iuf"
    return all(
        _is_missing(value)
        or (isinstance(value, int | float | np.number) and not isinstance(value, bool))
        for value in values
    )


def find_ranges(columns: Sequence[Values], weights: npt.NDArray[np.float64] | None) -> list[Range]:
    """Cut the columns of measurements, which are no categories as they stand.

    Parameters
    ----------
    columns : sequence of ndarray of shape (n_samples,)
    weights : ndarray of shape (n_samples,), float64, or None

    Returns
    -------
    list of (int, tuple of float, tuple of float)
        One per column of floats with fractions and more than ten different values.
    """
    found: list[Range] = []
    for j, values in enumerate(columns):
        if values.dtype.kind != "f":
            continue
        counts = ~np.isnan(values) & (True if weights is None else weights > 0)
        known = values[counts]
        if (known == np.floor(known)).all() or len(np.unique(known)) <= FEW:
            continue
        column = cut_into_ranges("", "number", values.astype(np.float64), weights, None)
        found.append((j, column.edges, column.middles))
    return found


def cut_columns(columns: Sequence[Values], ranges: Sequence[Range]) -> list[Values]:
    """Put the median of its range in the place of every measurement."""
    cut = list(columns)
    for j, edges, middles in ranges:
        values = np.asarray(columns[j], dtype=np.float64)
        places = np.searchsorted(edges, values, side="right")
        snapped = np.where(np.isnan(values), np.nan, np.asarray(middles)[places])
        cut[j] = snapped.astype(columns[j].dtype)
    return cut


def factorize(values: Values) -> tuple[npt.NDArray[np.int64], list[Any] | Values]:
    """Give every distinct value of a column a number.

    Parameters
    ----------
    values : ndarray of shape (n,)

    Returns
    -------
    codes : ndarray of shape (n,), int64
        Place of each value among the distinct ones; `ABSENT` where missing.
    distinct : ndarray or list of shape (n_distinct,)
        In ascending order, or of values without one order by type and then by text.
    """
    if values.dtype.kind == "b":
        values = values.astype(np.int8)
        codes, distinct = _few_whole(values, 0, 1)
        return codes, np.asarray(distinct, dtype=bool)
    if values.dtype.kind in "iu":
        low, high = int(values.min()), int(values.max())
        return _few_whole(values, low, high) if high - low < _FEW else _sorted(values)
    if values.dtype.kind == "f":
        return _floats(values)
    if values.dtype.kind in "mM":
        return _sorted(values)
    return _objects(values)


def _few_whole(values: Values, low: int, high: int) -> tuple[npt.NDArray[np.int64], Values]:
    at = values.astype(np.int64) - low
    seen = np.zeros(high - low + 1, dtype=bool)
    seen[at] = True
    distinct = (np.flatnonzero(seen) + low).astype(values.dtype)
    return (np.cumsum(seen) - 1)[at], distinct


def _floats(values: Values) -> tuple[npt.NDArray[np.int64], Values]:
    present = ~np.isnan(values)
    known = values[present]
    if not known.size:
        return np.full(len(values), ABSENT, dtype=np.int64), known
    low, high = float(known.min()), float(known.max())
    whole = high - low < _FEW and abs(low) < 2**52 and bool((known == np.floor(known)).all())
    if whole:
        found, distinct = _few_whole(known.astype(np.int64), int(low), int(high))
        distinct = distinct.astype(values.dtype)
    else:
        found, distinct = _sorted(known)
    if known.size == values.size:
        return found, distinct
    codes = np.full(len(values), ABSENT, dtype=np.int64)
    codes[present] = found
    return codes, distinct


def _sorted(values: Values) -> tuple[npt.NDArray[np.int64], Values]:
    distinct, codes = np.unique(values, return_inverse=True)
    codes = codes.astype(np.int64)
    if distinct.dtype.kind in "mM" and distinct.size and np.isnat(distinct[-1]):
        codes[codes == len(distinct) - 1] = ABSENT
        distinct = distinct[:-1]
    return codes, distinct


def _objects(values: Values) -> tuple[npt.NDArray[np.int64], list[Any]]:
    codes, distinct = _encoded(values)
    order = _order(distinct)
    rank = np.empty(len(distinct) + 1, dtype=np.int64)
    rank[order] = np.arange(len(distinct))
    rank[ABSENT] = ABSENT
    return rank[codes], [distinct[i] for i in order]


def _encoded(values: Values) -> tuple[npt.NDArray[np.int64], list[Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        column: pa.Array = pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return _hashed(values)
    simple = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if not simple:
        return _hashed(values)
    found = column.dictionary_encode()
    codes = pc.fill_null(found.indices.cast(pa.int64()), ABSENT).to_numpy(zero_copy_only=False)
    return np.asarray(codes), found.dictionary.to_pylist()


def _hashed(values: Values) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """Values of several types: those that compare equal are one."""
    places: dict[Hashable, int] = {}
    codes = np.empty(len(values), dtype=np.int64)
    for i, value in enumerate(values):
        if _is_missing(value):
            codes[i] = ABSENT
            continue
        try:
            codes[i] = places.setdefault(value, len(places))
        except TypeError:
            raise TypeError(
                "a category must be a string, number or other value that can be compared; argument "
                f"must be a string or a number, got {value!r} in row {i}."
            ) from None
    return codes, list(places)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    return isinstance(value, np.datetime64 | np.timedelta64) and bool(np.isnat(value))


def _order(distinct: list[Any]) -> list[int]:
    try:
        return sorted(range(len(distinct)), key=lambda i: distinct[i])
    except TypeError:
        return sorted(
            range(len(distinct)), key=lambda i: (type(distinct[i]).__name__, str(distinct[i]))
        )
