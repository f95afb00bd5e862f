"""IDX files, the format of MNIST: arrays behind a header that says everything."""

from __future__ import annotations

import math
import os
import struct

import numpy as np
import numpy.typing as npt

from shoal.data.source import Payload, open_source
from shoal.errors import DataError

__all__ = ["read_idx", "read_images", "read_labelled_images", "read_labels"]

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(source: str | os.PathLike[str]) -> npt.NDArray[np.generic]:
    """Read an array from an IDX file, gzipped or not.

    Parameters
    ----------
    source : path, str
        A file, or ``"-"`` for standard input.

    Returns
    -------
    ndarray
        Of the shape and type in the header, in the byte order of the machine.

    Raises
    ------
    DataError
        When the file cannot be read, does not begin as an IDX file does, or is shorter or longer
        than its header says.

    Notes
    -----
    Two zero bytes, one byte for the type, one for the number of dimensions, each dimension as a
    big-endian 32-bit number, then the values, also big-endian.

    References
    ----------
    LeCun, Y., Cortes, C., Burges, C. J. C. The MNIST database of handwritten digits.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "labels.idx1"
    >>> _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    >>> read_idx(path)
    array([7, 2, 1], dtype=uint8)
    """
    return _read(open_source(source))


def _read(payload: Payload) -> npt.NDArray[np.generic]:
    shape, dtype, start = _header(payload)
    wanted, found = math.prod(shape) * dtype.itemsize, payload.data.nbytes - start
    if found != wanted:
        what = "ends too early" if found < wanted else "goes on behind its end"
        raise DataError(
            f"{payload.name} {what}: its header says {' x '.join(f'{side:,}' for side in shape)} "
            f"values, {wanted:,} bytes; got {found:,}. Copy or download the file again."
        )
    values = np.frombuffer(payload.data[start:], dtype=dtype).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


def _header(payload: Payload) -> tuple[tuple[int, ...], np.dtype[np.generic], int]:
    """Shape, type, and where the values begin."""
    magic = bytes(payload.data[:4])
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES or not magic[3]:
        raise DataError(
            f"{payload.name} must be an IDX file, which begins with 00 00, its type and its number "
            f"of dimensions, such as 00 00 08 03 for images; got {magic.hex(' ') or 'nothing'}."
        )
    start = 4 + 4 * magic[3]
    sides = bytes(payload.data[4:start])
    if len(sides) < start - 4:
        raise DataError(
            f"{payload.name} ends too early: its header should take {start} bytes; got "
            f"{payload.data.nbytes}. Copy or download the file again."
        )
    return struct.unpack(f">{magic[3]}I", sides), np.dtype(_TYPES[magic[2]]), start


def read_images(source: str | os.PathLike[str]) -> npt.NDArray[np.generic]:
    """Read grey images from an IDX file.

    Parameters
    ----------
    source : path, str
        As for `read_idx`.

    Returns
    -------
    ndarray of shape (n_images, height, width)

    Raises
    ------
    DataError
        As `read_idx`; also when the file does not hold images.
    """
    return _with_dimensions(source, 3, "images (3 dimensions)", "labels")


def read_labels(source: str | os.PathLike[str]) -> npt.NDArray[np.integer]:
    """Read labels from an IDX file.

    Parameters
    ----------
    source : path, str
        As for `read_idx`.

    Returns
    -------
    ndarray of shape (n_labels,)

    Raises
    ------
    DataError
        As `read_idx`; also when the file does not hold whole numbers, one for each image.
    """
    labels = _with_dimensions(source, 1, "labels (1 dimension)", "images")
    if labels.dtype.kind not in "iu":
        raise DataError(
            f"{_name(source)} must hold whole numbers as labels; got values of type {labels.dtype}."
        )
    return labels  # type: ignore[return-value]


def _with_dimensions(
    source: str | os.PathLike[str], wanted: int, what: str, other: str
) -> npt.NDArray[np.generic]:
    values = read_idx(source)
    if values.ndim != wanted:
        hint = f" That is a file of {other}." if values.ndim == 4 - wanted else ""
        raise DataError(
            f"{_name(source)} must hold {what}; got {values.ndim} "
            f"dimension{'s' if values.ndim > 1 else ''}.{hint}"
        )
    if not values.size:
        raise DataError(f"{_name(source)} must hold at least one value; got shape {values.shape}.")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataError(f"{_name(source)} must hold finite values only; got others.")
    return values


def read_labelled_images(
    images: str | os.PathLike[str], labels: str | os.PathLike[str]
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.integer]]:
    """Read images and the label of each.

    Parameters
    ----------
    images, labels : path, str
        As for `read_images` and `read_labels`.

    Returns
    -------
    images : ndarray of shape (n_images, height, width)
    labels : ndarray of shape (n_images,)

    Raises
    ------
    DataError
        As `read_images` and `read_labels`; also when there is not one label for each image.
    """
    pictures, known = read_images(images), read_labels(labels)
    if len(known) != len(pictures):
        raise DataError(
            f"{_name(labels)} must hold one label for each of the {len(pictures):,} images of "
            f"{_name(images)}; got {len(known):,}. Give the two files that belong together."
        )
    return pictures, known


def _name(source: str | os.PathLike[str]) -> str:
    return "standard input" if source == "-" else os.path.basename(os.fspath(source))
