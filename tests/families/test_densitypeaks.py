"""DensityPeaks: densities and denser neighbours by brute force, centres, halo, weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.datasets import make_blobs, make_moons
from sklearn.metrics import adjusted_rand_score

from shoal import Cancelled, DensityPeaks, Event, ParameterError, model_file, workflow
from shoal.density import density_peaks
from tests.families.density_reference import keys

NAMES = {"euclidean": "euclidean", "manhattan": "cityblock", "chebyshev": "chebyshev"}


def by_hand(
    X: npt.NDArray[np.float64], dc: float, metric: str, kernel: str
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Densities, distances to denser rows and those rows from all distances."""
    order_by = keys(X, metric)
    D = np.sqrt(order_by) if metric == "euclidean" else order_by
    if kernel == "cutoff":
        near = keys(X) <= dc * dc if metric == "euclidean" else dc >= D
        rho = near.sum(axis=1) - 1.0
    else:
        rho = (np.exp(-((D / dc) ** 2)) * (4 * dc >= D)).sum(axis=1) - 1.0
    order = np.lexsort((np.arange(len(X)), *X.T[::-1], -rho))
    delta, parent = np.empty(len(X)), np.full(len(X), -1)
    for place, row in enumerate(order):
        denser = order[:place]
        if not place:
            delta[row] = D[row].max()
            continue
        # Roots of different squares can be equal.
        parent[row] = denser[order_by[row, denser].argmin()]
        delta[row] = D[row, parent[row]]
    return rho, delta, parent


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 150),
    d=st.integers(1, 5),
    metric=st.sampled_from(sorted(NAMES)),
    digits=st.integers(0, 3),
)
def test_densities_and_denser_rows(seed: int, n: int, d: int, metric: str, digits: int) -> None:
    X = np.random.default_rng(seed).normal(size=(n, d)).round(digits)
    rho, delta, parent = by_hand(X, 0.7, metric, "cutoff")
    found = density_peaks(X, 1, dc=0.7, metric=metric)
    np.testing.assert_array_equal(found.rho, rho)
    np.testing.assert_allclose(found.delta, delta, rtol=1e-12)
    np.testing.assert_array_equal(found.parent, parent)
    assert found.labels.tolist() == [0] * n


@pytest.mark.parametrize("kernel", ["cutoff", "gaussian"])
@pytest.mark.parametrize("d", [2, 20])
def test_every_row_follows_its_denser_one(kernel: str, d: int) -> None:
    X = make_blobs(500, d, centers=4, random_state=2)[0]
    dc = 1.0 * d**0.5
    rho, delta, parent = by_hand(X, dc, "euclidean", kernel)
    model = DensityPeaks(4, dc=dc, kernel=kernel).fit(X)
    np.testing.assert_allclose(model.rho_, rho, atol=1e-9)
    np.testing.assert_allclose(model.delta_, delta, rtol=1e-9)
    followed = np.setdiff1d(np.arange(len(X)), model.center_indices_)
    np.testing.assert_array_equal(model.labels_[followed], model.labels_[parent[followed]])
    assert model.labels_[model.center_indices_].tolist() == [0, 1, 2, 3]
    assert (np.diff(model.rho_[model.center_indices_]) <= 0).all()
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    np.testing.assert_allclose(model.outlier_scores(X), model.outlier_scores_, atol=1e-9)
    away = np.sort(cdist([[99.0] * d], X)[0])[4] / model.unit_
    assert model.outlier_scores([[99.0] * d]) == pytest.approx(away / (1 + away))


def test_the_number_of_groups_comes_out() -> None:
    X, y = make_blobs(900, 2, centers=6, cluster_std=0.5, random_state=7)
    model = DensityPeaks().fit(X)
    assert len(model.center_indices_) == 6
    assert adjusted_rand_score(y, model.labels_) > 0.98
    share = (cdist(X, X) <= model.dc_).mean()
    assert share == pytest.approx(0.02, abs=0.004)


