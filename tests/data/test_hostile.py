"""Files that cannot be read or clustered: one sentence each, naming the place and the remedy."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoal.data import source
from shoal.data.prepare import prepare
from shoal.data.read import read_table
from shoal.errors import DataError, ParameterError

Write = Callable[[str, str | bytes], Path]

ROWS = "".join(f"{20 + i % 40},{i * 1.5}\n" for i in range(14))
NUMBERS = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i % 977) for i in range(5000))
NOISE = bytes((i * 7919 + i * i * 31) % 256 for i in range(5000))

HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "text.csv": (
        f"age,income\n{ROWS}30,1\nabc,3\n",
        (
            "text.csv, line 17, column 'age': 'abc' is not a number. Drop the column with "
            "--drop age, or treat it as a category with --types age=category."
        ),
    ),
    "spaced.csv": (
        "annual income,b\n1,2\n2,3\nx y,4\n",
        (
            "with --drop 'annual income', or treat it as a category with "
            "--types 'annual income=category'."
        ),
    ),
    "stand-in.csv": (
        "a,b\n?,1\n2,2\n3,3\n",
        (
            "line 2, column 'a': '?' is not a number. Drop the column with --drop a, or treat it "
            "as a category with --types a=category. If it means that the value is missing, leave "
            "the cell empty."
        ),
    ),
    "late.csv": (
        "a,b\n" + "1,2\n" * 40_000 + "1,x\n",
        "late.csv, line 40002, column 'b': 'x' is not a number.",
    ),
    "quoted.csv": (
        'a,b\n1,"x\ny"\n2,"z"\nfoo,"w"\n3,"q"\n4,r\n',
        "quoted.csv, line 5, column 'a': 'foo' is not a number.",
    ),
    "blank-lines.csv": (
        "a,b\n\n1,2\n\n\n1,x\n3,4\n5,6\n",
        "blank-lines.csv, line 6, column 'b': 'x' is not a number.",
    ),
    "sep.csv": ("sep=;\na;b\n1;2\n3;x\n4;5\n", "sep.csv, line 4, column 'b': 'x' is not a number"),
    "infinite.csv": (
        "age,income\n1,2\n2, -Infinity\n3,4\n",
        "infinite.csv, line 3, column 'income': '-Infinity' is not a finite number.",
    ),
    "overflow.csv": (
        "age,income\n1,2\n2,1e999\n3,4\n",
        "overflow.csv, line 3, column 'income': '1e999' is not a finite number.",
    ),
    "empty.csv": ("", "empty.csv is empty. Give a file with a header line and rows."),
    "blank.csv": ("\n\n  \n", "blank.csv is empty."),
    "header.csv": ("age,income\n", "header.csv has a header but no rows."),
    "header-only.csv": ("age,income", "header-only.csv has a header but no rows."),
    "image.csv": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10,
        "image.csv is not text: it looks like a PNG image.",
    ),
    "database.csv": (b"SQLite format 3\0" + bytes(200), "it looks like a SQLite database."),
    "survey.sav": (b"$FL2@(#) SPSS DATA FILE", "survey.sav is not text: it looks like an SPSS"),
    "zoo.arff": ("@relation zoo\n@data\n1,2\n", "zoo.arff is an ARFF file, which is not read."),
    "page.csv": (
        "<!DOCTYPE html>\n<p>Not found</p>",
        "page.csv is not a table: it looks like a web",
    ),
    "noise.csv": (NOISE, "noise.csv is not text: 546 of its first 5,000 bytes are control"),
    "zeros.csv": (bytes(4000), "zeros.csv is not text"),
    "nul.csv": (b"a,b\n1,2\n3,4\x00\n5,6\n", "nul.csv, line 3 holds a NUL byte"),
    "undefined.csv": (b"a,b\nx\x81,2\nz,3\n", "is not text in UTF-8 or Windows-1252."),
    "duplicate.csv": (
        "a,b,a\n1,2,3\n3,4,5\n",
        "duplicate.csv has 2 columns named 'a' (columns 1 and 3). Rename all but one of them.",
    ),
    "many.csv": (
        "a,b\n1,2\n3,4\n1,2,3\n5,6\n",
        "many.csv, line 4 has 3 fields where the header has 2 (delimiter ',').",
    ),
    "few.csv": ("a,b\n1,2\n3\n5,6\n", "few.csv, line 3 has 1 field where the header has 2"),
    "few-quoted.csv": (
        'a,b\n"x\ny",2\n3\n',
        "few-quoted.csv, line 4 has 1 field where the header has 2",
    ),
    "unclosed.csv": (
        'a,b\n0,x\n1,"x\n2,z\n3,w\n',
        "unclosed.csv, line 3: a quotation mark is opened and not properly closed",
    ),
    "swallowed.csv": (
        'a,b\n1,"x\n2,z\n3,"w\n4,v\n',
        "swallowed.csv, line 2: a quotation mark is opened and not properly closed",
    ),
    "thousands.csv": (
        "name;b\nx;1,234\ny;2,345\nx;3,456\nz;1,111\n",
        (
            "thousands.csv, line 2, column 'b': '1,234' may have a decimal comma or a separator of "
            "thousands. Say which sign marks decimals with --decimal , or --decimal ."
        ),
    ),
    "cut.csv.gz": (
        gzip.compress(NUMBERS)[:3000],
        "cut.csv.gz ends too early: its gzip data are cut off after 3,000 bytes.",
    ),
    "damaged.csv.gz": (
        gzip.compress(NUMBERS)[:2000] + bytes(100) + gzip.compress(NUMBERS)[2100:],
        "damaged.csv.gz holds damaged gzip data",
    ),
    "nothing.csv.gz": (gzip.compress(b""), "nothing.csv.gz is empty once decompressed."),
    "text.parquet": ("a,b\n1,2\n", "text.parquet is not a Parquet file, whatever its name says."),
    "text.xlsx": ("a,b\n1,2\n", "text.xlsx is not an Excel file, whatever its name says."),
    "short.parquet": (b"PAR1", "short.parquet is a damaged or incomplete Parquet file"),
    "short.feather": (b"ARROW1\0\0", "short.feather is a damaged or incomplete Feather file"),
    "short.npy": (b"\x93NUMPY\x01\x00v\x00", "short.npy is a damaged or incomplete NPY file."),
    "short.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "short.xls is a damaged or"),
    "short.xlsx": (b"PK\x03\x04" + bytes(40), "short.xlsx is a damaged or incomplete archive"),
    "model.pkl": (pickle.dumps({"a": 1}), "model.pkl looks like a pickle, which can run code"),
    "cut.jsonl": ('{"a":1}\n{"a":\n', "cut.jsonl, line 2 is not valid JSON"),
    "list.jsonl": ('{"a":1}\n[1]\n', "list.jsonl, line 2 must be a JSON object"),
    "mixed.jsonl": (
        '{"a":1}\n{"a":2}\n{"a":"zz"}\n',
        "mixed.jsonl, line 3, column 'a': 'zz' is not a number.",
    ),
    "scalar.json": ("[1, 2]", "scalar.json must hold a list of objects, one per row."),
    "deep.json": ("[" * 100_000, "deep.json is not valid JSON"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_gives_one_sentence(name: str, write: Write) -> None:
    content, sentence = HOSTILE[name]
    with pytest.raises(DataError) as caught:
        read_table(write(name, content))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


UNFIT: dict[str, tuple[str, str]] = {
    "one.csv": ("a,b\n1,2\n", "one.csv has only one row. Groups need at least two."),
    "constant.csv": (
        "a,b\n1,x\n1,x\n1,x\n",
        (
            "constant.csv has no column to group by ('a': it is constant (always 1); 'b': it is "
            "constant (always 'x'))."
        ),
    ),
    "void.csv": ("a,b\n,\n,\n", "void.csv has no column to group by ('a': it has no values"),
    "huge.csv": ("a\n1e308\n-1e308\n1e307\n", "column 'a' holds numbers too large to scale."),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_table_that_cannot_be_grouped_gives_one_sentence(name: str, write: Write) -> None:
    content, sentence = UNFIT[name]
    with pytest.raises(DataError) as caught:
        prepare(read_table(write(name, content)))
    assert sentence in str(caught.value)


def test_a_missing_file_names_its_nearest_neighbour(write: Write) -> None:
    path = write("customers.csv", "a\n1\n")
    with pytest.raises(DataError, match=r"does not exist. Did you mean .*customers.csv?"):
        read_table(path.with_name("custmers.csv"))
    with pytest.raises(DataError, match=r"table\.csv does not exist\.$"):
        read_table(path.with_name("table.csv"))
    with pytest.raises(DataError, match="There is no directory"):
        read_table(path.parent / "nowhere" / "customers.csv")


def test_a_directory_is_not_a_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is a directory. Give one file in it."):
        read_table(tmp_path)


def test_every_truncation_of_a_parquet_file_is_refused(write: Write) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": [1.0, 2.0], "b": ["x", "y"]}), buffer)
    whole = buffer.getvalue()
    for size in range(4, len(whole), 97):
        with pytest.raises(DataError, match="damaged or incomplete Parquet"):
            read_table(write("cut.parquet", whole[:size]))


def test_a_pickle_inside_an_array_file_is_never_loaded(tmp_path: Path) -> None:
    objects = np.array([{"a": 1}], dtype=object)
    np.save(tmp_path / "x.npy", objects)
    np.savez(tmp_path / "x.npz", X=objects)
    for name in ("x.npy", "x.npz"):
        with pytest.raises(DataError, match="pickle"):
            read_table(tmp_path / name)


def test_a_lying_array_header_allocates_nothing(write: Write) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 8), }"
    padded = header.ljust(117) + b"\n"
    content = b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded
    with pytest.raises(DataError, match="damaged or incomplete NPY"):
        read_table(write("liar.npy", content))


def test_decompression_bombs_are_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "FREE_BYTES", 1 << 20)
    with pytest.raises(DataError, match="looks like a decompression bomb"):
        read_table(write("bomb.csv.gz", gzip.compress(b"a\n" + b"0\n" * (1 << 20))))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("X.npy", bytes(1 << 22))
    with pytest.raises(DataError, match="looks like a decompression bomb"):
        read_table(write("bomb.npz", buffer.getvalue()))


def test_a_zip_of_something_else_is_refused(write: Write) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(DataError, match=r"it looks like a zip archive. Unpack it"):
        read_table(write("notes.csv", buffer.getvalue()))


BAD_OPTIONS = {
    "delimiter must be one ASCII character": {"delimiter": "||"},
    "delimiter must be one ASCII character that": {"delimiter": "§"},
    "decimal must be '.' or ','; got ';'": {"decimal": ";"},
    "decimal must differ from the delimiter; got ',' for both": {"decimal": ",", "delimiter": ","},
    "encoding must be a text encoding Python knows; got 'utf-99'": {"encoding": "utf-99"},
    "encoding must be a text encoding Python knows; got 'hex'": {"encoding": "hex"},
    "sheet must be left out: t.csv is not a workbook": {"sheet": "a"},
    "types['age'] must be one of number, category": {"types": {"age": "numeric"}},
    "types must name columns of t.csv; got 'Age'. Did you mean 'age'?": {"types": {"Age": "text"}},
}


@pytest.mark.parametrize("sentence", BAD_OPTIONS)
def test_a_bad_option_gives_one_sentence(sentence: str, write: Write) -> None:
    path = write("t.csv", "age,b\n1,2\n3,4\n")
    with pytest.raises(ParameterError) as caught:
        read_table(path, **BAD_OPTIONS[sentence])  # type: ignore[arg-type]
    assert sentence in str(caught.value)


@pytest.mark.parametrize("thing", [7, None, object(), b"bytes", {"a": [1]}])
def test_what_is_no_table_is_refused(thing: object) -> None:
    with pytest.raises(ParameterError, match="source must be a path"):
        read_table(thing)
