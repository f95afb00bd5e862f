"""Opening what a file argument names: bytes with a name, safely decompressed."""

from __future__ import annotations

import difflib
import io
import mmap
import os
import sys
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shoal.errors import DataError

__all__ = ["Payload", "check_expansion", "check_zip", "nearest_name", "open_bytes", "open_source"]

MAX_RATIO = 200
FREE_BYTES = 1 << 30
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one source.

    Attributes
    ----------
    name : str
        Name to use in messages.
    data : memoryview
        The bytes; a view of the mapped file where that is possible.
    notes : tuple of str
        What opening decided.
    """

    name: str
    data: memoryview
    notes: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """Extension in lower case, without ``.gz``."""
        return Path(self.name.lower().removesuffix(".gz")).suffix

    def stream(self) -> io.BufferedIOBase:
        """Open the bytes as a file object, without a copy where possible."""
        import pyarrow as pa

        return io.BufferedReader(pa.BufferReader(pa.py_buffer(self.data)))


def open_bytes(source: str | os.PathLike[str]) -> Payload:
    """Open a path or ``"-"`` (standard input) and take the bytes as they are.

    Raises
    ------
    DataError
        When nothing readable is there.
    """
    if source == "-":
        return Payload("standard input", memoryview(sys.stdin.buffer.read()))
    return _open_path(_path(source))


def open_source(source: str | os.PathLike[str]) -> Payload:
    """Open a path or ``"-"`` (standard input) and undo gzip.

    Raises
    ------
    DataError
        When nothing readable is there.
    """
    payload = open_bytes(source)
    if not payload.data.nbytes:
        raise DataError(f"{payload.name} is empty. Give a file with a header line and rows.")
    if bytes(payload.data[:2]) == b"\x1f\x8b":
        payload = replace(payload, data=_gunzip(payload))
        if not payload.data.nbytes:
            raise DataError(f"{payload.name} is empty once decompressed.")
    return payload


def _path(source: str | os.PathLike[str]) -> Path:
    if "\0" in os.fspath(source):
        raise DataError(f"a path must not hold a NUL character; got {os.fspath(source)!r}.")
    return Path(source).expanduser()


def _open_path(path: Path) -> Payload:
    try:
        if path.is_dir():
            raise DataError(f"{path} is a directory. Give one file in it.")
        if not path.is_file():
            # A pipe such as /dev/fd/63 can only be read through.
            with path.open("rb") as stream:
                return Payload(path.name, memoryview(stream.read()))
        return Payload(path.name, _mapped(path))
    except FileNotFoundError:
        hint = _nearest_file(path)
        raise DataError(f"{path} does not exist.{hint}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def _mapped(path: Path) -> memoryview:
    if path.stat().st_size == 0:
        return memoryview(b"")
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def nearest_name(name: str, known: list[str]) -> str | None:
    """Find the known name most like `name`, whatever its case; None when none is near."""
    folded = {other.casefold(): other for other in reversed(known)}
    found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def _nearest_file(path: Path) -> str:
    try:
        siblings = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    except OSError:
        return f" There is no directory {path.parent} either."
    # Extensions are alike anyway; the stems must be.
    stems = {name.partition(".")[0]: name for name in reversed(siblings)}
    near = nearest_name(path.name.partition(".")[0], list(stems))
    return f" Did you mean {path.parent / stems[near]}?" if near else ""


def check_expansion(name: str, packed: int, expanded: int) -> None:
    """Refuse data that grow suspiciously when decompressed.

    The first GiB is free; beyond it the expanded size may be `MAX_RATIO` times the packed size.
    """
    if expanded > FREE_BYTES and expanded > MAX_RATIO * packed:
        raise DataError(
            f"{name} expands from {packed:,} bytes to more than {expanded:,}, over {MAX_RATIO} "
            "times its size, which looks like a decompression bomb. "
            "Decompress it yourself if you trust it."
        )


def check_zip(payload: Payload) -> list[str]:
    """Names inside a zip archive (workbook, NPZ) whose sizes are acceptable."""
    try:
        with zipfile.ZipFile(payload.stream()) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise DataError(f"{payload.name} is a damaged or incomplete archive: {error}.") from error
    check_expansion(payload.name, payload.data.nbytes, sum(entry.file_size for entry in entries))
    return [entry.filename for entry in entries]


def _gunzip(payload: Payload) -> memoryview:
    packed, out, position = payload.data, bytearray(), 0
    while position < packed.nbytes:
        if out and bytes(packed[position : position + 2]) != b"\x1f\x8b":
            # Padding after the last member is allowed by RFC 1952 readers such as gzip(1).
            break
        position = _gunzip_member(payload, position, out)
    return memoryview(out)


def _gunzip_member(payload: Payload, position: int, out: bytearray) -> int:
    """Append one gzip member to `out` and return where it ends."""
    member: Any = zlib.decompressobj(wbits=31)
    packed = payload.data
    while not member.eof:
        block = bytes(packed[position : position + BLOCK])
        if not block:
            raise DataError(
                f"{payload.name} ends too early: its gzip data are cut off after "
                f"{packed.nbytes:,} bytes. Copy or download the file again."
            )
        position += len(block)
        try:
            while block and not member.eof:
                out += member.decompress(block, 4 * BLOCK)
                block = member.unconsumed_tail
                check_expansion(payload.name, packed.nbytes, len(out))
        except zlib.error as error:
            raise DataError(
                f"{payload.name} holds damaged gzip data: {error}. Copy or download the file again."
            ) from error
    return position - len(member.unused_data)
