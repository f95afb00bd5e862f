"""Every row of the catalogue on each of its data sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from shoal import catalogue
from shoal.catalogue import Algorithm
from shoal.data import samples
from shoal.data.prepare import prepare

N_CLUSTERS = 3


@dataclass(frozen=True)
class Case:
    """An algorithm and rows to fit it on."""

    row: Algorithm
    X: npt.NDArray[np.float64]
    k: int = N_CLUSTERS

    def new(self, **parameters: Any) -> Any:
        """Make an estimator with nothing left to chance."""
        return self.row.load_estimator()(**{**self.row.fixed(self.X, self.k), **parameters})

    def results(self, model: Any) -> dict[str, Any]:
        """Everything a fit found that the catalogue speaks of."""
        found = {name: getattr(model, name) for name in self.row.state}
        found["labels_"] = model.labels_
        if self.row.can("membership"):
            found["membership"] = model.membership(self.X)
        if self.row.can("outlier_scores"):
            found["outlier_scores_"] = model.outlier_scores_
        return found


@cache
def rows_of(name: str) -> npt.NDArray[np.float64]:
    """Test data by the name a catalogue row gives it."""
    if name.startswith("sample:"):
        table = samples.load(name.removeprefix("sample:"))
    else:
        table = samples.make(name, samples=240, seed=3)
    matrix, _ = prepare(table, scale="none")
    matrix.X.setflags(write=False)
    return matrix.X


def assert_same_bits(left: dict[str, Any], right: dict[str, Any]) -> None:
    """Fail unless both fits found the same, bit for bit."""
    assert left.keys() == right.keys()
    for name, value in left.items():
        a, b = np.asarray(value), np.asarray(right[name])
        assert a.dtype == b.dtype, name
        assert a.shape == b.shape, name
        assert a.tobytes() == b.tobytes(), name


@pytest.fixture
def same_bits() -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return assert_same_bits


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a ``case`` one per row and data set; a row without data fails."""
    if "case" not in metafunc.fixturenames:
        return
    cases, ids = [], []
    for row in catalogue.ALGORITHMS:
        if not row.test_data:
            pytest.fail(f"the catalogue row {row.name} yields no test data")
        for name in row.test_data:
            X = rows_of(name)
            assert len(X) >= 100, f"{name} must have at least 100 rows; got {len(X)}"
            cases.append(Case(row, X))
            ids.append(f"{row.name}-{name}")
    metafunc.parametrize("case", cases, ids=ids)
