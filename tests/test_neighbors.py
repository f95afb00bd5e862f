"""Nearest neighbours equal a search in double precision, whatever the data look like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import haversine_distances

from shoal import _native
from shoal.errors import DataError, ParameterError
from shoal.neighbors import kneighbors


def brute_force(X, queries, n_neighbors, leave_out_self):
    X, queries = X.astype(np.float64), queries.astype(np.float64)
    squared = ((queries[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)
    if leave_out_self:
        np.fill_diagonal(squared, np.inf)
    indices = np.argsort(squared, axis=1, kind="stable")[:, :n_neighbors]
    return np.sqrt(np.take_along_axis(squared, indices, axis=1)), indices


def make(kind, n, d, rng):
    X = rng.normal(size=(n, d)) + 20 * rng.integers(0, 3, size=(n, 1))
    return {
        "groups": X,
        "shifted": X + 1e8,
        "grid": np.round(X),
        "repeated": X[rng.integers(0, max(2, n // 20), size=n)],
        "constant": np.full((n, d), 3.5),
        "outliers": X * np.where(rng.random((n, 1)) < 0.02, 1e7, 1.0),
        "huge": X * 1e140,
        "small": X * 1e-120,
        "sorted": np.sort(X, axis=0),
    }[kind]


KINDS = ["groups", "shifted", "grid", "repeated", "constant", "outliers", "huge", "small", "sorted"]


@pytest.mark.parametrize("d", [1, 2, 7, 16, 33])
@pytest.mark.parametrize("kind", KINDS)
def test_neighbors_are_those_of_double_precision(kind, d):
    rng = np.random.default_rng(d)
    X = make(kind, 300, d, rng)
    for n_neighbors in (1, 15, 299):
        found = kneighbors(X, n_neighbors=n_neighbors)
        distances, indices = brute_force(X, X, n_neighbors, leave_out_self=True)
        np.testing.assert_allclose(found.distances, distances, rtol=1e-13)
        # Where two distances differ only by the order of the sum either row may come first.
        same = found.indices == indices
        gaps = np.abs(np.diff(distances, axis=1, append=np.inf, prepend=-np.inf))
        near_tie = np.minimum(gaps[:, 1:], gaps[:, :-1]) <= 1e-13 * distances
        assert np.all(same | near_tie)


@pytest.mark.parametrize("kind", ["groups", "grid", "repeated", "constant"])
def test_ties_go_to_the_first_row(kind):
    X = np.round(make(kind, 200, 2, np.random.default_rng(0)))
    found = kneighbors(X, X, n_neighbors=20)
    _, indices = brute_force(X, X, 20, leave_out_self=False)
    np.testing.assert_array_equal(found.indices, indices)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_other_rows_as_queries(dtype):
    rng = np.random.default_rng(1)
    X, queries = rng.normal(size=(500, 5)).astype(dtype), rng.normal(size=(130, 5)) * 3
    found = kneighbors(X, queries, n_neighbors=4)
    distances, indices = brute_force(X, queries.astype(dtype), 4, leave_out_self=False)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances, distances, rtol=1e-13)


@pytest.mark.parametrize("d", [1, 2, 7, 16])
@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_and_the_search_without_it_agree_in_every_bit(kind, d):
    X = make(kind, 400, d, np.random.default_rng(d))
    by_tree, without = (
        _native.kneighbors(X, X, 9, True, 2, None, 0, by_tree) for by_tree in (True, False)
    )
    for left, right in zip(by_tree, without, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("name", ["manhattan", "chebyshev", "cosine"])
@pytest.mark.parametrize("d", [1, 2, 9, 40])
def test_other_metrics_are_those_of_scipy(name, d):
    rng = np.random.default_rng(d)
    X, queries = rng.normal(size=(300, d)), rng.normal(size=(70, d))
    found = kneighbors(X, queries, n_neighbors=6, metric=name)
    spelled = {"manhattan": "cityblock"}.get(name, name)
    distances = cdist(queries, X, spelled)
    np.testing.assert_allclose(found.distances, np.sort(distances)[:, :6], atol=1e-12)
    picked = np.take_along_axis(distances, found.indices, axis=1)
    np.testing.assert_allclose(picked, found.distances, atol=1e-12)


def test_haversine_takes_degrees_and_gives_kilometres():
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.uniform(-90, 90, 500), rng.uniform(-180, 180, 500)])
    found = kneighbors(X, n_neighbors=4, metric="haversine")
    distances = haversine_distances(np.radians(X)) * 6371.0088
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_allclose(found.distances, np.sort(distances)[:, :4], rtol=1e-12)
    poles = kneighbors([[90.0, 0.0], [-90.0, 12.0]], n_neighbors=1, metric="haversine")
    np.testing.assert_allclose(poles.distances, np.pi * 6371.0088, rtol=1e-12)


@pytest.mark.parametrize(
    ("X", "metric", "error", "sentence"),
    [
        ([[10.0, 95.0], [11.0, 361.0]], "haversine", DataError, "longitude 361.0 in row 1"),
        ([[10.0, 5.0], [100.0, 5.0]], "haversine", DataError, "row 1. Swapped, all rows are valid"),
        ([[10.0], [11.0]], "haversine", DataError, "two columns"),
        ([[1.0, 2.0], [0.0, 0.0]], "cosine", DataError, "row of zeros .* got one in row 1"),
        ([[1.0], [2.0]], "hamming", ParameterError, "metric must be one of 'euclidean'"),
    ],
)
def test_rows_that_a_metric_cannot_take_are_refused(X, metric, error, sentence):
    with pytest.raises(error, match=sentence):
        kneighbors(X, n_neighbors=1, metric=metric)


def test_threads_do_not_change_a_bit():
    X = np.random.default_rng(2).normal(size=(1500, 9))
    one = kneighbors(X, n_neighbors=7, n_jobs=1)
    for n_jobs in (2, 7):
        other = kneighbors(X, n_neighbors=7, n_jobs=n_jobs)
        np.testing.assert_array_equal(one.indices, other.indices)
        np.testing.assert_array_equal(one.distances, other.distances)


def test_layouts_types_and_the_input_itself():
    X = np.random.default_rng(3).integers(-50, 50, size=(120, 4))
    expected = kneighbors(X.astype(np.float64))
    for other in (X, X.tolist(), np.asfortranarray(X, dtype=np.float64), X[:, ::-1][:, ::-1]):
        np.testing.assert_array_equal(kneighbors(other).indices, expected.indices)
    kept = X.copy()
    kneighbors(X)
    np.testing.assert_array_equal(X, kept)


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 90), st.integers(1, 6)),
        elements=st.integers(-40, 40).map(float),
    ),
    st.data(),
)
def test_any_small_table_of_whole_numbers(X, data):
    n_neighbors = data.draw(st.integers(1, len(X) - 1))
    found = kneighbors(X, n_neighbors=n_neighbors)
    distances, indices = brute_force(X, X, n_neighbors, leave_out_self=True)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_array_equal(found.distances, distances)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2.0**-40, 2.0**40]), st.integers(-64, 64))
def test_power_of_two_scale_and_whole_shift_keep_neighbors(seed, scale, shift):
    X = np.random.default_rng(seed).integers(-100, 100, size=(80, 3)).astype(np.float64)
    moved = kneighbors((X + shift) * scale, n_neighbors=6)
    plain = kneighbors(X, n_neighbors=6)
    np.testing.assert_array_equal(moved.indices, plain.indices)
    np.testing.assert_array_equal(moved.distances, plain.distances * scale)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (([[0.0], [1.0]], None, 2), ParameterError, "at most the 1 rows"),
        (([[0.0], [1.0]], None, 0), ParameterError, "an integer of at least 1; got 0"),
        (([[0.0], [1.0]], None, 1.5), ParameterError, "got 1.5"),
        (([[0.0], [np.nan]], None, 1), DataError, "got .*nan.* in row 1, column 0"),
        (([0.0, 1.0], None, 1), DataError, r"shape \(2,\)"),
        (([["a"], ["b"]], None, 1), DataError, "a table of numbers"),
        (([[0.0], [1.0]], [[0.0, 1.0]], 1), DataError, "the 1 columns of X; got 2"),
    ],
)
def test_errors_name_the_value(arguments, error, sentence):
    X, queries, n_neighbors = arguments
    with pytest.raises(error, match=sentence):
        kneighbors(X, queries, n_neighbors=n_neighbors)


def test_a_callback_sees_progress_and_stops_the_search():
    X = np.random.default_rng(4).normal(size=(20_000, 24))

    def stop(fraction):
        assert 0 <= fraction <= 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _native.kneighbors(X, X, 15, True, 1, stop)
