"""The file under a model: safetensors whose every size is checked before it is read."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import budget
from shoal.errors import DataError, OutputError

__all__ = ["FORMAT_VERSION", "Damaged", "parse_json", "read", "write"]

FORMAT = "shoal-model"
FORMAT_VERSION = 1
MAX_HEADER_BYTES = 32 * 2**20
"""A header describes columns and parameters; one beyond this size is not a model's."""

_ITEM_BYTES = {"BOOL": 1, "I32": 4, "I64": 8, "F32": 4, "F64": 8}


class Damaged(Exception):  # noqa: N818 - what it says is no sentence yet
    """What is wrong with a file, in a few words."""


def read(source: Path) -> tuple[str, dict[str, npt.NDArray[Any]]]:
    """Read the description and the arrays of a model file.

    Parameters
    ----------
    source : Path

    Returns
    -------
    tuple of (str, dict of str to ndarray)

    Raises
    ------
    Damaged
        The file is not whole, or of another kind.
    DataError
        A newer shoal wrote it.
    MemoryBudgetError
        It does not fit in the free memory.
    OSError
        It cannot be read.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    metadata, content = _read_checked(source)
    try:
        tensors = load(content)
    except SafetensorError as error:
        raise Damaged("its arrays cannot be read") from error
    if metadata.get("sha256") != _digest(metadata["header"], tensors):
        raise Damaged("its checksum does not match its content")
    return metadata["header"], tensors


def write(target: Path, header: str, tensors: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write a description and arrays, whole or not at all; the same ones give the same bytes.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    from safetensors.numpy import save

    metadata = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "header": header,
        "sha256": _digest(header, tensors),
    }
    _write_whole(target, _in_order(save(dict(tensors), metadata=metadata)))


def _read_checked(source: Path) -> tuple[dict[str, str], bytes]:
    """Read the file after checking each size it declares against its true size."""
    with source.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(8)
        if len(start) < 8:
            raise Damaged("there are fewer than 8 bytes")
        length = int.from_bytes(start, "little")
        if length > MAX_HEADER_BYTES or length > size - 8:
            raise Damaged("the header is longer than the file, or the file is of another kind")
        header = parse_json(file.read(length))
        metadata = header.pop("__metadata__", None)
        _check_metadata(metadata)
        _check_sizes(header, size - 8 - length)
        budget.Estimate({"the model file and its arrays": 2 * size}).require(
            budget.allowed_bytes(None)
        )
        file.seek(0)
        content = file.read(size + 1)
    if len(content) != size:
        raise Damaged("the size changed while it was read")
    return metadata, content


def parse_json(text: bytes | str) -> dict[str, Any]:
    """Read a JSON object, or say that it is none."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        raise Damaged("the header is not JSON, or the file is of another kind") from None
    if not isinstance(parsed, dict):
        raise Damaged("the header is not a JSON object")
    return parsed


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise Damaged("the content is of another kind")
    version = metadata.get("format_version")
    if not isinstance(version, str) or not re.fullmatch(r"[1-9][0-9]{0,8}", version):
        raise Damaged("the format version is not a number")
    if int(version) > FORMAT_VERSION:
        raise DataError(
            f"the model format must be at most {FORMAT_VERSION}; got {version}, which a newer "
            "shoal wrote. Upgrade with: pip install --upgrade shoal."
        )
    if not isinstance(metadata.get("header"), str):
        raise Damaged("the description is missing")


def _check_sizes(arrays: Mapping[str, Any], room: int) -> None:
    end = 0
    for name, entry in sorted(arrays.items(), key=lambda item: _offsets(item[1])):
        start, stop = _offsets(entry)
        shape = entry.get("shape")
        if not isinstance(shape, list) or not all(
            type(size) is int and size >= 0 for size in shape
        ):
            raise Damaged(f"array {name!r} has no valid shape")
        item = _ITEM_BYTES.get(str(entry.get("dtype")))
        if item is None:
            raise Damaged(f"array {name!r} has an unknown type")
        if start != end or stop - start != item * math.prod(shape):
            raise Damaged(f"array {name!r} does not have the size it declares")
        end = stop
    if end != room:
        raise Damaged("the file is shorter or longer than its arrays")


def _offsets(entry: Any) -> tuple[int, int]:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if (
        not isinstance(offsets, list)
        or len(offsets) != 2
        or not all(type(offset) is int and 0 <= offset < 2**63 for offset in offsets)
    ):
        raise Damaged("an array has no valid place in the file")
    return offsets[0], offsets[1]


def _digest(header: str, tensors: Mapping[str, npt.NDArray[Any]]) -> str:
    digest = hashlib.sha256(header.encode("utf-8", "surrogatepass"))
    for name in sorted(tensors):
        values = tensors[name]
        digest.update(f"\n{name} {values.dtype.str} {values.shape}\n".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _in_order(content: bytes) -> bytes:
    """Sort the header, which the library writes in random order: same model, same bytes."""
    length = int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8 : 8 + length]), sort_keys=True).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


def _write_whole(target: Path, content: bytes) -> None:
    """Write under another name beside the target, then rename."""
    temporary = target.parent / f".{target.name}.{secrets.token_hex(6)}"
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(
            f"{target} must be writable; got: {error.strerror}. Choose another place with --output."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