def test_moons_have_a_halo() -> None:
    X, _ = make_moons(400, noise=0.08, random_state=0)
    model = DensityPeaks(2, dc=0.2).fit(X)
    cut = DensityPeaks(2, dc=0.2, halo=True).fit(X)
    border = np.full(2, -1.0)
    near = cdist(X, X) <= 0.2
    for row, other in np.argwhere(near & (model.labels_[:, None] != model.labels_[None])):
        mean = (model.rho_[row] + model.rho_[other]) / 2
        border[model.labels_[row]] = max(border[model.labels_[row]], mean)
    wanted = np.where(model.rho_ < border[model.labels_], -1, model.labels_)
    np.testing.assert_array_equal(cut.labels_, wanted)
    assert 0 < (wanted < 0).sum() < 300
    np.testing.assert_array_equal(cut.predict(X), cut.labels_)
    assert (cut.membership()[wanted < 0] == 0).all()


@pytest.mark.parametrize("kernel", ["cutoff", "gaussian"])
def test_weight_is_repetition(kernel: str) -> None:
    X = make_blobs(200, 2, centers=4, random_state=3)[0]
    weights = np.random.default_rng(0).integers(0, 4, len(X))
    model = DensityPeaks(4, dc=1.0, kernel=kernel).fit(X, sample_weight=weights)
    long = DensityPeaks(4, dc=1.0, kernel=kernel).fit(np.repeat(X, weights, axis=0))
    np.testing.assert_array_equal(np.repeat(model.labels_, weights), long.labels_)
    np.testing.assert_allclose(np.repeat(model.rho_, weights), long.rho_, rtol=1e-9)


def test_kilometres_and_angles() -> None:
    random = np.random.default_rng(0)
    places = np.concatenate(
        [random.normal([48.85, 2.35], 0.1, (60, 2)), random.normal([40.7, -74.0], 0.1, (50, 2))]
    )
    model = DensityPeaks(2, dc=5.0, metric="haversine").fit(places)
    assert model.labels_.tolist() == [0] * 60 + [1] * 50
    assert 5000 < model.delta_[model.center_indices_[1]] < 6000
    angles = DensityPeaks(2, dc=0.001, metric="cosine").fit(places)
    assert angles.predict(7 * places).tolist() == angles.labels_.tolist()


def test_equal_rows_are_one_group() -> None:
    assert DensityPeaks().fit(np.ones((20, 2))).labels_.tolist() == [0] * 20
    assert DensityPeaks().fit([[1.0, 2.0]]).labels_.tolist() == [0]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"n_clusters": 0},
            "n_clusters must be an integer of at least 1; got 0. To have it chosen",
        ),
        ({"n_clusters": 40}, "n_clusters must be at most the 30 rows; got 40"),
        ({"dc": 0}, "dc must be a number > 0; got 0. To have it chosen: dc='auto'"),
        ({"dc": "knee"}, "dc must be a number > 0; got 'knee'"),
        ({"kernel": "flat"}, "kernel must be one of 'cutoff', 'gaussian'; got 'flat'"),
        ({"metric": "precomputed"}, "metric must be the name of a metric of rows"),
    ],
)
def test_refusals(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        DensityPeaks(**parameters).fit(make_blobs(30, 2, random_state=0)[0])


def test_it_can_be_stopped() -> None:
    def stop(_: Event) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        DensityPeaks(3, dc=1.0, callback=stop).fit(make_blobs(60_000, 6, random_state=0)[0])


def test_a_model_file_labels_as_the_model(tmp_path: Path) -> None:
    job = workflow.cluster("sample:iris", algorithm="densitypeaks")
    header = model_file.header_for(job)
    path = model_file.save(tmp_path / "model.shoal", job.model, job.preparation, header)
    loaded = model_file.load(path).model
    X = np.random.default_rng(0).normal(size=(50, 4))
    np.testing.assert_array_equal(loaded.predict(X), job.model.predict(X))
    np.testing.assert_array_equal(loaded.membership(X), job.model.membership(X))
