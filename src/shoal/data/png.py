"""Writing indexed PNG files: the smallest bit depth, compressed on several threads."""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

__all__ = ["bit_depth", "indexed_png", "packed_bytes"]

LEVEL = 6
PIECE = 1 << 19  # bytes compressed by one thread at a time; fixed, so that no thread count shows
WINDOW = 1 << 15  # how far deflate looks back


def bit_depth(n_colors: int) -> int:
    """Bits per pixel that an index of `n_colors` colours takes: 1, 2, 4 or 8."""
    return next(bits for bits in (1, 2, 4, 8) if n_colors <= 1 << bits)


def packed_bytes(height: int, width: int, n_colors: int) -> int:
    """Bytes of the packed indices before compression."""
    return height * -(-width * bit_depth(n_colors) // 8)


def indexed_png(
    indices: npt.NDArray[np.uint8], colors: npt.NDArray[np.uint8], n_threads: int = 1
) -> bytes:
    """Encode an indexed image.

    Parameters
    ----------
    indices : ndarray of shape (height, width), uint8
        Colour of each pixel.
    colors : ndarray of shape (n_colors, 4), uint8
        sRGB and alpha, at most 256. The alphas below 255 make the shortest chunk when they come
        first.
    n_threads : int, default=1
        Threads; the bytes are the same for any number.

    Returns
    -------
    bytes
        A PNG file (W3C, third edition, 2025).
    """
    height, width = indices.shape
    depth = bit_depth(len(colors))
    clear = np.flatnonzero(colors[:, 3] < 255)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 3, 0, 0, 0)),
        (b"PLTE", np.ascontiguousarray(colors[:, :3]).tobytes()),
    ]
    if clear.size:
        chunks.append((b"tRNS", colors[: clear[-1] + 1, 3].tobytes()))
    chunks += [(b"IDAT", _deflate(_scanlines(indices, depth), n_threads)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return b"".join(
        (
            struct.pack(">I", len(data)),
            name,
            data,
            struct.pack(">I", zlib.crc32(data, zlib.crc32(name))),
        )
    )


def _scanlines(indices: npt.NDArray[np.uint8], depth: int) -> memoryview:
    """Pack the rows, each after a byte that says it is not filtered."""
    height, width = indices.shape
    per_byte = 8 // depth
    rows = np.zeros((height, 1 + -(-width // per_byte)), dtype=np.uint8)
    for place in range(per_byte):
        part = indices[:, place::per_byte]
        rows[:, 1 : 1 + part.shape[1]] |= part << (8 - depth * (place + 1))
    return rows.data.cast("B")


def _deflate(data: memoryview, n_threads: int) -> bytes:
    """Make one zlib stream of pieces that are compressed side by side, each knowing the last."""

    def compress(start: int) -> bytes:
        dictionary = data[max(0, start - WINDOW) : start]
        worker = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
        done = worker.compress(data[start : start + PIECE])
        last = start + PIECE >= len(data)
        return done + worker.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)

    starts = range(0, len(data), PIECE)
    with ThreadPoolExecutor(max(1, min(n_threads, len(starts)))) as pool:
        pieces = list(pool.map(compress, starts))
    return b"".join((b"\x78\x9c", *pieces, struct.pack(">I", zlib.adler32(data))))
