"""Names and values that would do harm if something obeyed them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shoal = Callable[..., Any]

NAMES = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    'quote " and , comma',
    "عمر الزبون",
    "👩‍👩‍👧 年齢",
    "x" * 10_000,
    "\x1b[31mred\x07",
    "{{ 7 * 7 }}",
    "$x^2$ \\frac",
)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*NAMES, "kind"])
        for i in range(60):
            group = i % 3
            numbers = [
                f"{group * 4 + (i * (column + 3)) % 7 / 5:.2f}" for column in range(len(NAMES))
            ]
            writer.writerow([*numbers, NAMES[group]])
    return path


def test_they_pass_through_labels_and_terminal_harmlessly(
    shoal: Shoal, hostile: Path, tmp_path: Path
) -> None:
    ended = shoal("cluster", hostile.name, "-k", 3, "-v")
    assert ended.code == 0, ended.err
    for text in (ended.out, ended.err):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "x" * 500 not in text
    with (tmp_path / "hostile.shoal" / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [*NAMES, "kind", "cluster", "confidence", "outlier_score"]
    assert [row[len(NAMES)] for row in rows[1:4]] == list(NAMES[:3])
    page = (tmp_path / "hostile.shoal" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page


def test_they_pass_through_a_model_file(shoal: Shoal, hostile: Path, tmp_path: Path) -> None:
    assert shoal("cluster", hostile.name, "-k", 3, "-q").code == 0
    ended = shoal("predict", "hostile.shoal", hostile.name)
    assert ended.code == 0
    assert ended.out == (tmp_path / "hostile.shoal" / "labels.csv").read_text(encoding="utf-8")
    assert "\x1b" not in ended.err


def test_an_unknown_column_is_quoted_harmlessly(shoal: Shoal, hostile: Path) -> None:
    ended = shoal("cluster", hostile.name, "--columns", "\x1b[31mre")
    assert ended.code == 2
    assert "\x1b" not in ended.err


def test_a_file_name_may_be_hostile_too(shoal: Shoal, hostile: Path, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>.csv"
    hostile.rename(tmp_path / name)
    ended = shoal("cluster", name, "-k", 3)
    assert ended.code == 0
    page = next(tmp_path.glob("*.shoal/report.html")).read_text(encoding="utf-8")
    assert "<img src=x" not in page
