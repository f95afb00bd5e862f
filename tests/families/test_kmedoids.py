"""KMedoids: R's numbers, local optima by brute force, metrics, matrices, refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.spatial.distance import cdist
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning

from shoal import (
    Cancelled,
    DataError,
    Event,
    KMedoids,
    ParameterError,
    _native,
    model_file,
    workflow,
)
from shoal.centroid import kmedoids

SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
HERE = Path(__file__).parent
METRICS = ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine")
METHODS = ("fasterpam", "alternate", "pam")


def distances(X: npt.NDArray[Any], metric: str) -> npt.NDArray[np.float64]:
    table: npt.NDArray[np.float64] = cdist(X, X, {"manhattan": "cityblock"}.get(metric, metric))
    return table


def loss_of(
    D: npt.NDArray[np.float64], medoids: Any, weights: npt.NDArray[np.float64] | None = None
) -> float:
    near = D[:, medoids].min(axis=1)
    return float(near.sum() if weights is None else weights @ near)


def best_swap(
    D: npt.NDArray[np.float64], medoids: Any, weights: npt.NDArray[np.float64] | None = None
) -> float:
    """Loss after the best single swap."""
    losses = []
    for slot in range(len(medoids)):
        for candidate in range(len(D)):
            swapped = np.array(medoids)
            swapped[slot] = candidate
            losses.append(loss_of(D, swapped, weights))
    return min(losses)


@pytest.fixture(scope="module")
def blobs() -> npt.NDArray[np.float64]:
    X: npt.NDArray[np.float64] = make_blobs(260, 4, centers=6, cluster_std=2.0, random_state=3)[0]
    return X


def test_the_medoids_of_r() -> None:
    path = SHARED / "reference" / "r_reference.json"
    if not path.is_file():
        pytest.skip("the shared data are not here; set SHOAL_TEST_DATA to their folder")
    for name, by_k in json.loads(path.read_text())["pam"].items():
        table = np.genfromtxt(SHARED / "classic" / f"{name}.csv", delimiter=",", skip_header=1)
        X = table[:, ~np.isnan(table).any(axis=0)]
        for k in range(2, 6):
            wanted = by_k[f"k{k}"]
            found = kmedoids(X, k, method="pam")
            assert sorted(found.medoid_indices + 1) == sorted(wanted["medoids"]), (name, k)
            assert found.inertia / len(X) == pytest.approx(wanted["swap"], rel=1e-12)
            first = kmedoids(distances(X, "euclidean"), k, metric="precomputed", method="pam")
            assert sorted(first.medoid_indices) == sorted(found.medoid_indices)
            of_r = np.array(wanted["clustering"])
            pairs = {(int(a), int(b)) for a, b in zip(of_r, found.labels, strict=True)}
            assert len(pairs) == k


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("method", METHODS)
def test_labels_and_loss_are_those_of_the_medoids(
    blobs: npt.NDArray[np.float64], metric: str, method: str
) -> None:
    model = KMedoids(6, metric=metric, method=method, random_state=0).fit(blobs)
    D = distances(blobs, metric)
    assert model.inertia_ == pytest.approx(loss_of(D, model.medoid_indices_), rel=1e-9)
    np.testing.assert_array_equal(model.labels_, D[:, model.medoid_indices_].argmin(axis=1))
    np.testing.assert_array_equal(model.predict(blobs), model.labels_)
    np.testing.assert_allclose(
        model.transform(blobs), D[:, model.medoid_indices_], rtol=1e-9, atol=1e-12
    )
    np.testing.assert_array_equal(model.cluster_centers_, blobs[model.medoid_indices_])
    assert model.score(blobs) == pytest.approx(-model.inertia_)
    if method != "alternate":
        assert best_swap(D, model.medoid_indices_) > model.inertia_ * (1 - 1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_a_matrix_is_as_good_as_the_rows(
    blobs: npt.NDArray[np.float64], metric: str, weighted: bool
) -> None:
    weights = np.random.default_rng(0).integers(0, 4, len(blobs)).astype(float)
    given = weights if weighted else None
    D = distances(blobs, metric)
    by_rows = KMedoids(5, metric=metric, method="pam").fit(blobs, sample_weight=given)
    by_matrix = KMedoids(5, metric="precomputed", method="pam").fit(D, sample_weight=given)
    np.testing.assert_array_equal(by_rows.medoid_indices_, by_matrix.medoid_indices_)
    np.testing.assert_array_equal(by_rows.labels_, by_matrix.labels_)
    np.testing.assert_array_equal(by_matrix.predict(D), by_matrix.labels_)
    np.testing.assert_allclose(by_matrix.outlier_scores_, by_rows.outlier_scores_, atol=1e-9)
    np.testing.assert_allclose(by_matrix.membership(D), by_rows.membership(blobs), atol=1e-9)
    eager = kmedoids(D, 5, metric="precomputed", sample_weight=given, random_state=1)
    assert best_swap(D, eager.medoid_indices, given) > eager.inertia * (1 - 1e-9)


def test_a_function_is_a_metric(blobs: npt.NDArray[np.float64]) -> None:
    X = blobs[:70]

    def farthest(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> float:
        return float(np.abs(x - y).max())

    own = KMedoids(4, metric=farthest, method="pam").fit(X)
    named = KMedoids(4, metric="chebyshev", method="pam").fit(X)
    np.testing.assert_array_equal(own.medoid_indices_, named.medoid_indices_)
    np.testing.assert_array_equal(own.predict(blobs), named.predict(blobs))
    own.set_params(metric="euclidean")
    with pytest.raises(ParameterError, match="must be the function the model was fitted with"):
        own.predict(X)


def test_one_medoid_is_the_best_row(blobs: npt.NDArray[np.float64]) -> None:
    D = distances(blobs, "euclidean")
    for method in METHODS:
        found = kmedoids(blobs, 1, method=method, random_state=0)
        assert found.inertia == pytest.approx(D.sum(axis=0).min(), rel=1e-9)


def test_one_batch_is_nearly_as_good() -> None:
    X = make_blobs(4000, 5, centers=12, cluster_std=2.0, random_state=0)[0]
    full = kmedoids(X, 12, random_state=0, method="fasterpam").inertia
    sampled = kmedoids(X, 12, random_state=0, method="onebatch")
    assert sampled.inertia < 1.03 * full
    assert sampled.inertia < kmedoids(X, 12, random_state=0, init="random", max_iter=1,
                                      method="alternate").inertia  # fmt: skip
    D = cdist(X, X[sampled.medoid_indices])
    np.testing.assert_array_equal(sampled.labels, D.argmin(axis=1))
    assert sampled.inertia == pytest.approx(D.min(axis=1).sum())


@settings(max_examples=60, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(3, 40), st.integers(1, 5)),
        elements=st.floats(-100, 100).map(lambda v: round(v, 1)),
    ),
    k=st.integers(1, 7),
    metric=st.sampled_from(METRICS[:4]),
    init=st.sampled_from(["k-medoids++", "build", "random"]),
    method=st.sampled_from(METHODS),
    matrix=st.booleans(),
)
def test_any_table(
    X: npt.NDArray[np.float64], k: int, metric: str, init: str, method: str, matrix: bool
) -> None:
    D = distances(X, metric)
    k = min(k, len(np.unique(X, axis=0)))
    if matrix and method == "alternate":
        method = "fasterpam"
    model = KMedoids(
        k, metric="precomputed" if matrix else metric, init=init, method=method, random_state=2
    ).fit(D if matrix else X)
    assert np.unique(model.medoid_indices_).size == k
    assert np.unique(model.labels_).size == k
    assert model.inertia_ == pytest.approx(loss_of(D, model.medoid_indices_), rel=1e-9, abs=1e-9)
    if method != "alternate":
        assert best_swap(D, model.medoid_indices_) >= model.inertia_ * (1 - 1e-5) - 1e-9


def test_more_clusters_than_distinct_rows_warns() -> None:
    X = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(2\) found smaller"):
        model = KMedoids(3, random_state=0).fit(X)
    assert np.unique(model.medoid_indices_).size == 3


def test_weight_is_repetition_in_any_order(blobs: npt.NDArray[np.float64]) -> None:
    random = np.random.default_rng(1)
    weights = random.integers(0, 4, size=len(blobs))
    order = random.permutation(len(blobs))
    repeated = KMedoids(7, random_state=3).fit(np.repeat(blobs, weights, axis=0))
    weighted = KMedoids(7, random_state=3).fit(blobs[order], sample_weight=weights[order])
    np.testing.assert_array_equal(repeated.cluster_centers_, weighted.cluster_centers_)
    np.testing.assert_array_equal(repeated.predict(blobs), weighted.predict(blobs))
    assert repeated.inertia_ == pytest.approx(weighted.inertia_, rel=1e-12)


def test_given_medoids_are_where_it_starts(blobs: npt.NDArray[np.float64]) -> None:
    best = KMedoids(6, method="pam").fit(blobs)
    again = KMedoids(6, init=best.medoid_indices_, method="pam").fit(blobs)
    np.testing.assert_array_equal(again.medoid_indices_, best.medoid_indices_)
    assert again.n_swaps_ == 0
    assert again.n_iter_ == 1


def test_more_starts_are_no_worse(blobs: npt.NDArray[np.float64]) -> None:
    losses = [kmedoids(blobs, 6, init="random", n_init=n, random_state=0).inertia for n in (1, 8)]
    assert losses[1] <= losses[0]


def test_callback_sees_progress_and_can_stop(blobs: npt.NDArray[np.float64]) -> None:
    events: list[Event] = []
    KMedoids(6, n_init=3, random_state=0, callback=events.append).fit(blobs)
    assert {event.done for event in events} == {0.0, 1.0, 2.0}

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        KMedoids(6, callback=stop).fit(blobs)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"n_clusters": 9999}, "n_clusters=9999 exceeds the 260 rows"),
        ({"metric": "jaccard"}, "metric must be one of 'euclidean', .* or a function of two rows"),
        ({"method": "clara"}, "method must be one of 'auto', 'fasterpam'"),
        ({"init": "best"}, "init must be one of 'auto', 'k-medoids"),
        ({"init": [1, 2, 3]}, r"init must be 8 row numbers, one per cluster; got .*\(3,\)"),
        ({"init": np.zeros(8)}, "init must be 8 row numbers, .* type float64"),
        ({"init": [1, 1, 2, 3, 4, 5, 6, 7]}, "init must be different row numbers from 0 to 259"),
        ({"init": [1, -1, 2, 3, 4, 5, 6, 7]}, "init must be different row numbers from 0 to 259"),
        ({"n_init": 0}, "n_init must be an integer of at least 1; got 0"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
    ],
)
def test_bad_parameters(
    blobs: npt.NDArray[np.float64], parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ParameterError, match=sentence):
        KMedoids(**parameters).fit(blobs)


def test_a_given_medoid_must_count(blobs: npt.NDArray[np.float64]) -> None:
    weights = np.ones(len(blobs))
    weights[7] = 0
    with pytest.raises(ParameterError, match="rows of a weight above 0; got row 7"):
        KMedoids(2, init=[3, 7]).fit(blobs, sample_weight=weights)


def test_bad_matrices(blobs: npt.NDArray[np.float64]) -> None:
    def refuse(D: npt.NDArray[Any], sentence: str) -> None:
        with pytest.raises(DataError, match=sentence):
            KMedoids(2, metric="precomputed").fit(D)

    good = distances(blobs, "euclidean")
    refuse(good[:, :9], r"X must be a square matrix .* got shape \(260, 9\)")
    bad = good.copy()
    bad[3, 5] = 777.5
    refuse(bad, "symmetric; got 777.5 in row 3, column 5 and .* in row 5, column 3")
    bad = good.copy()
    bad[8, 2] = bad[2, 8] = -1.0
    refuse(bad, "not negative; got -1.0 in row 2, column 8")
    refuse(1 - good / good.max(), "0 from a row to itself; got 1.0 in row 0, column 0")
    with pytest.raises(ValueError, match="NaN"):
        KMedoids(2, metric="precomputed").fit(np.where(good > 9, np.nan, good))
    with pytest.raises(ParameterError, match="'onebatch', which saves computing them"):
        KMedoids(2, metric="precomputed", method="onebatch").fit(good)


def test_a_row_of_zeros_has_no_direction(blobs: npt.NDArray[np.float64]) -> None:
    X = blobs.copy()
    X[4] = 0
    with pytest.raises(DataError, match=r"no row of zeros .* got one in row 4"):
        KMedoids(2, metric="cosine").fit(X)
    model = KMedoids(2, metric="cosine", random_state=0).fit(blobs)
    assert model.predict(X)[4] == 0
    np.testing.assert_array_equal(model.transform(X)[4], [1.0, 1.0])
    assert 0 <= model.outlier_scores(X)[4] <= 1


@pytest.mark.parametrize("scale", [1e-30, 1e8, 1e30])
def test_any_scale(blobs: npt.NDArray[np.float64], scale: float) -> None:
    power = 2.0 ** round(np.log2(scale))
    model = KMedoids(6, random_state=0).fit(blobs * power)
    plain = KMedoids(6, random_state=0).fit(blobs)
    np.testing.assert_array_equal(model.medoid_indices_, plain.medoid_indices_)
    np.testing.assert_array_equal(model.labels_, plain.labels_)


def test_every_instruction_set_and_thread_count_gives_the_same_bits() -> None:
    levels = _native.info()["available_isas"]
    runs = [(levels[-1], 1), (levels[-1], 7)] + [(isa, 2) for isa in levels[:-1]]
    digests = set()
    for isa, n_jobs in runs:
        done = subprocess.run(
            [sys.executable, str(HERE / "digest.py"), str(n_jobs), "KMedoids"],
            env={**os.environ, "SHOAL_ISA": isa},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize("metric", ["cosine", "manhattan"])
def test_a_model_file_labels_as_the_model(tmp_path: Path, metric: str) -> None:
    job = workflow.cluster("sample:iris", algorithm="kmedoids", n_clusters=3, metric=metric)
    header = model_file.header_for(job)
    path = model_file.save(tmp_path / "model.shoal", job.model, job.preparation, header)
    loaded = model_file.load(path).model
    X = np.random.default_rng(0).normal(size=(50, 4))
    np.testing.assert_array_equal(loaded.predict(X), job.model.predict(X))
    np.testing.assert_array_equal(loaded.membership(X), job.model.membership(X))
