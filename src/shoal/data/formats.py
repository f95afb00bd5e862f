"""What a source holds, judged by its content first and its extension second."""

from __future__ import annotations

from shoal.data.source import Payload, check_zip
from shoal.errors import DataError

__all__ = ["Format", "identify"]

Format = str
"""``"text"``, ``"jsonl"``, ``"json"``, ``"parquet"``, ``"feather"``, ``"arrow-stream"``,
``"excel"``, ``"npy"`` or ``"npz"``."""

MARKUP = (b"<!doctype", b"<html", b"<?xml")

READABLE = {
    b"PAR1": "parquet",
    b"ARROW1": "feather",
    b"\xff\xff\xff\xff": "arrow-stream",
    b"\x93NUMPY": "npy",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "excel",
}

FOREIGN = {
    b"FEA1": "a Feather file of the old version 1",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a RIFF file (WebP image, audio or video)",
    b"%PDF": "a PDF document",
    b"SQLite format 3\0": "a SQLite database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ\0": "xz data",
    b"\x28\xb5\x2f\xfd": "Zstandard data",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x89HDF": "an HDF5 file",
    b"Rar!": "a RAR archive",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
}

# Serialised Python objects can run code when loaded; they are only ever recognised by name.
UNSAFE = {".pkl", ".pickle", ".joblib", ".p", ".sav"}

NAMES = {
    "parquet": "Parquet",
    "feather": "Feather",
    "arrow-stream": "Arrow",
    "excel": "Excel",
    "npy": "NPY",
    "npz": "NPZ",
}

EXTENSIONS = {
    ".parquet": ("parquet",),
    ".pq": ("parquet",),
    ".feather": ("feather",),
    ".arrow": ("feather", "arrow-stream"),
    ".arrows": ("arrow-stream",),
    ".xlsx": ("excel",),
    ".xlsm": ("excel",),
    ".xls": ("excel",),
    ".npy": ("npy",),
    ".npz": ("npz",),
}


def identify(payload: Payload) -> Format:
    """Name the format of `payload`.

    Raises
    ------
    DataError
        When the content is of a kind that is not read, or contradicts a binary extension.
    """
    head = bytes(payload.data[:16])
    found = _by_content(payload, head)
    expected = EXTENSIONS.get(payload.suffix)
    if expected and found not in expected:
        # Cut files often keep their head; here even the head is foreign.
        raise DataError(
            f"{payload.name} is not {_article(NAMES[expected[0]])} file, whatever its name says. "
            "Give it the extension that fits its content."
        )
    if found:
        return found
    if payload.suffix in UNSAFE and not head.startswith(b"$FL2"):
        raise DataError(
            f"{payload.name} looks like a pickle, which can run code when opened and is never "
            "read. Save the table as CSV or Parquet."
        )
    _refuse_foreign(payload, head)
    if payload.suffix == ".arff":
        raise DataError(f"{payload.name} is an ARFF file, which is not read. Save it as CSV.")
    return _text_kind(payload)


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIOUN" else f"a {name}"


def _by_content(payload: Payload, head: bytes) -> Format | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(payload)
    return next((kind for magic, kind in READABLE.items() if head.startswith(magic)), None)


def _zip_kind(payload: Payload) -> Format:
    names = check_zip(payload)
    if "xl/workbook.xml" in names:
        return "excel"
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise DataError(
            f"{payload.name} is a workbook of a kind that is not read. Save it as .xlsx or CSV."
        )
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    raise DataError(
        f"{payload.name} is not text: it looks like a zip archive. Unpack it and give one file."
    )


def _refuse_foreign(payload: Payload, head: bytes) -> None:
    if bytes(payload.data[:64]).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise DataError(
            f"{payload.name} is not a table: it looks like a web page or XML. "
            "Download the data file itself, or export the table as CSV."
        )
    for magic, what in FOREIGN.items():
        if head.startswith(magic) and (len(magic) > 2 or b"\0" in payload.data[:256].tobytes()):
            raise DataError(
                f"{payload.name} is not text: it looks like {what}. "
                "Give a CSV, Parquet, Feather, JSON lines, Excel, NPY or NPZ file."
            )


def _text_kind(payload: Payload) -> Format:
    if payload.suffix == ".json":
        return "json"
    start = bytes(payload.data[:4096]).lstrip(b"\xef\xbb\xbf \t\r\n")
    if payload.suffix in {".jsonl", ".ndjson"} or start.startswith(b'{"'):
        return "jsonl"
    if start.startswith(b"[") and start[1:].lstrip()[:1] == b"{":
        return "json"
    return "text"
