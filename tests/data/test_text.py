"""How a delimited text is written is found, and said."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.data.read import read_table

Write = Callable[[str, str | bytes], Path]

COMMA_NOTE = "Numbers were found to be written with a decimal comma."
SEMICOLON_NOTE = "The delimiter was found to be a semicolon."

BLANKS = (
    "The delimiter was found to be blanks.",
    "No header line was found, so the columns are named column1 to column2.",
)

WRITTEN: dict[str, tuple[str | bytes, dict[str, list[object]], tuple[str, ...]]] = {
    "comma": ("a,b\n1,x\n2.5,y\n", {"a": [1.0, 2.5], "b": ["x", "y"]}, ()),
    "tab": ("a\tb\n1\tx\n2\ty\n", {"a": [1.0, 2.0], "b": ["x", "y"]}, ()),
    "bar": ("a|b\n1|2\n", {"a": [1.0], "b": [2.0]}, ("The delimiter was found to be a bar.",)),
    "semicolon": (
        "a;b\n1,5;2,5\n-3,5;4e1\n",
        {"a": [1.5, -3.5], "b": [2.5, 40.0]},
        (SEMICOLON_NOTE, COMMA_NOTE),
    ),
    "semicolon, point": ("a;b\n1.5;2\n", {"a": [1.5], "b": [2.0]}, (SEMICOLON_NOTE,)),
    "commas in text": (
        'a;b\n"x, y";1\n"z, w";2\n',
        {"a": ["x, y", "z, w"], "b": [1.0, 2.0]},
        (SEMICOLON_NOTE,),
    ),
    "one column": ("a\n1\n2\n", {"a": [1.0, 2.0]}, ()),
    "one column, decimal comma": ("a\n1,5\n2,25\n", {"a": [1.5, 2.25]}, (COMMA_NOTE,)),
    "quoted decimal comma": (
        'a,b\n"1,5",2\n"2,75",3\n',
        {"a": [1.5, 2.75], "b": [2.0, 3.0]},
        (COMMA_NOTE,),
    ),
    "grouped thousands": (
        'a,b\n"1,234",1\n"12,345.5",2\n7,3\n',
        {"a": [1234.0, 12345.5, 7.0], "b": [1.0, 2.0, 3.0]},
        ("'a': commas were read as separators of thousands.",),
    ),
    "blanks": (
        "  1.5   2\n 3  4.5 \n",
        {"column1": [1.5, 3.0], "column2": [2.0, 4.5]},
        BLANKS,
    ),
    "no header": (
        "5.1,3.5,x\n4.9,3.0,y\n",
        {"column1": [5.1, 4.9], "column2": [3.5, 3.0], "column3": ["x", "y"]},
        ("No header line was found, so the columns are named column1 to column3.",),
    ),
    "numbers as a header": (
        "0,1\n5,6\n7,8\n",
        {"0": [5.0, 7.0], "1": [6.0, 8.0]},
        ("The first line, 0 to 1, was taken for column names.",),
    ),
    "years as a header": (
        "land,1990,1991\nx,1,2\ny,3,4\n",
        {"land": ["x", "y"], "1990": [1.0, 3.0], "1991": [2.0, 4.0]},
        (),
    ),
    "ticked boxes": (
        "age,R,Julia\n1,R,\n2,,\n3,R,Julia\n",
        {"age": [1.0, 2.0, 3.0], "R": ["R", None, "R"], "Julia": [None, None, "Julia"]},
        (),
    ),
    "no name": (
        ",a\n1,2\n",
        {"column1": [1.0], "a": [2.0]},
        ("1 column without a name: called column1.",),
    ),
    "Excel's first line": ("sep=;\na;b\n1;2\n", {"a": [1.0], "b": [2.0]}, ()),
    "old Macintosh": ("a,b\r1,2\r3,4\r", {"a": [1.0, 3.0], "b": [2.0, 4.0]}, ()),
    "Windows": ("a,b\r\n1,2\r\n3,4\r\n", {"a": [1.0, 3.0], "b": [2.0, 4.0]}, ()),
    "no last newline": ("a,b\n1,2\n3,4", {"a": [1.0, 3.0], "b": [2.0, 4.0]}, ()),
    "blank lines": ("\n\na,b\n1,2\n\n3,4\n\n", {"a": [1.0, 3.0], "b": [2.0, 4.0]}, ()),
    "space around": ("a, b\n1, 2\n +3 , .5\n", {"a": [1.0, 3.0], "b": [2.0, 0.5]}, ()),
    "quoted newline": (
        'a,b\n1,"x\ny"\n2,"say ""hi"""\n',
        {"a": [1.0, 2.0], "b": ["x\ny", 'say "hi"']},
        (),
    ),
    "codes": (
        "zip,v\n00501,1\n90210,2\n",
        {"zip": ["00501", "90210"], "v": [1.0, 2.0]},
        ("'zip' holds codes with leading zeros, so it is text.",),
    ),
    "blanks, counting": ("0 1\n2 3\n", {"column1": [0.0, 2.0], "column2": [1.0, 3.0]}, BLANKS),
    "long numbers": (
        "n,v\n9007199254740993,1\n12,2\n",
        {"n": ["9007199254740993", "12"], "v": [1.0, 2.0]},
        ("'n' holds whole numbers too long to be kept exactly, so it is text.",),
    ),
    "large but not long": ("n\n1e300\n12\n", {"n": [1e300, 12.0]}, ()),
    "tab-separated without quoting": (
        'a\tb\n1\t"x\n2\tit\'s 5" wide\n3\t"y\n4\tz\n',
        {"a": [1.0, 2.0, 3.0, 4.0], "b": ['"x', "it's 5\" wide", '"y', "z"]},
        ("Quotation marks were taken as plain text.",),
    ),
    "cp1252": (
        "größe;ort\n1;Köln\n".encode("cp1252"),
        {"größe": [1.0], "ort": ["Köln"]},
        ("The encoding was found to be cp1252.", SEMICOLON_NOTE),
    ),
    "utf-8 with a mark": ("\ufeffgröße,b\n1,2\n".encode(), {"größe": [1.0], "b": [2.0]}, ()),
    "utf-16": (
        "größe,b\n1,2\n".encode("utf-16"),
        {"größe": [1.0], "b": [2.0]},
        ("The encoding was found to be utf-16.",),
    ),
    "utf-16 without a mark": (
        "größe,b\n1,2\n".encode("utf-16-be"),
        {"größe": [1.0], "b": [2.0]},
        ("The encoding was found to be utf-16-be.",),
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_found(name: str, write: Write) -> None:
    content, columns, notes = WRITTEN[name]
    table = read_table(write("t.csv", content))
    assert table.data.to_pydict() == columns
    assert table.notes == notes


NAMES = ["<script>alert(1)</script>", '=HYPERLINK("x")', "שלום", "🐟", "a,b\nc", "x" * 10_000, "é"]


def test_hostile_names_and_values_pass_through(write: Write) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(NAMES)
    writer.writerows([NAMES[i:] + NAMES[:i] for i in range(1, 4)])
    table = read_table(write("t.csv", stream.getvalue()))
    assert table.column_names == NAMES
    assert [row[0] for row in zip(*table.data.to_pydict().values(), strict=True)] == NAMES[1:4]


@pytest.mark.parametrize("packed", [False, True])
def test_every_spelling_of_missing(packed: bool, write: Write) -> None:
    words = ["", "NA", "N/A", "n/a", "null", "NULL", "None", "nan", "NaN", "#N/A", "<NA>", " "]
    text = "v,w\n1,x\n" + "".join(f"{word},{word}\n" for word in words) + "2,y\n"
    content = gzip.compress(text.encode()) if packed else text.encode()
    table = read_table(write("t.csv.gz" if packed else "t.csv", content))
    assert table.data.column("v").to_pylist() == [1.0, *[None] * len(words), 2.0]
    assert table.data.column("w").to_pylist()[1:-1] == [None] * len(words)


def test_gzip_members_follow_each_other_and_padding_is_ignored(write: Write) -> None:
    content = gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n") + bytes(512)
    assert read_table(write("t.csv.gz", content)).data.to_pydict() == {"a": [1, 3], "b": [2, 4]}


def test_options_overrule_what_would_be_found(write: Write) -> None:
    path = write("t.txt", "a;b\n1,234;2\n5,678;3\n")
    assert read_table(path, decimal=",").data.column("a").to_pylist() == [1.234, 5.678]
    assert read_table(path, decimal=".").data.column("a").to_pylist() == [1234.0, 5678.0]
    path = write("u.txt", "é;b|c\n1;2|3\n".encode("cp850"))
    table = read_table(path, encoding="cp850", delimiter="|")
    assert table.data.to_pydict() == {"é;b": ["1;2"], "c": [3.0]}


def test_types_keep_columns_as_written(write: Write) -> None:
    path = write("t.csv", "a,b,c\n1,01,x\n2.50,2,y\n")
    table = read_table(path, types={"a": "category", "b": "number"})
    assert table.data.to_pydict() == {"a": ["1", "2.50"], "b": [1.0, 2.0], "c": ["x", "y"]}


@pytest.mark.parametrize(
    ("cells", "number"),
    [
        (["1", "2", "A7"], None),
        (["1", "2", "3", "A1", "A2", "A3", "A4", "A5", "A6"], True),
        (["1", "2", "3", "4", "5", "6", "A1", "A2", "A3", "A4", "A5", "A6"], True),
        (["1", "A1"], None),
        (["1", "A1", "A2"], True),
    ],
)
def test_the_rule_for_mixed_columns(cells: list[str], number: bool | None, write: Write) -> None:
    """Half numbers and few others: an error; else text."""
    path = write("t.csv", "v,w\n" + "".join(f"{cell},0\n" for cell in cells))
    if number is None:
        with pytest.raises(ValueError, match="is not a number"):
            read_table(path)
    else:
        assert read_table(path).data.column("v").to_pylist() == cells


def test_the_first_line_is_known_only_when_rows_are_lines(write: Write) -> None:
    assert read_table(write("a.csv", "a,b\n1,2\n3,4\n\n\n")).first_line == 2
    assert read_table(write("b.csv", "1,2\n3,4")).first_line == 1
    assert read_table(write("c.csv", "sep=,\na,b\n1,2\n")).first_line == 3
    assert read_table(write("d.csv", "\n\na,b\n1,2\n")).first_line == 4
    assert read_table(write("e.csv", 'a,b\n1,"x\ny"\n')).first_line == 0


def test_a_wide_table_and_long_cells(write: Write) -> None:
    wide = ",".join(f"c{i}" for i in range(10_000)) + "\n"
    rows = [";".join(f"{i},{j}" for i in range(10_000)) for j in (1, 5)]
    table = read_table(write("wide.csv", wide.replace(",", ";") + "\n".join(rows) + "\n"))
    assert table.data.num_columns == 10_000
    assert table.data.column(9_999).to_pylist() == [9999.1, 9999.5]
    long = "x" * 10_000
    table = read_table(write("long.csv", f"{long},b\n{long}y,1\n{long}z,2\n"))
    assert table.data.to_pydict() == {long: [long + "y", long + "z"], "b": [1.0, 2.0]}
    digits = "1" * 10_000
    with pytest.raises(ValueError, match="is not a finite number"):
        read_table(write("digits.csv", f"{digits},2\n{digits},3\n"), types={"column1": "number"})
    assert read_table(write("digits.csv", f"{digits},2\n{digits},3\n")).n_rows == 2
    longest = '"' + "x,\n" * 700_000 + '"'
    table = read_table(write("longest.csv", f"a,b\n1,{longest}\n2,y\n"))
    assert [len(cell) for cell in table.data.column("b").to_pylist()] == [2_100_000, 1]


def test_the_type_is_decided_over_the_whole_file(write: Write) -> None:
    head = "a,b,c\n" + "1,,x\n" * 30_000
    words = read_table(write("t.csv", head + "".join(f"1,w{i},2\n" for i in range(9))))
    assert words.data.column("b").drop_null().to_pylist() == [f"w{i}" for i in range(9)]
    numbers = read_table(write("u.csv", head + "1,2.5,x\n"))
    assert numbers.data.column("b").drop_null().to_pylist() == [2.5]
    late = "1,007,x\n"
    codes = read_table(write("v.csv", head.replace(",,", ",7,") + late * 40))
    assert codes.data.column("b").to_pylist()[-41:-39] == ["7", "007"]
    years = read_table(write("w.csv", head.replace(",,", ",1990,") + late))
    assert years.data.column("b").to_pylist()[-2:] == [1990.0, 7.0]
    assert years.notes == ("'b': 1 value was read without leading zeros.",)
