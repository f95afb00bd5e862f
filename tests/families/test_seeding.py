"""Choosing the starting centres: what is drawn, and what a draw must not depend on."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import sklearn.cluster
from scipy import sparse, stats
from sklearn.datasets import make_blobs

from shoal import Cancelled, FuzzyCMeans, KMeans
from shoal.centroid import kmeans_parallel, kmeans_plusplus

MANY = 20_000
"""More rows than are brought into a canonical order first."""


def plain(X: Any, k: int, **arguments: Any) -> tuple[np.ndarray, np.ndarray]:
    return kmeans_plusplus(X, k, n_local_trials=1, **arguments)


def potential(X: np.ndarray, centers: np.ndarray) -> float:
    return float(((X[:, None] - centers[None]) ** 2).sum(axis=-1).min(axis=1).sum())


SEEDINGS = pytest.mark.parametrize("seeding", [plain, kmeans_plusplus, kmeans_parallel])


def test_rejection_draws_what_plain_k_means_plus_plus_draws() -> None:
    X = np.array([[0.0], [1.0], [3.0], [3.5], [9.0]])
    weights = np.array([1.0, 2.0, 1.0, 0.5, 3.0])
    draws, k = 6000, 3
    found = Counter(
        tuple(plain(X, k, sample_weight=weights, random_state=seed)[1].tolist())
        for seed in range(draws)
    )
    expected = {}
    for order in permutations(range(len(X)), k):
        share = weights[order[0]] / weights.sum()
        for at in range(1, k):
            closest = np.square(X - X[list(order[:at])].T).min(axis=1) * weights
            share *= closest[order[at]] / closest.sum()
        expected[order] = share * draws
    assert set(found) <= set(expected)
    # Rare orders are counted together, as the test of goodness of fit wants it.
    common = [order for order, count in expected.items() if count >= 5]
    observed = [found[order] for order in common]
    wanted = [expected[order] for order in common]
    observed.append(draws - sum(observed))
    wanted.append(draws - sum(wanted))
    assert stats.chisquare(observed, wanted).pvalue > 1e-3


@pytest.mark.parametrize("n", [2000, MANY])
def test_seeds_are_as_good_as_those_of_plain_k_means_plus_plus(n: int) -> None:
    X = make_blobs(n, 4, centers=60, cluster_std=0.8, random_state=2)[0]
    theirs = [
        potential(X, sklearn.cluster.kmeans_plusplus(X, 40, n_local_trials=1, random_state=s)[0])
        for s in range(12)
    ]
    for seeding in (plain, kmeans_parallel):
        ours = [potential(X, seeding(X, 40, random_state=s)[0]) for s in range(12)]
        spread = (np.std(theirs) + np.std(ours)) / np.sqrt(12)
        assert np.mean(ours) < np.mean(theirs) + 3 * spread


@SEEDINGS
def test_threads_and_layout_do_not_matter(seeding: Any) -> None:
    X = make_blobs(MANY, 3, centers=9, random_state=1)[0]
    centers, first = seeding(X, 50, random_state=4)
    np.testing.assert_array_equal(centers, X[first])
    assert len(set(first.tolist())) == 50
    for n_jobs in (1, 2, 7):
        np.testing.assert_array_equal(seeding(X, 50, random_state=4, n_jobs=n_jobs)[1], first)
    np.testing.assert_array_equal(seeding(np.asfortranarray(X), 50, random_state=4)[1], first)


@SEEDINGS
def test_rows_without_weight_are_never_drawn(seeding: Any) -> None:
    X = np.random.default_rng(0).normal(size=(MANY, 2))
    weights = (np.arange(MANY) % 3 == 0) * 1.0
    chosen = seeding(X, 40, sample_weight=weights, random_state=0)[1]
    assert (weights[chosen] > 0).all()


@SEEDINGS
@pytest.mark.parametrize("n", [60, MANY])
def test_every_distinct_row_is_found_before_any_twice(seeding: Any, n: int) -> None:
    X = np.random.default_rng(0).integers(0, 2, size=(n, 3)).astype(float)
    centers = seeding(X, 12, random_state=0)[0]
    assert len(np.unique(centers, axis=0)) == 8


@pytest.mark.parametrize("init", ["fast-k-means++", "k-means||"])
def test_the_words_start_fits(init: str) -> None:
    X = make_blobs(900, 3, centers=6, cluster_std=0.5, random_state=3)[0]
    best = KMeans(6, n_init=20, random_state=0).fit(X).inertia_
    model = KMeans(6, init=init, n_init=10, random_state=0).fit(X)
    assert model.inertia_ == pytest.approx(best, rel=1e-6)
    assert KMeans(6, init=init, random_state=1).fit(sparse.csr_array(X)).n_iter_ >= 1
    soft = FuzzyCMeans(6, init=init, random_state=0).fit(X)
    np.testing.assert_array_equal(soft.predict(X), soft.labels_)


@pytest.mark.parametrize("init", ["fast-k-means++", "k-means||"])
def test_seeding_can_be_stopped(init: str) -> None:
    X = np.random.default_rng(0).normal(size=(MANY, 8))

    def stop(event: Any) -> None:
        raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        KMeans(6000, init=init, callback=stop).fit(X)
