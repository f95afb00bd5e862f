"""Small tables and the customer files, prepared without the reader's choices."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from shoal.data.prepare import Column, Preparation
from shoal.data.table import Matrix, Table

Prepared = tuple[Table, Matrix, Preparation]


def prepared(data: pa.Table, *, weights: np.ndarray | None = None) -> Prepared:
    """Text and booleans become categories, everything else standardised numbers."""
    features, columns = [], []
    for name in data.column_names:
        values = data.column(name)
        if pa.types.is_string(values.type) or pa.types.is_boolean(values.type):
            text = np.array([str(value) for value in values.to_pylist()])
            levels = tuple(sorted(set(text)))
            columns.append(Column(name, "category", tuple(f"{name}={x}" for x in levels), levels))
            features += [(text == level).astype(float) for level in levels]
        else:
            numbers = values.cast(pa.float64()).to_pandas().to_numpy(float)
            numbers = np.where(np.isnan(numbers), np.nanmedian(numbers), numbers)
            columns.append(Column(name, "number", (name,)))
            features.append((numbers - numbers.mean()) / (numbers.std() or 1.0))
    X = np.column_stack(features)
    preparation = Preparation(tuple(columns))
    matrix = Matrix(X, preparation.feature_names, np.arange(len(X)), weights)
    return Table(data, "test"), matrix, preparation


@pytest.fixture
def prepare() -> Callable[..., Prepared]:
    """Prepare a mapping of column names to lists."""

    def build(data: Mapping[str, Any], *, weights: np.ndarray | None = None) -> Prepared:
        return prepared(pa.table(dict(data)), weights=weights)

    return build


@pytest.fixture
def customers() -> Callable[[str], Prepared]:
    """Prepare one of the customer files; skip where they are absent."""
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("SHOAL_TEST_DATA", root.parent / "shared" / "data"))

    def load(name: str) -> Prepared:
        path = folder / "customers" / name
        if not path.exists():
            pytest.skip(f"customers/{name} is not in the test data folder")
        data = pyarrow.csv.read_csv(path)
        return prepared(
            data.drop_columns([c for c in ("CustomerID", "CUST_ID") if c in data.column_names])
        )

    return load
