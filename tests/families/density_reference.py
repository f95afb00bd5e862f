"""What near means and DBSCAN in plain NumPy, and public tables to try them on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
Matrix = npt.NDArray[np.float64]


def benchmark_tables(most: int, widest: int = 10**9) -> list[tuple[str, Matrix]]:
    """Tables of the benchmark suite with at most so many rows and columns."""
    folder = SHARED / "clustering-data-v1"
    if not folder.is_dir():
        pytest.skip("the shared data are not here; set SHOAL_TEST_DATA to their folder")
    tables = []
    for path in sorted(folder.glob("*/*.data.gz")):
        X = np.loadtxt(path, ndmin=2)
        if X.shape[0] <= most and X.shape[1] <= widest:
            tables.append((path.name.removesuffix(".data.gz"), X))
    return tables


def keys(X: npt.NDArray[Any], metric: str = "euclidean") -> Matrix:
    """Squared distances, or distances, added column by column in double precision."""
    wide = X.astype(np.float64)
    out = np.zeros((len(X), len(X)))
    for column in wide.T:
        gap = np.abs(column[:, None] - column[None])
        if metric == "chebyshev":
            out = np.maximum(out, gap)
        else:
            out += gap * gap if metric == "euclidean" else gap
    return out


def near_pairs(X: npt.NDArray[Any], eps: float, metric: str = "euclidean") -> npt.NDArray[np.bool_]:
    """Whether pairs of rows lie within `eps`."""
    return keys(X, metric) <= (eps * eps if metric == "euclidean" else eps)


def dbscan_by_hand(
    near: npt.NDArray[np.bool_], least: float, weights: npt.NDArray[Any] | None = None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Labels and core rows, one cluster after the other from its first core row."""
    n = len(near)
    core = (near * (np.ones(n) if weights is None else weights)).sum(axis=1) >= least
    labels, cluster = np.full(n, -1), 0
    for row in np.flatnonzero(core):
        if labels[row] >= 0:
            continue
        open_rows = [row]
        labels[row] = cluster
        while open_rows:
            at = open_rows.pop()
            if core[at]:
                found = np.flatnonzero(near[at] & (labels < 0))
                labels[found] = cluster
                open_rows.extend(found)
        cluster += 1
    return labels, core
