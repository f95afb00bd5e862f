"""FuzzyCMeans: fixed points, the reference iteration, properties, errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.datasets import load_iris, make_blobs
from sklearn.exceptions import ConvergenceWarning

from shoal import Cancelled, DataError, Event, FuzzyCMeans, KMeans, ParameterError, _native
from shoal.centroid import fuzzy_c_means
from tests.families.reference import fuzzy_memberships, fuzzy_step

FUZZIFIERS = (2.0, 1.05, 1.3, 3.0, 7.5)
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    return make_blobs(900, 5, centers=4, cluster_std=2.0, random_state=4)[0]


@pytest.mark.parametrize("m", FUZZIFIERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_reference_iteration(
    blobs: np.ndarray, m: float, dtype: Any, weighted: bool
) -> None:
    X = blobs.astype(dtype)
    weights = np.random.default_rng(0).random(len(X)) if weighted else None
    start = X[:4] + dtype(0.125)
    wide, centers = X.astype(np.float64), start.astype(np.float64)
    for _ in range(12):
        centers = fuzzy_step(wide, centers, m, weights)
    model = FuzzyCMeans(4, fuzzifier=m, init=start, tol=0, max_iter=12)
    model.fit(X, sample_weight=weights)
    rtol = 1e-9 if dtype is np.float64 else 1e-6
    np.testing.assert_allclose(model.cluster_centers_, centers, rtol=rtol)
    u, squared = fuzzy_memberships(wide, model.cluster_centers_.astype(np.float64), m)
    w = np.ones(len(X)) if weights is None else weights
    total = w.sum()
    assert model.objective_ == pytest.approx(w @ (u**m * squared).sum(axis=1), rel=1e-9)
    assert model.partition_coefficient_ == pytest.approx(w @ (u**2).sum(axis=1) / total, rel=1e-9)
    entropy = -(u * np.log(u, where=u > 0, out=np.zeros_like(u))).sum(axis=1)
    assert model.partition_entropy_ == pytest.approx(w @ entropy / total, rel=1e-9, abs=1e-12)
    assert model.inertia_ == pytest.approx(w @ squared.min(axis=1), rel=1e-9)
    np.testing.assert_allclose(model.membership(X, full=True), u, rtol=1e-9, atol=1e-15)
    np.testing.assert_array_equal(model.labels_, u.argmax(axis=1))


@pytest.mark.parametrize("m", [1.2, 1.5, 2.0, 2.5])
def test_the_equations_hold_where_it_ends(m: float) -> None:
    X = load_iris().data
    result = fuzzy_c_means(X, 3, fuzzifier=m, n_init=3, tol=1e-13, max_iter=5000, random_state=0)
    assert result.n_iter < 5000
    # A fixed point of the alternation: centres give memberships that give the same centres.
    again = fuzzy_step(X, result.cluster_centers, m, None)
    np.testing.assert_allclose(result.cluster_centers, again, rtol=1e-9)
    # And no descent from a random table of memberships, as in R's fanny, ends lower.
    random = np.random.default_rng(0)
    for _ in range(10):
        u = random.dirichlet(np.ones(3), size=len(X))
        centers = (u**m).T @ X / (u**m).sum(axis=0)[:, None]
        for _ in range(400):
            centers = fuzzy_step(X, centers, m, None)
        u, squared = fuzzy_memberships(X, centers, m)
        assert result.objective <= (u**m * squared).sum() * (1 + 1e-9)


def test_known_centres_of_iris() -> None:
    # Bezdek's example as everyone's software gives it: m = 2, three clusters.
    result = fuzzy_c_means(load_iris().data, 3, random_state=0, tol=1e-10)
    found = result.cluster_centers[np.argsort(result.cluster_centers[:, 0])]
    expected = [
        [5.004, 3.414, 1.483, 0.254],
        [5.889, 2.761, 4.364, 1.397],
        [6.775, 3.052, 5.647, 2.054],
    ]
    np.testing.assert_allclose(found, expected, atol=6e-4)
    assert result.objective == pytest.approx(60.5057, abs=1e-3)
    assert result.partition_coefficient == pytest.approx(0.7834, abs=1e-3)


def test_near_one_it_is_k_means(blobs: np.ndarray) -> None:
    start = KMeans(4, n_init=10, random_state=0).fit(blobs).cluster_centers_
    hard = KMeans(4, init=start, n_init=1, tol=0).fit(blobs)
    soft = FuzzyCMeans(4, fuzzifier=1.001, init=start, tol=0).fit(blobs)
    np.testing.assert_array_equal(hard.labels_, soft.labels_)
    assert soft.objective_ == pytest.approx(hard.inertia_, rel=1e-3)


@settings(max_examples=60, deadline=None)
@given(
    X=arrays.arrays(
        np.float64,
        st.tuples(st.integers(4, 50), st.integers(1, 9)),
        elements=st.floats(-100, 100).map(lambda v: round(v, 1)),
    ),
    k=st.integers(1, 4),
    m=st.sampled_from([1.1, 1.7, 2.0, 4.0]),
    offset=st.sampled_from([0.0, 1e5]),
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_objective_never_rises(X: np.ndarray, k: int, m: float, offset: float) -> None:
    X = X + offset
    start = np.unique(X, axis=0)[:k] + 0.25
    before = np.inf
    for max_iter in range(1, 8):
        model = FuzzyCMeans(len(start), fuzzifier=m, init=start, tol=0, max_iter=max_iter).fit(X)
        assert model.objective_ <= before * (1 + 1e-9) + 1e-9 * (1 + offset) ** 2 * 1e-6
        before = model.objective_
        u = model.membership(X, full=True)
        np.testing.assert_allclose(u.sum(axis=1), 1)
        np.testing.assert_array_equal(model.predict(X), model.labels_)


def test_a_row_on_a_centre_belongs_to_it_alone() -> None:
    X = np.array([[0.0], [0.0], [1.0], [9.0], [10.0]])
    model = FuzzyCMeans(2, init=np.array([[0.0], [10.0]]), max_iter=1).fit(X)
    model.cluster_centers_ = np.array([[0.0], [10.0]])
    np.testing.assert_array_equal(model.membership(X[[0, 4]], full=True), np.eye(2))
    model.cluster_centers_ = np.array([[0.0], [0.0]])
    np.testing.assert_array_equal(model.membership(X[:1], full=True), [[0.5, 0.5]])


@pytest.mark.parametrize("m", [2.0, 10.0, 50.0])
def test_drawn_rows_do_not_keep_the_centres(blobs: np.ndarray, m: float) -> None:
    model = FuzzyCMeans(4, fuzzifier=m, random_state=0).fit(blobs)
    nearest = ((blobs[:, None] - model.cluster_centers_[None]) ** 2).sum(axis=-1).min(axis=0)
    assert (nearest > 1e-9).all()


def test_weight_is_repetition_in_any_order(blobs: np.ndarray) -> None:
    random = np.random.default_rng(1)
    weights = random.integers(0, 4, size=len(blobs))
    order = random.permutation(len(blobs))
    settings = {"fuzzifier": 1.8, "random_state": 3, "tol": 1e-12, "max_iter": 2000}
    repeated = FuzzyCMeans(4, **settings).fit(np.repeat(blobs, weights, axis=0))
    weighted = FuzzyCMeans(4, **settings).fit(blobs[order], sample_weight=weights[order])
    np.testing.assert_array_equal(repeated.predict(blobs), weighted.predict(blobs))
    assert repeated.objective_ == pytest.approx(weighted.objective_, rel=1e-10)
    for name in ("partition_coefficient_", "partition_entropy_", "xie_beni_"):
        assert getattr(repeated, name) == pytest.approx(getattr(weighted, name), rel=1e-7)


def test_the_best_of_several_starts_is_kept(blobs: np.ndarray) -> None:
    starts = np.stack([blobs[i : i + 4] for i in range(0, 40, 4)])
    best = fuzzy_c_means(blobs, 4, fuzzifier=1.2, init=starts)
    singles = [fuzzy_c_means(blobs, 4, fuzzifier=1.2, init=start).objective for start in starts]
    assert best.objective == pytest.approx(min(singles), rel=1e-9)


def test_xie_beni(blobs: np.ndarray) -> None:
    result = fuzzy_c_means(blobs, 4, random_state=0)
    centers = result.cluster_centers
    apart = min(((a - b) ** 2).sum() for i, a in enumerate(centers) for b in centers[:i])
    assert result.xie_beni == pytest.approx(result.objective / len(blobs) / apart)
    assert np.isnan(fuzzy_c_means(blobs, 1).xie_beni)


def test_coinciding_centres_are_told(blobs: np.ndarray) -> None:
    start = np.stack([blobs[0], blobs[0], blobs[1]])
    with pytest.warns(ConvergenceWarning, match="Some centres coincide"):
        model = FuzzyCMeans(3, init=start).fit(blobs)
    assert model.xie_beni_ == np.inf
    assert 1 not in model.labels_


@pytest.mark.parametrize("scale", [1e-30, 1e-8, 1e8, 1e30])
def test_any_scale(blobs: np.ndarray, scale: float) -> None:
    expected = FuzzyCMeans(4, random_state=0).fit(blobs)
    model = FuzzyCMeans(4, random_state=0).fit(blobs * scale)
    np.testing.assert_array_equal(model.labels_, expected.labels_)
    np.testing.assert_allclose(model.cluster_centers_, expected.cluster_centers_ * scale, rtol=1e-5)
    assert model.objective_ / scale**2 == pytest.approx(expected.objective_, rel=1e-6)


def test_every_instruction_set_gives_the_same_bits() -> None:
    script = (
        "import sys, numpy as np, hashlib; from shoal import FuzzyCMeans\n"
        "X = np.random.default_rng(0).normal(size=(3000, 7)); digest = hashlib.sha256()\n"
        "for m in (2, 1.4, 9):\n"
        "    for dtype in (np.float32, np.float64):\n"
        "        f = FuzzyCMeans(6, fuzzifier=m, n_init=2, max_iter=15, random_state=0, n_jobs=2)\n"
        "        f.fit(X.astype(dtype))\n"
        "        for part in (f.labels_, f.cluster_centers_, np.float64(f.objective_),\n"
        "                     np.float64(f.partition_entropy_)):\n"
        "            digest.update(part.tobytes())\n"
        "print(digest.hexdigest())"
    )
    digests = set()
    for isa in _native.info()["available_isas"]:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "SHOAL_ISA": isa},
            capture_output=True,
            text=True,
            check=True,
            cwd=HERE,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_callback_sees_progress_and_can_stop(blobs: np.ndarray) -> None:
    events: list[Event] = []
    FuzzyCMeans(4, n_init=3, random_state=0, callback=events.append).fit(blobs)
    assert {event.done for event in events} == {0.0, 1.0, 2.0}
    assert all(event.stage == "fit" and event.total == 3 for event in events)

    def stop(event: Event) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        FuzzyCMeans(4, callback=stop).fit(blobs)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"fuzzifier": 1}, r"fuzzifier must be a number > 1; got 1\. 2 is usual\."),
        ({"fuzzifier": 51}, "fuzzifier must be a number of at most 50; got 51"),
        ({"fuzzifier": "two"}, "fuzzifier must be a number > 1; got 'two'"),
        ({"fuzzifier": float("nan")}, "fuzzifier must be a number > 1; got nan"),
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"n_clusters": 9999}, "n_clusters=9999 exceeds the 900 rows"),
        ({"max_iter": 0}, "max_iter must be an integer of at least 1; got 0"),
        ({"tol": -1}, "tol must be a number >= 0; got -1"),
        ({"init": "best"}, "init must be one of 'k-means\\+\\+', 'random'"),
        ({"init": np.zeros((8, 4))}, r"shape of the initial centers \(8, 4\) does not match"),
    ],
)
def test_bad_parameters(blobs: np.ndarray, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        FuzzyCMeans(**parameters).fit(blobs)


def test_bad_weights_and_rows(blobs: np.ndarray) -> None:
    with pytest.raises(DataError, match="sample_weight must be finite and not negative"):
        FuzzyCMeans(2).fit(blobs, sample_weight=-np.ones(len(blobs)))
    with pytest.raises(ParameterError, match="X must be given"):
        FuzzyCMeans(2).fit(blobs).membership()
