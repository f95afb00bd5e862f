"""KMedians: the trajectory of plain NumPy, the rule of the lower median, no empty cluster."""

from __future__ import annotations

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
from sklearn.datasets import load_iris, make_blobs

from shoal import Cancelled, DataError, Event, KMedians, ParameterError, _native
from shoal.centroid import kmedians

HERE = Path(__file__).parent


def distances(X: npt.NDArray[Any], centers: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    wide = X.astype(np.float64)[:, None, :] - centers.astype(np.float64)[None]
    return np.abs(wide).sum(axis=-1)


def lower_median(values: npt.NDArray[Any], weights: npt.NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= weights.sum() / 2
    return float(values[order][np.argmax(reached)])


def reference(
    X: npt.NDArray[Any],
    centers: npt.NDArray[Any],
    weights: npt.NDArray[np.float64] | None = None,
    max_iter: int = 300,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], int]:
    """Labels, centres and iterations; no rule for empty clusters."""
    weights = np.ones(len(X)) if weights is None else weights
    found = centers.astype(np.float64)
    labels = np.full(len(X), -1)
    for iteration in range(1, max_iter + 1):
        before, labels = labels, distances(X, found).argmin(axis=1)
        if np.array_equal(before, labels):
            return labels, found, iteration
        found = found.copy()
        for c in range(len(found)):
            inside = (labels == c) & (weights > 0)
            assert inside.any(), "the reference has no rule for empty clusters"
            for j in range(X.shape[1]):
                found[c, j] = lower_median(X[inside, j].astype(np.float64), weights[inside])
    return distances(X, found).argmin(axis=1), found, max_iter


@pytest.fixture(scope="module")
def blobs() -> npt.NDArray[np.float64]:
    X: npt.NDArray[np.float64] = make_blobs(900, 5, centers=8, cluster_std=2.5, random_state=1)[0]
    return X


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("max_iter", [1, 3, 300])
def test_same_start_same_end_as_plain_numpy(
    blobs: npt.NDArray[np.float64], dtype: type, offset: float, max_iter: int
) -> None:
    X = (blobs + offset).astype(dtype)
    labels, centers, n_iter = reference(X, X[:8], max_iter=max_iter)
    model = KMedians(8, init=X[:8], max_iter=max_iter).fit(X)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_array_equal(model.cluster_centers_, centers.astype(dtype))
    assert model.n_iter_ == n_iter
    own = distances(X, model.cluster_centers_)[np.arange(len(X)), labels]
    assert model.inertia_ == pytest.approx(own.sum(), rel=1e-12)


@pytest.mark.parametrize("integer", [True, False])
def test_weights_as_in_plain_numpy(blobs: npt.NDArray[np.float64], integer: bool) -> None:
    random = np.random.default_rng(0)
    weights = random.integers(0, 4, len(blobs)).astype(float) if integer else random.random(900)
    labels, centers, n_iter = reference(blobs, blobs[:8], weights)
    model = KMedians(8, init=blobs[:8]).fit(blobs, sample_weight=weights)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_array_equal(model.cluster_centers_, centers)
    assert model.n_iter_ == n_iter


def test_integers_with_many_ties() -> None:
    X = np.random.default_rng(3).integers(0, 5, size=(400, 4)).astype(float)
    start = np.unique(X, axis=0)[:6]
    labels, centers, _ = reference(X, start)
    model = KMedians(6, init=start).fit(X)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_array_equal(model.cluster_centers_, centers)


def test_the_median_is_the_lower_one() -> None:
    X = np.array([[1.0], [2.0], [3.0], [10.0]])
    assert KMedians(1).fit(X).cluster_centers_.tolist() == [[2.0]]
    heavy = KMedians(1).fit(X, sample_weight=[1, 1, 1, 3])
    assert heavy.cluster_centers_.tolist() == [[3.0]]
    assert KMedians(1).fit(X, sample_weight=[0, 0, 0.1, 9]).cluster_centers_.tolist() == [[10.0]]


@settings(max_examples=80, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(3, 50), st.integers(1, 6)),
        elements=st.floats(-100, 100).map(lambda v: round(v, 1)),
    ),
    k=st.integers(1, 8),
    offset=st.sampled_from([0.0, 1e6]),
    seed=st.integers(0, 5),
)
def test_any_table(X: npt.NDArray[np.float64], k: int, offset: float, seed: int) -> None:
    X = X + offset
    k = min(k, len(np.unique(X, axis=0)))
    before = np.inf
    for max_iter in (1, 2, 3, 100):
        model = KMedians(k, random_state=seed, max_iter=max_iter).fit(X)
        table = distances(X, model.cluster_centers_)
        np.testing.assert_array_equal(model.labels_, table.argmin(axis=1))
        assert np.unique(model.labels_).size == k
        assert model.inertia_ == pytest.approx(table.min(axis=1).sum(), abs=1e-6)
        # The objective never rises.
        assert model.inertia_ <= before * (1 + 1e-12) + 1e-9
        before = model.inertia_


