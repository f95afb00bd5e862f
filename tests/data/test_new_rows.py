"""New rows under a stored preparation, and the ways a preparation can fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoal.data.prepare import Preparation, prepare
from shoal.data.read import read_table
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError

ROWS = [{"age": 20 + i, "city": "RO"[i % 2] * 3, "paid": i % 3 == 0, "v": i * i} for i in range(9)]


def table(rows: list[dict[str, Any]] | None = None) -> Table:
    return read_table(ROWS if rows is None else rows)


@pytest.fixture(scope="module")
def preparation() -> Preparation:
    return prepare(table())[1]


def test_order_and_other_columns_do_not_matter(preparation: Preparation) -> None:
    rows = [{"extra": "x", **dict(reversed(row.items()))} for row in ROWS]
    assert preparation.transform(table(rows)).X.tobytes() == prepare(table())[0].X.tobytes()


def test_an_unknown_level_is_none_of_the_known(preparation: Preparation) -> None:
    matrix = preparation.transform(table([{**ROWS[0], "city": "Paris"}, ROWS[1]]))
    place = preparation.slices()["city"]
    assert matrix.X[0, place].tolist() == [0, 0]
    assert matrix.notes == ("'city': 1 value unknown to the model counted as none of its levels.",)


def test_missing_values_are_filled_as_in_the_fit(preparation: Preparation) -> None:
    matrix = preparation.transform(table([{"age": None, "city": None, "paid": True, "v": 4.0}]))
    assert preparation.inverse(matrix.X)["age"].tolist() == [24.0]
    assert matrix.notes == ()


def test_rows_with_missing_values_are_left_out_or_refused() -> None:
    new = table([ROWS[0], {**ROWS[1], "age": None}, ROWS[2]])
    dropping = prepare(table(), missing="drop")[1].transform(new)
    assert dropping.rows.tolist() == [0, 2]
    with pytest.raises(DataError, match="column 'age': the value is missing"):
        prepare(table(), missing="error")[1].transform(new)


def test_a_missing_column_is_named(preparation: Preparation) -> None:
    rows = [{"age": 1.0, "v": 2.0}]
    with pytest.raises(DataError, match=r"lacks 2 columns the model uses: 'city', 'paid'\. Add"):
        preparation.transform(table(rows))


def test_text_in_a_number_column_is_refused_with_its_place(preparation: Preparation) -> None:
    new = table([{**ROWS[0], "age": word} for word in ("x", "y", "z")])
    with pytest.raises(DataError, match=r"row 0 \(counted from 0\), column 'age': 'x' is not a n"):
        preparation.transform(new)


def test_a_number_written_as_text_is_a_number(preparation: Preparation) -> None:
    new = read_table([{**ROWS[3], "age": "23"}], types={"age": "text"})
    assert preparation.transform(new).X.tobytes() == prepare(table())[0].X[3:4].tobytes()


def test_the_inverse_checks_the_shape(preparation: Preparation) -> None:
    with pytest.raises(ParameterError, match=r"X must have shape \(n, 5\); got \(2, 3\)"):
        preparation.inverse(np.zeros((2, 3)))


def test_a_troubled_column_matters_only_when_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("age,income,v\n1,2,a\n2,inf,b\nabc,4,a\n4,5,b\n")
    with pytest.raises(DataError, match=r"t\.csv, line 4, column 'age': 'abc' is not a number"):
        read_table(path)
    kept = read_table(path, strict=False)
    with pytest.raises(DataError, match=r"t\.csv, line 4, column 'age': 'abc' is not a number"):
        prepare(kept)
    with pytest.raises(DataError, match=r"t\.csv, line 3, column 'income': 'inf' is not a finite"):
        prepare(kept, drop=["age"])
    assert prepare(kept, drop=["age", "income"])[1].column_names == ("v",)
    assert prepare(kept, columns=["v"])[1].column_names == ("v",)
    assert prepare(kept, id="age", label="income")[1].column_names == ("v",)
    types = {"age": "category", "income": "ignore"}
    assert prepare(kept, types=types)[1].columns[0].levels == ("1", "2", "4", "abc")
    model = prepare(table([{"age": 1.0, "v": "a"}, {"age": 2.0, "v": "b"}]))[1]
    with pytest.raises(DataError, match=r"t\.csv, line 4, column 'age': 'abc' is not a number"):
        model.transform(kept)


WRONG: dict[str, dict[str, Any]] = {
    "columns must name columns of the list of rows; got 'Age'. Did you mean 'age'?": {
        "columns": ["Age"]
    },
    "drop must name columns of the list of rows; got 'cty'. Did you mean 'city'?": {
        "drop": ["cty"]
    },
    "weight must name columns of the list of rows; got 'zzz'. There are: age, city, paid, v.": {
        "weight": "zzz"
    },
    "columns and drop must not overlap; both name 'age'": {"columns": ["age"], "drop": ["age"]},
    "columns must not name the weight column; got 'v'": {"columns": ["v"], "weight": "v"},
    "id, weight and label must be different columns": {"id": "age", "weight": "age"},
    "columns must name at least one column; got none": {"columns": []},
    "missing must be one of median, mean, drop, error, keep; got 'zero'": {"missing": "zero"},
    "scale must be one of standard, robust, minmax, none; got 'z'": {"scale": "z"},
    "transform must be one of none, log, auto; got 'sqrt'": {"transform": "sqrt"},
    "types['age'] must be one of number": {"types": {"age": "int"}},
}


@pytest.mark.parametrize("sentence", WRONG)
def test_a_wrong_option_gives_one_sentence(sentence: str) -> None:
    with pytest.raises(ParameterError) as caught:
        prepare(table(), **WRONG[sentence])
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("value", "shown"), [(-1.0, "-1.0"), (None, "missing")], ids=["negative", "missing"]
)
def test_a_wrong_weight_is_refused_with_its_place(value: float | None, shown: str) -> None:
    rows = [{**row, "w": 1.0} for row in ROWS]
    rows[4]["w"] = value
    with pytest.raises(DataError, match=rf"row 4 .*column 'w': a weight must .*; got {shown}"):
        prepare(table(rows), weight="w")
    zero = [{**row, "w": 0.0} for row in ROWS]
    with pytest.raises(DataError, match="the weights are all zero"):
        prepare(table(zero), weight="w")


def damaged(**changes: Any) -> dict[str, Any]:
    return {**prepare(table())[1].to_dict(), **changes}


def damaged_column(**changes: Any) -> dict[str, Any]:
    data = damaged()
    data["columns"][0].update(changes)
    return data


@pytest.mark.parametrize(
    "data",
    [
        {},
        damaged(version=3),
        damaged(version=None),
        damaged(columns=[]),
        damaged(columns=7),
        damaged(missing="zero"),
        damaged(columns=damaged()["columns"] * 2),
        damaged_column(scale=0.0),
        damaged_column(scale=float("nan")),
        damaged_column(centre="x"),
        damaged_column(features=["a", "b"]),
        damaged_column(kind="program"),
        damaged_column(transform="sqrt"),
    ],
)
def test_a_damaged_stored_preparation_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="the stored preparation"):
        Preparation.from_dict(data)
