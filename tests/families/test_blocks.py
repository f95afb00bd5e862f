"""k-means over blocks: the result of a fit in memory, whatever the blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from shoal import DataError, KMeans, MiniBatchKMeans


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return make_blobs(30_000, 5, centers=20, cluster_std=2.0, random_state=1)[0]


def cuts(X: Any, *at: int) -> list[Any]:
    return np.split(X, at)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("tol", [0.0, 1e-3])
def test_same_start_same_end_as_in_memory(rows: np.ndarray, dtype: type, tol: float) -> None:
    X = rows.astype(dtype)
    plain = KMeans(20, init=X[:20], n_init=1, tol=tol).fit(X)
    blocks = KMeans(20, init=X[:20], n_init=1, tol=tol).fit_blocks(cuts(X, 7, 9000, 9001))
    assert blocks.cluster_centers_.dtype == dtype
    np.testing.assert_allclose(blocks.cluster_centers_, plain.cluster_centers_, rtol=1e-6)
    np.testing.assert_array_equal(blocks.predict(X), plain.labels_)
    assert blocks.inertia_ == pytest.approx(plain.inertia_, rel=1e-6)
    if tol == 0.0 and dtype == np.float64:
        assert blocks.n_iter_ == plain.n_iter_


@pytest.mark.parametrize("estimator", [KMeans, MiniBatchKMeans])
@pytest.mark.parametrize("n_jobs", [1, 3])
def test_the_blocks_change_no_bit(rows: np.ndarray, estimator: Any, n_jobs: int) -> None:
    weights = np.random.default_rng(0).random(len(rows))
    pairs = list(zip(cuts(rows, 11, 20_000), cuts(weights, 11, 20_000), strict=True))
    whole = estimator(20, random_state=0, n_jobs=1).fit_blocks([(rows, weights)])
    cut = estimator(20, random_state=0, n_jobs=n_jobs).fit_blocks(lambda: iter(pairs))
    np.testing.assert_array_equal(whole.cluster_centers_, cut.cluster_centers_)
    np.testing.assert_array_equal(whole.cluster_radii_, cut.cluster_radii_)
    assert whole.inertia_ == cut.inertia_


def test_every_row_takes_part_in_mini_batches(rows: np.ndarray) -> None:
    model = MiniBatchKMeans(20, random_state=0, batch_size=1000).fit(rows[:2000])
    before = model.n_steps_
    model = MiniBatchKMeans(20, random_state=0, batch_size=1000)
    model.fit_blocks(cuts(rows, 12_345), sample=rows[:2000])
    assert model.n_steps_ == before + 30
    assert model.inertia_ == pytest.approx(-model.score(rows), rel=1e-12)


def test_an_empty_cluster_takes_the_farthest_row_as_in_memory() -> None:
    X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [30.0], [60.0]])
    start = np.array([[0.0], [9.0], [-500.0], [-900.0]])
    plain = KMeans(4, init=start, n_init=1).fit(X)
    blocks = KMeans(4, init=start, n_init=1).fit_blocks(cuts(X, 2, 6))
    np.testing.assert_array_equal(blocks.predict(X), plain.labels_)
    np.testing.assert_allclose(blocks.cluster_centers_, plain.cluster_centers_)


def test_weights_are_repetitions(rows: np.ndarray) -> None:
    X, weights = rows[:3000], np.arange(3000) % 3
    long = KMeans(8, init=X[:8], n_init=1, tol=0).fit_blocks([np.repeat(X, weights, axis=0)])
    short = KMeans(8, init=X[:8], n_init=1, tol=0).fit_blocks([(X, weights.astype(float))])
    np.testing.assert_allclose(short.cluster_centers_, long.cluster_centers_, rtol=1e-9)


def test_what_is_no_block_is_refused(rows: np.ndarray) -> None:
    with pytest.raises(DataError, match="must be an iterable that can be read more than once"):
        KMeans(3).fit_blocks(iter([rows]))
    with pytest.raises(DataError, match="every block must have 5 columns; got one with 4"):
        KMeans(3).fit_blocks([rows, rows[:, :4]])
    with pytest.raises(ValueError, match="NaN"):
        KMeans(3).fit_blocks([np.full((9, 2), np.nan)])
    with pytest.raises(DataError, match="at least one row of positive weight"):
        KMeans(3).fit_blocks([])
