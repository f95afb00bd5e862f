"""What each column is taken for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from shoal.data.kinds import judge, looks_like_id
from shoal.data.read import read_table

SHUFFLED = [float(v) for v in np.random.default_rng(0).permutation(40) + 1000]
AMOUNTS = [float(v) for v in np.random.default_rng(0).normal(100, 20, 40)]

COLUMNS: dict[str, tuple[str, list[Any], str]] = {
    "counter": ("row", list(range(1, 41)), "identifier"),
    "counter downwards": ("x", list(range(40, 0, -1)), "identifier"),
    "a year each": ("year", list(range(1980, 2020)), "number"),
    "invoices in a row": ("invoice_no", list(range(1980, 2020)), "identifier"),
    "few rows counted": ("x", [1, 2, 3], "number"),
    "few rows counted, named": ("CustomerID", [1, 2, 3], "identifier"),
    "shuffled, named": ("order number", SHUFFLED, "identifier"),
    "shuffled, glued name": ("custkey", SHUFFLED, "identifier"),
    "shuffled, no name": ("rank", SHUFFLED, "number"),
    "amounts": ("amount", AMOUNTS, "number"),
    "amounts named like an id": ("paid_id", AMOUNTS, "number"),
    "repeated ids": ("customer_id", [1, 1, 2, 2, 3] * 8, "number"),
    "ids with a gap": ("customer_id", [1, 2, None, *range(3, 30)], "number"),
    "latitude": ("latitude", [51.5 + i * 1e-6 for i in range(40)], "number"),
    "year": ("year", [1990 + i % 30 for i in range(40)], "number"),
    "two numbers": ("flag", [0, 1] * 20, "number"),
    "constant number": ("c", [7.5] * 40, "constant"),
    "constant number with gaps": ("c", [7.5, None] * 20, "constant"),
    "nothing": ("c", [None] * 40, "empty"),
    "levels": ("city", ["Rome", "Oslo", "Bern"] * 10, "category"),
    "two different words": ("sex", ["m", "f"], "text"),
    "one level": ("city", ["Rome"] * 40, "constant"),
    "one level and gaps": ("promo", ["yes", None] * 20, "category"),
    "booleans": ("b", [True, False] * 20, "boolean"),
    "booleans with gaps": ("b", [True, False, None] * 10, "category"),
    "written booleans": ("b", ["TRUE", "FALSE"] * 20, "boolean"),
    "constant boolean": ("b", [True] * 40, "constant"),
    "words all different": ("email", [f"u{i}@example.org" for i in range(40)], "identifier"),
    "sentences": ("comment", [f"it was {i} times fine" for i in range(40)], "text"),
    "many levels": ("tag", [f"t{i}" for i in range(39)] + ["t0"], "text"),
    "many levels in many rows": ("tag", [f"t{i % 60}" for i in range(6000)], "category"),
    "dates": ("day", [dt.date(2024, 1, 1 + i % 28) for i in range(40)], "date"),
    "written dates": ("day", [f"2024-01-{1 + i % 28:02}" for i in range(40)], "date"),
    "written times": ("day", [f"{1 + i % 28}.1.2024 12:{i:02}" for i in range(40)], "date"),
    "lists": ("l", [[1], [2]] * 20, "category"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_the_rules(case: str) -> None:
    name, values, kind = COLUMNS[case]
    table = read_table([{name: value} for value in values])
    found = judge(table, name)
    assert found.kind == kind
    assert found.missing == sum(value is None for value in values)
    left_out = kind in {"identifier", "constant", "empty", "text", "date"}
    assert (found.reason is not None) == left_out


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("ID", "id", "CustomerID", "CUST_ID", "userId", "order-key")),
        *((name, True) for name in ("customerid", "Account Number", "row id", "uuid", "EmpNo")),
        *((name, False) for name in ("paid", "grid", "bid", "valid", "humid", "identity", "")),
        *((name, False) for name in ("number_of_children", "idle", "keyboard", "latitude", "Ñ")),
    ],
)
def test_names_of_identifiers(name: str, expected: bool) -> None:
    assert looks_like_id(name) is expected


@pytest.mark.parametrize("kind", ["number", "category", "boolean", "date", "text", "ignore"])
def test_what_the_user_says_wins(kind: str) -> None:
    table = read_table([{"x": value} for value in range(1, 41)])
    assert judge(table, "x", kind).kind == kind
