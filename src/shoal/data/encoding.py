"""Finding the encoding of a text and turning it into UTF-8."""

from __future__ import annotations

import codecs

from shoal.data.source import Payload
from shoal.errors import DataError, ParameterError

__all__ = ["to_utf8"]

BLOCK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that do not occur in text; tab, newlines, form feed and escape may.
CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1b")


def to_utf8(payload: Payload, encoding: str | None) -> tuple[memoryview, str | None]:
    """Return the text as UTF-8 without a mark, and a note on the encoding.

    Raises
    ------
    DataError
        When the bytes are not text in the given or any likely encoding.
    """
    data = payload.data
    if encoding is None:
        encoding = _detect(payload)
        chosen = False
    else:
        chosen = True
        _check_name(encoding)
    if codecs.lookup(encoding).name == "utf-8":
        if chosen and not _is_utf8(data):
            raise _undecodable(payload, encoding)
        _refuse_nul(payload, data)
        return data, None
    if encoding == "utf-8-sig":
        body = data[3:] if bytes(data[:3]) == codecs.BOM_UTF8 else data
        _refuse_nul(payload, body)
        return body, None
    try:
        text = str(data, encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(payload, encoding) from error
    body = memoryview(text.removeprefix("\ufeff").encode("utf-8"))
    _refuse_nul(payload, body)
    return body, None if chosen else f"The encoding was found to be {encoding}."


def _check_name(encoding: str) -> None:
    try:
        info = codecs.lookup(encoding)
    except LookupError:
        info = None
    if info is None or not getattr(info, "_is_text_encoding", True):
        raise ParameterError(
            f"encoding must be a text encoding Python knows; got {encoding!r}. "
            "Common ones: utf-8, cp1252, utf-16."
        ) from None


def _undecodable(payload: Payload, encoding: str) -> DataError:
    return DataError(
        f"{payload.name} is not text in the encoding {encoding}. Name another with --encoding."
    )


def _detect(payload: Payload) -> str:
    data = payload.data
    head = bytes(data[:65536])
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    wide = _unmarked_utf16(head)
    if wide:
        return wide
    if _is_utf8(data):
        return "utf-8"
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls > len(head) // 1000:
        raise DataError(
            f"{payload.name} is not text: {controls} of its first {len(head):,} bytes are control "
            "characters. Give a CSV, Parquet, Feather, JSON lines, Excel, NPY or NPZ file."
        )
    try:
        codecs.lookup("cp1252").decode(bytes(data), "strict")
    except UnicodeDecodeError:
        raise DataError(
            f"{payload.name} is not text in UTF-8 or Windows-1252. "
            "Name its encoding with --encoding."
        ) from None
    return "cp1252"


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 of mostly Latin text without a mark has a NUL in every other byte."""
    half = len(head) // 2
    if half < 4:
        return None
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high > 0.7 * half and low < 0.1 * half:
        return "utf-16-le"
    if low > 0.7 * half and high < 0.1 * half:
        return "utf-16-be"
    return None


def _is_utf8(data: memoryview) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, data.nbytes, BLOCK):
            block = bytes(data[start : start + BLOCK])
            last = start + BLOCK >= data.nbytes
            if not block.isascii() or last or decoder.getstate()[0]:
                decoder.decode(block, final=last)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_nul(payload: Payload, body: memoryview) -> None:
    line = 1
    for start in range(0, body.nbytes, BLOCK):
        block = bytes(body[start : start + BLOCK])
        at = block.find(0)
        if at >= 0:
            line += block.count(b"\n", 0, at)
            head = bytes(body[:65536])
            controls = len(head) - len(head.translate(None, CONTROLS))
            if controls > max(2, len(head) // 100):
                raise DataError(
                    f"{payload.name} is not text: {controls} of its first {len(head):,} bytes "
                    "are control characters. Give a CSV, Parquet, Feather, JSON lines, Excel, "
                    "NPY or NPZ file."
                )
            raise DataError(
                f"{payload.name}, line {line} holds a NUL byte, so the file is damaged or not "
                "text. Copy or export it again."
            )
        line += block.count(b"\n")
