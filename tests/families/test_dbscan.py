"""DBSCAN: scikit-learn's labels, brute force on any table, metrics, matrices, refusals."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import sklearn.cluster
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.datasets import make_blobs, make_moons
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import radius_neighbors_graph

from shoal import DBSCAN, Cancelled, DataError, Event, ParameterError, _native, model_file, workflow
from shoal.density import dbscan
from tests.families.density_reference import (
    SHARED,
    benchmark_tables,
    dbscan_by_hand,
    near_pairs,
)

HERE = Path(__file__).parent
METRICS = ("euclidean", "manhattan", "chebyshev")
WIDTHS = (1, 2, 3, 4, 7, 9, 17, 40)  # grid, boxes by keys, boxes screened


def assert_as_theirs(
    X: npt.NDArray[Any], eps: float, least: int, weights: Any = None, **kind: Any
) -> DBSCAN:
    theirs = sklearn.cluster.DBSCAN(eps=eps, min_samples=least, **kind).fit(
        X, sample_weight=weights
    )
    ours = DBSCAN(eps=eps, min_samples=least, **kind).fit(X, sample_weight=weights)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(ours.core_sample_indices_, theirs.core_sample_indices_)
    return ours


@pytest.mark.parametrize("least", [2, 5, 12])
def test_scikit_learns_labels_on_the_benchmark_suite(least: int) -> None:
    for _, X in benchmark_tables(10_500):
        spread = float(np.median(X.std(axis=0))) * X.shape[1] ** 0.5
        for share in (0.02, 0.05, 0.12, 0.3):
            if share > 0.1 and len(X) > 4000:
                continue  # their lists of neighbours would take minutes
            ours = assert_as_theirs(X, share * spread, least)
            np.testing.assert_array_equal(ours.predict(X), ours.labels_)


def test_scikit_learns_labels_with_weights_and_repeated_rows() -> None:
    random = np.random.default_rng(0)
    for _, X in benchmark_tables(2200):
        rows = np.concatenate([X, X[random.integers(len(X), size=len(X) // 2)]])
        spread = float(np.median(X.std(axis=0))) * X.shape[1] ** 0.5
        for share in (0.03, 0.1):
            weights = random.integers(0, 4, len(rows)).astype(float)
            assert_as_theirs(rows, share * spread, 6, weights)
            assert_as_theirs(rows.astype(np.float32), share * spread, 4)


@pytest.mark.parametrize("d", WIDTHS)
@pytest.mark.parametrize("metric", METRICS)
def test_any_metric_and_width_as_by_hand(d: int, metric: str) -> None:
    random = np.random.default_rng(d)
    for n in (1, 2, 63, 64, 65, 400):
        X = random.normal(size=(n, d)) * 2
        X[n // 2 :] = X[: n - n // 2].round(1)
        for offset in (0.0, 1e6):
            for eps in (0.2, 1.0, 0.7 * d, 50.0):
                weights = random.integers(0, 3, n).astype(float)
                weights[0] = 1
                for w in (None, weights):
                    labels, core = dbscan_by_hand(near_pairs(X + offset, eps, metric), 3, w)
                    found = dbscan(X + offset, eps, min_samples=3, metric=metric, sample_weight=w)
                    np.testing.assert_array_equal(found.labels, labels)
                    np.testing.assert_array_equal(found.core_sample_indices, np.flatnonzero(core))


@settings(max_examples=150, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 60), st.integers(1, 5)),
        elements=st.integers(-30, 30).map(lambda v: v / 4),
    ),
    eps=st.sampled_from([0.25, 0.5, 1.0, 1.25, 5.0]),  # hit exactly by many pairs
    least=st.integers(1, 8),
    metric=st.sampled_from(METRICS),
    single=st.booleans(),
)
def test_points_exactly_at_eps(
    X: npt.NDArray[np.float64], eps: float, least: int, metric: str, single: bool
) -> None:
    rows = X.astype(np.float32) if single else X
    labels, core = dbscan_by_hand(near_pairs(rows, eps, metric), least)
    model = DBSCAN(eps, min_samples=least, metric=metric).fit(rows)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_array_equal(model.core_sample_indices_, np.flatnonzero(core))
    np.testing.assert_array_equal(model.predict(rows), labels)
    scores, strength = model.outlier_scores_, model.membership()
    assert (scores[core] == 0).all()
    assert (scores[(labels >= 0) & ~core] <= 0.5).all()
    assert (scores[labels < 0] > 0.5).all()
    assert ((strength > 0) == (labels >= 0)).all()
    np.testing.assert_allclose(model.outlier_scores(rows), scores, atol=1e-9)


@pytest.mark.parametrize("eps", [1e-300, 1e-9, 1.0, 1e9, 1e300])
@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_any_radius(eps: float, d: int) -> None:
    random = np.random.default_rng(1)
    X = random.normal(size=(90, d))
    X[40] = 1e9
    X[50:60] = X[3]
    with np.errstate(over="ignore"):
        labels, _ = dbscan_by_hand(near_pairs(X, eps), 4)
    np.testing.assert_array_equal(dbscan(X, eps, min_samples=4).labels, labels)


def test_dense_cells_that_are_just_too_far_apart() -> None:
    random = np.random.default_rng(2)
    left = random.uniform(0, 0.7, size=(3000, 2))
    for gap in (0.999, 1.0, 1.001):
        right = random.uniform(0, 0.7, size=(3000, 2))
        right[:, 0] += left[:, 0].max() - right[:, 0].min() + gap
        X = np.concatenate([left, right])
        assert_as_theirs(X, 1.0, 5)


def test_a_border_row_of_two_clusters_is_in_the_first() -> None:
    X = np.array([[0.0], [0.25], [0.5], [1.5], [2.5], [2.75], [3.0]])
    model = assert_as_theirs(X, 1.0, 4)
    assert model.labels_.tolist() == [0, 0, 0, 0, 1, 1, 1]
    model = assert_as_theirs(X[::-1].copy(), 1.0, 4)
    assert model.labels_.tolist() == [0, 0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(model.predict(X[::-1]), model.labels_)


def test_cosine_and_distances_that_are_given() -> None:
    X = make_blobs(400, 5, centers=4, random_state=0)[0]
    model = assert_as_theirs(X, 0.01, 5, metric="cosine")
    np.testing.assert_array_equal(model.predict(3 * X), model.labels_)
    D = cdist(X, X)
    by_rows = DBSCAN(1.5, min_samples=4).fit(X)
    by_matrix = assert_as_theirs(D, 1.5, 4, metric="precomputed")
    graph = radius_neighbors_graph(X, 2.0, mode="distance", include_self=False)
    by_graph = DBSCAN(1.5, min_samples=4, metric="precomputed").fit(graph)
    by_function = DBSCAN(1.5, min_samples=4, metric=lambda x, y: float(np.linalg.norm(x - y)))
    by_function.fit(X)
    for other, new in ((by_matrix, D), (by_graph, graph), (by_function, X)):
        np.testing.assert_array_equal(other.labels_, by_rows.labels_)
        np.testing.assert_array_equal(other.core_sample_indices_, by_rows.core_sample_indices_)
        np.testing.assert_array_equal(other.predict(new), by_rows.labels_)
    np.testing.assert_allclose(by_matrix.outlier_scores_, by_rows.outlier_scores_, atol=1e-12)
    np.testing.assert_allclose(by_matrix.outlier_scores(D), by_rows.outlier_scores_, atol=1e-12)


def test_kilometres_between_places() -> None:
    random = np.random.default_rng(0)
    places = np.concatenate(
        [random.normal([48.85, 2.35], 0.1, (60, 2)), random.normal([-17.7, 179.99], 0.1, (60, 2))]
    )
    places[places[:, 1] > 180, 1] -= 360
    radians = pairwise_distances(np.radians(places), metric="haversine")
    theirs = sklearn.cluster.DBSCAN(eps=8 / 6371.0088, min_samples=5, metric="precomputed").fit(
        radians
    )
    ours = DBSCAN(eps=8.0, min_samples=5, metric="haversine").fit(places)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.predict([[48.85, 2.35], [0.0, 0.0]]).tolist() == [0, -1]
    far = ours.outlier_scores([[48.85, 2.35], [-48.85, -177.65]])
    assert far[0] < 0.5
    assert far[1] > 0.99
    with pytest.raises(DataError, match="row 0"):
        DBSCAN(eps=8.0, metric="haversine").fit(places[60:, ::-1])


def test_the_knee_of_the_k_distances() -> None:
    X, _ = make_moons(800, noise=0.04, random_state=1)
    noise = np.random.default_rng(0).uniform(-1.5, 2.5, size=(60, 2))
    model = DBSCAN("auto").fit(np.concatenate([X, noise]))
    assert 0.03 < model.eps_ < 0.4
    assert model.labels_.max() == 1
    by_matrix = DBSCAN("auto", metric="precomputed").fit(cdist(X, X))
    assert by_matrix.eps_ == pytest.approx(DBSCAN("auto").fit(X).eps_)
    assert DBSCAN("auto").fit(np.ones((30, 2))).labels_.tolist() == [0] * 30
    assert DBSCAN("auto").fit(np.ones((1, 2))).labels_.tolist() == [-1]


def test_it_does_not_matter_where_the_rows_are_or_in_which_order() -> None:
    X = make_blobs(900, 3, centers=7, random_state=4)[0].round(2)
    random = np.random.default_rng(0)
    model = DBSCAN(0.9, min_samples=8).fit(X)
    moved = DBSCAN(0.9 * 4, min_samples=8).fit(4 * (X + 1024))
    np.testing.assert_array_equal(moved.labels_, model.labels_)
    order = random.permutation(len(X))
    shuffled = DBSCAN(0.9, min_samples=8).fit(X[order])
    core = np.zeros(len(X), dtype=bool)
    core[model.core_sample_indices_] = True
    core_shuffled = np.zeros(len(X), dtype=bool)
    core_shuffled[shuffled.core_sample_indices_] = True
    np.testing.assert_array_equal(core[order], core_shuffled)
    pairs = np.unique(np.stack([model.labels_[order], shuffled.labels_])[:, core[order]], axis=1)
    assert pairs.shape[1] == model.labels_.max() + 1


@pytest.mark.parametrize("d", [2, 20])
def test_every_instruction_set_and_thread_count_gives_the_same_bits(d: int) -> None:
    script = """
