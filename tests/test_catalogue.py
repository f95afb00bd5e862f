"""The row type and looking rows up."""

from __future__ import annotations

import pytest

from shoal import catalogue
from shoal.catalogue import Cost
from shoal.errors import ParameterError


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("8 * n * d", 8 * 100 * 3),
        ("n ** 2 / k + 1", 100**2 / 4 + 1),
        ("max(n, d) * log2(k) - min(d, 5)", 100 * 2 - 3),
    ],
)
def test_costs_are_computed_from_what_is_shown(formula: str, value: float) -> None:
    assert Cost(formula)(100, 3, 4) == value


@pytest.mark.parametrize("formula", ["m * n", "__import__('os')", "n.real", "'n'", "n if d else k"])
def test_costs_are_arithmetic_and_nothing_else(formula: str) -> None:
    with pytest.raises(ValueError, match="a cost formula must use n, d, k"):
        Cost(formula)(1, 1, 1)


def test_a_row_is_found_by_name() -> None:
    assert catalogue.find("kmeans").title == "K-means"


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"got 'kmean'\. Did you mean 'kmeans'\?"):
        catalogue.find("kmean")


def test_more_rows_cost_more() -> None:
    for row in catalogue.ALGORITHMS:
        assert row.memory(2000, 4, 3) > row.memory(1000, 4, 3)
        assert row.seconds(2000, 4, 3) > row.seconds(1000, 4, 3)


def test_kmeans_takes_many_starts_when_they_are_cheap() -> None:
    defaults = catalogue.find("kmeans").defaults
    assert defaults(200, 2, 4)["n_init"] >= 20
    assert defaults(10_000_000, 50, 100)["n_init"] == 4
