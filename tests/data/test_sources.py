"""Every kind of source gives the same table."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from shoal.data.read import read_table
from shoal.errors import DataError, ParameterError

Write = Callable[[str, str | bytes], Path]

COLUMNS: dict[str, list[Any]] = {
    "n": [1, 2, None, 4],
    "x": [0.1, None, 2.5, 1e-300],
    "word": ["a", None, "c", "d"],
    "flag": [True, False, None, True],
}
ARROW = pa.table(COLUMNS)
EXPECTED = {**COLUMNS, "n": [1.0, 2.0, None, 4.0]}


def parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(ARROW, stream)
    return stream.getvalue()


def arrow_file(**options: Any) -> bytes:
    stream = io.BytesIO()
    feather.write_feather(ARROW, stream, **options)
    return stream.getvalue()


def arrow_stream() -> bytes:
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, ARROW.schema) as writer:
        writer.write_table(ARROW)
    return stream.getvalue()


JSON_LINES = b"".join(
    line.encode() + b"\n"
    for line in (
        '{"n": 1, "x": 0.1, "word": "a", "flag": true}',
        '{"n": 2, "word": null, "flag": false, "x": null}',
        '{"x": 2.5, "word": "c"}',
        '{"n": 4, "x": 1e-300, "word": "d", "flag": true}',
    )
)

FILES: dict[str, Callable[[], bytes]] = {
    "t.parquet": parquet,
    "t.feather": arrow_file,
    "t.arrow": lambda: arrow_file(compression="uncompressed"),
    "t.arrows": arrow_stream,
    "t.jsonl": lambda: JSON_LINES,
    "t.json": lambda: b"[" + JSON_LINES.strip().replace(b"\n", b",") + b"]",
    "columns.json": lambda: (
        b'{"n":[1,2,null,4],"x":[0.1,null,2.5,1e-300],'
        b'"word":["a",null,"c","d"],"flag":[true,false,null,true]}'
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files(name: str, write: Write) -> None:
    table = read_table(write(name, FILES[name]()))
    assert table.data.to_pydict() == EXPECTED
    assert table.source == name
    assert table.data.schema.field("n").type == pa.float64()


def test_content_overrules_a_text_extension(write: Write) -> None:
    table = read_table(write("t.csv", parquet()))
    assert table.data.to_pydict() == EXPECTED
    assert table.notes == ("t.csv was read as Parquet, which it is.",)


@pytest.mark.parametrize(
    "frame",
    [
        ARROW,
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).lazy(),
        pd.DataFrame(COLUMNS).astype({"flag": "boolean"}),
        pd.DataFrame(COLUMNS, index=[5, 3, 2, 9]).convert_dtypes(),
        [{k: v[i] for k, v in COLUMNS.items()} for i in range(4)],
    ],
    ids=["arrow", "polars", "lazy polars", "pandas", "pandas nullable", "list of dicts"],
)
def test_frames(frame: Any) -> None:
    assert read_table(frame).data.to_pydict() == EXPECTED


def test_number_types_of_frames_become_float64() -> None:
    columns = {
        "u8": pa.array([1, 255], pa.uint8()),
        "i64": pa.array([-(2**53), 2**53], pa.int64()),
        "f16": pa.array(np.array([0.5, 2], np.float16)),
        "f32": pa.array([0.5, None], pa.float32()),
        "money": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(9, 2)),
        "nan": pa.array([float("nan"), 1.0]),
        "none": pa.nulls(2),
    }
    table = read_table(pa.table(columns))
    assert {field.type for field in table.data.schema} == {pa.float64()}
    assert table.data.column("money").to_pylist() == [1.5, None]
    assert table.data.column("nan").to_pylist() == [None, 1.0]


def test_numbers_too_long_for_float64_stay_exact() -> None:
    table = read_table(pa.table({"id": [2**53 + 1, 5]}))
    assert table.data.column("id").to_pylist() == ["9007199254740993", "5"]
    assert "too long to be kept exactly" in table.notes[0]


def test_a_categorical_column_is_a_category_even_of_numbers() -> None:
    frame = pd.DataFrame({"size": pd.Categorical([38, 40, 38]), "v": [1, 2, 3]})
    words = pl.DataFrame({"size": ["38", "40", "38"]}, schema={"size": pl.Categorical})
    for known in (frame, words):
        table = read_table(known)
        assert table.data.column("size").to_pylist() == ["38", "40", "38"]
        assert table.data.schema.field("size").metadata == {b"shoal.kind": b"category"}


def test_names_of_pandas_columns_need_not_be_text() -> None:
    assert read_table(pd.DataFrame(np.eye(2))).column_names == ["0", "1"]
    pairs = pd.DataFrame(np.eye(2), columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]))
    assert read_table(pairs).column_names == ["a_1", "a_2"]


def test_frames_are_not_changed() -> None:
    frame = pd.DataFrame({0: [1, 2], 1: ["a", "b"]})
    before = frame.copy(deep=True)
    read_table(frame)
    pd.testing.assert_frame_equal(frame, before)


FRAMES_REFUSED: dict[str, tuple[Any, str]] = {
    "duplicate names": (
        pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
        "the data frame has 2 columns named 'a' (columns 1 and 2).",
    ),
    "infinity": (
        pd.DataFrame({"a": [1.0, 2.0, float("inf")]}),
        "the data frame, row 2 (counted from 0), column 'a': 'inf' is not a finite number.",
    ),
    "mixed": (
        [{"a": 1}, {"a": 2}, {"a": "x"}],
        "the list of rows, row 2 (counted from 0), column 'a': 'x' is not a number.",
    ),
    "no rows": (pd.DataFrame({"a": []}), "the data frame has columns but no rows."),
    "no columns": (pd.DataFrame(index=[1, 2]), "the data frame has no columns."),
    "no dicts": ([], "the list of rows is empty."),
    "ragged": ([[1, 2], [3]], "the list must hold rows of equal length, or dicts."),
    "cube": (np.zeros((2, 2, 2)), "the array must have one or two dimensions (rows, columns)"),
    "complex": (np.zeros((2, 2), complex), "the array must hold numbers or text; got dtype comp"),
    "no rows of an array": (np.zeros((0, 2)), "the array has columns but no rows."),
    "no columns of an array": (np.zeros((2, 0)), "the array has no columns."),
    "infinite array": (
        np.array([[1.0, 2.0], [3.0, -np.inf]]),
        "the array, row 1 (counted from 0), column 'x1': '-inf' is not a finite number.",
    ),
    "mixed objects": (
        pd.DataFrame({"a": pd.Series([1, 2, "x"], dtype=object)}),
        "the data frame",
    ),
}


@pytest.mark.parametrize("name", FRAMES_REFUSED)
def test_frames_that_cannot_be_read(name: str) -> None:
    frame, sentence = FRAMES_REFUSED[name]
    with pytest.raises(DataError) as caught:
        read_table(frame)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1, 2], [3, 4]]),
        np.array([[1, 2], [3, 4]], dtype=">i2"),
        np.asfortranarray([[1.0, 2], [3, 4]], dtype=np.float32),
        np.array([[1, 2], [3, 4]], dtype=object),
        [[1, 2], [3, 4]],
        np.array([[1, 0, 2], [3, 0, 4]])[:, ::2],
    ],
)
def test_arrays(array: Any, tmp_path: Path) -> None:
    assert read_table(array).data.to_pydict() == {"x0": [1.0, 3.0], "x1": [2.0, 4.0]}
    if isinstance(array, np.ndarray) and array.dtype != object:
        np.save(tmp_path / "a.npy", array)
        np.savez_compressed(tmp_path / "a.npz", X=array, y=np.array([7, 8]))
        assert read_table(tmp_path / "a.npy").data.to_pydict() == {"x0": [1, 3], "x1": [2, 4]}
        assert read_table(tmp_path / "a.npz").data.column("y").to_pylist() == [7.0, 8.0]


def test_other_shapes_of_arrays(tmp_path: Path) -> None:
    assert read_table(np.arange(3)).data.to_pydict() == {"x0": [0.0, 1.0, 2.0]}
    records = np.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("w", "U1")])
    assert read_table(records).data.to_pydict() == {"n": [1.0, 2.0], "w": ["a", "b"]}
    np.savez(tmp_path / "c.npz", n=np.arange(2), w=np.array(["a", "b"]))
    assert read_table(tmp_path / "c.npz").data.to_pydict() == {"n": [0.0, 1.0], "w": ["a", "b"]}
    np.savez(tmp_path / "d.npz", p=np.arange(2), q=np.arange(3))
    with pytest.raises(DataError, match=r"must hold one table: .* got p \(2,\), q \(3,\)"):
        read_table(tmp_path / "d.npz")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "People"
    for row in ([None], [None, "age", "name", "born"], [None, 31, "Ann", dt.date(1993, 5, 1)]):
        first.append(row)
    first.append([None, None, "Bob", dt.date(1990, 1, 2)])
    first.append([None, 40.5, "N/A", None])
    book.create_sheet("Sizes").append(["a"])
    book["Sizes"].append([7])
    book.create_sheet("Empty")
    book.create_sheet("Mixed").append(["a"])
    for cell in (1, 2, "x"):
        book["Mixed"].append([cell])
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_workbooks(workbook: Path) -> None:
    table = read_table(workbook)
    assert table.data.to_pydict() == {
        "age": [31.0, None, 40.5],
        "name": ["Ann", "Bob", None],
        "born": [dt.date(1993, 5, 1), dt.date(1990, 1, 2), None],
    }
    assert table.notes == ("The first of 4 sheets, 'People', was read.",)
    assert table.first_line == 3
    for sheet in ("Sizes", 2, "2"):
        assert read_table(workbook, sheet=sheet).data.to_pydict() == {"a": [7.0]}


def test_workbooks_that_cannot_be_read(workbook: Path, write: Write) -> None:
    with pytest.raises(ParameterError, match=r"got 'sizes'. Did you mean 'Sizes'?"):
        read_table(workbook, sheet="sizes")
    with pytest.raises(ParameterError, match="a name or a number from 1 to 4; got 9"):
        read_table(workbook, sheet=9)
    with pytest.raises(DataError, match=r"is empty. Give a sheet with a header row"):
        read_table(workbook, sheet="Empty")
    with pytest.raises(DataError, match=r"book.xlsx, line 4, column 'a': 'x' is not a number"):
        read_table(workbook, sheet="Mixed")
    content = workbook.read_bytes()
    for size in range(30, len(content), 499):
        with pytest.raises(DataError, match="damaged"):
            read_table(write("cut.xlsx", content[:size]))


def test_a_stray_cell_far_away_does_not_end_the_process(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b"])
    sheet.append([1, 2])
    sheet["XFD1048576"] = 5
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(DataError, match="reaches to cell XFD1048576 with only 5 cells filled"):
        read_table(tmp_path / "far.xlsx")


@pytest.mark.parametrize("content", [b"a,b\n1,2\n3,4\n", parquet()], ids=["csv", "parquet"])
def test_standard_input(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    table = read_table("-")
    assert table.source == "standard input"
    assert table.n_rows in (2, 4)


def test_a_table_is_a_source_too(write: Write) -> None:
    table = read_table(write("t.csv", "a,b\n1,2\n3,4\n"))
    again = read_table(table, types={"a": "category"})
    assert again.first_line == table.first_line
    assert again.data.to_pydict() == table.data.to_pydict()
