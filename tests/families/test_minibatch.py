"""MiniBatchKMeans beyond the contract: scikit-learn's semantics, batches, starts, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.cluster
from scipy import sparse
from sklearn.datasets import load_digits, make_blobs

from shoal import (
    Cancelled,
    DataError,
    Event,
    KMeans,
    MiniBatchKMeans,
    ParameterError,
    minibatch_kmeans,
)


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    return make_blobs(3000, 6, centers=9, cluster_std=2.0, random_state=4)[0]


@pytest.fixture(scope="module")
def long_blobs() -> np.ndarray:
    """More rows than are merged and sorted."""
    return make_blobs(20_000, 4, centers=12, cluster_std=1.0, random_state=1)[0]


def follow(X: np.ndarray, start: np.ndarray, batches: list[np.ndarray]) -> np.ndarray:
    """Sculley's rule, one row after the other with a rate of one over its centre's count."""
    centers, counts = start.copy(), np.zeros(len(start))
    for batch in batches:
        near = ((X[batch][:, None] - centers[None]) ** 2).sum(-1).argmin(1)
        for row, c in zip(X[batch], near, strict=True):
            counts[c] += 1
            centers[c] += (row - centers[c]) / counts[c]
    return centers


def test_batches_move_the_centres_by_sculleys_rule(blobs: np.ndarray) -> None:
    batches = np.array_split(np.arange(1000), 7)
    model = MiniBatchKMeans(9, init=blobs[:9], reassignment_ratio=0)
    for batch in batches:
        model.partial_fit(blobs[batch])
    expected = follow(blobs, blobs[:9], batches)
    np.testing.assert_allclose(model.cluster_centers_, expected, rtol=1e-9)
    assert model.n_steps_ == 7
    assert model.counts_.sum() == 1000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_partial_fit_is_scikit_learns(blobs: np.ndarray, dtype: type, form: Any) -> None:
    X = blobs.astype(dtype)
    parameters = {"n_clusters": 9, "init": X[:9], "reassignment_ratio": 0, "n_init": 1}
    ours, theirs = MiniBatchKMeans(**parameters), sklearn.cluster.MiniBatchKMeans(**parameters)
    weights = np.random.default_rng(0).random(len(X))
    for at in range(0, 3000, 250):
        batch, w = form(X[at : at + 250]), weights[at : at + 250]
        ours.partial_fit(batch, sample_weight=w)
        theirs.partial_fit(batch, sample_weight=w)
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-4)
        assert ours.n_steps_ == theirs.n_steps_
    np.testing.assert_allclose(
        ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-3 if dtype == np.float32 else 1e-9
    )
    assert ours.cluster_centers_.dtype == dtype


def test_fit_then_partial_fit_goes_on_where_the_fit_ended(blobs: np.ndarray) -> None:
    model = MiniBatchKMeans(9, random_state=0).fit(blobs)
    centers, counts, steps = model.cluster_centers_.copy(), model.counts_.copy(), model.n_steps_
    model.partial_fit(blobs[:1])
    c = int(model.labels_[0])
    moved = centers[c] + (blobs[0] - centers[c]) / (counts[c] + 1)
    np.testing.assert_allclose(model.cluster_centers_[c], moved, rtol=1e-12)
    np.testing.assert_array_equal(np.delete(model.cluster_centers_, c, 0), np.delete(centers, c, 0))
    assert model.n_steps_ == steps + 1
    assert model.labels_.shape == (1,)


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_no_improvement": None, "max_iter": 3},
        {"max_no_improvement": None, "max_iter": 1, "batch_size": 256},
        {"max_no_improvement": None, "max_iter": 2, "batch_size": 50_000},
    ],
)
def test_steps_and_passes_are_counted_as_in_scikit_learn(
    long_blobs: np.ndarray, parameters: dict[str, Any]
) -> None:
    ours = MiniBatchKMeans(12, random_state=0, **parameters).fit(long_blobs)
    theirs = sklearn.cluster.MiniBatchKMeans(12, random_state=0, **parameters).fit(long_blobs)
    assert (ours.n_steps_, ours.n_iter_) == (theirs.n_steps_, theirs.n_iter_)


def test_it_stops_early_as_scikit_learn_does(long_blobs: np.ndarray) -> None:
    ours = [MiniBatchKMeans(12, random_state=s).fit(long_blobs).n_steps_ for s in range(12)]
    theirs = [
        sklearn.cluster.MiniBatchKMeans(12, random_state=s).fit(long_blobs).n_steps_
        for s in range(12)
    ]
    assert max(ours) < 100 * len(long_blobs) // 1024
    assert np.median(ours) == pytest.approx(np.median(theirs), rel=0.6)
    at_once = MiniBatchKMeans(12, random_state=0, tol=1e6).fit(long_blobs)
    assert at_once.n_steps_ == 2  # the first batch is never looked at


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_inertia_is_no_worse_than_scikit_learns(long_blobs: np.ndarray, init: str) -> None:
    ours = [
        MiniBatchKMeans(12, init=init, random_state=s, n_init=3).fit(long_blobs).inertia_
        for s in range(15)
    ]
    theirs = [
        sklearn.cluster.MiniBatchKMeans(12, init=init, random_state=s, n_init=3)
        .fit(long_blobs)
        .inertia_
        for s in range(15)
    ]
    spread = (np.std(ours) + np.std(theirs)) / np.sqrt(15)
    assert np.mean(ours) < np.mean(theirs) + 3 * spread


def test_labels_are_the_nearest_centres(long_blobs: np.ndarray) -> None:
    model = MiniBatchKMeans(12, random_state=3).fit(long_blobs)
    squared = ((long_blobs[:, None] - model.cluster_centers_[None]) ** 2).sum(-1)
    np.testing.assert_array_equal(model.labels_, squared.argmin(1))
    assert model.inertia_ == pytest.approx(squared.min(1).sum(), rel=1e-12)


def test_without_labels_the_inertia_is_estimated(long_blobs: np.ndarray) -> None:
    model = MiniBatchKMeans(12, random_state=3, compute_labels=False).fit(long_blobs)
    full = MiniBatchKMeans(12, random_state=3).fit(long_blobs)
    assert not hasattr(model, "labels_")
    assert not hasattr(model, "outlier_scores_")
    np.testing.assert_array_equal(model.cluster_centers_, full.cluster_centers_)
    assert model.inertia_ == pytest.approx(full.inertia_, rel=0.1)
    np.testing.assert_array_equal(model.predict(long_blobs), full.labels_)
    with pytest.raises(ParameterError, match="compute_labels must be True to score outliers"):
        model.outlier_scores(long_blobs)


def test_the_order_of_few_rows_changes_nothing(blobs: np.ndarray) -> None:
    order = np.random.default_rng(0).permutation(len(blobs))
    weights = np.random.default_rng(1).integers(0, 4, len(blobs))
    plain = MiniBatchKMeans(9, random_state=5).fit(np.repeat(blobs, weights, axis=0))
    mixed = MiniBatchKMeans(9, random_state=5).fit(blobs[order], sample_weight=weights[order])
    np.testing.assert_array_equal(plain.cluster_centers_, mixed.cluster_centers_)
    assert plain.inertia_ == pytest.approx(mixed.inertia_, rel=1e-12)


def test_rows_of_weight_zero_are_never_drawn(long_blobs: np.ndarray) -> None:
    inside = long_blobs[:, 0] > np.median(long_blobs[:, 0])
    model = MiniBatchKMeans(6, random_state=0, max_iter=2)
    model.fit(long_blobs, sample_weight=inside.astype(float))
    assert model.cluster_centers_[:, 0].min() > long_blobs[inside, 0].min()


@pytest.mark.parametrize("seed", range(10))
def test_as_many_clusters_as_distinct_rows_are_all_filled(seed: int) -> None:
    random = np.random.default_rng(seed)
    distinct = random.normal(size=(30, 2))
    X = distinct[np.r_[np.zeros(400, int), random.integers(30, size=200)]]
    k = len(np.unique(X, axis=0))
    model = MiniBatchKMeans(k, random_state=seed, batch_size=20, init="random").fit(X)
    assert np.unique(model.labels_).size == k


def test_centres_few_rows_choose_are_replaced() -> None:
    X = np.random.default_rng(0).normal(size=(600, 2))
    start = np.r_[X[:4], [[900.0, 900.0]]]
    model = MiniBatchKMeans(5, init=start, random_state=0, compute_labels=False, batch_size=100)
    assert np.abs(model.fit(X).cluster_centers_).max() < 10
    kept = MiniBatchKMeans(5, init=start, reassignment_ratio=0, compute_labels=False)
    np.testing.assert_array_equal(kept.fit(X).cluster_centers_[4], [900, 900])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_are_as_dense_ones(dtype: type) -> None:
    X = load_digits().data.astype(dtype)
    dense = MiniBatchKMeans(10, init=X[:10], n_init=1, random_state=0).fit(X)
    thin = MiniBatchKMeans(10, init=X[:10], n_init=1, random_state=0).fit(sparse.csr_array(X))
    assert (dense.labels_ == thin.labels_).mean() > 0.99
    np.testing.assert_allclose(dense.cluster_centers_, thin.cluster_centers_, rtol=1e-3, atol=1e-3)
    np.testing.assert_array_equal(thin.predict(sparse.csr_array(X)), thin.labels_)


def test_radii_of_clusters_a_batch_lacks_are_kept(blobs: np.ndarray) -> None:
    model = MiniBatchKMeans(9, random_state=0).fit(blobs)
    radii = model.cluster_radii_
    model.partial_fit(blobs[model.labels_ == 2][:50])
    changed = np.flatnonzero(model.cluster_radii_ != radii)
    assert changed.tolist() == [2]


def test_the_function_is_what_the_estimator_runs(blobs: np.ndarray) -> None:
    result = minibatch_kmeans(blobs, 9, random_state=2)
    model = MiniBatchKMeans(9, random_state=2).fit(blobs)
    np.testing.assert_array_equal(result.cluster_centers, model.cluster_centers_)
    np.testing.assert_array_equal(result.labels, model.labels_)
    assert (result.n_steps, result.n_iter) == (model.n_steps_, model.n_iter_)


def test_callback_sees_progress_and_can_stop(long_blobs: np.ndarray) -> None:
    events: list[Event] = []
    MiniBatchKMeans(9, random_state=0, callback=events.append).fit(long_blobs)
    assert events
    assert all(event.stage == "fit" for event in events)
    assert any("batch 1 of at most 1,953" in event.message for event in events)

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        MiniBatchKMeans(9, callback=stop).fit(long_blobs)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"n_clusters": 9999}, "n_clusters=9999 exceeds the 3000 rows"),
        ({"batch_size": 0}, "batch_size must be an integer of at least 1; got 0"),
        ({"init_size": 0}, "init_size must be an integer of at least 1; got 0"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
        ({"max_no_improvement": -1}, "max_no_improvement must be an integer of at least 0"),
        ({"tol": -1}, "tol must be a number >= 0; got -1"),
        ({"reassignment_ratio": -0.1}, "reassignment_ratio must be a number >= 0; got -0.1"),
        ({"batches": "best"}, "batches must be one of 'sampled', 'nested'; got 'best'"),
        ({"init": "best"}, "init must be one of 'k-means\\+\\+', 'random'"),
        ({"init": np.zeros((3, 6))}, r"shape of the initial centers \(3, 6\) does not match"),
    ],
)
def test_bad_parameters(blobs: np.ndarray, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        MiniBatchKMeans(**parameters).fit(blobs)


def test_a_first_batch_needs_as_many_rows_as_clusters(blobs: np.ndarray) -> None:
    with pytest.raises(ParameterError, match="n_clusters=8 exceeds the 5 rows"):
        MiniBatchKMeans(8).partial_fit(blobs[:5])
    model = MiniBatchKMeans(8, random_state=0).partial_fit(blobs[:50]).partial_fit(blobs[:5])
    assert model.labels_.shape == (5,)
    with pytest.raises(ValueError, match="features"):
        model.partial_fit(blobs[:, :3])
    with pytest.raises(DataError, match="one number per row"):
        model.partial_fit(blobs[:5], sample_weight=[1.0])


def test_too_small_a_start_warns_as_in_scikit_learn(blobs: np.ndarray) -> None:
    with pytest.warns(RuntimeWarning, match="init_size=4 should be larger than n_clusters=9"):
        MiniBatchKMeans(9, init_size=4, random_state=0).fit(blobs)


def test_nested_batches_end_near_where_k_means_does(long_blobs: np.ndarray) -> None:
    nested = [
        MiniBatchKMeans(12, random_state=s, batches="nested", n_init=5).fit(long_blobs)
        for s in range(5)
    ]
    best = KMeans(12, random_state=0, n_init=10).fit(long_blobs).inertia_
    assert min(model.inertia_ for model in nested) < 1.001 * best
    for model in nested:
        np.testing.assert_array_equal(model.predict(long_blobs), model.labels_)
        np.testing.assert_array_equal(model.counts_, np.bincount(model.labels_, minlength=12))
        assert model.inertia_ == pytest.approx(-model.score(long_blobs), rel=1e-12)
        assert model.n_iter_ < model.n_steps_


def test_nested_batches_keep_to_the_passes_allowed(long_blobs: np.ndarray) -> None:
    once = MiniBatchKMeans(12, random_state=0, batches="nested", max_iter=1).fit(long_blobs)
    many = MiniBatchKMeans(12, random_state=0, batches="nested").fit(long_blobs)
    # Three iterations on 5,000 rows, and one on each larger batch: of 10,000 and of all.
    assert once.n_steps_ == 5
    assert many.n_steps_ > once.n_steps_


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_nested_batches_have_the_same_bits_on_any_number_of_threads(
    long_blobs: np.ndarray, n_jobs: int
) -> None:
    weights = np.random.default_rng(0).random(len(long_blobs))
    models = [
        MiniBatchKMeans(12, random_state=1, batches="nested", n_jobs=threads).fit(
            long_blobs, sample_weight=weights
        )
        for threads in (2, n_jobs)
    ]
    np.testing.assert_array_equal(models[0].cluster_centers_, models[1].cluster_centers_)
    np.testing.assert_array_equal(models[0].labels_, models[1].labels_)


def test_nested_batches_of_few_rows_take_weights_for_repetitions(blobs: np.ndarray) -> None:
    weights = np.random.default_rng(1).integers(0, 4, len(blobs))
    parameters: dict[str, Any] = {"batches": "nested", "random_state": 5, "init_size": 300}
    long = MiniBatchKMeans(9, **parameters, batch_size=300).fit(np.repeat(blobs, weights, axis=0))
    short = MiniBatchKMeans(9, **parameters, batch_size=300).fit(blobs, sample_weight=weights)
    np.testing.assert_allclose(short.cluster_centers_, long.cluster_centers_, rtol=1e-9)
