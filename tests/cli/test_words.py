"""What reaches the terminal."""

from __future__ import annotations

import json

import pytest

from shoal.cli.words import clean, command_line, give_json, text_table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Spending Score (1-100)", "Spending Score (1-100)"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("right \u202eto left", "right \\u202eto left"),
        ("عمر", "عمر"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("lone \ud800 surrogate", "lone \\ud800 surrogate"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_terminal_obeys_nothing_in_a_table(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_texts_are_cut() -> None:
    assert clean("x" * 10_000, most=10) == "x" * 9 + "…"
    assert clean("x" * 10, most=10) == "x" * 10


def test_a_suggested_command_can_be_pasted() -> None:
    assert command_line("shoal", "cluster", "my file;.csv") == "shoal cluster 'my file;.csv'"


def test_tables_line_up_whatever_the_script() -> None:
    text = text_table(("name", "n"), [("年齢", "5"), ("a", "12")], right=(1,))
    assert text.splitlines() == ["name   n", "年齢   5", "a     12"]


def test_json_has_no_values_that_are_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    give_json({"a": float("nan"), "b": (1, float("inf")), 3: None})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [1, None], "3": None}
