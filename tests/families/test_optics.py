"""OPTICS: scikit-learn's walk and clusters, R's numbers, matrices, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import sklearn.cluster
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.datasets import make_blobs

from shoal import OPTICS, Cancelled, DataError, Event, ParameterError, model_file, workflow
from shoal.density import optics
from shoal.density.optics_rows import cut_by_radius, cut_by_xi
from tests.families.density_reference import SHARED, benchmark_tables


def rows(n: int, d: int, seed: int) -> npt.NDArray[np.float64]:
    X: npt.NDArray[np.float64] = make_blobs(
        n, d, centers=5, cluster_std=[0.3, 0.6, 1.0, 1.5, 2.0], random_state=seed
    )[0]
    return X


def assert_as_theirs(X: npt.NDArray[Any], **parameters: Any) -> OPTICS:
    """Compare everything on rows without ties."""
    theirs = sklearn.cluster.OPTICS(**parameters).fit(X)
    ours = OPTICS(**parameters).fit(X)
    np.testing.assert_array_equal(ours.ordering_, theirs.ordering_)
    np.testing.assert_allclose(ours.core_distances_, theirs.core_distances_, rtol=1e-12)
    np.testing.assert_allclose(ours.reachability_, theirs.reachability_, rtol=1e-12)
    np.testing.assert_array_equal(ours.predecessor_, theirs.predecessor_)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    if ours.cluster_method == "xi":
        found = np.array(theirs.cluster_hierarchy_).reshape(-1, 2)
        np.testing.assert_array_equal(ours.cluster_hierarchy_, found)
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)
    return ours


@pytest.mark.parametrize("d", [1, 2, 3, 6, 20])
@pytest.mark.parametrize("max_eps", [np.inf, 2.5])
def test_scikit_learns_walk(d: int, max_eps: float) -> None:
    # Their search without a tree is not exact.
    tree = {"algorithm": "kd_tree"}
    for seed in range(3):
        X = rows(260, d, seed)
        assert_as_theirs(X, max_eps=max_eps * d**0.5, min_samples=4 + seed, **tree)
        assert_as_theirs(X, max_eps=max_eps * d**0.5, cluster_method="dbscan", eps=1.1, **tree)
    assert_as_theirs(X, min_samples=0.05, min_cluster_size=0.1, xi=0.1, **tree)
    assert_as_theirs(X, metric="manhattan", predecessor_correction=False, **tree)
    assert_as_theirs(X, metric="chebyshev", xi=0.01, min_cluster_size=3, **tree)


def test_scikit_learns_reachabilities_on_the_benchmark_suite() -> None:
    for name, X in benchmark_tables(1100, 12):
        theirs = sklearn.cluster.OPTICS(min_samples=6).fit(X)
        ours = OPTICS(min_samples=6).fit(X)
        np.testing.assert_allclose(ours.core_distances_, theirs.core_distances_, rtol=1e-12)
        # Where ties make the ways part, what is passed on them is the same.
        np.testing.assert_allclose(
            np.sort(ours.reachability_), np.sort(theirs.reachability_), rtol=1e-9, err_msg=name
        )


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 60), xi=st.sampled_from([0.0, 0.05, 0.3, 0.7]))
def test_clusters_of_any_plot(seed: int, n: int, xi: float) -> None:
    random = np.random.default_rng(seed)
    reach = random.choice([0.0, 0.5, 1.0, 1.1, 2.0, 4.0, np.inf], n) * random.choice([1, 1, 1.3], n)
    ordering = random.permutation(n)
    reach[ordering[0]] = np.inf
    predecessor = np.full(n, -1)
    for place in range(1, n):
        if np.isfinite(reach[ordering[place]]):
            predecessor[ordering[place]] = ordering[random.integers(place)]
    least, size = int(random.integers(2, 5)), int(random.integers(2, 6))
    correct = bool(random.integers(2))
    labels, found = cut_by_xi(reach, predecessor, ordering, xi, least, size, correct)
    if min(least, size) > n or max(least, size) > n:
        return
    with np.errstate(divide="ignore"):
        their_labels, theirs = sklearn.cluster.cluster_optics_xi(
            reachability=reach, predecessor=predecessor, ordering=ordering, min_samples=least,
            min_cluster_size=size, xi=xi, predecessor_correction=correct,
        )  # fmt: skip
    np.testing.assert_array_equal(found, np.array(theirs, dtype=int).reshape(-1, 2))
    np.testing.assert_array_equal(labels, their_labels)


def test_the_numbers_of_r() -> None:
    path = SHARED / "reference" / "r_reference.json"
    if not path.is_file():
        pytest.skip("the shared data are not here; set SHOAL_TEST_DATA to their folder")
    by_name = json.loads(path.read_text()).get("optics", {})
    assert by_name
    for name, wanted in by_name.items():
        table = np.genfromtxt(SHARED / "classic" / f"{name}.csv", delimiter=",", skip_header=1)
        X = table[:, ~np.isnan(table).any(axis=0)]
        found = OPTICS(min_samples=wanted["minPts"]).fit(X)
        np.testing.assert_allclose(found.core_distances_, wanted["coredist"], rtol=1e-9)
        # Ties make the ways part; they are about equally hard.
        theirs = sum(v for v in wanted["reachdist"] if v is not None)
        ours = found.reachability_[np.isfinite(found.reachability_)].sum()
        assert ours == pytest.approx(theirs, rel=0.02)


def test_distances_that_are_given() -> None:
    X = rows(150, 3, 0)
    D = cdist(X, X)
    by_rows = OPTICS(min_samples=5, max_eps=3.0).fit(X)
    by_matrix = assert_as_theirs(D, min_samples=5, max_eps=3.0, metric="precomputed")
    own = OPTICS(min_samples=5, max_eps=3.0, metric=lambda x, y: float(np.linalg.norm(x - y)))
    by_function = own.fit(X)
    for other in (by_matrix, by_function):
        np.testing.assert_array_equal(other.ordering_, by_rows.ordering_)
        np.testing.assert_array_equal(other.labels_, by_rows.labels_)
    np.testing.assert_allclose(by_matrix.outlier_scores(D), by_rows.outlier_scores(X), atol=1e-9)
    np.testing.assert_array_equal(by_function.predict(X[:20]), by_rows.labels_[:20])
    cosine = OPTICS(min_samples=5, metric="cosine").fit(X)
    theirs = OPTICS(min_samples=5, metric="precomputed").fit(cdist(X, X, "cosine").round(15))
    np.testing.assert_allclose(cosine.reachability_, theirs.reachability_, atol=1e-12)


def test_a_cut_is_close_to_dbscan() -> None:
    X = rows(400, 2, 3)
    model = OPTICS(min_samples=6).fit(X)
    for eps in (0.3, 0.6, 1.2):
        labels = model.cut(eps)
        dbscan = sklearn.cluster.DBSCAN(eps=eps, min_samples=6).fit(X)
        core = dbscan.core_sample_indices_
        pairs = np.unique(np.stack([labels[core], dbscan.labels_[core]]), axis=1)
        assert pairs.shape[1] == dbscan.labels_.max() + 1
        assert ((labels >= 0) <= (dbscan.labels_ >= 0)).all()
    np.testing.assert_array_equal(
        model.cut(0.6),
        cut_by_radius(model.reachability_, model.core_distances_, model.ordering_, 0.6),
    )


def test_repeated_rows_and_too_many_neighbours() -> None:
    model = OPTICS(min_samples=3).fit(np.ones((20, 2)))
    assert model.ordering_.tolist() == list(range(20))
    assert (model.reachability_[1:] == 0).all()
    few = OPTICS(min_samples=9).fit(rows(5, 2, 0))
    assert few.labels_.tolist() == [-1] * 5
    assert few.outlier_scores_.tolist() == [1.0] * 5
    with pytest.warns(UserWarning, match="No row reaches another"):
        lonely = OPTICS(min_samples=2, max_eps=1e-9).fit(rows(30, 2, 0))
    assert set(lonely.labels_) == {-1}


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"min_samples": 1}, "min_samples must be an integer of at least 2; got 1. A share"),
        ({"min_samples": -0.5}, "min_samples must be a number >= 0; got -0.5"),
        ({"min_cluster_size": 1}, "min_cluster_size must be an integer of at least 2; got 1"),
        ({"max_eps": -1}, "max_eps must be a number >= 0; got -1"),
        ({"max_eps": 1.0, "eps": 2.0}, "eps must be at most max_eps=1.0; got 2.0"),
        ({"xi": 1.0}, "xi must be a number from 0 to 1, below 1; got 1.0"),
        ({"cluster_method": "eom"}, "cluster_method must be one of 'xi', 'dbscan'"),
        ({"metric": "braycurtis"}, "metric must be one of 'euclidean'"),
        ({"metric_params": {"V": 1}}, "metric_params must be None"),
    ],
)
def test_refused_parameters(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        OPTICS(**parameters).fit(rows(30, 2, 0))


def test_refused_matrices() -> None:
    D = cdist(rows(9, 2, 0), rows(9, 2, 0))
    with pytest.raises(DataError, match="square"):
        OPTICS(metric="precomputed").fit(D[:, :4])
    D[1, 2] = 99.0
    with pytest.raises(DataError, match=r"symmetric; got 99\.0 in row 1, column 2"):
        OPTICS(metric="precomputed").fit(D)


def test_it_can_be_stopped() -> None:
    def stop(_: Event) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        optics(rows(60_000, 5, 0), callback=stop)


def test_a_model_file_labels_as_the_model(tmp_path: Path) -> None:
    job = workflow.cluster("sample:iris", algorithm="optics", min_cluster_size=10)
    header = model_file.header_for(job)
    path = model_file.save(tmp_path / "model.shoal", job.model, job.preparation, header)
    loaded = model_file.load(path).model
    X = np.random.default_rng(0).normal(size=(50, 4))
    np.testing.assert_array_equal(loaded.predict(X), job.model.predict(X))
    np.testing.assert_array_equal(loaded.membership(X), job.model.membership(X))