import sys, hashlib
import numpy as np
from shoal import DBSCAN
d, n_jobs = int(sys.argv[1]), int(sys.argv[2])
X = np.random.default_rng(0).normal(size=(3000, d)) + np.arange(3000)[:, None] % 3 * 4
digest = hashlib.sha256()
for dtype in (np.float32, np.float64):
    for metric in ("euclidean", "manhattan", "chebyshev"):
        model = DBSCAN(0.3 * d ** 0.5, min_samples=6, metric=metric, n_jobs=n_jobs)
        model.fit(X.astype(dtype))
        digest.update(model.labels_.tobytes() + model.core_sample_indices_.tobytes())
        digest.update(model.outlier_scores_.tobytes())
sys.stdout.write(digest.hexdigest())
"""
    levels = _native.info()["available_isas"]
    digests = set()
    for isa, n_jobs in [(levels[-1], 1), (levels[-1], 7), *((isa, 2) for isa in levels[:-1])]:
        done = subprocess.run(
            [sys.executable, "-c", script, str(d), str(n_jobs)],
            env={**os.environ, "SHOAL_ISA": isa},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"eps": 0}, r"eps must be a number > 0; got 0\. To have one chosen: eps='auto'"),
        ({"eps": -0.5}, r"eps must be a number > 0; got -0\.5"),
        ({"eps": float("nan")}, "eps must be a number > 0; got nan"),
        ({"eps": "knee"}, "eps must be a number > 0; got 'knee'"),
        ({"min_samples": 0}, "min_samples must be an integer of at least 1; got 0"),
        ({"min_samples": 2.5}, "min_samples must be an integer"),
        ({"metric": "euclid"}, "metric must be one of 'euclidean'"),
        ({"metric": "minkowski", "p": 3}, "p must be 1, 2 or infinity; got 3"),
        ({"metric_params": {"V": 1}}, "metric_params must be None"),
    ],
)
def test_refused_parameters(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        DBSCAN(**parameters).fit(np.eye(4))


def test_refused_data() -> None:
    def refuse(X: Any, sentence: str, **parameters: Any) -> None:
        with pytest.raises((DataError, ParameterError), match=sentence):
            DBSCAN(**parameters).fit(X)

    given = {"metric": "precomputed"}
    good = cdist(np.eye(5), np.eye(5))
    refuse(good[:, :3], r"square matrix .* got shape \(5, 3\)", **given)
    bad = good.copy()
    bad[1, 2] = 9.0
    refuse(bad, "symmetric; got 9.0 in row 1, column 2", **given)
    refuse(sparse.csr_array(bad), "symmetric; got 9.0 in row 1, column 2", **given)
    refuse(-good, "not negative", **given)
    refuse(sparse.csr_array(-good), "not negative", **given)
    refuse(sparse.csr_array(good), "eps must be a number for a sparse matrix", eps="auto", **given)
    refuse(np.array([[1.0, 2.0], [0.0, 0.0]]), "no row of zeros .* in row 1", metric="cosine")
    refuse(np.eye(3), "two columns", metric="haversine")
    with pytest.raises(DataError, match="in row 2"):
        DBSCAN().fit(np.eye(3), sample_weight=[1, 1, -1])
    model = DBSCAN(metric=lambda x, y: abs(float((x - y).sum()))).fit(np.eye(4))
    model.set_params(metric="euclidean")
    with pytest.raises(ParameterError, match="must be the function the model was fitted with"):
        model.predict(np.eye(4))


def test_more_neighbours_than_rows_is_all_noise() -> None:
    model = DBSCAN(min_samples=50).fit(np.zeros((9, 2)))
    assert model.labels_.tolist() == [-1] * 9
    assert model.outlier_scores_.tolist() == [1.0] * 9
    assert model.predict(np.zeros((2, 2))).tolist() == [-1, -1]
    assert model.membership().tolist() == [0.0] * 9


def test_it_can_be_stopped() -> None:
    X = np.random.default_rng(0).normal(size=(60_000, 20))

    def stop(_: Event) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        DBSCAN(1.0, callback=stop).fit(X)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_a_model_file_labels_as_the_model(tmp_path: Path, metric: str) -> None:
    job = workflow.cluster("sample:iris", algorithm="dbscan", metric=metric)
    header = model_file.header_for(job)
    path = model_file.save(tmp_path / "model.shoal", job.model, job.preparation, header)
    loaded = model_file.load(path).model
    X = np.random.default_rng(0).normal(size=(50, 4))
    np.testing.assert_array_equal(loaded.predict(X), job.model.predict(X))
    np.testing.assert_array_equal(loaded.membership(X), job.model.membership(X))


def test_meteorites_fall_in_kilometres() -> None:
    path = SHARED / "geo" / "Meteorite_Landings.csv"
    if not path.is_file():
        pytest.skip("the shared data are not here; set SHOAL_TEST_DATA to their folder")
    with path.open(encoding="utf-8") as lines:
        found = [(row["reclat"], row["reclong"]) for row in csv.DictReader(lines)]
    places = np.array([pair for pair in found if all(pair)], dtype=float)
    assert places.shape == (38_401, 2)
    wrong = places.copy()
    wrong[7, 1] = 361.0
    with pytest.raises(DataError, match=r"longitude 361\.0 in row 7\."):
        DBSCAN(50.0, metric="haversine").fit(wrong)
    swapped = places[np.abs(places[:, 1]) > 90][:, ::-1]
    with pytest.raises(DataError, match=r"in row 0\. Swapped, all rows are valid"):
        DBSCAN(50.0, metric="haversine").fit(swapped[swapped[:, 0] <= 180])
    for kilometres in (5.0, 50.0):
        theirs = sklearn.cluster.DBSCAN(
            eps=kilometres / 6371.0088, min_samples=10, metric="haversine", algorithm="ball_tree"
        ).fit(np.radians(places[::3]))
        ours = DBSCAN(kilometres, min_samples=10, metric="haversine").fit(places[::3])
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        np.testing.assert_array_equal(ours.predict(places[::3]), ours.labels_)
    assert DBSCAN("auto", min_samples=10, metric="haversine").fit(places).labels_.max() > 20


def test_the_numbers_of_r() -> None:
    path = SHARED / "reference" / "r_reference.json"
    if not path.is_file():
        pytest.skip("the shared data are not here; set SHOAL_TEST_DATA to their folder")
    for wanted in json.loads(path.read_text())["dbscan"]:
        table = np.genfromtxt(
            SHARED / "classic" / f"{wanted['data']}.csv", delimiter=",", skip_header=1
        )
        X = table[:, ~np.isnan(table).any(axis=0)]
        found = dbscan(X, wanted["eps"], min_samples=wanted["minPts"])
        np.testing.assert_array_equal(found.labels + 1, wanted["cluster"])
