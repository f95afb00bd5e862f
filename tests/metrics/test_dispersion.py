"""Indices from cluster means: labels of any type, noise, weights, bad input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from shoal.errors import DataError, ParameterError
from shoal.metrics import calinski_harabasz_score, davies_bouldin_score, inertia_score

PAIRS = [
    (calinski_harabasz_score, sklearn_metrics.calinski_harabasz_score),
    (davies_bouldin_score, sklearn_metrics.davies_bouldin_score),
]
OURS = [calinski_harabasz_score, davies_bouldin_score, inertia_score]


@pytest.mark.parametrize("index", OURS)
@pytest.mark.parametrize("kind", ["text", "float", "object", "mixed", "uint8"])
def test_labels_of_any_type(index: Callable[..., float], kind: str) -> None:
    rng = np.random.default_rng(3)
    X, codes = rng.normal(size=(60, 3)), rng.integers(0, 3, 60)
    names = {
        "text": np.array(["red", "green", "blue"]),
        "float": np.array([0.5, 7.0, 1e9]),
        "object": np.array(["a", "b", "c"], dtype=object),
        "mixed": np.array(["a", 2, (1, 2)], dtype=object),
        "uint8": np.array([9, 255, 0], dtype=np.uint8),
    }[kind]
    assert index(X, names[codes]) == pytest.approx(index(X, codes), rel=1e-12)


@pytest.mark.parametrize("index", OURS)
@pytest.mark.parametrize("dtype", [np.int64, np.float64, object])
def test_noise_is_left_out(index: Callable[..., float], dtype: type) -> None:
    rng = np.random.default_rng(5)
    X, labels = rng.normal(size=(50, 2)), rng.integers(-1, 3, 50)
    kept = labels >= 0
    assert index(X, labels.astype(dtype)) == index(X[kept], labels[kept])


def test_text_minus_one_is_a_cluster() -> None:
    X = np.array([[0.0], [2.0], [9.0], [11.0]])
    assert inertia_score(X, ["-1", "-1", "0", "0"]) == 4.0


@pytest.mark.parametrize("index", [calinski_harabasz_score, davies_bouldin_score])
@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 1, 2, 3], [-1, -1, 0, 0]])
def test_undefined_separation_is_refused(index: Callable[..., float], labels: list[int]) -> None:
    X = np.array([[0.0], [2.0], [9.0], [11.0]])
    with pytest.raises(ParameterError, match=r"labels must name at least 2 clusters .*; got \d"):
        index(X, labels)


@pytest.mark.parametrize("index", OURS)
@pytest.mark.parametrize(
    ("X", "labels", "weights", "error", "text"),
    [
        ([[0.0], [np.nan], [1.0]], [0, 0, 1], None, DataError, "row 1, column 0"),
        ([0.0, 1.0, 2.0], [0, 0, 1], None, DataError, "two dimensions"),
        ([["a"], ["b"], ["c"]], [0, 0, 1], None, DataError, "table of numbers"),
        ([[0.0], [1.0], [2.0]], [0, 1], None, ParameterError, "one label per row"),
        ([[0.0], [1.0], [2.0]], [0, 0, 1], [1, 2], DataError, "one number per row"),
        ([[0.0], [1.0], [2.0]], [0, 0, 1], [1, -2, 1], DataError, "got .*-2.0.* in row 1"),
    ],
)
def test_bad_input_is_one_sentence(
    index: Callable[..., float],
    X: object,
    labels: object,
    weights: object,
    error: type[Exception],
    text: str,
) -> None:
    with pytest.raises(error, match=text):
        index(X, labels, sample_weight=weights)


def test_degenerate_clusters_as_sklearn() -> None:
    X = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    for labels in ([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 2]):
        for ours, theirs in PAIRS:
            assert ours(X, labels) == pytest.approx(theirs(X, labels), rel=1e-10)


def test_weights_must_outweigh_the_clusters() -> None:
    X, labels = np.array([[0.0], [2.0], [9.0], [11.0]]), [0, 0, 1, 1]
    with pytest.raises(ParameterError, match="total weight"):
        calinski_harabasz_score(X, labels, sample_weight=[0.1, 0.1, 0.1, 0.1])
