"""NumPy arrays, NPY and NPZ files to a table; never unpickled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shoal.data.frames import from_arrow, from_records
from shoal.data.source import Payload, check_zip
from shoal.data.table import Table
from shoal.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["from_array", "read_npy", "read_npz"]


def from_array(
    array: npt.NDArray[Any],
    *,
    types: Mapping[str, str],
    source: str = "the array",
    target: npt.NDArray[Any] | None = None,
) -> Table:
    """Read a 1-D (one column), 2-D or structured array; columns are named x0, x1 and so on."""
    import numpy as np
    import pyarrow as pa

    array = np.asarray(array)
    if array.dtype.names:
        if array.ndim != 1:
            raise DataError(
                f"{source} must be one-dimensional when structured; got {array.ndim}-D."
            )
        names = list(array.dtype.names)
        columns = [np.ascontiguousarray(array[name]) for name in names]
    else:
        columns = _columns(array, source)
        names = [f"x{i}" for i in range(len(columns))]
    if target is not None:
        names.append("y")
        columns.append(target)
    if any(column.dtype.kind not in "biuf" for column in columns):
        values = [column.tolist() for column in columns]
        if not values or not values[0]:
            raise DataError(f"{source} has no rows. Give at least one.")
        return from_records(names, values, source, types=types)
    data = pa.Table.from_arrays([pa.array(_native(column)) for column in columns], names=names)
    return from_arrow(data, source, types=types)


def _columns(array: npt.NDArray[Any], source: str) -> list[npt.NDArray[Any]]:
    import numpy as np

    if array.dtype.kind not in "biufOUS":
        raise DataError(
            f"{source} must hold numbers or text; got dtype {array.dtype}. Convert it first."
        )
    if array.ndim == 1:
        return [np.ascontiguousarray(array)]
    if array.ndim != 2:
        raise DataError(
            f"{source} must have one or two dimensions (rows, columns); got shape {array.shape}. "
            "Reshape it so that each row is one thing to group."
        )
    return list(np.ascontiguousarray(array.T))


def _native(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    import numpy as np

    if column.dtype.kind == "f":
        return column.astype(np.float64)
    return column.astype(column.dtype.newbyteorder("="))


def read_npy(payload: Payload, *, types: Mapping[str, str]) -> Table:
    """Read one array from an NPY file."""
    return from_array(_load(payload), types=types, source=payload.name)


def _load(payload: Payload) -> Any:
    import numpy as np

    try:
        return np.load(payload.stream(), allow_pickle=False)
    except Exception as error:
        raise _unreadable(payload, error) from error


def _unreadable(payload: Payload, error: Exception) -> DataError:
    """Make the sentence for what NumPy raises on foreign bytes, which may be nearly anything."""
    if "allow_pickle" in str(error) or "Object arrays" in str(error):
        return DataError(
            f"{payload.name} holds Python objects (a pickle), which can run code when opened and "
            "are never read. Save the numbers as a plain array."
        )
    kind = "NPZ" if payload.suffix == ".npz" else "NPY"
    return DataError(
        f"{payload.name} is a damaged or incomplete {kind} file. Copy or save it again."
    )


def read_npz(payload: Payload, *, types: Mapping[str, str]) -> Table:
    """Read the arrays of an NPZ file.

    An array named ``X`` is the table, with ``y`` beside it when that has one value per row; a
    single array is the table; several 1-D arrays of one length are its columns.
    """
    check_zip(payload)
    arrays = _members(payload)
    if "X" in arrays:
        target = arrays.get("y")
        rows = arrays["X"].shape[:1]
        if target is not None and target.squeeze().shape == rows and arrays["X"].ndim == 2:
            return from_array(
                arrays["X"], types=types, source=payload.name, target=target.reshape(-1)
            )
        return from_array(arrays["X"], types=types, source=payload.name)
    if len(arrays) == 1:
        return from_array(next(iter(arrays.values())), types=types, source=payload.name)
    shapes = {array.shape for array in arrays.values()}
    if arrays and len(shapes) == 1 and len(next(iter(shapes))) == 1:
        values = [array.tolist() for array in arrays.values()]
        return from_records(list(arrays), values, payload.name, types=types)
    listed = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    raise DataError(
        f"{payload.name} must hold one table: an array named X, one array, or columns of one "
        f"length; got {listed or 'nothing'}."
    )


def _members(payload: Payload) -> dict[str, np.ndarray[Any, Any]]:
    with _load(payload) as archive:
        try:
            return {name: archive[name] for name in archive.files}
        except Exception as error:
            raise _unreadable(payload, error) from error
