"""Every row of the catalogue on each of its data sets."""

from __future__ import annotations

import json
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
from shoal.data.table import Matrix

N_CLUSTERS = 3


@dataclass(frozen=True)
class Case:
    """An algorithm and rows to fit it on."""

    row: Algorithm
    X: npt.NDArray[np.float64]
    k: int = N_CLUSTERS
    categorical: tuple[int, ...] = ()

    def new(self, **parameters: Any) -> Any:
        """Make an estimator with nothing left to chance."""
        return self.row.load_estimator()(**{**self.fixed(self.X), **parameters})

    def fixed(self, X: npt.NDArray[np.float64]) -> dict[str, Any]:
        """Parameters that leave nothing to chance on `X`."""
        mixed = {"categorical": self.categorical} if "mixed" in self.row.accepts else {}
        return {**self.row.fixed(X, self.k), **mixed}

    def results(self, model: Any) -> dict[str, Any]:
        """Everything a fit found that the catalogue speaks of."""
        kept = (*self.row.state, *self.row.drawn)
        found = {name: _as_array(getattr(model, name)) for name in kept}
        found["labels_"] = model.labels_
        if self.row.can("membership"):
            found["membership"] = model.membership(self.X)
        if self.row.can("outlier_scores"):
            found["outlier_scores_"] = model.outlier_scores_
        return found


def _as_array(value: Any) -> Any:
    """Lists of several shapes as the text a model file would hold."""
    return np.array(json.dumps(value)) if isinstance(value, list) else value


@cache
def matrix_of(name: str, encoding: str) -> Matrix:
    """Test data by the name a catalogue row gives it, prepared as the row wants categories."""
    if name.startswith("sample:"):
        table = samples.load(name.removeprefix("sample:"))
    else:
        table = samples.make(name, samples=240, seed=3)
    matrix, _ = prepare(table, scale="none", encode=encoding)
    matrix.X.setflags(write=False)
    return matrix


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
            matrix = matrix_of(name, row.encoding)
            n = matrix.n_samples
            assert n >= 100, f"{name} must have at least 100 rows; got {n}"
            cases.append(Case(row, matrix.X, categorical=matrix.categorical))
            ids.append(f"{row.name}-{name}")
    metafunc.parametrize("case", cases, ids=ids)
