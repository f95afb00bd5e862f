"""The silhouette: noise and samples, honest about their error."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from shoal.errors import ParameterError
from shoal.metrics import silhouette_samples, silhouette_score
from shoal.metrics.silhouette import EXACT_ROWS, SAMPLE_ROWS, mean_and_error, sample_rows


def test_score_is_the_mean_over_clustered_rows() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(80, 3)), rng.integers(-1, 3, 80)
    samples = silhouette_samples(X, labels)
    assert np.array_equal(np.isnan(samples), labels == -1)
    assert silhouette_score(X, labels) == pytest.approx(np.nanmean(samples), rel=1e-12)
    kept = labels >= 0
    expected = sklearn_metrics.silhouette_score(X[kept], labels[kept])
    assert silhouette_score(X, labels) == pytest.approx(expected, abs=1e-10)


def test_sample_keeps_all_distances() -> None:
    rng = np.random.default_rng(1)
    X, labels = rng.normal(size=(300, 2)), rng.integers(0, 3, 300)
    rows = sample_rows(300, 50, 7)
    assert rows is not None
    expected = silhouette_samples(X, labels)[rows]
    score, error = silhouette_score(X, labels, sample_size=50, random_state=7, return_error=True)
    assert score == pytest.approx(expected.mean(), abs=1e-12)
    assert error == pytest.approx(expected.std(ddof=1) / np.sqrt(50) * np.sqrt(1 - 50 / 300))


def test_rows_wanted_in_their_order_and_noise_unknown() -> None:
    rng = np.random.default_rng(4)
    X, labels = rng.normal(size=(60, 3)), rng.integers(0, 3, 60)
    labels[[3, 10]] = -1
    rows = [50, 3, 7, 7, 0]
    samples = silhouette_samples(X, labels, rows=rows)
    np.testing.assert_array_equal(samples, silhouette_samples(X, labels)[rows])
    assert np.isnan(samples[1])


@pytest.mark.parametrize("rows", [[60], [-1], [0.5], [[0, 1]]])
def test_bad_rows(rows: object) -> None:
    X, labels = np.arange(60.0).reshape(-1, 1), np.repeat([0, 1], 30)
    with pytest.raises(ParameterError, match="rows must"):
        silhouette_samples(X, labels, rows=rows)  # type: ignore[arg-type]


def test_error_is_honest() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, 400)
    X = rng.normal(size=(400, 2)) + 2.0 * labels[:, None]
    exact = silhouette_score(X, labels)
    drawn = [
        silhouette_score(X, labels, sample_size=60, random_state=seed, return_error=True)
        for seed in range(60)
    ]
    inside = [abs(score - exact) <= 2 * error for score, error in drawn]
    assert np.mean(inside) > 0.85


def test_sample_size_auto() -> None:
    assert sample_rows(EXACT_ROWS, "auto", 0) is None
    rows = sample_rows(EXACT_ROWS + 1, "auto", 0)
    assert rows is not None
    assert len(np.unique(rows)) == SAMPLE_ROWS
    assert sample_rows(10, 10, 0) is None


def test_sample_is_repeatable() -> None:
    first, again, other = (sample_rows(1000, 20, seed) for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    for source in (np.random.default_rng(0), np.random.RandomState(0), None):
        rows = sample_rows(1000, 20, source)
        assert rows is not None
        assert len(np.unique(rows)) == 20


@pytest.mark.parametrize("size", [0, 1, -3, 2.5, "all", True])
def test_bad_sample_size(size: object) -> None:
    X, labels = np.arange(8.0).reshape(-1, 1), [0, 0, 0, 0, 1, 1, 1, 1]
    with pytest.raises(
        ParameterError, match=r"sample_size must be an integer of at least 2; got .*"
    ):
        silhouette_score(X, labels, sample_size=size)  # type: ignore[call-overload]


@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 1, 2, 3]])
def test_undefined_is_refused(labels: list[int]) -> None:
    X = np.arange(4.0).reshape(-1, 1)
    for index in (silhouette_samples, silhouette_score):
        with pytest.raises(ParameterError, match="labels must name at least 2 clusters"):
            index(X, labels)


def test_error_of_a_full_sample_is_zero() -> None:
    assert mean_and_error(np.array([0.2, 0.4]), 2) == (pytest.approx(0.3), 0.0)
