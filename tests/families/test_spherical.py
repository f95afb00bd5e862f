"""SphericalKMeans beyond the contract: against plain NumPy, sparse rows, rows of zeros, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from shoal import Cancelled, DataError, Event, KMeans, ParameterError, SphericalKMeans
from shoal.centroid import spherical_kmeans


@pytest.fixture(scope="module")
def rays() -> np.ndarray:
    """Rows of any length around nine directions."""
    random = np.random.default_rng(4)
    middles = random.normal(size=(9, 6))
    X = middles[random.integers(9, size=800)] + 0.3 * random.normal(size=(800, 6))
    return X * random.uniform(0.1, 50, size=(800, 1))


def unit(X: np.ndarray) -> np.ndarray:
    wide = X.astype(np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def plain(
    X: np.ndarray, start: np.ndarray, max_iter: int, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Spherical k-means by the definition, in double precision."""
    rows, centers = unit(X), unit(start)
    w = np.ones(len(X)) if weights is None else weights
    labels = np.full(len(X), -1)
    for _ in range(max_iter):
        before, labels = labels, (rows @ centers.T).argmax(axis=1)
        if np.array_equal(before, labels):
            break
        sums = [(rows * w[:, None])[labels == c].sum(axis=0) for c in range(len(centers))]
        centers = unit(np.array(sums))
    labels = (rows @ centers.T).argmax(axis=1)
    return labels, centers, float((w * (1 - (rows * centers[labels]).sum(axis=1))).sum())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["dense", "float32", "sparse"])
def test_it_is_the_definition(rays: np.ndarray, kind: str, weighted: bool) -> None:
    weights = np.random.default_rng(0).random(len(rays)) if weighted else None
    X: Any = {"float32": rays.astype(np.float32), "sparse": sparse.csr_array(rays)}.get(kind, rays)
    for max_iter in (1, 3, 50):
        labels, centers, inertia = plain(rays, rays[:9], max_iter, weights)
        model = SphericalKMeans(9, init=rays[:9], max_iter=max_iter, tol=0)
        model.fit(X, sample_weight=weights)
        np.testing.assert_array_equal(model.labels_, labels)
        np.testing.assert_allclose(model.cluster_centers_, centers, rtol=1e-5, atol=1e-6)
        assert model.inertia_ == pytest.approx(inertia, rel=1e-5)
        np.testing.assert_array_equal(model.predict(X), labels)
        np.testing.assert_allclose(
            model.transform(X), 1 - unit(rays) @ centers.T, rtol=1e-4, atol=1e-5
        )
        assert model.score(X, sample_weight=weights) == pytest.approx(-inertia, rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_centres_have_length_one_and_lengths_do_not_matter(rays: np.ndarray, dtype: type) -> None:
    X = rays.astype(dtype)
    model = SphericalKMeans(9, random_state=0).fit(X)
    np.testing.assert_allclose(np.linalg.norm(model.cluster_centers_, axis=1), 1, rtol=1e-6)
    # Powers of two change no bit of a direction.
    lengths = np.exp2(np.random.default_rng(1).integers(-9, 9, size=(len(X), 1))).astype(dtype)
    other = SphericalKMeans(9, random_state=0).fit(X * lengths)
    np.testing.assert_array_equal(model.labels_, other.labels_)
    assert model.inertia_ == other.inertia_


@settings(max_examples=60, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(2, 40), st.integers(2, 6)),
        elements=st.integers(-4, 4).map(float),
    ),
    extra=st.integers(0, 1000),
    scale=st.sampled_from([1.0, 1e-200, 1e200]),
)
def test_no_cluster_is_empty_while_directions_differ(
    X: np.ndarray, extra: int, scale: float
) -> None:
    some = X[np.abs(X).max(axis=1) > 0]
    if len(some) == 0:
        with pytest.raises(DataError, match="only rows of zeros"):
            SphericalKMeans(1).fit(X * scale)
        return
    k = 1 + extra % len(np.unique(unit(some).round(9), axis=0))
    model = SphericalKMeans(k, random_state=extra).fit(X * scale)
    zeros = np.abs(X).max(axis=1) == 0
    assert np.unique(model.labels_[~zeros]).size == k
    assert (model.labels_[zeros] == 0).all()
    np.testing.assert_array_equal(model.predict(X * scale), model.labels_)
    assert model.inertia_ == pytest.approx(-model.score(X * scale), rel=1e-6, abs=1e-9)