@pytest.mark.parametrize("max_iter", [1, 2, 300])
def test_many_centres_on_one_spot_are_spread(max_iter: int) -> None:
    X = np.random.default_rng(0).normal(size=(300, 2))
    model = KMedians(20, init=np.full((20, 2), 50.0), max_iter=max_iter).fit(X)
    assert np.unique(model.labels_).size == 20
    np.testing.assert_array_equal(model.predict(X), model.labels_)


def test_weight_is_repetition_in_any_order(blobs: npt.NDArray[np.float64]) -> None:
    random = np.random.default_rng(1)
    weights = random.integers(0, 4, size=len(blobs))
    order = random.permutation(len(blobs))
    repeated = KMedians(7, random_state=3).fit(np.repeat(blobs, weights, axis=0))
    weighted = KMedians(7, random_state=3).fit(blobs[order], sample_weight=weights[order])
    np.testing.assert_array_equal(repeated.predict(blobs), weighted.predict(blobs))
    assert repeated.inertia_ == pytest.approx(weighted.inertia_, rel=1e-12)


def test_a_wild_value_moves_a_median_less_than_a_mean() -> None:
    X = np.concatenate([np.arange(9.0), [1e9]])[:, None]
    assert KMedians(1).fit(X).cluster_centers_.tolist() == [[4.0]]


def test_more_starts_are_no_worse(blobs: npt.NDArray[np.float64]) -> None:
    starts = np.stack([blobs[i : i + 6] for i in range(0, 48, 6)])
    best = kmedians(blobs, 6, init=starts)
    singles = [kmedians(blobs, 6, init=start).inertia for start in starts]
    assert best.inertia == pytest.approx(min(singles), rel=1e-9)
    drawn = [kmedians(blobs, 6, random_state=0, n_init=n).inertia for n in (1, 4, 12)]
    assert drawn == sorted(drawn, reverse=True)


def test_seeding_is_better_than_chance(blobs: npt.NDArray[np.float64]) -> None:
    def mean(init: str) -> float:
        fits = [
            kmedians(blobs, 8, init=init, n_init=1, max_iter=1, random_state=s) for s in range(15)
        ]
        return float(np.mean([fit.inertia for fit in fits]))

    assert mean("k-means++") < mean("random")


def test_scores_use_manhattan_distances() -> None:
    X = load_iris().data
    model = KMedians(3, random_state=0).fit(X)
    table = distances(X, model.cluster_centers_)
    np.testing.assert_allclose(model.transform(X), table, rtol=1e-12)
    assert model.score(X) == pytest.approx(-model.inertia_)
    shares = model.membership(X, full=True)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    radii = [np.sort(table[model.labels_ == c, c])[(model.labels_ == c).sum() // 2] for c in (0, 1)]
    np.testing.assert_allclose(model.cluster_radii_[:2], radii, rtol=1e-6)
    ratio = table.min(axis=1) / model.cluster_radii_[model.labels_]
    np.testing.assert_allclose(model.outlier_scores(X), ratio**2 / (ratio**2 + 4), rtol=1e-9)


def test_callback_sees_progress_and_can_stop(blobs: npt.NDArray[np.float64]) -> None:
    events: list[Event] = []
    KMedians(8, n_init=3, random_state=0, callback=events.append).fit(blobs)
    assert {event.done for event in events} == {0.0, 1.0, 2.0}

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        KMedians(8, callback=stop).fit(blobs)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"n_clusters": 9999}, "n_clusters=9999 exceeds the 900 rows"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
        ({"init": "best"}, "init must be one of 'k-means\\+\\+', 'random'"),
        ({"init": np.zeros((3, 5))}, r"shape of the initial centers \(3, 5\) does not match"),
    ],
)
def test_bad_parameters(
    blobs: npt.NDArray[np.float64], parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ParameterError, match=sentence):
        KMedians(**parameters).fit(blobs)


def test_bad_weights(blobs: npt.NDArray[np.float64]) -> None:
    with pytest.raises(DataError, match="sample_weight must be finite and not negative"):
        KMedians(2).fit(blobs, sample_weight=-np.ones(900))


@pytest.mark.parametrize("scale", [1e-30, 1e8, 1e30])
def test_any_scale(blobs: npt.NDArray[np.float64], scale: float) -> None:
    model = KMedians(8, init=blobs[:8] * scale).fit(blobs * scale)
    plain = KMedians(8, init=blobs[:8]).fit(blobs)
    np.testing.assert_array_equal(model.labels_, plain.labels_)
    assert model.inertia_ / scale == pytest.approx(plain.inertia_)


def test_every_instruction_set_and_thread_count_gives_the_same_bits() -> None:
    levels = _native.info()["available_isas"]
    runs = [(levels[-1], 1), (levels[-1], 7)] + [(isa, 2) for isa in levels[:-1]]
    digests = set()
    for isa, n_jobs in runs:
        done = subprocess.run(
            [sys.executable, str(HERE / "digest.py"), str(n_jobs), "KMedians"],
            env={**os.environ, "SHOAL_ISA": isa},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1
