"""What a sentence about bad data advises works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROWS = [f"{20 + i},{i % 7},{'mf'[i % 2]}" for i in range(30)]
TABLE = "\n".join(["age,visits,sex", *ROWS, "abc,3,m"]) + "\n"
SENTENCE = (
    "t.csv, line 32, column 'age': 'abc' is not a number. Drop the column with --drop age, or "
    "treat it as a category with --types age=category."
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize("options", [(), ("--columns", "age,visits")])
def test_a_number_column_with_text_is_refused(
    options: tuple[str, ...], shoal: Callable[..., Any], table: Path
) -> None:
    ended = shoal("cluster", "t.csv", "-k", 2, "-q", *options)
    assert ended.code == 3
    assert ended.err == f"Error: {SENTENCE}\n"


@pytest.mark.parametrize(
    "options",
    [
        ("--drop", "age"),
        ("--types", "age=category"),
        ("--types", "age=ignore"),
        ("--columns", "visits,sex"),
        ("--id", "age"),
    ],
    ids=" ".join,
)
def test_the_remedy_works(options: tuple[str, ...], shoal: Callable[..., Any], table: Path) -> None:
    ended = shoal("cluster", "t.csv", "-k", 2, "-q", *options)
    assert (ended.code, ended.err) == (0, "")
    labels = (table.parent / "t.shoal" / "labels.csv").read_text(encoding="utf-8").splitlines()
    assert labels[-1].startswith("abc,3,m,")
    predicted = shoal("predict", "t.shoal", "t.csv", "-q")
    assert (predicted.code, predicted.out.splitlines()) == (0, labels)