def test_rows_of_zeros_get_label_0_and_move_nothing(rays: np.ndarray) -> None:
    X = np.insert(rays, [0, 100, 400], 0.0, axis=0)
    zeros = np.flatnonzero(~X.any(axis=1))
    plain_fit = SphericalKMeans(9, random_state=0).fit(rays)
    for rows in (X, sparse.csr_array(X)):
        model = SphericalKMeans(9, random_state=0).fit(rows)
        np.testing.assert_allclose(model.cluster_centers_, plain_fit.cluster_centers_, atol=1e-9)
        assert (model.labels_[zeros] == 0).all()
        assert model.inertia_ == pytest.approx(plain_fit.inertia_ + 3, rel=1e-9)
        np.testing.assert_array_equal(model.predict(rows), model.labels_)
        np.testing.assert_allclose(model.transform(rows)[zeros], 1)
        np.testing.assert_allclose(model.membership(rows)[zeros], 1 / 9)
        np.testing.assert_allclose(model.outlier_scores(rows), model.outlier_scores_, atol=1e-6)


def test_opposite_rows_leave_their_centre_where_it_was() -> None:
    X = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])
    model = SphericalKMeans(1, init=[[0.0, 1.0]]).fit(X[:2])
    assert model.cluster_centers_.tolist() == [[0.0, 1.0]]
    assert model.inertia_ == pytest.approx(2)


def test_sparse_rows_of_many_columns_are_as_dense_ones() -> None:
    random = np.random.default_rng(0)
    X = sparse.random_array((400, 3000), density=0.01, rng=random, format="csr")
    for init in ("k-means++", "random"):
        thin = SphericalKMeans(12, init=init, n_init=2, random_state=0).fit(X)
        dense = SphericalKMeans(12, init=init, n_init=2, random_state=0).fit(X.toarray())
        if init == "random":  # k-means++ adds distances in another order
            np.testing.assert_array_equal(thin.labels_, dense.labels_)
        assert thin.inertia_ == pytest.approx(dense.inertia_, rel=0.02)
        np.testing.assert_array_equal(thin.predict(X), thin.labels_)


def test_weight_is_repetition_in_any_order(rays: np.ndarray) -> None:
    random = np.random.default_rng(1)
    weights = random.integers(0, 4, size=len(rays))
    order = random.permutation(len(rays))
    repeated = SphericalKMeans(7, random_state=3).fit(np.repeat(rays, weights, axis=0))
    weighted = SphericalKMeans(7, random_state=3).fit(rays[order], sample_weight=weights[order])
    np.testing.assert_array_equal(repeated.predict(rays), weighted.predict(rays))
    assert repeated.inertia_ == pytest.approx(weighted.inertia_, rel=1e-10)


def test_it_finds_smaller_angles_than_k_means_on_the_same_rows(rays: np.ndarray) -> None:
    cosine = SphericalKMeans(9, n_init=5, random_state=0).fit(rays)
    free = KMeans(9, n_init=5, random_state=0).fit(unit(rays))
    angles = 1 - (unit(rays) * unit(free.cluster_centers_)[free.labels_]).sum(axis=1)
    assert cosine.inertia_ <= angles.sum() * (1 + 1e-6)


def test_membership_is_one_on_a_centre(rays: np.ndarray) -> None:
    model = SphericalKMeans(9, random_state=0).fit(rays)
    shares = model.membership(rays, full=True)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_array_equal(shares.argmax(axis=1), model.labels_)
    np.testing.assert_allclose(model.membership(7 * model.cluster_centers_), 1, atol=1e-9)


def test_callback_sees_progress_and_can_stop(rays: np.ndarray) -> None:
    events: list[Event] = []
    SphericalKMeans(9, n_init=3, random_state=0, callback=events.append).fit(rays)
    assert {event.done for event in events} == {0.0, 1.0, 2.0}

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        SphericalKMeans(9, callback=stop).fit(rays)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
        ({"tol": -1}, "tol must be a number >= 0; got -1"),
        ({"init": "best"}, "init must be one of 'k-means\\+\\+', 'random'"),
        (
            {"n_clusters": 2, "init": np.array([[1.0] * 6, [0.0] * 6])},
            "init must have a number other than 0 in every centre; got zeros in row 1",
        ),
    ],
)
def test_bad_parameters(rays: np.ndarray, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        SphericalKMeans(**parameters).fit(rays)


def test_only_zeros_are_refused() -> None:
    with pytest.raises(DataError, match="got only rows of zeros"):
        spherical_kmeans(np.zeros((5, 2)), 2)
    with pytest.raises(DataError, match="got only rows of zeros"):
        spherical_kmeans(np.array([[0.0, 0.0], [1.0, 1.0]]), 1, sample_weight=[1, 0])
