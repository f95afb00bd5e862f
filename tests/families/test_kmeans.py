"""KMeans beyond the contract: scikit-learn's semantics, empty clusters, sparse rows, errors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.cluster
from scipy import sparse
from sklearn.datasets import load_digits, make_blobs
from sklearn.exceptions import ConvergenceWarning

from shoal import Cancelled, DataError, Event, KMeans, ParameterError
from shoal.centroid import kmeans, kmeans_plusplus


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    return make_blobs(800, 6, centers=9, cluster_std=2.0, random_state=4)[0]


@pytest.mark.parametrize("tol", [0.0, 1e-4])
def test_same_start_same_end_as_scikit_learn(blobs: np.ndarray, tol: float) -> None:
    start = blobs[:9]
    ours = KMeans(9, init=start, n_init=1, tol=tol).fit(blobs)
    theirs = sklearn.cluster.KMeans(9, init=start, n_init=1, tol=tol).fit(blobs)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-12)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-12)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.transform(blobs), theirs.transform(blobs), rtol=1e-9)
    assert ours.score(blobs) == pytest.approx(theirs.score(blobs), rel=1e-12)


def test_weights_as_in_scikit_learn(blobs: np.ndarray) -> None:
    weights = np.random.default_rng(0).random(len(blobs))
    ours = KMeans(9, init=blobs[:9], n_init=1, tol=0).fit(blobs, sample_weight=weights)
    theirs = sklearn.cluster.KMeans(9, init=blobs[:9], n_init=1, tol=0)
    theirs.fit(blobs, sample_weight=weights)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-11)


def test_one_empty_cluster_takes_the_farthest_row_as_in_scikit_learn() -> None:
    X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [30.0]])
    start = np.array([[0.0], [9.0], [-500.0]])
    ours = KMeans(3, init=start, n_init=1).fit(X)
    theirs = sklearn.cluster.KMeans(3, init=start, n_init=1).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_)


def test_as_many_clusters_as_distinct_rows_are_all_filled() -> None:
    random = np.random.default_rng(2)
    for trial in range(20):
        distinct = random.normal(size=(12, 3))
        X = distinct[random.integers(12, size=200)]
        k = len(np.unique(X, axis=0))
        model = KMeans(k, random_state=trial, init="random").fit(X)
        assert np.unique(model.labels_).size == k
        assert model.inertia_ == pytest.approx(0, abs=1e-18)


def test_many_centres_on_one_spot_are_spread() -> None:
    X = np.random.default_rng(0).normal(size=(300, 2))
    model = KMeans(20, init=np.zeros((20, 2)), n_init=1).fit(X)
    assert np.unique(model.labels_).size == 20


def test_more_clusters_than_distinct_rows_warns_as_scikit_learn() -> None:
    X = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(2\) found smaller"):
        KMeans(3, random_state=0).fit(X)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_are_as_dense_ones(dtype: type) -> None:
    X = load_digits().data[:500].astype(dtype)
    start = X[:10]
    dense = KMeans(10, init=start, n_init=1, tol=0).fit(X)
    thin = KMeans(10, init=start, n_init=1, tol=0).fit(sparse.csr_array(X))
    np.testing.assert_array_equal(dense.labels_, thin.labels_)
    np.testing.assert_allclose(dense.cluster_centers_, thin.cluster_centers_, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(thin.predict(sparse.csr_array(X)), thin.labels_)
    np.testing.assert_allclose(
        thin.membership(sparse.csr_array(X)), dense.membership(X), rtol=1e-4, atol=1e-6
    )


def test_weight_is_repetition_in_any_order(blobs: np.ndarray) -> None:
    random = np.random.default_rng(1)
    weights = random.integers(0, 4, size=len(blobs))
    order = random.permutation(len(blobs))
    repeated = KMeans(7, random_state=3).fit(np.repeat(blobs, weights, axis=0))
    weighted = KMeans(7, random_state=3).fit(blobs[order], sample_weight=weights[order])
    np.testing.assert_array_equal(repeated.predict(blobs), weighted.predict(blobs))
    assert repeated.inertia_ == pytest.approx(weighted.inertia_, rel=1e-10)


def test_seeding_is_no_worse_than_scikit_learns(blobs: np.ndarray) -> None:
    def potential(centers: np.ndarray) -> float:
        return float(((blobs[:, None] - centers[None]) ** 2).sum(-1).min(1).sum())

    for trials in (1, None):
        ours = [
            potential(kmeans_plusplus(blobs, 20, n_local_trials=trials, random_state=s)[0])
            for s in range(40)
        ]
        theirs = [
            potential(
                sklearn.cluster.kmeans_plusplus(blobs, 20, n_local_trials=trials, random_state=s)[0]
            )
            for s in range(40)
        ]
        spread = np.std(theirs) / np.sqrt(40) + np.std(ours) / np.sqrt(40)
        assert np.mean(ours) < np.mean(theirs) + 3 * spread


def test_several_given_starts_are_several_runs(blobs: np.ndarray) -> None:
    starts = np.stack([blobs[i : i + 5] for i in range(0, 40, 5)])
    best = kmeans(blobs, 5, init=starts)
    singles = [kmeans(blobs, 5, init=start).inertia for start in starts]
    assert best.inertia == pytest.approx(min(singles), rel=1e-9)


def test_membership_and_outlier_scores(blobs: np.ndarray) -> None:
    model = KMeans(9, random_state=0).fit(blobs)
    shares = model.membership(blobs, full=True)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_array_equal(shares.argmax(axis=1), model.labels_)
    np.testing.assert_allclose(model.membership(blobs), shares.max(axis=1))
    assert model.membership(model.cluster_centers_) == pytest.approx(1)
    np.testing.assert_allclose(model.outlier_scores_, model.outlier_scores(blobs), atol=1e-6)
    far = model.outlier_scores(blobs.max(axis=0, keepdims=True) + 1000)
    assert far[0] > 0.99 > np.median(model.outlier_scores_)


def test_callback_sees_progress_and_can_stop(blobs: np.ndarray) -> None:
    events: list[Event] = []
    KMeans(9, n_init=3, random_state=0, callback=events.append).fit(blobs)
    assert {event.done for event in events} == {0.0, 1.0, 2.0}
    assert all(event.stage == "fit" and event.total == 3 for event in events)

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        KMeans(9, callback=stop).fit(blobs)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"n_clusters": 2.5}, "n_clusters must be an integer of at least 1; got 2.5"),
        ({"n_clusters": 9999}, "n_clusters=9999 exceeds the 800 rows"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
        ({"tol": -1}, "tol must be a number >= 0; got -1"),
        ({"tol": float("nan")}, "tol must be a number >= 0; got nan"),
        ({"init": "best"}, "init must be one of 'k-means\\+\\+', 'random'"),
        ({"n_init": "many"}, "n_init must be one of 'auto' or an integer"),
        ({"algorithm": "magic"}, "algorithm must be one of 'lloyd', 'elkan'"),
        ({"init": np.zeros((3, 6))}, r"shape of the initial centers \(3, 6\) does not match"),
        ({"init": np.zeros((8, 5))}, r"shape of the initial centers \(8, 5\) does not match"),
    ],
)
def test_bad_parameters(blobs: np.ndarray, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        KMeans(**parameters).fit(blobs)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (-np.ones(800), r"sample_weight must be finite and not negative; got .*-1.0.* in row 0"),
        (np.full(800, np.nan), "sample_weight must be finite"),
        (np.zeros(800), "sample_weight must have a number above 0"),
        (np.ones(3), "one number per row"),
    ],
)
def test_bad_weights(blobs: np.ndarray, weights: np.ndarray, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        KMeans(2).fit(blobs, sample_weight=weights)


def test_given_centres_and_n_init_warn_as_in_scikit_learn(blobs: np.ndarray) -> None:
    with pytest.warns(RuntimeWarning, match="performing only one init"):
        KMeans(8, init=blobs[:8], n_init=5).fit(blobs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KMeans(8, init=lambda X, k, random_state: X[:k]).fit(blobs)


def test_rows_of_very_many_columns_are_written_out_a_few_at_a_time() -> None:
    X = sparse.random_array(
        (450, 30_000), density=0.001, rng=np.random.default_rng(0), format="csr"
    )
    model = KMeans(3, random_state=0, max_iter=3).fit(X)
    away = [X.toarray() - center for center in model.cluster_centers_]
    expected = np.stack([np.sqrt((part**2).sum(axis=1)) for part in away], axis=1)
    np.testing.assert_allclose(model.transform(X), expected, rtol=1e-9)
    shares = model.membership(X, full=True)
    np.testing.assert_array_equal(model.membership(X), shares[np.arange(450), model.labels_])
