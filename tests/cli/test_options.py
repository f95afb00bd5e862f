"""How the words of options become values."""

from __future__ import annotations

from typing import Any

import click
import pytest

from shoal.cli.options import names_of, range_of, split_arguments, types_of
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
