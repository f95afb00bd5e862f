"""Every index equals scikit-learn's, wherever the origin, and weights mean repetition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from shoal.metrics import (
    calinski_harabasz_score,
    davies_bouldin_score,
    inertia_score,
    silhouette_samples,
)

PAIRS = [
    (calinski_harabasz_score, sklearn_metrics.calinski_harabasz_score),
    (davies_bouldin_score, sklearn_metrics.davies_bouldin_score),
]
OURS = [calinski_harabasz_score, davies_bouldin_score, inertia_score]


@st.composite
def labelled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Rows on an integer grid, so that ties, duplicates and exact shifts occur."""
    n = draw(st.integers(4, 40))
    d = draw(st.integers(1, 5))
    k = draw(st.integers(2, n - 1))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    return rng.integers(-20, 20, (n, d)).astype(float), rng.permutation(labels)


@given(labelled())
@settings(max_examples=80, deadline=None)
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_equals_sklearn(
    ours: Callable[..., float],
    theirs: Callable[..., float],
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    assert ours(*case) == pytest.approx(theirs(*case), rel=1e-10, abs=1e-12)


@given(labelled())
@settings(max_examples=50, deadline=None)
def test_inertia_is_the_sum_of_squared_deviations(case: tuple[np.ndarray, np.ndarray]) -> None:
    X, labels = case
    groups = [X[labels == c] for c in np.unique(labels)]
    expected = sum(((g - g.mean(axis=0)) ** 2).sum() for g in groups)
    assert inertia_score(X, labels) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@given(labelled(), st.sampled_from([1e8, -1e8]))
@settings(max_examples=50, deadline=None)
@pytest.mark.parametrize("index", OURS)
def test_origin_does_not_matter(
    index: Callable[..., float], case: tuple[np.ndarray, np.ndarray], shift: float
) -> None:
    X, labels = case
    assert index(X + shift, labels) == pytest.approx(index(X, labels), rel=1e-10, abs=1e-12)


@given(labelled(), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
@pytest.mark.parametrize("index", OURS)
def test_weight_is_repetition(
    index: Callable[..., float], case: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    X, labels = case
    weights = np.random.default_rng(seed).integers(0, 4, len(X))
    weights[np.unique(labels, return_index=True)[1]] += 1
    weights[0] += 1  # more weight than clusters
    repeated = index(np.repeat(X, weights, axis=0), np.repeat(labels, weights))
    assert index(X, labels, sample_weight=weights) == pytest.approx(repeated, rel=1e-9, abs=1e-12)


@given(labelled())
@settings(max_examples=60, deadline=None)
def test_silhouettes_equal_sklearn(case: tuple[np.ndarray, np.ndarray]) -> None:
    np.testing.assert_allclose(
        silhouette_samples(*case), sklearn_metrics.silhouette_samples(*case), atol=1e-10
    )


@given(labelled(), st.sampled_from([1e8, -1e8]))
@settings(max_examples=40, deadline=None)
def test_origin_does_not_matter_to_silhouettes(
    case: tuple[np.ndarray, np.ndarray], shift: float
) -> None:
    X, labels = case
    np.testing.assert_allclose(
        silhouette_samples(X + shift, labels), silhouette_samples(X, labels), atol=1e-10
    )
