"""Preparing categories as codes, with missing values kept and numbers cut into ranges."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from shoal.data.prepare import Preparation, prepare
from shoal.data.ranges import cut_into_ranges
from shoal.data.read import read_table
from shoal.errors import DataError, ParameterError

ROWS = [
    {"age": 20, "plan": "basic", "paid": "true", "visits": 0},
    {"age": 40, "plan": "plus", "paid": "false", "visits": 0},
    {"age": None, "plan": "basic", "paid": "true", "visits": 3},
    {"age": 60, "plan": None, "paid": "true", "visits": 9},
]


def _prepared(**options: Any) -> tuple[Any, Preparation]:
    return prepare(read_table(ROWS), **options)


def test_a_category_is_one_feature_that_holds_its_place() -> None:
    matrix, preparation = _prepared(encode="codes", missing="keep", scale="none")
    assert matrix.feature_names == ("age", "plan", "paid", "visits")
    assert matrix.categorical == preparation.categorical == (1, 2)
    np.testing.assert_array_equal(
        matrix.X, [[20, 0, 1, 0], [40, 1, 0, 0], [np.nan, 0, 1, 3], [60, np.nan, 1, 9]]
    )
    assert preparation.columns[1].levels == ("basic", "plus")
    assert any("2 missing values stayed missing" in note for note in matrix.notes)


def test_missing_values_are_filled_when_asked() -> None:
    matrix, preparation = _prepared(encode="codes", missing="median", scale="none")
    assert not np.isnan(matrix.X).any()
    assert matrix.X[2, 0] == 40
    assert preparation.columns[1].levels == ("basic", "plus", "(missing)")
    assert matrix.X[3, 1] == 2


def test_numbers_are_scaled_by_the_values_that_are_there() -> None:
    matrix, _ = _prepared(encode="codes", missing="keep")
    ages = matrix.X[:, 0]
    assert np.nanmean(ages) == pytest.approx(0)
    assert np.nanstd(ages) == pytest.approx(1)
    for scale in ("robust", "minmax"):
        other, _ = _prepared(encode="codes", missing="keep", scale=scale)
        assert np.isfinite(other.X[[0, 1, 3], 0]).all()


def test_codes_turn_back_into_levels() -> None:
    matrix, preparation = _prepared(encode="codes", missing="keep", scale="none")
    back = preparation.inverse(matrix.X)
    assert back["plan"].tolist() == ["basic", "plus", "basic", "(missing)"]
    assert back["paid"].tolist() == ["true", "false", "true", "true"]
    assert preparation.shares(matrix.X)["plan"]["basic"].tolist() == [1, 0, 1, 0]


def test_new_levels_have_a_code_of_their_own() -> None:
    _, preparation = _prepared(encode="codes", missing="keep", scale="none")
    new = read_table([{"age": 5, "plan": "gold", "paid": "maybe", "visits": 1}, ROWS[3]])
    matrix = preparation.transform(new)
    np.testing.assert_array_equal(matrix.X[0], [5, -1, -1, 1])
    assert np.isnan(matrix.X[1, 1])
    assert matrix.categorical == (1, 2)
    assert any("'plan': 1 value unknown to the model" in note for note in matrix.notes)


def test_many_levels_all_keep_a_code() -> None:
    rows = [{"town": f"t{i % 60}", "x": i % 7} for i in range(6000)]
    matrix, preparation = prepare(read_table(rows), encode="codes")
    assert len(preparation.columns[0].levels) == 60
    assert len(np.unique(matrix.X[:, 0])) == 60


def test_few_numbers_are_categories_as_they_stand_and_many_are_cut() -> None:
    random = np.random.default_rng(0)
    amounts = random.lognormal(3, 1, size=500)
    rows = [{"rooms": i % 4, "amount": float(a)} for i, a in enumerate(amounts)]
    matrix, preparation = prepare(read_table(rows), encode="categories")
    rooms, amount = preparation.columns
    assert matrix.categorical == (0, 1)
    assert rooms.levels == ("0", "1", "2", "3")
    np.testing.assert_array_equal(matrix.X[:, 0], np.arange(500) % 4)
    np.testing.assert_array_equal(np.bincount(matrix.X[:, 1].astype(int)), [99, 100, 100, 100, 101])
    assert amount.levels[0].endswith(f" to {np.sort(amounts)[98]:.6g}")
    middle = preparation.inverse(matrix.X)["amount"]
    assert set(middle) == set(amount.middles)
    assert any("rooms (4), amount (5)" in note for note in matrix.notes)


def test_many_equal_numbers_are_a_range_of_their_own() -> None:
    values = np.concatenate([np.zeros(300), np.arange(1.0, 201.0)])
    column = cut_into_ranges("x", "number", values, None, None)
    assert column.levels[0] == "0"
    assert column.edges[0] == 1
    twice = cut_into_ranges("x", "number", np.repeat(values, 2), None, None)
    weighted = cut_into_ranges("x", "number", values, np.full(500, 2.0), None)
    assert twice.edges == weighted.edges == column.edges


def test_a_coded_preparation_survives_its_stored_form() -> None:
    for encode in ("codes", "categories"):
        _, preparation = _prepared(encode=encode, missing="keep")
        stored = json.loads(json.dumps(preparation.to_dict()))
        assert stored["version"] == 2
        assert Preparation.from_dict(stored) == preparation
    stored["columns"][0]["middles"] = [1.0]
    with pytest.raises(DataError, match="column 'age' is damaged"):
        Preparation.from_dict(stored)


def test_plain_preparations_are_stored_as_before() -> None:
    _, preparation = _prepared()
    stored = preparation.to_dict()
    assert stored["version"] == 1
    assert "coded" not in stored["columns"][0]


def test_missing_values_can_only_be_kept_beside_codes() -> None:
    with pytest.raises(ParameterError, match="missing must be median, mean, drop or error"):
        _prepared(missing="keep")
    with pytest.raises(ParameterError, match="encode must be one of"):
        _prepared(encode="dummies")
