"""ConstrainedKMeans beyond the contract: exact assignments, limits kept, impossible questions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse
from scipy.optimize import linear_sum_assignment, linprog
from sklearn.datasets import make_blobs

import shoal
from shoal import Cancelled, ConstrainedKMeans, Event, KMeans, ParameterError
from shoal.centroid import constrained_kmeans
from tests.families.reference import nearest


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    return make_blobs(600, 4, centers=7, cluster_std=2.5, random_state=4)[0]


def costs_to(X: Any, centers: np.ndarray) -> np.ndarray:
    dense = np.asarray(X.toarray() if sparse.issparse(X) else X, dtype=np.float64)
    return ((dense[:, None] - centers.astype(np.float64)) ** 2).sum(axis=-1)


def least_cost(costs: np.ndarray, low: int, high: int) -> float:
    """Cost of the best assignment, by a general linear program."""
    n, k = costs.shape
    per_row = sparse.kron(sparse.eye_array(n), np.ones((1, k)))
    per_cluster = sparse.kron(np.ones((1, n)), sparse.eye_array(k))
    found = linprog(
        costs.ravel(),
        A_eq=per_row,
        b_eq=np.ones(n),
        A_ub=sparse.vstack([per_cluster, -per_cluster]),
        b_ub=np.concatenate([np.full(k, high), np.full(k, -low)]),
        method="highs",
    )
    return float(found.fun)


def assert_sizes(labels: np.ndarray, k: int, low: int, high: int) -> None:
    sizes = np.bincount(labels, minlength=k)
    assert sizes.size == k
    assert low <= sizes.min()
    assert sizes.max() <= high


@settings(max_examples=120, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 24), st.integers(1, 3)),
        elements=st.floats(-50, 50).map(lambda v: round(v, 1)),
    ),
    draw=st.data(),
)
def test_the_assignment_is_a_best_one_within_the_limits(X: np.ndarray, draw: Any) -> None:
    n = len(X)
    k = draw.draw(st.integers(1, min(n, 6)))
    low = draw.draw(st.integers(1, n // k))
    high = draw.draw(st.integers(-(-n // k), n))
    iterations = draw.draw(st.integers(1, 8))
    start = X[draw.draw(st.permutations(range(n)))[:k]] + draw.draw(st.sampled_from([0.0, 300.0]))
    model = ConstrainedKMeans(k, size_min=low, size_max=high, init=start, max_iter=iterations)
    model.fit(X)
    assert_sizes(model.labels_, k, low, high)
    costs = costs_to(X, model.cluster_centers_)
    ours = costs[np.arange(n), model.labels_].sum()
    assert ours == pytest.approx(least_cost(costs, low, high), rel=1e-9, abs=1e-9)
    assert model.inertia_ == pytest.approx(ours, rel=1e-9, abs=1e-12)


def test_equal_sizes_are_an_assignment_problem(blobs: np.ndarray) -> None:
    model = ConstrainedKMeans(12, size_min=50, size_max=50, random_state=0, tol=0).fit(blobs)
    assert_sizes(model.labels_, 12, 50, 50)
    costs = costs_to(blobs, model.cluster_centers_)
    rows, slots = linear_sum_assignment(np.repeat(costs, 50, axis=1))
    best = costs[rows, slots // 50].sum()
    assert model.inertia_ == pytest.approx(best, rel=1e-10)


@pytest.mark.parametrize("offset", [0.0, 1e7])
@pytest.mark.parametrize("kind", ["dense", "float32", "sparse"])
def test_many_iterations_from_the_prices_of_the_last(
    blobs: np.ndarray, offset: float, kind: str
) -> None:
    X: Any = blobs + offset
    X = {"float32": X.astype(np.float32), "sparse": sparse.csr_array(X)}.get(kind, X)
    for low, high in ((70, 100), (1, 90), (80, 600), (85, 86)):
        for max_iter in (1, 2, 5, 300):
            model = ConstrainedKMeans(
                7, size_min=low, size_max=high, init=(blobs + offset)[:7], max_iter=max_iter, tol=0
            ).fit(X)
            assert_sizes(model.labels_, 7, low, high)
            costs = costs_to(X, model.cluster_centers_)
            ours = costs[np.arange(len(blobs)), model.labels_].sum()
            assert ours == pytest.approx(least_cost(costs, low, high), rel=1e-7)
    # The last fit has converged: its centres are the means of its clusters.
    dense = np.asarray(X.toarray() if kind == "sparse" else X, dtype=np.float64)
    means = [dense[model.labels_ == c].mean(axis=0) for c in range(7)]
    np.testing.assert_allclose(model.cluster_centers_, means, rtol=1e-6)


def test_more_iterations_never_cost_more(blobs: np.ndarray) -> None:
    inertias = [
        constrained_kmeans(
            blobs, 7, size_min=80, size_max=90, init=blobs[:7], max_iter=m, tol=0
        ).inertia
        for m in range(1, 25)
    ]
    assert all(b <= a * (1 + 1e-12) for a, b in pairwise(inertias))


def test_limits_that_do_not_bind_give_k_means(blobs: np.ndarray) -> None:
    free = KMeans(7, init=blobs[:7], tol=0).fit(blobs)
    model = ConstrainedKMeans(7, init=blobs[:7], tol=0).fit(blobs)
    np.testing.assert_array_equal(model.labels_, free.labels_)
    np.testing.assert_allclose(model.cluster_centers_, free.cluster_centers_, rtol=1e-12)
    assert model.n_iter_ == free.n_iter_


def test_predict_takes_the_nearest_centre_and_labels_keep_the_limits(blobs: np.ndarray) -> None:
    model = ConstrainedKMeans(7, size_min=84, size_max=87, random_state=0).fit(blobs)
    predicted = model.predict(blobs)
    np.testing.assert_array_equal(predicted, nearest(blobs, model.cluster_centers_))
    assert (predicted != model.labels_).any()
    costs = costs_to(blobs, model.cluster_centers_)
    assert costs[np.arange(600), predicted].sum() < model.inertia_


def test_equal_rows_are_parted_when_they_must_be() -> None:
    model = ConstrainedKMeans(3, size_max=4, random_state=0).fit(np.ones((12, 2)))
    assert_sizes(model.labels_, 3, 4, 4)
    assert model.inertia_ == 0


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_any_scale(blobs: np.ndarray, scale: float) -> None:
    options: dict[str, Any] = {"size_min": 80, "size_max": 90, "init": blobs[:7]}
    plain = ConstrainedKMeans(7, **options).fit(blobs)
    options["init"] = blobs[:7] * scale
    scaled = ConstrainedKMeans(7, **options).fit(blobs * scale)
    np.testing.assert_array_equal(plain.labels_, scaled.labels_)


def test_numbers_whose_squares_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="squared distances are finite"):
        ConstrainedKMeans(2, random_state=0).fit(np.array([[1e200], [-1e200], [0.0]]))


def test_a_poor_start_is_paid_for_once() -> None:
    # All rows want the same cluster, so that nearly all of them have to move.
    X = np.random.default_rng(0).normal(size=(400, 2))
    start = np.concatenate([np.zeros((1, 2)), np.full((7, 2), 1e3)])
    model = ConstrainedKMeans(8, size_min=50, size_max=50, init=start, max_iter=1).fit(X)
    assert_sizes(model.labels_, 8, 50, 50)


def test_callback_sees_progress_and_can_stop(blobs: np.ndarray) -> None:
    events: list[Event] = []
    ConstrainedKMeans(7, size_min=80, n_init=2, random_state=0, callback=events.append).fit(blobs)
    assert {event.done for event in events} == {0.0, 1.0}

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        ConstrainedKMeans(7, callback=stop).fit(blobs)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"n_clusters": 8, "size_min": 80},
            (
                r"size_min=80 needs 8 x 80 = 640 rows for n_clusters=8; got 600 rows\. "
                r"Use a size_min of at most 75, or at most 7 clusters\."
            ),
        ),
        (
            {"n_clusters": 7, "size_max": 80},
            (
                r"size_max=80 leaves room for 7 x 80 = 560 rows in n_clusters=7; got 600 rows\. "
                r"Use a size_max of at least 86, or at least 8 clusters\."
            ),
        ),
        (
            {"n_clusters": 7, "size_min": 90, "size_max": 80},
            "size_min must be at most size_max; got size_min=90 and size_max=80",
        ),
        ({"size_min": 0}, "size_min must be an integer of at least 1; got 0"),
        ({"size_min": 2.5}, "size_min must be an integer of at least 1; got 2.5"),
        ({"size_max": -3}, "size_max must be an integer of at least 1; got -3"),
        ({"n_clusters": 601}, "n_clusters=601 exceeds the 600 rows"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
        ({"tol": -1}, "tol must be a number >= 0; got -1"),
        ({"init": "best"}, "init must be one of 'k-means\\+\\+', 'random'"),
    ],
)
def test_questions_without_an_answer(
    blobs: np.ndarray, parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ParameterError, match=sentence):
        ConstrainedKMeans(**parameters).fit(blobs)


def test_the_job_says_why_weights_are_left_out() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": np.arange(30.0), "b": np.arange(30.0) % 7, "w": np.ones(30)})
    with pytest.raises(ParameterError, match="weight must be left out for constrained-kmeans"):
        shoal.cluster(table, algorithm="constrained-kmeans", n_clusters=3, weight="w")
    result = shoal.cluster(table, algorithm="constrained-kmeans", n_clusters=3, size_max=10)
    assert np.bincount(result.labels).tolist() == [10, 10, 10]
