"""BisectingKMeans beyond the contract: scikit-learn's semantics, the tree, empty clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.cluster
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse
from scipy.cluster.hierarchy import dendrogram, is_valid_linkage
from sklearn.datasets import load_digits, make_blobs
from sklearn.exceptions import ConvergenceWarning

from shoal import BisectingKMeans, Cancelled, Event, ParameterError
from shoal.centroid import bisecting_kmeans, kmeans


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    return make_blobs(900, 5, centers=9, cluster_std=2.0, random_state=4)[0]


def first_and_last(X: Any, k: int, random_state: Any) -> Any:
    """Two rows whose order does not depend on where the table is centred."""
    rows = X[[0, -1]]
    return rows.toarray() if sparse.issparse(rows) else rows


@pytest.mark.parametrize("strategy", ["biggest_inertia", "largest_cluster"])
@pytest.mark.parametrize("k", [1, 2, 7, 20])
@pytest.mark.parametrize("kind", ["dense", "float32", "sparse", "weights"])
def test_same_starts_same_end_as_scikit_learn(
    blobs: np.ndarray, strategy: str, k: int, kind: str
) -> None:
    X: Any = {"float32": blobs.astype(np.float32), "sparse": sparse.csr_array(blobs)}.get(
        kind, blobs
    )
    weights = np.random.default_rng(0).random(len(blobs)) if kind == "weights" else None
    if strategy == "largest_cluster" and kind == "weights":
        weights = None  # scikit-learn counts rows there, whatever they weigh
    options: dict[str, Any] = {"init": first_and_last, "tol": 0, "bisecting_strategy": strategy}
    ours = BisectingKMeans(k, **options).fit(X, sample_weight=weights)
    theirs = sklearn.cluster.BisectingKMeans(k, **options).fit(X, sample_weight=weights)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    # The mean of one group over all rows is weighted here and is not there.
    if k > 1:
        rtol = 1e-4 if kind == "float32" else 1e-9
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=rtol)
        assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=rtol)
        assert ours.score(X) == pytest.approx(theirs.score(X), rel=rtol)
        np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-3, atol=1e-4)
        new = blobs[::3].mean(axis=0) + 1.5 * blobs[::5]
        new = new.astype(np.float32) if kind == "float32" else new
        np.testing.assert_array_equal(
            ours.predict(sparse.csr_array(new) if kind == "sparse" else new),
            theirs.predict(sparse.csr_array(new) if kind == "sparse" else new),
        )


def test_parameters_and_defaults_are_scikit_learns() -> None:
    ours, theirs = BisectingKMeans().get_params(), sklearn.cluster.BisectingKMeans().get_params()
    assert theirs.items() <= ours.items()


def test_own_starts_are_as_good_as_scikit_learns(blobs: np.ndarray) -> None:
    for init in ("random", "k-means++"):
        ours = [BisectingKMeans(12, init=init, random_state=s).fit(blobs) for s in range(12)]
        theirs = [
            sklearn.cluster.BisectingKMeans(12, init=init, random_state=s).fit(blobs)
            for s in range(12)
        ]
        mean = np.mean([model.inertia_ for model in theirs])
        spread = np.std([model.inertia_ for model in theirs]) / np.sqrt(12)
        assert np.mean([model.inertia_ for model in ours]) < mean + 4 * spread + 0.01 * mean


def plain_descent(model: BisectingKMeans, X: np.ndarray) -> np.ndarray:
    """Walk each row down the tree in double precision."""
    k = model.cluster_centers_.shape[0]
    centers = np.concatenate([model.cluster_centers_, model.inner_centers_]).astype(np.float64)
    labels = []
    for x in X.astype(np.float64):
        node = 2 * k - 2
        while node >= k:
            left, right = model.children_[node - k]
            first, second = (((x - centers[c]) ** 2).sum() for c in (left, right))
            node = left if first <= second else right
        labels.append(node)
    return np.array(labels)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_labels_are_those_of_a_plain_descent(dtype: type, offset: float) -> None:
    X = (load_digits().data[:700] + offset).astype(dtype)
    model = BisectingKMeans(25, random_state=3).fit(X)
    np.testing.assert_array_equal(model.labels_, plain_descent(model, X))
    np.testing.assert_array_equal(model.predict(X), model.labels_)


def test_a_table_beyond_the_canonical_size() -> None:
    X = make_blobs(20_000, 3, centers=30, random_state=1)[0]
    weights = np.random.default_rng(0).integers(0, 3, size=len(X)).astype(float)
    for w in (None, weights):
        model = BisectingKMeans(40, random_state=0).fit(X, sample_weight=w)
        np.testing.assert_array_equal(model.labels_[::7], plain_descent(model, X[::7]))
        assert np.unique(model.labels_).size == 40


def test_equal_rows_of_a_large_table_are_merged() -> None:
    values = np.random.default_rng(1).integers(0, 40, size=(500, 3)).astype(np.float32)
    X = values[np.random.default_rng(2).integers(500, size=70_000)]
    model = BisectingKMeans(16, random_state=0).fit(X)
    np.testing.assert_array_equal(model.labels_[::97], plain_descent(model, X[::97]))
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    away = X - model.cluster_centers_[model.labels_]
    assert model.inertia_ == pytest.approx((away.astype(float) ** 2).sum(), rel=1e-6)


@pytest.mark.parametrize("strategy", ["biggest_inertia", "largest_cluster"])
def test_the_tree_can_be_drawn(blobs: np.ndarray, strategy: str) -> None:
    k = 11
    model = BisectingKMeans(k, random_state=0, bisecting_strategy=strategy, max_iter=2).fit(blobs)
    assert model.children_.shape == (k - 1, 2)
    assert sorted(model.children_.ravel().tolist()) == list(range(2 * k - 2))
    counts = np.ones(2 * k - 1)
    for node, parts in enumerate(model.children_, start=k):
        counts[node] = counts[parts].sum()
        inner = parts[parts >= k]
        assert (model.heights_[inner - k] <= model.heights_[node - k]).all()
    assert counts[-1] == k
    order = np.argsort(model.heights_, kind="stable")
    names = np.concatenate([np.arange(k), k + np.argsort(order)])
    linkage = np.column_stack(
        [names[model.children_[order]], model.heights_[order], counts[k:][order]]
    )
    assert is_valid_linkage(linkage)
    assert len(dendrogram(linkage, no_plot=True)["leaves"]) == k
    np.testing.assert_allclose(model.inner_centers_[-1], blobs.mean(axis=0))


def test_weight_is_repetition_in_any_order(blobs: np.ndarray) -> None:
    random = np.random.default_rng(1)
    weights = random.integers(0, 4, size=len(blobs))
    order = random.permutation(len(blobs))
    for strategy in ("biggest_inertia", "largest_cluster"):
        options: dict[str, Any] = {"random_state": 3, "bisecting_strategy": strategy}
        repeated = BisectingKMeans(9, **options).fit(np.repeat(blobs, weights, axis=0))
        weighted = BisectingKMeans(9, **options).fit(blobs[order], sample_weight=weights[order])
        assert (weighted.cluster_centers_ == repeated.cluster_centers_).all()
        np.testing.assert_array_equal(repeated.predict(blobs), weighted.predict(blobs))
        np.testing.assert_array_equal(weighted.predict(blobs[order]), weighted.labels_)


@settings(max_examples=80, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 40), st.integers(1, 4)),
        elements=st.integers(-3, 3).map(float),
    ),
    extra=st.integers(0, 100),
    strategy=st.sampled_from(["biggest_inertia", "largest_cluster"]),
    offset=st.sampled_from([0.0, 0.1, -1e8]),
    init=st.sampled_from(["random", "k-means++"]),
)
def test_no_cluster_is_empty_while_rows_differ(
    X: np.ndarray, extra: int, strategy: str, offset: float, init: str
) -> None:
    X = X + offset
    distinct = len(np.unique(X, axis=0))
    k = 1 + extra % distinct
    model = BisectingKMeans(k, bisecting_strategy=strategy, init=init, random_state=extra).fit(X)
    assert np.unique(model.labels_).size == k
    np.testing.assert_array_equal(model.labels_, plain_descent(model, X))


def test_more_clusters_than_distinct_rows_warns() -> None:
    X = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(2\) found smaller"):
        model = BisectingKMeans(4, random_state=0).fit(X)
    assert model.cluster_centers_.shape == (4, 2)
    np.testing.assert_array_equal(model.predict(X), model.labels_)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_are_as_dense_ones(dtype: type) -> None:
    X = load_digits().data[:400].astype(dtype)
    dense = BisectingKMeans(12, random_state=0, tol=0).fit(X)
    thin = BisectingKMeans(12, random_state=0, tol=0).fit(sparse.csr_array(X))
    np.testing.assert_array_equal(dense.labels_, thin.labels_)
    np.testing.assert_array_equal(dense.children_, thin.children_)
    np.testing.assert_allclose(dense.heights_, thin.heights_, rtol=1e-5)
    np.testing.assert_array_equal(thin.predict(sparse.csr_array(X)), thin.labels_)


def test_membership_is_that_of_the_assigned_cluster(blobs: np.ndarray) -> None:
    model = BisectingKMeans(14, random_state=0).fit(blobs)
    shares = model.membership(blobs, full=True)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares.argmax(axis=1) != model.labels_).any()
    np.testing.assert_array_equal(
        model.membership(blobs), shares[np.arange(len(blobs)), model.labels_]
    )
    np.testing.assert_allclose(model.outlier_scores_, model.outlier_scores(blobs), atol=1e-6)


def test_more_starts_are_no_worse_and_two_clusters_are_two_means(blobs: np.ndarray) -> None:
    start = first_and_last(blobs, 2, None)
    pair = kmeans(blobs, 2, init=start, tol=0)
    split = bisecting_kmeans(blobs, 2, init=first_and_last, tol=0)
    np.testing.assert_array_equal(pair.labels, split.labels)
    assert split.inertia == pytest.approx(pair.inertia, rel=1e-12)
    one = bisecting_kmeans(blobs, 2, random_state=0)
    many = bisecting_kmeans(blobs, 2, n_init=20, random_state=0)
    assert many.inertia <= one.inertia * (1 + 1e-9)


def test_callback_sees_progress_and_can_stop(blobs: np.ndarray) -> None:
    events: list[Event] = []
    BisectingKMeans(5, random_state=0, callback=events.append).fit(blobs)
    assert {event.done for event in events} == {0.0, 1.0, 2.0, 3.0}
    assert all(event.stage == "fit" and event.total == 4 for event in events)

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        BisectingKMeans(9, callback=stop).fit(blobs)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"n_clusters": 9999}, "n_clusters=9999 exceeds the 900 rows"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
        ({"n_init": "auto"}, "n_init must be an integer of at least 1; got 'auto'"),
        ({"tol": -1}, "tol must be a number >= 0; got -1"),
        ({"init": "best"}, "init must be one of 'k-means\\+\\+', 'random' or a callable"),
        ({"algorithm": "magic"}, "algorithm must be one of 'lloyd', 'elkan'"),
        ({"bisecting_strategy": "widest"}, "bisecting_strategy must be one of 'biggest_inertia'"),
        (
            {"init": lambda X, k, random_state: X[:3]},
            r"shape of the initial centers \(3, 5\) does not match the number of clusters 2",
        ),
    ],
)
def test_bad_parameters(blobs: np.ndarray, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        BisectingKMeans(**parameters).fit(blobs)


def test_a_tree_that_is_none_is_refused(blobs: np.ndarray) -> None:
    model = BisectingKMeans(4, random_state=0).fit(blobs)
    for children in ([[0, 1], [2, 3], [4, 99]], [[0, 1], [2, 6], [4, 5]], [[0, 1], [2, 3]]):
        model.children_ = np.array(children, dtype=np.int32)
        with pytest.raises(ValueError, match="children_ must be a tree"):
            model.predict(blobs)
