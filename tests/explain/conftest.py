"""Small tables and the customer files, read and prepared as the job does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shoal.data.prepare import Preparation
from shoal.data.prepare import prepare as prepare_table
from shoal.data.read import read_table
from shoal.data.table import Matrix, Table

Prepared = tuple[Table, Matrix, Preparation]


@pytest.fixture
def prepare() -> Callable[..., Prepared]:
    """Prepare a mapping of column names to lists."""

    def build(
        data: Mapping[str, Any], *, weights: np.ndarray | None = None, **options: Any
    ) -> Prepared:
        table = read_table(pa.table(dict(data)))
        matrix, preparation = prepare_table(table, **options)
        return table, replace(matrix, weights=weights), preparation

    return build


@pytest.fixture
def customers() -> Callable[..., Prepared]:
    """Prepare one of the customer files; skip where they are absent."""
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("SHOAL_TEST_DATA", root.parent / "shared" / "data"))

    def load(name: str, **options: Any) -> Prepared:
        path = folder / "customers" / name
        if not path.exists():
            pytest.skip(f"customers/{name} is not in the test data folder")
        table = read_table(path)
        return table, *prepare_table(table, **options)

    return load
