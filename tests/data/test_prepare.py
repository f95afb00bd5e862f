"""From tables to matrices and back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.data.prepare import Preparation, prepare
from shoal.data.read import read_table
from shoal.data.table import Table
from shoal.errors import DataError

PEOPLE = [
    {"id": 10, "age": 20, "city": "Rome", "member": "yes", "note": "came in by the first door"},
    {"id": 11, "age": 30, "city": "Oslo", "member": "no", "note": "asked for a refund twice"},
    {"id": 12, "age": None, "city": "Rome", "member": "no", "note": "nothing to say here"},
    {"id": 13, "age": 60, "city": None, "member": "yes", "note": "bought a red bicycle"},
    {"id": 14, "age": 40, "city": "Oslo", "member": "yes", "note": "asked for the blue one"},
]


def people(**more: Any) -> Table:
    rows = [
        {**row, **{key: values[i] for key, values in more.items()}} for i, row in enumerate(PEOPLE)
    ]
    return read_table(rows)


def stored(preparation: Preparation) -> Preparation:
    return Preparation.from_dict(json.loads(json.dumps(preparation.to_dict(), allow_nan=False)))


def test_a_small_table_from_end_to_end() -> None:
    matrix, preparation = prepare(people())
    assert [column.kind for column in preparation.columns] == ["number", "category", "category"]
    assert matrix.feature_names == (
        *("age", "city=Oslo", "city=Rome", "city=(missing)"),
        *("member=yes", "member=no"),
    )
    assert dict(preparation.dropped) == {
        "id": "it looks like an identifier: it counts the rows",
        "note": "it is text with 5 different values in 5 rows",
    }
    assert preparation.notes == (
        "1 missing number was replaced by the median of the column (age 1).",
        "Missing categories are a level of their own (city 1).",
    )
    ages = np.array([20, 30, 35, 60, 40.0])
    np.testing.assert_allclose(matrix.X[:, 0], (ages - ages.mean()) / ages.std())
    assert matrix.X[:, 1:].tolist() == [
        [0, 1, 0, 1, 0],
        [1, 0, 0, 0, 1],
        [0, 1, 0, 0, 1],
        [0, 0, 1, 1, 0],
        [1, 0, 0, 1, 0],
    ]
    assert matrix.X.flags.c_contiguous
    assert matrix.rows.tolist() == [0, 1, 2, 3, 4]


def test_back_to_original_units() -> None:
    matrix, preparation = prepare(people())
    back = preparation.inverse(matrix.X)
    np.testing.assert_allclose(back["age"], [20, 30, 35, 60, 40])
    assert back["city"].tolist() == ["Rome", "Oslo", "Rome", "(missing)", "Oslo"]
    centre = matrix.X.mean(axis=0, keepdims=True)
    assert preparation.inverse(centre)["member"].tolist() == ["yes"]
    shares = preparation.shares(centre)
    assert {level: share[0] for level, share in shares["member"].items()} == {
        "yes": pytest.approx(0.6),
        "no": pytest.approx(0.4),
    }


@pytest.mark.parametrize("scale", ["standard", "robust", "minmax", "none"])
@pytest.mark.parametrize("transform", ["none", "log", "auto"])
@pytest.mark.parametrize("missing", ["median", "mean", "drop"])
def test_stored_and_read_again_it_does_the_same_to_the_last_bit(
    scale: str, transform: str, missing: str
) -> None:
    table = people(spend=[0.1, 1e6, 3.3, None, 2.0 / 3], flag=[True, False, True, True, False])
    matrix, preparation = prepare(table, scale=scale, transform=transform, missing=missing)
    again = stored(preparation)
    assert again == preparation
    transformed = again.transform(table)
    assert transformed.X.tobytes() == matrix.X.tobytes()
    assert transformed.rows.tolist() == matrix.rows.tolist()
    spend = preparation.inverse(matrix.X)["spend"]
    known = [i for i, row in enumerate(matrix.rows) if row != 3]
    np.testing.assert_allclose(
        spend[known], np.array([0.1, 1e6, 3.3, 0, 2.0 / 3])[matrix.rows[known]]
    )
    flags = preparation.inverse(matrix.X)["flag"].tolist()
    assert flags == [["True", "False", "True", "True", "False"][row] for row in matrix.rows]


@given(
    st.lists(
        st.tuples(
            st.floats(-1e12, 1e12, allow_nan=False).map(lambda v: round(v, 6)),
            st.sampled_from(["a", "b", "ü", "<b>", ""]),
        ),
        min_size=2,
        max_size=30,
    ).filter(lambda rows: len({row[0] for row in rows}) > 1)
)
def test_any_table_comes_back(rows: list[tuple[float, str]]) -> None:
    table = read_table([{"v": v, "w": w} for v, w in rows])
    matrix, preparation = prepare(
        table, columns=["v", "w"] if len({w for _, w in rows}) > 1 else ["v"]
    )
    assert np.isfinite(matrix.X).all()
    back = stored(preparation).inverse(matrix.X)
    span = max(abs(v) for v, _ in rows)
    np.testing.assert_allclose(back["v"], [v for v, _ in rows], atol=1e-12 * span, rtol=1e-9)
    if "w" in back:
        assert back["w"].tolist() == [w or "(missing)" for _, w in rows]


@pytest.mark.parametrize(
    ("scale", "distance"),
    [("standard", 2.0), ("minmax", 1.0), ("none", 2.0), ("robust", 2 / 1.349**2)],
)
def test_a_category_weighs_as_a_number(scale: str, distance: float) -> None:
    """Rows of different levels are as far apart as two random rows of a normal number."""
    table = read_table([{"c": level, "x": x} for x, level in enumerate("aaabbc")])
    X = prepare(table, columns=["c"], scale=scale)[0].X
    assert ((X[0] - X[3]) ** 2).sum() == pytest.approx(distance, rel=1e-3)
    assert ((X[0] - X[5]) ** 2).sum() == pytest.approx(distance, rel=1e-3)
    assert X[0].tolist() == X[1].tolist()


def test_a_boolean_weighs_as_a_category_of_two_levels() -> None:
    table = read_table([{"b": bool(i % 3), "x": i} for i in range(9)])
    X = prepare(table, columns=["b"])[0].X
    assert ((X[0] - X[1]) ** 2).sum() == pytest.approx(2.0)
    assert prepare(table, columns=["b"], scale="none")[0].X[:3].ravel().tolist() == [0, 1, 1]


def test_scalings() -> None:
    table = read_table(np.array([[1.0, 0], [2, 0], [3, 0], [4, 0], [10, 8]]))
    robust, preparation = prepare(table, scale="robust")
    np.testing.assert_allclose(robust.X[:, 0], [-1, -0.5, 0, 0.5, 3.5])
    assert preparation.notes[-1] == (
        "Scaled by their standard deviation, because their quartiles coincide: x1."
    )
    minmax = prepare(table, scale="minmax")[0].X
    assert minmax.min(axis=0).tolist() == [0, 0]
    assert minmax.max(axis=0).tolist() == [1, 1]
    assert prepare(table, scale="none")[0].X[:, 0].tolist() == [1, 2, 3, 4, 10]


def test_logarithms_are_taken_where_asked_and_undone() -> None:
    rng = np.random.default_rng(1)
    values = np.column_stack([rng.lognormal(3, 2, 60), rng.normal(50, 1, 60), rng.normal(0, 1, 60)])
    matrix, preparation = prepare(read_table(values), transform="auto")
    assert [column.transform for column in preparation.columns] == ["log1p", "none", "none"]
    assert preparation.notes == ("log(1 + x) was taken of: x0.",)
    np.testing.assert_allclose(preparation.inverse(matrix.X)["x0"], values[:, 0])
    notes = prepare(read_table(values), transform="log")[1].notes
    assert notes[-1] == "Columns with negative values have no logarithm: x2."
    new = preparation.transform(read_table(np.array([[-5.0, 50, 0]])))
    assert preparation.inverse(new.X)["x0"][0] == pytest.approx(0.0)


def test_a_weight_is_a_number_of_repetitions() -> None:
    rows = [(1.0, "a", 2), (5.0, "b", 0), (7.0, "a", 3), (None, "c", 1), (100.0, "c", 1)]
    weighted = read_table([{"v": v, "c": c, "w": w} for v, c, w in rows])
    repeated = read_table([{"v": v, "c": c} for v, c, w in rows for _ in range(w)])
    for missing in ("median", "mean"):
        for scale in ("standard", "minmax"):
            one = prepare(
                weighted, weight="w", missing=missing, scale=scale, types={"c": "category"}
            )[1]
            two = prepare(repeated, missing=missing, scale=scale, types={"c": "category"})[1]
            for left, right in zip(one.columns, two.columns, strict=True):
                assert left.levels == right.levels
                assert left.centre == pytest.approx(right.centre)
                assert left.scale == pytest.approx(right.scale)
                assert left.fill == pytest.approx(right.fill)


def test_values_only_in_rows_of_no_weight_still_fill_the_others() -> None:
    table = read_table(
        [{"v": v, "x": x, "w": w} for v, x, w in ((4, 1, 0), (None, 2, 1), (8, 3, 0))]
    )
    for missing, fill in (("median", 6.0), ("mean", 6.0)):
        assert prepare(table, weight="w", missing=missing)[1].columns[0].fill == fill


def test_rare_levels_are_taken_together() -> None:
    words = [f"w{i:02}" for i in range(30) for _ in range(3)] + ["w07"] * 5
    matrix, preparation = prepare(read_table([{"w": w, "x": i % 7} for i, w in enumerate(words)]))
    column = preparation.columns[0]
    assert len(column.levels) == 20
    assert column.levels[0] == "w07"
    assert column.levels[-1] == "(other)"
    assert (
        "'w' has 30 levels: the 19 commonest are kept, the other 11 are taken together as (other)."
    ) in preparation.notes
    assert preparation.inverse(matrix.X)["w"].tolist()[-6] == "(other)"
    assert (matrix.X[:, :20].sum(axis=1) == 1).all()


def test_missing_values_by_choice() -> None:
    mean = prepare(people(), missing="mean")[1]
    assert mean.columns[0].fill == 37.5
    matrix, preparation = prepare(people(), missing="drop")
    assert matrix.rows.tolist() == [0, 1, 4]
    assert preparation.notes[0] == "2 of 5 rows were left out for missing values (age 1, city 1)."
    with pytest.raises(DataError, match=r"row 2 \(counted from 0\), column 'age': the value is mi"):
        prepare(people(), missing="error")
    with pytest.raises(DataError, match="every row of the list of rows has a missing value"):
        prepare(people(gap=[1, 2, None, None, None], hole=[None, None, 1, 2, 3]), missing="drop")


def test_a_column_constant_in_the_rows_left_is_dropped() -> None:
    table = read_table([{"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": None, "b": 5}])
    preparation = prepare(table, missing="drop")[1]
    assert preparation.column_names == ("a",)
    assert preparation.dropped == (("b", "it is constant in the rows left"),)


def test_named_columns_are_used_whatever_they_look_like() -> None:
    days = [f"2024-03-0{i}" for i in range(1, 6)]
    matrix, preparation = prepare(people(day=days), columns=["note", "day", "id"])
    assert [(c.name, c.kind) for c in preparation.columns] == [
        ("note", "category"),
        ("day", "date"),
        ("id", "number"),
    ]
    assert preparation.inverse(matrix.X)["day"].tolist() == days
    assert dict(preparation.dropped)["age"] == "it is not among the columns you named"
    preparation = prepare(people(c=[1] * 5), columns=["age", "c"])[1]
    assert preparation.notes[0] == (
        "'c' is left out although you named it: it is constant (always 1)."
    )


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.2.2024", "28.3.2024"], ["2024-02-01", "2024-03-28"]),
        (["1/2/2024", "3/28/2024"], ["2024-01-02", "2024-03-28"]),
        (["1/2/2024", "28/3/2024"], ["2024-02-01", "2024-03-28"]),
        (["2024/3/1 10:00", "1969-12-31"], ["2024-03-01", "1969-12-31"]),
    ],
)
def test_written_dates(texts: list[str], expected: list[str]) -> None:
    table = read_table([{"d": text, "x": i} for i, text in enumerate(texts)])
    matrix, preparation = prepare(table, types={"d": "date"}, columns=["d"])
    assert preparation.inverse(matrix.X)["d"].tolist() == expected


def test_columns_kept_aside() -> None:
    table = people(w=[1, 2, 0, 1, 1], kind=["x", "y", "x", None, "y"])
    matrix, preparation = prepare(table, id="note", weight="w", label="kind", missing="drop")
    assert matrix.weights is not None
    assert matrix.truth is not None
    assert matrix.weights.tolist() == [1, 2, 1]
    assert matrix.truth.tolist() == ["x", "y", "y"]
    assert {"note", "w", "kind"}.isdisjoint(preparation.column_names)
    assert dict(preparation.dropped)["w"] == "it is the weight column"


def test_types_overrule_the_rules() -> None:
    types = {"age": "category", "id": "number", "city": "text", "member": "ignore"}
    preparation = prepare(people(), types=types)[1]
    assert [(c.name, c.kind) for c in preparation.columns] == [
        ("id", "number"),
        ("age", "category"),
    ]
    assert preparation.columns[1].levels == ("20", "30", "40", "60", "(missing)")
    assert dict(preparation.dropped)["member"] == "you said to ignore it"


def test_what_may_be_meant_otherwise_is_said() -> None:
    rows = [
        {"customer_id": i // 2, "code": i % 4, "label": i % 2, "x": i**2 / 7} for i in range(60)
    ]
    notes = prepare(read_table(rows))[1].notes
    assert "'customer_id' is named like an identifier but is used as a number" in notes[0]
    assert "if it is a known answer, keep it aside with --label label." in notes[2]
