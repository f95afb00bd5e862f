"""HDBSCAN equals scikit-learn's selection on the same tree, and keeps what its page promises."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster
from scipy.spatial.distance import cdist
from sklearn.cluster import HDBSCAN as PEER
from sklearn.cluster._hdbscan._linkage import HIERARCHY_dtype
from sklearn.cluster._hdbscan._tree import labelling_at_cut, tree_to_labels
from sklearn.metrics import adjusted_rand_score

from shoal import HDBSCAN, _native, hdbscan
from shoal.connectivity import spanning_tree
from shoal.errors import DataError, ParameterError

SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")


def blobs(n=400, d=2, k=4, seed=0, noise=0.15):
    rng = np.random.default_rng(seed)
    centers = rng.uniform(-10, 10, size=(k, d))
    X = centers[rng.integers(k, size=n)] + rng.normal(size=(n, d)) * rng.uniform(0.2, 1.0, (n, 1))
    strays = rng.random(n) < noise
    X[strays] = rng.uniform(-15, 15, size=(int(strays.sum()), d))
    return X


def numbered_by_first_row(labels):
    kept = labels >= 0
    _, first, inverse = np.unique(labels[kept], return_index=True, return_inverse=True)
    out = np.full(labels.size, -1)
    out[kept] = np.argsort(np.argsort(first))[inverse]
    return out


def as_scikit_learn(Z):
    tree = np.zeros(len(Z), dtype=HIERARCHY_dtype)
    tree["left_node"], tree["right_node"] = Z[:, 0], Z[:, 1]
    tree["value"], tree["cluster_size"] = Z[:, 2], Z[:, 3]
    return tree


def selected_by_scikit_learn(Z, least, method="eom", single=False, epsilon=0.0, most=None):
    labels, strengths = tree_to_labels(as_scikit_learn(Z), least, method, single, epsilon, most)
    return numbered_by_first_row(labels), strengths


def glosh(condensed, n):
    """1 - lambda of a row over the largest lambda below the cluster that it leaves."""
    deepest = {}
    for entry in condensed[::-1]:  # children have higher numbers than their parents
        last = max(entry["lambda_val"], deepest.get(entry["child"], 0.0))
        deepest[entry["parent"]] = max(deepest.get(entry["parent"], 0.0), last)
    scores = np.zeros(n)
    for entry in condensed:
        if entry["child"] < n and np.isfinite(entry["lambda_val"]):
            most = deepest[entry["parent"]]
            scores[entry["child"]] = 1.0 if np.isinf(most) else 1 - entry["lambda_val"] / most
    return scores


SETTINGS = [
    {},
    {"cluster_selection_method": "leaf"},
    {"allow_single_cluster": True},
    {"cluster_selection_epsilon": 0.7},
    {"cluster_selection_epsilon": 1.5, "allow_single_cluster": True},
    {"cluster_selection_epsilon": 0.9, "cluster_selection_method": "leaf"},
    {"max_cluster_size": 60},
]


def check_selection(model):
    labels, strengths = selected_by_scikit_learn(
        model.single_linkage_tree_,
        model.min_cluster_size,
        model.cluster_selection_method,
        model.allow_single_cluster,
        model.cluster_selection_epsilon,
        model.max_cluster_size,
    )
    np.testing.assert_array_equal(numbered_by_first_row(model.labels_), labels)
    np.testing.assert_allclose(model.probabilities_, strengths, atol=1e-12)


# scikit-learn cannot merge below a distance under NumPy 2.4.
@pytest.mark.parametrize("parameters", [s for s in SETTINGS if not any("eps" in k for k in s)])
@pytest.mark.parametrize("seed", range(6))
def test_selection_is_that_of_scikit_learn_on_the_same_tree(parameters, seed):
    X = blobs(seed=seed, d=1 + seed % 3)
    for least in (2, 5, 20):
        model = HDBSCAN(least, min_samples=4, **parameters).fit(X)
        check_selection(model)
        np.testing.assert_allclose(
            model.outlier_scores_, glosh(model.condensed_tree_, len(X)), atol=1e-12
        )


@pytest.mark.parametrize("method", ["eom", "leaf"])
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_groups_are_not_split_below_epsilon(method, single, seed):
    parameters = {"cluster_selection_method": method, "allow_single_cluster": single}
    plain = HDBSCAN(5, min_samples=4, **parameters).fit(blobs(seed=seed))
    for epsilon in (0.4, 0.8, 1.5):
        merged = plain.recut(cluster_selection_epsilon=epsilon)
        births, parents = merged.cluster_births_, merged.cluster_parents_
        chosen = merged.cluster_labels_ != np.where(
            parents >= 0, merged.cluster_labels_[np.maximum(parents, 0)], -1
        )
        for c in np.flatnonzero(chosen & (merged.cluster_labels_ >= 0)):
            assert c == 0 or parents[c] == 0 or 1 / births[c] >= epsilon
        for label in range(plain.labels_.max() + 1):
            inside = merged.labels_[plain.labels_ == label]
            # Where all is one group, rows that leave before epsilon are noise.
            assert len(set(inside[inside >= 0].tolist())) <= 1


@pytest.mark.parametrize("d", [1, 2, 3, 8, 20])
@pytest.mark.parametrize("samples", [1, 2, 5, 30])
def test_heights_are_those_of_scikit_learn(d, samples):
    X = blobs(d=d, seed=d)
    heights = HDBSCAN(min_samples=samples).fit(X).single_linkage_tree_[:, 2]
    peer = PEER(min_samples=samples, algorithm="brute", copy=True).fit(X)
    np.testing.assert_allclose(
        heights, np.sort(peer._single_linkage_tree_["value"]), rtol=1e-9, atol=1e-6
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_partition_is_that_of_scikit_learn(seed):
    X = blobs(n=1500, seed=seed)
    ours = HDBSCAN(15, min_samples=5).fit(X)
    peer = PEER(min_cluster_size=15, min_samples=5, copy=True).fit(X)
    # Rows that tie two groups may go with either.
    assert adjusted_rand_score(ours.labels_, peer.labels_) > 0.99


def data_sets():
    folder = SHARED / "clustering-data-v1"
    return sorted(folder.glob("*/*.data.gz")) if folder.is_dir() else []


@pytest.mark.skipif(not data_sets(), reason="the shared data are not here; set SHOAL_TEST_DATA")
def test_selection_on_all_data_sets():
    for path in data_sets():
        X = np.loadtxt(path, ndmin=2)
        if len(X) > 20_000:
            continue
        model = HDBSCAN(10, min_samples=5).fit(X)
        check_selection(model)
        for parameters in SETTINGS[1:3]:
            check_selection(model.recut(**parameters))
        np.testing.assert_array_equal(model.predict(X), model.labels_)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "cosine"])
def test_metrics_equal_their_matrix_and_their_function(metric):
    X = blobs(n=120, d=3, seed=1)
    spelled = {"manhattan": "cityblock"}.get(metric, metric)
    D = cdist(X, X, spelled)
    D = (D + D.T) / 2
    np.fill_diagonal(D, 0)
    by_name = HDBSCAN(6, metric=metric, alpha=1.3).fit(X)
    by_matrix = HDBSCAN(6, metric="precomputed", alpha=1.3).fit(D)
    np.testing.assert_allclose(
        by_name.single_linkage_tree_[:, 2], by_matrix.single_linkage_tree_[:, 2], atol=1e-9
    )
    np.testing.assert_array_equal(by_name.labels_, by_matrix.labels_)
    np.testing.assert_array_equal(by_matrix.predict(D), by_matrix.labels_)
    if metric == "manhattan":
        by_function = HDBSCAN(6, metric=lambda x, y: float(np.abs(x - y).sum()), alpha=1.3).fit(X)
        np.testing.assert_array_equal(by_function.labels_, by_name.labels_)
        np.testing.assert_array_equal(by_function.predict(X), by_name.labels_)


def test_haversine_works_in_kilometres():
    rng = np.random.default_rng(3)
    towns = np.array([[48.1, 11.6], [52.5, 13.4], [-33.9, 18.4], [64.1, -21.9]])
    X = towns[rng.integers(4, size=200)] + rng.normal(size=(200, 2)) * 0.05
    model = HDBSCAN(20, metric="haversine").fit(X)
    assert model.labels_.max() == 3
    assert 400 < model.single_linkage_tree_[-3, 2] < 600  # Munich to Berlin
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    with pytest.raises(DataError, match=r"in row 2\. Swapped, all rows are valid"):
        HDBSCAN(metric="haversine").fit([[48.1, 11.6], [52.5, 13.4], [139.7, 35.7]])
    with pytest.raises(ParameterError, match="alpha must be 1"):
        HDBSCAN(metric="haversine", alpha=2.0).fit(X)


@pytest.mark.parametrize("seed", range(3))
def test_a_recut_is_a_fit(seed):
    X = blobs(seed=seed)
    model = HDBSCAN(5, min_samples=4).fit(X)
    for least in (2, 8, 40):
        for parameters in SETTINGS:
            again = model.recut(min_cluster_size=least, **parameters)
            fresh = HDBSCAN(least, min_samples=4, **parameters).fit(X)
            for name in ("labels_", "probabilities_", "outlier_scores_", "condensed_tree_"):
                np.testing.assert_array_equal(getattr(again, name), getattr(fresh, name))


@pytest.mark.parametrize("cut", [0.05, 0.3, 1.0, 5.0])
def test_flat_clusters_at_a_distance_are_those_of_scikit_learn(cut):
    X = blobs(seed=9)
    model = HDBSCAN(5, min_samples=4).fit(X)
    Z = model.single_linkage_tree_
    for least in (1, 5, 30):
        found = model.dbscan_clustering(cut, least)
        wanted = labelling_at_cut(as_scikit_learn(Z), cut, least)
        np.testing.assert_array_equal(found, numbered_by_first_row(wanted))
    flat = fcluster(Z, cut, "distance")
    assert adjusted_rand_score(model.dbscan_clustering(cut, 1), flat) == 1.0


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(1, 6), st.integers(2, 12))
def test_equal_rows_share_a_label_and_training_rows_find_themselves(seed, least, samples, side):
    rng = np.random.default_rng(seed)
    X = rng.integers(side, size=(80, 2)).astype(float)
    model = HDBSCAN(least, min_samples=samples).fit(X)
    _, group = np.unique(X, axis=0, return_inverse=True)
    for g in range(group.max() + 1):
        assert len(set(model.labels_[group.ravel() == g].tolist())) == 1
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    np.testing.assert_allclose(model.membership(X), model.probabilities_, atol=1e-9)
    np.testing.assert_allclose(model.outlier_scores(X), model.outlier_scores_, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_order_and_place_of_the_rows_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    X = np.round(blobs(n=150, seed=seed) * 1024) / 1024
    plain = HDBSCAN(6, min_samples=3).fit(X)
    moved = HDBSCAN(6, min_samples=3).fit(X + 64.0)
    np.testing.assert_array_equal(plain.labels_, moved.labels_)
    order = rng.permutation(len(X))
    mixed = HDBSCAN(6, min_samples=3).fit(X[order])
    heights = plain.single_linkage_tree_[:, 2]
    np.testing.assert_array_equal(heights, mixed.single_linkage_tree_[:, 2])


def test_weights_are_repetitions_also_of_heavy_rows():
    X = blobs(n=60, seed=4)
    weights = np.random.default_rng(0).integers(0, 9, size=60)
    model = HDBSCAN(6, min_samples=4).fit(X, sample_weight=weights)
    long = HDBSCAN(6, min_samples=4).fit(np.repeat(X, weights, axis=0))
    for name in ("labels_", "probabilities_", "outlier_scores_"):
        repeated = np.repeat(getattr(model, name), weights)
        np.testing.assert_allclose(repeated, getattr(long, name), atol=1e-12)
    again = model.recut(min_cluster_size=12)
    fresh = HDBSCAN(12, min_samples=4).fit(X, sample_weight=weights)
    np.testing.assert_array_equal(again.labels_, fresh.labels_)


def test_shares_of_all_groups():
    X = blobs(seed=2)
    model = HDBSCAN(10, min_samples=4).fit(X)
    shares = model.membership(full=True)
    assert shares.shape == (len(X), model.labels_.max() + 1)
    assert shares.min() >= 0
    assert shares.sum(axis=1).max() <= 1 + 1e-12
    kept = model.labels_ >= 0
    own = shares[kept, model.labels_[kept]]
    np.testing.assert_array_equal(own, shares[kept].max(axis=1))
    np.testing.assert_allclose(shares[kept].sum(axis=1), model.probabilities_[kept], atol=1e-12)
    assert (shares[~kept].sum(axis=1) > 0).all()
    np.testing.assert_allclose(model.membership(X, full=True), shares, atol=1e-9)


def test_centres_are_those_of_scikit_learn():
    X = np.concatenate([blobs(seed=5, k=2, noise=0.0)])
    ours = HDBSCAN(20, store_centers="both").fit(X)
    peer = PEER(min_cluster_size=20, store_centers="both", copy=True).fit(X)
    assert adjusted_rand_score(ours.labels_, peer.labels_) == 1.0
    for name in ("centroids_", "medoids_"):
        left, right = getattr(ours, name), getattr(peer, name)
        gaps = cdist(left, right).min(axis=1)
        np.testing.assert_allclose(gaps, 0, atol=1e-9)


def test_a_chain_of_a_million_merges():
    n = 1_000_001
    rows = np.arange(n, dtype=np.int32)
    left, right, heights, sizes = _native.merge_tree(
        n, rows[:-1], rows[1:], np.arange(1.0, float(n))
    )
    assert sizes[-1] == n
    shape, clusters = _native.dense_clusters(
        left, right, heights, sizes, None, None, 5, False, 0.0, None, False
    )
    assert shape[2].size == 1  # rows fall off one by one: no split
    assert (clusters[0] == -1).all()
    np.testing.assert_allclose(shape[1][-1], 1 / heights[-1])


def test_a_comb_of_clusters_inside_clusters():
    # Groups of five, each joined to all before it: a chain of splits.
    groups = 20_000
    heights = np.concatenate([np.full(4 * groups, 0.5), np.arange(1.0, float(groups))])
    rows = np.arange(5 * groups).reshape(-1, 5)
    a = np.concatenate([rows[:, :4].ravel(), rows[:-1, 0]])
    b = np.concatenate([rows[:, 1:].ravel(), rows[1:, 0]])
    tree = _native.merge_tree(5 * groups, a.astype(np.int32), b.astype(np.int32), heights)
    shape, clusters = _native.dense_clusters(*tree, None, None, 5, True, 0.0, None, False)
    assert shape[2].size == 2 * groups - 1
    np.testing.assert_array_equal(clusters[0], np.repeat(np.arange(groups), 5))


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"min_cluster_size": 1}, "min_cluster_size must be an integer of at least 2; got 1"),
        ({"min_samples": 0}, "min_samples must be an integer of at least 1; got 0"),
        ({"min_samples": 31}, "min_samples must be at most the 30 rows; got 31"),
        ({"cluster_selection_epsilon": -1.0}, "cluster_selection_epsilon must be a number >= 0"),
        ({"alpha": 0.0}, "alpha must be a number > 0; got 0.0"),
        ({"metric": "hamming"}, "metric must be one of .* a function of two rows; got 'hamming'"),
        ({"cluster_selection_method": "dbscan"}, "cluster_selection_method must be one of"),
        ({"max_cluster_size": 0}, "max_cluster_size must be an integer of at least 1"),
        ({"allow_single_cluster": "yes"}, "allow_single_cluster must be True or False"),
        ({"store_centers": "mode"}, "store_centers must be one of"),
        ({"metric": "precomputed"}, "square matrix"),
    ],
)
def test_errors_name_the_value(parameters, sentence):
    with pytest.raises(ValueError, match=sentence):
        HDBSCAN(**parameters).fit(np.arange(60.0).reshape(30, 2))


def test_matrices_that_are_none_are_refused():
    D = np.abs(np.subtract.outer(np.arange(9.0), np.arange(9.0)))
    for entry, value, sentence in (((2, 3), -1.0, "not negative"), ((2, 3), 5.0, "symmetric")):
        wrong = D.copy()
        wrong[entry] = value
        with pytest.raises(DataError, match=sentence):
            HDBSCAN(metric="precomputed").fit(wrong)
    with pytest.raises(ParameterError, match="sample_weight must be numbers > 0"):
        hdbscan(D, metric="precomputed", sample_weight=[0.0, *[1.0] * 8])


def test_a_callback_sees_progress_and_stops():
    seen = []
    HDBSCAN(callback=seen.append).fit(blobs(n=30_000))
    assert all(0 <= event.done <= event.total for event in seen)

    def stop(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        HDBSCAN(callback=stop).fit(blobs(n=200_000, d=3))


def test_spanning_tree_of_the_library():
    X = blobs(n=300, d=3)
    tree = spanning_tree(X)
    D = cdist(X, X)
    np.testing.assert_allclose(D[tree.edges[:, 0], tree.edges[:, 1]], tree.weights, rtol=1e-12)
    by_matrix = spanning_tree(D, metric="precomputed")
    np.testing.assert_array_equal(tree.edges, by_matrix.edges)
    with pytest.raises(ParameterError, match="min_samples must be at most the 300 rows"):
        spanning_tree(X, min_samples=301)
