"""MeanShift: scikit-learn's peaks and bandwidth, refusals."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import sklearn.cluster
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_blobs

from shoal import Cancelled, DataError, Event, MeanShift, ParameterError, model_file, workflow
from shoal.density import estimate_bandwidth, mean_shift
from tests.families.density_reference import benchmark_tables


def assert_as_theirs(X: npt.NDArray[Any], **parameters: Any) -> MeanShift:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Binning data failed")
        theirs = sklearn.cluster.MeanShift(**parameters).fit(X)
    ours = MeanShift(**parameters).fit(X)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)
    return ours


def blobs(n: int, d: int, seed: int) -> npt.NDArray[np.float64]:
    X: npt.NDArray[np.float64] = make_blobs(n, d, centers=5, random_state=seed)[0]
    return X


@pytest.mark.parametrize("d", [1, 2, 3, 5, 17])
@pytest.mark.parametrize("bins", [False, True])
def test_scikit_learns_peaks(d: int, bins: bool) -> None:
    for seed in range(3):
        X = blobs(150, d, seed)
        for bandwidth in (0.8 * d**0.5, 2.0 * d**0.5, 50.0):
            assert_as_theirs(X, bandwidth=bandwidth, bin_seeding=bins)
            assert_as_theirs(X + 1e4, bandwidth=bandwidth, cluster_all=False)
    assert_as_theirs(X, bandwidth=2.0, seeds=X[:7] + 0.1, max_iter=2)
    assert_as_theirs(X, bin_seeding=True, min_bin_freq=2)


def test_scikit_learns_peaks_on_the_benchmark_suite() -> None:
    for _, X in benchmark_tables(800, 4):
        ours = assert_as_theirs(X[::2], bin_seeding=True)
        assert ours.bandwidth_ > 0


@pytest.mark.parametrize("quantile", [0.0, 0.05, 0.3, 1.0])
def test_scikit_learns_bandwidth(quantile: float) -> None:
    for d in (1, 3, 12):
        X = blobs(210, d, d)
        theirs = sklearn.cluster.estimate_bandwidth(X, quantile=quantile)
        assert estimate_bandwidth(X, quantile=quantile) == pytest.approx(theirs, rel=1e-9, abs=1e-7)
        some = sklearn.cluster.estimate_bandwidth(X, quantile=quantile, n_samples=60)
        found = estimate_bandwidth(X, quantile=quantile, n_samples=60)
        assert found == pytest.approx(some, rel=1e-9, abs=1e-7)


def test_the_bandwidth_of_many_rows_is_close_to_that_of_all() -> None:
    X = blobs(20_400, 2, 0)
    theirs = np.mean([np.partition(np.linalg.norm(X - x, axis=1), 6119)[6119] for x in X[::17]])
    assert estimate_bandwidth(X) == pytest.approx(theirs, rel=0.05)


def test_noise_is_beyond_the_bandwidth() -> None:
    X = np.concatenate([blobs(200, 2, 1), [[90.0, 90.0], [90.5, 90.0]]])
    model = MeanShift(bandwidth=2.0, cluster_all=False, seeds=X[:200]).fit(X)
    assert (model.labels_[200:] == -1).all()
    assert (model.membership(X)[200:] == 0).all()
    assert (model.outlier_scores_[200:] > 0.9).all()
    clustered = model.labels_ >= 0
    assert (model.outlier_scores_[clustered] <= 0.5).all()
    np.testing.assert_array_equal(model.outlier_scores(X), model.outlier_scores_)
    np.testing.assert_array_equal(model.membership(), model.membership(X))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), d=st.integers(1, 4), digits=st.integers(0, 2))
def test_any_order_gives_the_same_peaks(seed: int, d: int, digits: int) -> None:
    random = np.random.default_rng(seed)
    X = random.normal(size=(60, d)).round(digits)
    order = random.permutation(60)
    ours, other = (mean_shift(rows, bandwidth=0.9) for rows in (X, X[order]))
    np.testing.assert_allclose(ours.cluster_centers, other.cluster_centers, atol=1e-9)
    np.testing.assert_array_equal(ours.labels[order], other.labels)


def test_equal_rows_are_one_peak() -> None:
    model = MeanShift().fit(np.full((40, 3), 0.1))
    assert model.labels_.tolist() == [0] * 40
    np.testing.assert_allclose(model.cluster_centers_, [[0.1, 0.1, 0.1]])
    assert MeanShift().fit([[3.0]]).labels_.tolist() == [0]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"bandwidth": 0}, r"bandwidth must be a number > 0; got 0\. Leave it out"),
        ({"bandwidth": float("nan")}, "bandwidth must be a number > 0"),
        ({"min_bin_freq": 0}, "min_bin_freq must be an integer of at least 1"),
        ({"max_iter": -1}, "max_iter must be an integer of at least 0"),
        ({"bandwidth": 0.1, "seeds": [[50.0, 50.0]]}, "that a row is within it of a seed; got 0.1"),
        ({"seeds": [[1.0]]}, "seeds must have the 2 columns of X; got 1"),
        ({"seeds": [[np.nan, 1.0]]}, "NaN"),
    ],
)
def test_refusals(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises((ParameterError, DataError, ValueError), match=sentence):
        MeanShift(**parameters).fit(blobs(30, 2, 0))
    with pytest.raises(ParameterError, match=r"quantile must be a number from 0 to 1; got 1\.5"):
        estimate_bandwidth(blobs(30, 2, 0), quantile=1.5)


def test_it_can_be_stopped() -> None:
    def stop(_: Event) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        MeanShift(bandwidth=1.0, callback=stop).fit(blobs(40_000, 6, 0))


def test_a_model_file_labels_as_the_model(tmp_path: Path) -> None:
    job = workflow.cluster("sample:iris", algorithm="meanshift")
    header = model_file.header_for(job)
    path = model_file.save(tmp_path / "model.shoal", job.model, job.preparation, header)
    loaded = model_file.load(path).model
    X = np.random.default_rng(0).normal(size=(50, 4))
    np.testing.assert_array_equal(loaded.predict(X), job.model.predict(X))
    np.testing.assert_array_equal(loaded.membership(X), job.model.membership(X))
