"""How the words of options become values."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from shoal.catalogue import Option
from shoal.cli.options import (
    NumberOrWord,
    names_of,
    parameter,
    range_of,
    split_arguments,
    types_of,
)
from shoal.errors import ParameterError


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ((), ()),
        (("Age,Spending Score (1-100)",), ("Age", "Spending Score (1-100)")),
        (("Age", "Income"), ("Age", "Income")),
        (('"Surname, Name",Age',), ("Surname, Name", "Age")),
        ((" a , b ",), ("a", "b")),
        (("年齢,عمر",), ("年齢", "عمر")),
    ],
)
def test_names(values: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert names_of(None, click.Option(["--columns"]), values) == names


def test_no_names_are_refused() -> None:
    with pytest.raises(ParameterError, match="--columns must name a column; got ',,'"):
        names_of(None, click.Option(["--columns"]), (",,",))


@pytest.mark.parametrize(
    ("value", "numbers"),
    [("2-5", (2, 3, 4, 5)), ("8,2,4", (2, 4, 8)), ("3", (3,)), (None, None)],
)
def test_ranges(value: str | None, numbers: Any) -> None:
    assert range_of(None, None, value) == numbers


def test_other_ranges_are_refused() -> None:
    with pytest.raises(ParameterError, match="must be numbers and ranges; got 'a-b'"):
        range_of(None, None, "a-b")


def test_types() -> None:
    found = types_of(
        None, click.Option(["--types"]), ("age=category,zip code=number", "a=b=category")
    )
    assert found == {"age": "category", "zip code": "number", "a=b": "category"}


@pytest.mark.parametrize("value", ["age", "=number"])
def test_types_without_a_column_are_refused(value: str) -> None:
    with pytest.raises(ParameterError, match="--types must be like age=category,zip=text; got"):
        types_of(None, click.Option(["--types"]), (value,))


def _options(**more: Any) -> dict[str, Any]:
    return {"algorithm": "kmeans", "columns": (), "threads": 2, **more}


def test_only_given_parameters_are_passed_on() -> None:
    arguments = split_arguments(_options(n_init=5, tol=None))
    assert arguments == {"algorithm": "kmeans", "columns": None, "n_jobs": 2, "n_init": 5}


def test_an_option_knows_its_number_and_its_words() -> None:
    assert (Option("a", int, "").number, Option("a", int, "").words) == (int, ())
    assert (Option("a", ("x", "y"), "").number, Option("a", ("x", "y"), "").words) == (
        None,
        ("x", "y"),
    )
    both = Option("eps", (float, "auto"), "")
    assert (both.number, both.words) == (float, ("auto",))


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (float, "0.5", 0.5),
        (float, " 1e3 ", 1000.0),
        (float, "inf", float("inf")),
        (float, "auto", "auto"),
        (float, "AUTO", "auto"),
        (int, "7", 7),
    ],
)
def test_a_number_or_a_word(kind: type[int | float], typed: str, value: object) -> None:
    assert NumberOrWord(kind, ("auto",)).convert(typed, None, None) == value


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        (float, "autos", "'autos' is not a number or auto."),
        (float, "", "'' is not a number or auto."),
        (int, "0.5", "'0.5' is not a whole number or auto."),
    ],
)
def test_what_is_neither_is_refused(kind: type[int | float], typed: str, sentence: str) -> None:
    with pytest.raises(click.BadParameter) as error:
        NumberOrWord(kind, ("auto",)).convert(typed, None, None)
    assert error.value.message == sentence


def _command(*same: Option) -> click.Command:
    @click.command()
    @parameter(same)
    def command(**given: Any) -> None:
        click.echo(repr(given))

    return command


@pytest.mark.parametrize(
    ("option", "words", "given"),
    [
        (Option("eps", (float, "auto"), ""), ["--eps", "auto"], "{'eps': 'auto'}"),
        (Option("eps", (float, "auto"), ""), ["--eps", "2"], "{'eps': 2.0}"),
        (Option("cut_at", float, "", also="--height"), ["--height", "3"], "{'cut_at': 3.0}"),
        (Option("cut_at", float, "", also="--height"), ["--cut-at", "3"], "{'cut_at': 3.0}"),
        (Option("single", bool, ""), ["--single"], "{'single': True}"),
        (Option("single", bool, ""), [], "{'single': None}"),
    ],
)
def test_options_of_the_catalogue_on_the_command_line(
    option: Option, words: list[str], given: str
) -> None:
    found = CliRunner().invoke(_command(option), words, catch_exceptions=False)
    assert found.output == given + "\n"


def test_algorithms_that_share_a_flag_share_its_words() -> None:
    command = _command(Option("eps", float, ""), Option("eps", (float, "auto"), ""))
    assert CliRunner().invoke(command, ["--eps", "auto"]).output == "{'eps': 'auto'}\n"
    assert "[float|auto]" in CliRunner().invoke(command, ["--help"]).output
