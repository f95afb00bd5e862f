"""Groups of places are named after where they are."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.clustering import Card
from shoal.explain.places import name_places


def names(degrees: list[tuple[float, float]]) -> list[str]:
    """Names of groups of one row each."""
    cards = [Card(i, "", 1, 1.0, {}, (), (), None) for i in range(len(degrees))]
    labels = np.arange(len(degrees), dtype=np.int32)
    return [card.name for card in name_places(cards, np.array(degrees), labels)]


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ([(50.8, 6.1)], ["around 51\N{DEGREE SIGN}N 6\N{DEGREE SIGN}E"]),
        ([(-72.0, 354.5)], ["around 72\N{DEGREE SIGN}S 6\N{DEGREE SIGN}W"]),
        ([(0.0, 0.0)], ["around 0\N{DEGREE SIGN} 0\N{DEGREE SIGN}"]),
    ],
)
def test_a_name_is_a_place(degrees: list[tuple[float, float]], expected: list[str]) -> None:
    assert names(degrees) == expected


def test_names_that_would_be_equal_have_decimals_or_a_number() -> None:
    assert names([(10.1, 5.0), (10.4, 5.0)]) == [
        "around 10.1\N{DEGREE SIGN}N 5.0\N{DEGREE SIGN}E",
        "around 10.4\N{DEGREE SIGN}N 5.0\N{DEGREE SIGN}E",
    ]
    same = names([(10.0, 5.0), (10.0, 5.0)])
    assert same[1] == same[0] + " (2)"


def test_the_middle_of_a_group_across_the_date_line_is_there() -> None:
    cards = [Card(0, "", 2, 1.0, {}, (), (), None)]
    degrees = np.array([[10.0, 178.0], [10.0, -176.0], [0.0, 0.0]])
    (card,) = name_places(cards, degrees, np.array([0, 0, -1], dtype=np.int32))
    assert card.name == "around 10\N{DEGREE SIGN}N 179\N{DEGREE SIGN}W"
