"""The sweep: honest indices, fits for use again, one answer whatever the threads."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from shoal import metrics
from shoal.data.prepare import prepare
from shoal.data.read import read_table
from shoal.errors import Cancelled, DataError, ParameterError
from shoal.metrics import silhouette
from shoal.progress import Event
from shoal.selection import KSweep, choose_k, fits

BLOBS = make_blobs(300, 3, centers=4, cluster_std=0.7, random_state=5)[0]


def customers(name: str, columns: list[str] | None = None) -> np.ndarray:
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("SHOAL_TEST_DATA", root.parent / "shared" / "data"))
    path = folder / "customers" / name
    if not path.exists():
        pytest.skip(f"customers/{name} is not in the test data folder")
    return prepare(read_table(path), columns=columns)[0].X


def same(a: KSweep, b: KSweep) -> bool:
    return a.choice == b.choice and all(
        np.array_equal(a.results[k].labels, b.results[k].labels)
        and np.array_equal(a.results[k].cluster_centers, b.results[k].cluster_centers)
        and np.array_equal(a.silhouettes[k], b.silhouettes[k])
        for k in a.results
    )


def test_planted_groups_are_found() -> None:
    sweep = choose_k(BLOBS)
    assert sweep.choice.k == tuple(range(2, 13))
    assert sweep.choice.recommended == 4
    assert sweep.best is sweep.results[4]
    indices = ("silhouette", "calinski_harabasz", "davies_bouldin")
    assert sweep.choice.votes == {**dict.fromkeys(indices, 4), "elbow": 3}
    assert sweep.choice.reason.startswith("4 clusters separate the groups best (silhouette 0.84")
    assert sweep.choice.silhouette_rows is None
    assert sweep.notes == ()


def test_indices_are_those_of_the_fits() -> None:
    sweep = choose_k(BLOBS, [2, 5, 9])
    choice = sweep.choice
    for i, k in enumerate(choice.k):
        labels = sweep.results[k].labels
        assert len(np.unique(labels)) == k
        assert choice.inertia[i] == pytest.approx(metrics.inertia_score(BLOBS, labels))
        assert choice.silhouette[i] == pytest.approx(metrics.silhouette_score(BLOBS, labels))
        assert choice.silhouette_error[i] == 0.0
        expected = metrics.calinski_harabasz_score(BLOBS, labels)
        assert choice.calinski_harabasz[i] == pytest.approx(expected)
        expected = metrics.davies_bouldin_score(BLOBS, labels)
        assert choice.davies_bouldin[i] == pytest.approx(expected)
        np.testing.assert_allclose(
            sweep.silhouettes[k], metrics.silhouette_samples(BLOBS, labels), atol=1e-12
        )
    assert np.array_equal(sweep.silhouette_rows, np.arange(300))


@given(st.integers(0, 2**32 - 1), st.integers(4, 60), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_inertia_never_rises(seed: int, n: int, d: int) -> None:
    X = np.random.default_rng(seed).integers(-9, 9, (n, d)).astype(float)
    X[0] += 0.5
    choice = choose_k(X, range(2, 9), n_init=1).choice
    assert all(
        b <= a * (1 + 1e-12) for a, b in zip(choice.inertia, choice.inertia[1:], strict=False)
    )


def test_fits_are_as_good_as_the_best_of_ten_starts() -> None:
    beyond = []
    for seed in (8, 9, 10):
        X = make_blobs(3000, 4, centers=7, cluster_std=2.5, random_state=seed)[0]
        choice = choose_k(X, range(2, 11)).choice
        for k, inertia in zip(choice.k, choice.inertia, strict=True):
            ratio = inertia / KMeans(k, n_init=10, random_state=0).fit(X).inertia_
            if k < 7:
                assert ratio < 1 + 1e-4, (seed, k)
            else:
                beyond.append(ratio)
    # With as many clusters as there are groups, or more, no search finds the best every time.
    assert np.mean(beyond) < 1


def test_a_range_with_gaps_is_merged_over_them() -> None:
    fits_of = choose_k(BLOBS, [2, 4, 9], n_init=1).results
    again = choose_k(BLOBS, [2, 4, 9], n_init=10).results
    for k in (2, 4):
        assert fits_of[k].inertia == pytest.approx(again[k].inertia)


@pytest.mark.parametrize("n_jobs", [2, 7])
def test_threads_do_not_matter(n_jobs: int) -> None:
    assert same(choose_k(BLOBS, n_jobs=1), choose_k(BLOBS, n_jobs=n_jobs))


def test_same_seed_same_answer_and_input_untouched() -> None:
    X = BLOBS.copy()
    X.flags.writeable = False
    first = choose_k(X, range(2, 6), random_state=3)
    assert same(first, choose_k(np.asfortranarray(X), range(2, 6), random_state=3))
    assert np.array_equal(X, BLOBS)


def test_origin_does_not_matter() -> None:
    X = np.round(BLOBS * 64) / 64
    here, there = choose_k(X, range(2, 7)), choose_k(X + 2.0**26, range(2, 7))
    assert here.choice.recommended == there.choice.recommended
    np.testing.assert_allclose(here.choice.silhouette, there.choice.silhouette, atol=1e-9)
    np.testing.assert_allclose(here.choice.inertia, there.choice.inertia, rtol=1e-6)


def test_weights_count_and_zero_leaves_out() -> None:
    rng = np.random.default_rng(0)
    times = rng.integers(0, 3, len(BLOBS))
    weighted = choose_k(BLOBS, [4], sample_weight=times)
    repeated = choose_k(np.repeat(BLOBS, times, axis=0), [4])
    for name in ("inertia", "calinski_harabasz", "davies_bouldin"):
        found, expected = getattr(weighted.choice, name), getattr(repeated.choice, name)
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert np.array_equal(weighted.silhouette_rows, np.flatnonzero(times > 0))
    assert len(weighted.best.labels) == len(BLOBS)


def test_sampled_silhouettes(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = choose_k(BLOBS, range(2, 7)).choice
    monkeypatch.setattr(silhouette, "EXACT_ROWS", 100)
    monkeypatch.setattr(silhouette, "SAMPLE_ROWS", 90)
    sweep = choose_k(BLOBS, range(2, 7))
    choice = sweep.choice
    assert choice.silhouette_rows == 90
    assert len(sweep.silhouette_rows) == 90
    assert "from 90 sampled rows" in choice.reason
    assert all(error > 0 for error in choice.silhouette_error)
    away = np.abs(np.subtract(choice.silhouette, exact.silhouette))
    assert (away <= 4 * np.array(choice.silhouette_error)).all()
    assert choice.recommended == exact.recommended


def test_search_on_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = choose_k(BLOBS)
    monkeypatch.setattr(fits, "SEARCH_ABOVE", 100)
    monkeypatch.setattr(fits, "SEARCH_ROWS", 120)
    sweep = choose_k(BLOBS)
    inertia = sweep.choice.inertia
    assert all(b <= a for a, b in pairwise(inertia))
    np.testing.assert_allclose(inertia, exact.choice.inertia, rtol=0.1)
    assert sweep.choice.inertia[2] == exact.choice.inertia[2]
    assert sweep.choice.recommended == 4
    assert len(sweep.best.labels) == len(BLOBS)
    assert same(sweep, choose_k(BLOBS, n_jobs=3))
    weights = np.ones(len(BLOBS))
    weights[::3] = 0.0
    assert choose_k(BLOBS, sample_weight=weights).choice.recommended == 4


@pytest.mark.parametrize("d", [1, 2, 3, 8])
@pytest.mark.parametrize("shape", ["uniform", "normal"])
def test_data_without_groups_are_called_so(shape: str, d: int) -> None:
    rng = np.random.default_rng(d)
    X = getattr(rng, shape)(size=(500, d))
    choice = choose_k(X, range(2, 9), n_init=3).choice
    assert choice.reason.startswith("No number of clusters stands out")
    assert choice.reference is not None
    assert choice.reference > max(choice.silhouette) - 0.05


def test_groups_beat_the_reference() -> None:
    choice = choose_k(BLOBS).choice
    assert choice.reference is not None
    assert choice.reference < max(choice.silhouette) - 0.2


def test_mall_customers_as_good_as_the_best_of_20_starts() -> None:
    X = customers("Mall_Customers.csv", ["Age", "Spending Score (1-100)"])
    sweep = choose_k(X)
    best = KMeans(4, n_init=20, random_state=0).fit(X)
    assert sweep.choice.inertia[2] == pytest.approx(best.inertia_, abs=1e-6)
    assert sweep.choice.elbow == 4
    assert sweep.choice.recommended == 2
    assert not sweep.choice.reason.startswith("No number")


def test_range_is_cut_with_a_note() -> None:
    sweep = choose_k(np.repeat(np.arange(5.0), 4).reshape(-1, 1))
    assert sweep.choice.k == (2, 3, 4, 5)
    assert sweep.notes == ("k = 6 to 12 left out: more than the 5 distinct rows.",)


def test_progress_and_cancelling(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    choose_k(BLOBS, range(2, 5), callback=events.append)
    assert {event.stage for event in events} == {"choose-k"}
    count = len(events)
    assert [event.done for event in events] == sorted(event.done or 0.0 for event in events)
    monkeypatch.setattr(fits, "SEARCH_ABOVE", 100)
    choose_k(BLOBS, range(2, 5), callback=events.append)
    done = [event.done or 0.0 for event in events[count:]]
    assert done == sorted(done)
    assert all(event.total == 4 and 0 <= (event.done or 0.0) <= 4 for event in events)
    assert {event.message.split(",")[0] for event in events} >= {"2 clusters", "4 clusters"}

    def stop(event: Event) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled, match="stopped"):
        choose_k(BLOBS, callback=stop)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"k_range": []}, ParameterError, "at least one integer"),
        ({"k_range": [1, 2]}, ParameterError, "integer of at least 2; got 1"),
        ({"n_init": 0}, ParameterError, "n_init must be an integer of at least 1; got 0"),
        ({"X": np.zeros((9, 2))}, DataError, "2 of them different; got 9 rows, 1 different"),
        ({"X": [[0.0], [np.inf], [1.0]]}, DataError, "X must be finite; got .*inf.* in row 1"),
        ({"sample_weight": [1.0]}, DataError, "one number per row"),
    ],
)
def test_bad_input(arguments: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        choose_k(**{"X": BLOBS, **arguments})  # type: ignore[arg-type]
