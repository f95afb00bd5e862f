"""linkage and AgglomerativeClustering: SciPy's trees, scikit-learn's labels, weights, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform
from sklearn.cluster import AgglomerativeClustering as Reference
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import kneighbors_graph

from shoal import (
    AgglomerativeClustering,
    Cancelled,
    DataError,
    Event,
    KMeans,
    MemoryBudgetError,
    ParameterError,
    _native,
    linkage,
)
from shoal.connectivity import cut_tree
from shoal.connectivity.merging import LINKAGES

Rows = npt.NDArray[np.float64]


def random_rows(n: int, d: int, seed: int = 0) -> Rows:
    return np.random.default_rng(seed).normal(size=(n, d))


@pytest.mark.parametrize("method", LINKAGES)
@pytest.mark.parametrize("kind", ["random", "grid", "rounded", "equal"])
@pytest.mark.parametrize("n", [2, 3, 17, 250])
def test_the_tree_is_scipys_ties_included(method: str, kind: str, n: int) -> None:
    random = np.random.default_rng(n)
    X = {
        "random": random.normal(size=(n, 3)),
        "grid": random.integers(0, 4, (n, 2)).astype(float),
        "rounded": np.round(random.normal(size=(n, 3)), 1),
        "equal": np.ones((n, 2)),
    }[kind]
    wanted = hierarchy.linkage(X, method)
    pairs = pdist(X)
    for Z in (linkage(X, method), linkage(pairs, method),
              linkage(squareform(pairs), method, "precomputed")):  # fmt: skip
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], wanted[:, [0, 1, 3]])
        np.testing.assert_allclose(Z[:, 2], wanted[:, 2], rtol=1e-10, atol=1e-12)
    for k in {1, 2, min(5, n), n}:
        ours = cut_tree(wanted, n_clusters=k)
        assert len(set(ours.tolist())) == k


@pytest.mark.parametrize("method", LINKAGES)
def test_many_rows_take_other_ways_to_the_same_tree(method: str) -> None:
    X = random_rows(4200, 3)
    Z, wanted = linkage(X, method), hierarchy.linkage(X, method)
    np.testing.assert_array_equal(Z[:, [0, 1, 3]], wanted[:, [0, 1, 3]])
    np.testing.assert_allclose(Z[:, 2], wanted[:, 2], rtol=1e-10)
    if method in ("complete", "ward", "weighted"):
        np.testing.assert_array_equal(linkage(X, method, n_jobs=1), linkage(X, method, n_jobs=3))


@pytest.mark.parametrize("method", ["complete", "average", "ward"])
def test_many_tied_rows_are_joined_in_a_valid_order(method: str) -> None:
    X = np.random.default_rng(0).integers(0, 12, (4300, 2)).astype(float)
    Z = linkage(X, method)
    distinct = len(np.unique(X, axis=0))
    assert (np.diff(Z[:, 2]) >= -1e-9).all()
    assert np.count_nonzero(Z[:, 2] < 1e-9) == len(X) - distinct
    labels = cut_tree(Z, height=0.5)
    assert len(set(labels.tolist())) == distinct


@pytest.mark.parametrize("method", ["ward", "centroid", "median"])
@pytest.mark.parametrize("weighted", [False, True])
def test_centres_give_the_tree_of_the_matrix(method: str, weighted: bool) -> None:
    X = random_rows(900, 5)
    weights = np.random.default_rng(1).integers(1, 9, 900).astype(float) if weighted else None
    number = LINKAGES.index(method)
    wanted = linkage(X, method, sample_weight=weights)
    for shift in (0.0, 1e6):
        Y = X + shift
        Z = _native.linkage_centers(Y - Y.mean(axis=0), number, weights, 2, None)
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], wanted[:, [0, 1, 3]])
        np.testing.assert_allclose(Z[:, 2], wanted[:, 2], rtol=1e-6 if shift else 1e-10)


@pytest.mark.parametrize("method", LINKAGES)
def test_a_weight_is_so_many_rows(method: str) -> None:
    X = random_rows(60, 2)
    weights = np.random.default_rng(2).integers(1, 4, 60)
    weighted = linkage(X, method, sample_weight=weights)
    repeated = linkage(np.repeat(X, weights, axis=0), method)
    np.testing.assert_allclose(
        np.sort(weighted[:, 2]), np.sort(repeated[:, 2])[-59:], rtol=1e-9
    )  # the rest are merges of equal rows


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "cosine"])
@pytest.mark.parametrize("method", ["ward", "complete", "average", "single"])
def test_labels_are_scikit_learns(metric: str, method: str) -> None:
    if method == "ward" and metric != "euclidean":
        pytest.skip("Ward's linkage is Euclidean")
    X = random_rows(200, 3)
    for k in (1, 2, 5, 17, 200):
        ours = AgglomerativeClustering(k, linkage=method, metric=metric).fit(X)
        theirs = Reference(k, linkage=method, metric=metric, compute_distances=True).fit(X)
        np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-10)
        np.testing.assert_array_equal(ours.predict(X), ours.labels_)
        if method == "single":
            assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1
        else:
            np.testing.assert_array_equal(ours.labels_, theirs.labels_)
            np.testing.assert_array_equal(ours.children_, theirs.children_)
    for height in (0.05, 0.8, 3.0):
        ours = AgglomerativeClustering(
            None, distance_threshold=height, linkage=method, metric=metric
        ).fit(X)
        theirs = Reference(None, distance_threshold=height, linkage=method, metric=metric).fit(X)
        assert ours.n_clusters_ == theirs.n_clusters_
        assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1


@pytest.mark.parametrize("method", ["ward", "complete", "average", "single"])
@pytest.mark.parametrize("neighbors", [1, 9])
def test_a_graph_allows_the_merges_scikit_learn_allows(method: str, neighbors: int) -> None:
    X = random_rows(150, 3)
    graph = kneighbors_graph(X, neighbors)
    for k in (2, 5, 120):
        found = []
        for cls in (AgglomerativeClustering, Reference):
            model = cls(k, linkage=method, connectivity=graph, compute_distances=True)
            if neighbors == 1:
                with pytest.warns(UserWarning, match="connected components"):
                    model.fit(X)
            else:
                model.fit(X)
            found.append(model)
        ours, theirs = found
        assert ours.n_connected_components_ == theirs.n_connected_components_
        n = len(theirs.distances_)
        np.testing.assert_allclose(ours.distances_[:n], theirs.distances_, rtol=1e-10)
        assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1
        if method != "single":
            np.testing.assert_array_equal(ours.labels_, theirs.labels_)


@settings(max_examples=40, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(2, 30), st.integers(1, 3)),
        # Eighths: a shift changes no distance, so that ties stay ties.
        elements=st.integers(-400, 400).map(lambda v: v / 8),
    ),
    method=st.sampled_from(LINKAGES),
)
def test_any_table(X: Rows, method: str) -> None:
    Z = linkage(X, method)
    np.testing.assert_allclose(
        Z[:, 2], hierarchy.linkage(pdist(X), method)[:, 2], rtol=1e-9, atol=1e-9
    )
    assert hierarchy.is_valid_linkage(Z)
    if method in ("single", "complete", "average"):
        np.testing.assert_allclose(linkage(X + 32.0, method)[:, 2], Z[:, 2], atol=1e-9)


def test_rows_of_no_weight_are_labelled_by_the_nearest() -> None:
    X = np.array([[0.0], [1.0], [9.0], [10.0], [9.4]])
    model = AgglomerativeClustering(2).fit(X, sample_weight=[1, 1, 1, 1, 0])
    assert model.n_leaves_ == 4
    assert model.labels_[4] == model.labels_[2]
    with pytest.raises(DataError, match=r"sample_weight must be above 0 .* row 4"):
        linkage(X, sample_weight=[1, 1, 1, 1, 0])


def test_a_matrix_and_a_function_predict_as_the_rows_do() -> None:
    X, new = random_rows(80, 2), random_rows(30, 2, seed=5)
    rows = AgglomerativeClustering(4, linkage="average").fit(X)
    square = squareform(pdist(X))
    to_rows = np.sqrt(((new[:, None] - X[None]) ** 2).sum(axis=-1))
    matrix = AgglomerativeClustering(4, linkage="average", metric="precomputed").fit(square)
    own = AgglomerativeClustering(
        4, linkage="average", metric=lambda x, y: float(np.sqrt(((x - y) ** 2).sum()))
    ).fit(X)
    np.testing.assert_array_equal(matrix.predict(to_rows), rows.predict(new))
    np.testing.assert_array_equal(own.predict(new), rows.predict(new))
    np.testing.assert_allclose(matrix.membership(to_rows), rows.membership(new))
    np.testing.assert_allclose(matrix.outlier_scores(to_rows), rows.outlier_scores(new))
    np.testing.assert_allclose(rows.membership(full=True).sum(axis=1), 1)


def test_the_centres_of_many_groups_stand_for_their_rows() -> None:
    X = np.concatenate([random_rows(3000, 2, seed=1), random_rows(3000, 2, seed=2) + 12])
    coarse = KMeans(50, random_state=0).fit(X)
    sizes = np.bincount(coarse.labels_)
    few = AgglomerativeClustering(2).fit(coarse.cluster_centers_, sample_weight=sizes)
    truth = np.repeat([0, 1], 3000)
    assert adjusted_rand_score(few.labels_[coarse.labels_], truth) == 1


def test_callback_sees_progress_and_can_stop() -> None:
    events: list[Event] = []
    linkage(random_rows(6000, 4), "ward", callback=events.append)
    assert all(0 <= event.done <= 1 for event in events if event.done is not None)

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        linkage(random_rows(5000, 4), "average", callback=stop)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"method": "mean"}, "linkage must be one of 'single'"),
        ({"metric": "jaccard"}, "metric must be one of 'euclidean'"),
        ({"metric": "manhattan"}, "metric must be 'euclidean' with linkage='ward'"),
        ({"method": "average", "metric": "precomputed"}, "X must be a square matrix of distances"),
        ({"sample_weight": [1.0]}, "sample_weight must have one number per row"),
    ],
)
def test_refusals(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises((ParameterError, DataError), match=sentence):
        linkage(random_rows(9, 2), **arguments)


def test_refusals_of_matrices() -> None:
    D = squareform(pdist(random_rows(5, 2)))
    D[1, 2] = -1
    with pytest.raises(DataError, match=r"not negative; got -1.0 in row 1, column 2"):
        linkage(D, "average", "precomputed")
    D[1, 2] = 7
    with pytest.raises(DataError, match="must be symmetric"):
        linkage(D, "average", "precomputed")
    with pytest.raises(DataError, match="one distance per pair"):
        linkage(np.ones(4), "average")
    with pytest.raises(DataError, match="finite and not negative; got nan at position 1"):
        linkage(np.array([1.0, np.nan, 2.0]), "average")
    with pytest.raises(MemoryBudgetError, match="the distances between clusters"):
        linkage(random_rows(3000, 2), "average", memory_limit="20MB")


def test_refusals_of_cuts() -> None:
    X = random_rows(6, 2)
    with pytest.raises(ParameterError, match="Exactly one of n_clusters and distance_threshold"):
        AgglomerativeClustering(2, distance_threshold=1.0).fit(X)
    with pytest.raises(ParameterError, match="n_clusters=7 exceeds the 6 rows"):
        AgglomerativeClustering(7).fit(X)
    with pytest.raises(ParameterError, match="distance_threshold must be a number >= 0"):
        AgglomerativeClustering(None, distance_threshold=-1.0).fit(X)
    with pytest.raises(DataError, match="connectivity must have one row"):
        AgglomerativeClustering(2, connectivity=np.ones((3, 3))).fit(X)
    with pytest.raises(DataError, match="no row of zeros"):
        AgglomerativeClustering(2, linkage="average", metric="cosine").fit(np.zeros((3, 2)))
