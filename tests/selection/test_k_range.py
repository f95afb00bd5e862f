"""Ranges of k from text and from code, cut to what the data can have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import DataError, ParameterError
from shoal.selection.k_range import check_k_range, count_distinct, fit_to_data, parse_k_range


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2-12", tuple(range(2, 13))),
        ("3,5,8", (3, 5, 8)),
        (" 8, 3 ,5,3", (3, 5, 8)),
        ("2-4,7", (2, 3, 4, 7)),
        ("2..4", (2, 3, 4)),
        ("2 - 3", (2, 3)),
        ("4", (4,)),
    ],
)
def test_parse(text: str, expected: tuple[int, ...]) -> None:
    assert parse_k_range(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", ",", "a", "2-", "-3", "12-2", "1-5", "0", "2.5", "2-1000000000", "2-9,x", "²", "2-1500"],
)
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ParameterError, match=r"; got .*"):
        parse_k_range(text)


@given(st.lists(st.integers(2, 60), min_size=1, max_size=20))
def test_parse_reads_back_what_is_written(numbers: list[int]) -> None:
    assert parse_k_range(",".join(map(str, numbers))) == tuple(sorted(set(numbers)))


@pytest.mark.parametrize(
    "bad", [[], range(5, 5), [1, 2], [2, 2.5], [True, 3], ["3"], 4, range(2, 5000)]
)
def test_check_refuses(bad: object) -> None:
    with pytest.raises(ParameterError, match=r"k_range must .*; got"):
        check_k_range(bad)  # type: ignore[arg-type]


def test_numpy_integers_are_fine() -> None:
    assert check_k_range(np.array([4, 2, 3])) == (2, 3, 4)


def test_cut_to_distinct_rows() -> None:
    X = np.repeat(np.arange(5.0), 4).reshape(-1, 1)
    ks, notes = fit_to_data(range(2, 9), X)
    assert ks == (2, 3, 4, 5)
    assert notes == ("k = 6 to 8 left out: more than the 5 distinct rows.",)


def test_every_row_its_own_cluster_is_cut() -> None:
    ks, notes = fit_to_data(range(2, 5), np.arange(4.0).reshape(-1, 1))
    assert ks == (2, 3)
    assert notes == ("k = 4 left out: more than 4 rows minus one.",)


def test_nothing_left() -> None:
    with pytest.raises(ParameterError, match="must not start above the 2 distinct rows; got 5"):
        fit_to_data([5, 6], np.array([[0.0], [0.0], [1.0]]))


@pytest.mark.parametrize("X", [[[1.0]], [[1.0], [2.0]], [[1.0]] * 9])
def test_data_that_cannot_be_split(X: list[list[float]]) -> None:
    with pytest.raises(DataError, match="at least 3 rows, 2 of them different"):
        fit_to_data([2], np.array(X))


def test_count_distinct() -> None:
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, (40_000, 2)).astype(float)
    assert count_distinct(X, 100) == 9
    assert count_distinct(X, 4) == 4
    assert count_distinct(np.array([[0.0], [-0.0], [1.0]]), 10) == 2
    assert count_distinct(np.asfortranarray(X), 100) == 9
