"""Labels of any type as numbers from 0 that keep their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native
from shoal.errors import ParameterError

__all__ = ["Coded", "encode"]

_WHOLE = 2.0**53


@dataclass(frozen=True, slots=True)
class Coded:
    """Labels as numbers.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,), int32
        From 0 to ``span - 1``, in the order of the labels; some codes may belong to no label.
    span : int
        One more than the largest code that may occur.
    decode : callable
        Turns an array of codes into the labels they stand for.
    """

    codes: npt.NDArray[np.int32]
    span: int
    decode: Callable[[npt.NDArray[np.int32]], npt.NDArray[Any]]


def encode(name: str, labels: npt.ArrayLike) -> Coded:
    """Give every label a number; sorted where the labels can be, else as they come.

    Parameters
    ----------
    name : str
        What to call the labels in messages.
    labels : array-like of shape (n_samples,)
        Integers, text, numbers, booleans, or objects that can be told apart.

    Returns
    -------
    Coded

    Raises
    ------
    ParameterError
        When the labels are not one-dimensional, or one of them is missing.

    Notes
    -----
    Time O(n) for whole numbers that lie close together and for text, else O(n log n).
    """
    values = np.asarray(labels)
    if values.ndim != 1:
        raise ParameterError(
            f"{name} must be one-dimensional, one label per row; got shape {values.shape}. "
            "Pass a single column."
        )
    kind = values.dtype.kind
    if kind in "biu":
        return _whole_numbers(values)
    if kind == "f":
        _check_present(name, values, np.isnan(values))
        return _whole_numbers(values) if _all_whole(values) else _sorted(values)
    if kind in "OUT":
        # NumPy makes text of a missing value among texts.
        listed = labels if kind == "U" and isinstance(labels, list | tuple) else values
        return _objects(name, np.array(listed, dtype=object), values.dtype)
    if kind in "mM":
        _check_present(name, values, np.isnat(values))
    return _sorted(values)


def _check_present(name: str, values: npt.NDArray[Any], missing: npt.NDArray[np.bool_]) -> None:
    rows = np.flatnonzero(missing)
    if rows.size:
        raise ParameterError(
            f"{name} must have a label in every row; got {values[rows[0]]!r} in row {rows[0]}. "
            "Leave out the rows without one, or give them a label of their own, such as -1."
        )


def _all_whole(values: npt.NDArray[np.floating]) -> bool:
    return bool((np.abs(values) < _WHOLE).all() and (values == np.floor(values)).all())


def _whole_numbers(values: npt.NDArray[Any]) -> Coded:
    """Subtract the smallest, unless numbers lie so far apart that their ranks are needed."""
    dtype = values.dtype
    if dtype.kind == "u" and dtype.itemsize == 8:
        return _sorted(values)
    if dtype == np.int32:
        coded = _native.encode_labels(np.ascontiguousarray(values, dtype=np.int32))
    else:
        coded = _native.encode_labels(np.ascontiguousarray(values, dtype=np.int64))
    if coded is None:
        return _sorted(values)
    codes, low, span = coded
    return Coded(codes, span, lambda some: (some.astype(np.int64) + low).astype(dtype))


def _sorted(values: npt.NDArray[Any]) -> Coded:
    known, codes = np.unique(values, return_inverse=True)
    return Coded(codes.astype(np.int32).reshape(-1), len(known), lambda some: known[some])


def _objects(name: str, values: npt.NDArray[Any], dtype: np.dtype[Any]) -> Coded:
    """Let Arrow tell texts apart, which needs no sorting of rows."""
    import pyarrow as pa

    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowException, OverflowError):
        return _told_apart(name, values)
    if array.null_count:
        _check_present(name, values, array.is_null().to_numpy(zero_copy_only=False))
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        return encode(name, array.to_numpy())
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return _told_apart(name, values)
    coded = array.dictionary_encode()
    return _in_order(coded.indices.to_numpy(), coded.dictionary.to_pylist(), dtype)


def _told_apart(name: str, values: npt.NDArray[Any]) -> Coded:
    """Give objects of any types numbers, in order where they have one."""
    seen: dict[Any, int] = {}
    listed = values.tolist()
    codes = np.array([seen.setdefault(value, len(seen)) for value in listed], dtype=np.int32)
    absent = [code for value, code in seen.items() if value is None or value != value]
    if absent:
        _check_present(name, values, np.isin(codes, absent))
    return _in_order(codes, list(seen), np.dtype(object))


def _in_order(codes: npt.NDArray[np.int32], known: Sequence[Any], dtype: np.dtype[Any]) -> Coded:
    try:
        order = sorted(range(len(known)), key=known.__getitem__)
    except TypeError:  # of several types
        order = list(range(len(known)))
    rank = np.empty(len(known), dtype=np.int32)
    rank[order] = np.arange(len(known), dtype=np.int32)
    labels = np.empty(len(known), dtype=object)
    labels[:] = [known[place] for place in order]
    return Coded(rank[codes], len(known), lambda some: labels[some].astype(dtype))
