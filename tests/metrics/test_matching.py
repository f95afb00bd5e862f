"""Clusters taken for classes."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from shoal.errors import ParameterError
from shoal.metrics import contingency_matrix, match_labels, matched_accuracy_score, purity_score


@st.composite
def labelings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.integers(draw(st.integers(1, 12)), size=n), rng.integers(
        draw(st.integers(1, 12)), size=n
    )


@given(labelings())
@settings(max_examples=100, deadline=None)
def test_one_to_one_is_the_best_assignment(pair: tuple[np.ndarray, np.ndarray]) -> None:
    table = contingency_matrix(*pair)
    chosen = linear_sum_assignment(table, maximize=True)
    found = match_labels(*pair, method="one-to-one")
    assert found.accuracy == pytest.approx(table[chosen].sum() / len(pair[0]))
    assert matched_accuracy_score(*pair) == found.accuracy
    taken = list(found.mapping.values())
    assert len(set(taken)) == len(taken)
    right = [found.mapping.get(cluster) == label for label, cluster in zip(*pair, strict=True)]
    assert np.mean(right) == pytest.approx(found.accuracy)


def test_one_to_one_beats_every_permutation() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(5, size=200), rng.integers(5, size=200)
    best = max(np.mean(np.array(order)[b] == a) for order in permutations(range(5)))
    assert matched_accuracy_score(a, b) == pytest.approx(best)


@given(labelings())
@settings(max_examples=100, deadline=None)
def test_a_majority_is_the_first_most_frequent_class(pair: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = pair
    found = match_labels(a, b)
    for cluster in np.unique(b):
        assert found.mapping[int(cluster)] == np.bincount(a[b == cluster]).argmax()
    assert np.mean(found.translate(b) == a) == pytest.approx(found.accuracy)
    assert purity_score(a, b) == found.accuracy
    assert found.sizes.sum() == len(a)
    assert found.hits.sum() / len(a) == pytest.approx(found.accuracy)


def test_new_rows_get_the_class_of_their_cluster() -> None:
    found = match_labels(["cat", "dog", "dog"], [5, 7, 7])
    assert found.translate([7, 5, 7]).tolist() == ["dog", "cat", "dog"]
    assert found.translate([7, 6]).tolist() == ["dog", None]
    assert found.translate([6], unmatched="?").tolist() == ["?"]
    assert found.translate([]).tolist() == []
    numbers = match_labels(np.array([3, 4], np.int16), ["a", "b"])
    assert numbers.translate(["b", "a"]).dtype == np.int16


def test_more_clusters_than_classes_leave_some_without() -> None:
    found = match_labels(["x"] * 5 + ["y"], [0, 0, 0, 1, 1, 2], method="one-to-one")
    assert found.mapping == {0: "x", 2: "y"}
    assert found.translate([1]).tolist() == [None]
    assert found.accuracy == pytest.approx(4 / 6)


def test_noise_is_a_cluster_like_any_other() -> None:
    assert match_labels([0, 0, 1], [-1, -1, 4]).mapping == {-1: 0, 4: 1}


def test_weights_count() -> None:
    assert match_labels(["a", "b"], [0, 0], sample_weight=[1, 2]).mapping == {0: "b"}
    assert match_labels(["a", "b"], [0, 0], sample_weight=[0.5, 0.25]).accuracy == pytest.approx(
        2 / 3
    )


def test_without_rows() -> None:
    for method in ("majority", "one-to-one"):
        found = match_labels([], [], method=method)
        assert (found.mapping, found.accuracy) == ({}, 1.0)


def test_another_method_is_refused() -> None:
    with pytest.raises(ParameterError, match="method must be one of 'majority', 'one-to-one'"):
        match_labels([0], [0], method="hungarian")
