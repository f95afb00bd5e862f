"""Labels are those of double-precision brute force, whatever computes them."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from shoal import KMeans, _native
from tests.families.reference import lloyd, nearest

SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
SETS = sorted((SHARED / "clustering-data-v1").glob("*/*.data.gz"))
HERE = Path(__file__).parent


def load(path: Path) -> tuple[np.ndarray, int]:
    with gzip.open(path) as file:
        X = np.loadtxt(file, ndmin=2)
    with gzip.open(str(path).replace(".data.gz", ".labels0.gz")) as file:
        k = int(np.loadtxt(file).max())
    return X, max(2, k)


def test_the_benchmark_sets_are_here() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared data are not here; set SHOAL_TEST_DATA to their folder")
    assert len(SETS) == 44


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.name.removesuffix(".data.gz"))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_benchmark_sets(path: Path, dtype: type, offset: float) -> None:
    raw, k = load(path)
    X = (raw + offset).astype(dtype)
    start = np.unique(X, axis=0)
    start = start[np.random.default_rng(3).choice(len(start), min(k, len(start)), replace=False)]
    work = len(X) * k
    max_iter = 300 if work < 20_000 else 6 if work < 1_000_000 else 3
    try:
        labels, centers, n_iter = lloyd(X, start, max_iter)
    except AssertionError:
        # A cluster ran empty: only the last assignment can be compared.
        labels = None
    model = KMeans(len(start), init=start, n_init=1, tol=0, max_iter=max_iter).fit(X)
    np.testing.assert_array_equal(
        model.labels_, nearest(X.astype(np.float64), model.cluster_centers_.astype(np.float64))
    )
    if labels is not None:
        np.testing.assert_array_equal(model.labels_, labels)
        np.testing.assert_allclose(model.cluster_centers_, centers, rtol=2e-7, atol=1e-9)
        assert model.n_iter_ == n_iter


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_ties_go_to_the_lowest_index(dtype: type) -> None:
    grid = np.array([[x, y] for x in range(9) for y in range(9)], dtype=dtype).repeat(3, axis=0)
    centers = np.array([[0, 0], [8, 8], [0, 8], [8, 0], [4, 4], [0, 0]], dtype=dtype)
    model = KMeans(6, init=centers, n_init=1, max_iter=1, tol=0).fit(grid)
    first = nearest(grid.astype(np.float64), centers.astype(np.float64))
    assert 5 not in first
    model.cluster_centers_ = centers
    np.testing.assert_array_equal(model.predict(grid), first)


@settings(max_examples=60, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(4, 60), st.integers(1, 20)),
        elements=st.floats(-100, 100).map(lambda v: round(v, 1)),
    ),
    k=st.integers(1, 4),
    offset=st.sampled_from([0.0, 1e6, -1e8]),
)
def test_any_table(X: np.ndarray, k: int, offset: float) -> None:
    X = X + offset
    start = np.unique(X, axis=0)
    k = min(k, len(start))
    model = KMeans(k, init=start[:k], n_init=1, tol=0, max_iter=50).fit(X)
    np.testing.assert_array_equal(model.labels_, nearest(X, model.cluster_centers_))
    assert np.unique(model.labels_).size == k


@pytest.mark.parametrize("scale", [1e-30, 1e-8, 1e8, 1e30])
def test_any_scale(scale: float) -> None:
    X = np.random.default_rng(0).normal(size=(600, 5)) * scale
    model = KMeans(9, random_state=0, tol=0).fit(X)
    expected = KMeans(9, random_state=0, tol=0).fit(X / scale)
    np.testing.assert_array_equal(model.labels_, nearest(X / scale, model.cluster_centers_ / scale))
    assert model.inertia_ / scale**2 == pytest.approx(expected.inertia_, rel=0.05)


def test_every_instruction_set_and_thread_count_gives_the_same_bits() -> None:
    levels = _native.info()["available_isas"]
    runs = [(levels[-1], 1), (levels[-1], 2), (levels[-1], 7)] + [(isa, 2) for isa in levels[:-1]]
    digests = set()
    for isa, n_jobs in runs:
        done = subprocess.run(
            [sys.executable, str(HERE / "digest.py"), str(n_jobs)],
            env={**os.environ, "SHOAL_ISA": isa},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("n", "d", "k", "spread"), [(6000, 16, 64, 2.0), (4000, 8, 200, 5.0), (3000, 40, 90, 0.7)]
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_long_runs_with_many_centres(n: int, d: int, k: int, spread: float, dtype: type) -> None:
    random = np.random.default_rng(k)
    middles = random.uniform(-spread, spread, size=(k, d))
    X = (middles[random.integers(k, size=n)] + random.normal(size=(n, d))).astype(dtype)
    start = X[random.choice(n, k, replace=False)]
    for max_iter in (3, 9, 25):
        labels, centers, n_iter = lloyd(X, start, max_iter)
        model = KMeans(k, init=start, n_init=1, tol=0, max_iter=max_iter).fit(X)
        np.testing.assert_array_equal(model.labels_, labels)
        np.testing.assert_allclose(model.cluster_centers_, centers, rtol=1e-6, atol=1e-7)
        assert model.n_iter_ == n_iter


def test_merged_rows_end_as_single_ones() -> None:
    random = np.random.default_rng(5)
    values = random.integers(0, 256, size=(9000, 3)).astype(np.float32)
    X = values[random.integers(len(values), size=80_000)]
    start = np.unique(X, axis=0)[::900][:9]
    # Too many columns to be merged; the empty ones change nothing else.
    padding = ((0, 0), (0, 6))
    for weights in (None, random.integers(0, 3, size=len(X))):
        narrow = KMeans(9, init=start, n_init=1, tol=0, max_iter=8)
        narrow.fit(X, sample_weight=weights)
        wide = KMeans(9, init=np.pad(start, padding), n_init=1, tol=0, max_iter=8)
        wide.fit(np.pad(X, padding), sample_weight=weights)
        np.testing.assert_array_equal(narrow.labels_, wide.labels_)
        assert narrow.inertia_ == pytest.approx(wide.inertia_, rel=1e-12)
        np.testing.assert_allclose(narrow.cluster_radii_, wide.cluster_radii_, rtol=1e-5)
