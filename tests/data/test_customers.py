"""The customer tables people start with, read and prepared as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shoal.data.prepare import prepare
from shoal.data.read import read_table


def test_mall_customers(customers: Path) -> None:
    matrix, preparation = prepare(read_table(customers / "Mall_Customers.csv"))
    assert preparation.dropped == (
        ("CustomerID", "it looks like an identifier: it counts the rows"),
    )
    assert matrix.feature_names == (
        *("Gender=Female", "Gender=Male", "Age"),
        *("Annual Income (k$)", "Spending Score (1-100)"),
    )
    assert matrix.X.shape == (200, 5)


def test_mall_customers_on_two_columns(customers: Path) -> None:
    names = ["Age", "Spending Score (1-100)"]
    matrix, _ = prepare(read_table(customers / "Mall_Customers.csv"), columns=names)
    assert matrix.feature_names == tuple(names)
    np.testing.assert_allclose(matrix.X.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(matrix.X.std(axis=0), 1)


def test_credit_cards(customers: Path) -> None:
    matrix, preparation = prepare(read_table(customers / "CC_GENERAL.csv"))
    assert [name for name, _ in preparation.dropped] == ["CUST_ID"]
    assert {c.name: c.missing for c in preparation.columns if c.missing} == {
        "CREDIT_LIMIT": 1,
        "MINIMUM_PAYMENTS": 313,
    }
    assert any(note.startswith("314 missing numbers were replaced") for note in preparation.notes)
    assert matrix.X.shape == (8950, 17)
    assert np.isfinite(matrix.X).all()
    dropped = prepare(read_table(customers / "CC_GENERAL.csv"), missing="drop")[0]
    assert dropped.X.shape == (8636, 17)


def test_wholesale_customers(customers: Path) -> None:
    matrix, preparation = prepare(read_table(customers / "Wholesale_customers_data.csv"))
    assert matrix.X.shape == (440, 8)
    assert preparation.dropped == ()
    types = {"Channel": "category", "Region": "category"}
    matrix, _ = prepare(read_table(customers / "Wholesale_customers_data.csv", types=types))
    assert matrix.feature_names[:5] == (
        *("Channel=1", "Channel=2", "Region=3", "Region=1", "Region=2"),
    )


def test_online_shoppers(customers: Path) -> None:
    matrix, preparation = prepare(read_table(customers / "online_shoppers_intention.csv"))
    kinds = {column.name: column.kind for column in preparation.columns}
    assert kinds["Month"] == kinds["VisitorType"] == "category"
    assert kinds["Weekend"] == kinds["Revenue"] == "boolean"
    assert sum(kind == "number" for kind in kinds.values()) == 14
    assert matrix.X.shape == (12330, 29)
    assert preparation.dropped == ()


@pytest.mark.parametrize(
    "name",
    ["Mall_Customers", "CC_GENERAL", "Wholesale_customers_data", "online_shoppers_intention"],
)
def test_every_number_comes_back(name: str, customers: Path) -> None:
    table = read_table(customers / f"{name}.csv")
    assert table.first_line == 2
    matrix, preparation = prepare(table)
    back = preparation.inverse(matrix.X)
    for column in preparation.columns:
        original = table.data.column(column.name)
        if column.kind == "number":
            known = ~np.isnan(original.to_numpy())
            np.testing.assert_allclose(
                back[column.name][known], original.to_numpy()[known], rtol=1e-9, atol=1e-9
            )
        else:
            assert back[column.name].tolist() == original.to_pylist()
