"""Tables written in any dialect come back with the same values."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from shoal.data.csv_text import read_csv
from shoal.data.source import Payload

CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53).map(float),
    st.none(),
)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=12)


@given(
    rows=st.lists(st.tuples(CELLS, WORDS, CELLS), min_size=2, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_written_in_any_dialect_the_same_values_come_back(
    rows: list[tuple[float | None, str, float | None]],
    delimiter: str,
    decimal: str,
    newline: str,
    encoding: str,
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=newline)
    # A column of plain words and one of decimals leave no doubt about the dialect.
    writer.writerow(["first", "word", "last", "plain"])
    for first, word, last in [*rows, (1.5, "w", 2.5)]:
        numbers = ["" if n is None else repr(n).replace(".", decimal) for n in (first, last)]
        writer.writerow([numbers[0], "w" + word, numbers[1], "w"])
    payload = Payload("t.csv", memoryview(stream.getvalue().encode(encoding)))
    table = read_csv(
        payload, types={}, delimiter=delimiter, decimal=decimal if delimiter != decimal else None
    )
    columns = table.data.to_pydict()
    assert columns["first"][:-1] == [row[0] for row in rows]
    assert columns["last"][:-1] == [row[2] for row in rows]
    assert columns["word"] == ["w" + row[1].replace("\r\n", "\n") for row in rows] + ["ww"]


DECIMALS = st.integers(-(10**9), 10**9).filter(lambda n: n % 10 != 0).map(lambda n: n / 10**4)


@given(
    rows=st.lists(st.tuples(DECIMALS, DECIMALS, st.sampled_from("mf")), min_size=3, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    header=st.booleans(),
)
def test_delimiter_decimal_sign_and_header_are_found(
    rows: list[tuple[float, float, str]], delimiter: str, decimal: str, header: bool
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(["first", "second", "third"])
    writer.writerows(
        [f"{a:.4f}".replace(".", decimal), f"{b:.4f}".replace(".", decimal), c] for a, b, c in rows
    )
    table = read_csv(Payload("t.csv", memoryview(stream.getvalue().encode())), types={})
    columns = list(table.data.to_pydict().values())
    assert columns == [[row[place] for row in rows] for place in range(3)]
