"""Comparisons of two labelings equal scikit-learn's, exactly where they count."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from sklearn.metrics import cluster as sklearn_cluster

from shoal import metrics
from shoal.errors import DataError, ParameterError
from shoal.metrics.contingency import tabulate
from shoal.metrics.pairs import count_pairs

SAME_NAME = (
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "completeness_score",
    "fowlkes_mallows_score",
    "homogeneity_score",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "rand_score",
    "v_measure_score",
)
OURS = (*SAME_NAME, "purity_score", "inverse_purity_score", "matched_accuracy_score")
WHOLE = {"adjusted_mutual_info_score", "adjusted_rand_score", "fowlkes_mallows_score", "rand_score"}

Pair = tuple[np.ndarray, np.ndarray]


@st.composite
def labelings(draw: st.DrawFn, least: int = 1, most: int = 60) -> Pair:
    """Two labelings of the same rows that agree to a degree."""
    n = draw(st.integers(least, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a = rng.integers(draw(st.integers(1, n)), size=n)
    b = rng.integers(draw(st.integers(1, n)), size=n)
    copied = rng.random(n) < draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))
    return a, np.where(copied, a, b) - draw(st.integers(0, 1))


def theirs(name: str, *labels: Any, **more: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # many different labels look like a regression target
        return getattr(sklearn_metrics, name)(*labels, **more)


@given(labelings())
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("name", SAME_NAME)
def test_equals_sklearn(name: str, pair: Pair) -> None:
    assert getattr(metrics, name)(*pair) == pytest.approx(theirs(name, *pair), abs=1e-10)


@given(labelings(), st.sampled_from(["arithmetic", "geometric", "min", "max"]))
@settings(max_examples=150, deadline=None)
def test_every_average_equals_sklearn(pair: Pair, method: str) -> None:
    for name in ("adjusted_mutual_info_score", "normalized_mutual_info_score"):
        if name.startswith("adjusted") and method == "min" and _has_singletons_only(pair):
            continue  # nothing over nothing: theirs is the sign of a rounding error
        ours = getattr(metrics, name)(*pair, average_method=method)
        assert ours == pytest.approx(theirs(name, *pair, average_method=method), abs=1e-9)


def _has_singletons_only(pair: Pair) -> bool:
    return any(len(np.unique(labels)) == len(labels) for labels in pair)


@given(labelings(), st.floats(0, 5))
@settings(max_examples=60, deadline=None)
def test_v_measure_equals_sklearn_for_every_beta(pair: Pair, beta: float) -> None:
    ours = metrics.homogeneity_completeness_v_measure(*pair, beta=beta)
    expected = theirs("homogeneity_completeness_v_measure", *pair, beta=beta)
    assert ours == pytest.approx(expected, abs=1e-10)
    assert metrics.v_measure_score(*pair, beta=beta) == ours[2]


@given(labelings())
@settings(max_examples=60, deadline=None)
def test_tables_equal_sklearn(pair: Pair) -> None:
    table = sklearn_cluster.contingency_matrix(*pair)
    np.testing.assert_array_equal(metrics.contingency_matrix(*pair), table)
    np.testing.assert_array_equal(metrics.contingency_matrix(*pair, sparse=True).toarray(), table)
    np.testing.assert_array_equal(metrics.contingency_matrix(*pair, eps=0.5), table + 0.5)
    np.testing.assert_array_equal(
        metrics.pair_confusion_matrix(*pair), sklearn_cluster.pair_confusion_matrix(*pair)
    )


@given(labelings(most=25))
@settings(max_examples=60, deadline=None)
def test_pairs_are_counted_right(pair: Pair) -> None:
    a, b = pair
    together = [(a[i] == a[j], b[i] == b[j]) for i, j in combinations(range(len(a)), 2)]
    both = sum(x and y for x, y in together)
    precision, recall, f = metrics.pair_precision_recall_fscore(a, b)
    in_cluster, in_class = sum(y for _, y in together), sum(x for x, _ in together)
    assert precision == (both / in_cluster if in_cluster else 1.0)
    assert recall == (both / in_class if in_class else 1.0)
    harmonic = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    assert f == pytest.approx(harmonic)


@given(labelings(most=25))
@settings(max_examples=60, deadline=None)
def test_b_cubed_is_the_mean_over_rows(pair: Pair) -> None:
    a, b = pair
    shares = [np.mean(a[b == b[i]] == a[i]) for i in range(len(a))]
    found = [np.mean(b[a == a[i]] == b[i]) for i in range(len(a))]
    precision, recall, _ = metrics.b_cubed_precision_recall_fscore(a, b)
    assert (precision, recall) == pytest.approx((np.mean(shares), np.mean(found)))


@given(labelings(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("name", OURS)
def test_weight_is_repetition(name: str, pair: Pair, seed: int) -> None:
    weights = np.random.default_rng(seed).integers(0, 4, len(pair[0]))
    weights[0] += 1
    index = getattr(metrics, name)
    repeated = index(*(np.repeat(labels, weights) for labels in pair))
    assert index(*pair, sample_weight=weights) == pytest.approx(repeated, abs=1e-12)
    if name not in WHOLE:
        halves = index(*pair, sample_weight=weights / 2)
        assert halves == pytest.approx(repeated, abs=1e-12)


@given(labelings(), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("name", OURS)
def test_names_and_order_do_not_matter(name: str, pair: Pair, seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pair[0]))
    index = getattr(metrics, name)
    renamed = [np.array([f"{label:+}" for label in labels])[order] for labels in pair]
    assert index(*renamed) == pytest.approx(index(*pair), abs=1e-12)
    far = [labels[order] * 10**13 for labels in pair]
    assert index(*far) == pytest.approx(index(*pair), abs=1e-12)


@given(labelings())
@settings(max_examples=60, deadline=None)
def test_the_same_groups_are_perfect(pair: Pair) -> None:
    labels = pair[0]
    scores = metrics.external_scores(labels, [f"c{label}" for label in labels])
    del scores["mutual_info"]
    if len(set(labels.tolist())) == len(labels):
        assert scores.pop("fowlkes_mallows") == 0.0
    assert set(scores.values()) == {1.0}


@given(labelings())
@settings(max_examples=40, deadline=None)
def test_all_scores_are_the_single_ones(pair: Pair) -> None:
    scores = metrics.external_scores(*pair)
    assert tuple(scores) == tuple(metrics.EXTERNAL_SCORES)
    for name in OURS:
        assert scores[name.removesuffix("_score")] == getattr(metrics, name)(*pair)
    pairs, rows = (
        metrics.pair_precision_recall_fscore(*pair),
        metrics.b_cubed_precision_recall_fscore(*pair),
    )
    assert tuple(scores[f"pair_{part}"] for part in ("precision", "recall", "f")) == pairs
    assert tuple(scores[f"b_cubed_{part}"] for part in ("precision", "recall", "f")) == rows


def test_shares_of_rows_leave_out_what_counts_them() -> None:
    scores = metrics.external_scores([0, 0, 1], [0, 1, 1], sample_weight=[0.5, 1, 1])
    assert "adjusted_rand" not in scores
    assert scores["purity"] == pytest.approx(1.5 / 2.5)
    for name in sorted(WHOLE):
        with pytest.raises(ParameterError, match="sample_weight must be whole numbers for"):
            getattr(metrics, name)([0, 0, 1], [0, 1, 1], sample_weight=[0.5, 1, 1])


@pytest.mark.parametrize("name", OURS)
def test_without_rows(name: str) -> None:
    expected = {"fowlkes_mallows_score": 0.0, "mutual_info_score": 0.0}.get(name, 1.0)
    assert getattr(metrics, name)([], []) == expected
    if name != "mutual_info_score" and name in SAME_NAME:
        assert theirs(name, [], []) == expected


@pytest.mark.parametrize("name", SAME_NAME)
@pytest.mark.parametrize("n", [1, 2, 7])
def test_one_group_and_every_row_its_own(name: str, n: int) -> None:
    one, each = np.zeros(n, int), np.arange(n)
    for pair in ((one, one), (one, each), (each, one), (each, each)):
        assert getattr(metrics, name)(*pair) == pytest.approx(theirs(name, *pair), abs=1e-12)


def test_pairs_beyond_64_bits_stay_exact() -> None:
    sizes = np.array([[3 * 10**9 + 1, 7], [11, 5 * 10**9 + 3]])
    a, b = [0, 0, 1, 1], ["x", "y", "x", "y"]
    pairs = count_pairs(tabulate(a, b, sizes.ravel()))
    n = int(sizes.sum())
    squares = [sum(int(v) ** 2 for v in t) for t in (sizes.ravel(), sizes.sum(1), sizes.sum(0))]
    assert pairs.both == squares[0] - n
    assert pairs.neither == n * n - squares[1] - squares[2] + squares[0]
    confusion = metrics.pair_confusion_matrix(a, b, sample_weight=sizes.ravel())
    assert confusion.dtype == object
    assert confusion.sum() == n * (n - 1)
    both, of_class, of_cluster = (Fraction(s - n) for s in squares)
    chance = of_class * of_cluster / (n * (n - 1))
    exact = (both - chance) / ((of_class + of_cluster) / 2 - chance)
    ours = metrics.adjusted_rand_score(a, b, sample_weight=sizes.ravel())
    assert ours == float(exact)


def test_ten_million_rows_are_counted_exactly() -> None:
    rng = np.random.default_rng(0)
    a = rng.integers(4, size=10_000_000, dtype=np.int32)
    b = np.where(rng.random(len(a)) < 0.5, a, 0).astype(np.int32)
    table = [[int(np.count_nonzero((a == i) & (b == j))) for j in range(4)] for i in range(4)]
    np.testing.assert_array_equal(metrics.contingency_matrix(a, b), table)
    n, both = len(a), sum(cell * cell for row in table for cell in row)
    assert metrics.pair_confusion_matrix(a, b)[1, 1] == both - n
    assert both > 2**31


def test_expected_information_of_many_sizes() -> None:
    """By the definition of the hypergeometric mean, over all pairs and draws."""
    from scipy.stats import hypergeom

    rng = np.random.default_rng(3)
    a, b = (rng.integers(12, size=400) ** 2 for _ in range(2))
    n, total = len(a), 0.0
    for x in np.unique(a, return_counts=True)[1]:
        for y in np.unique(b, return_counts=True)[1]:
            m = np.arange(1, min(x, y) + 1)
            total += float((m / n * np.log(n * m / x / y) * hypergeom.pmf(m, n, x, y)).sum())
    entropies = [metrics.mutual_info_score(labels, labels) for labels in (a, b)]
    mutual = metrics.mutual_info_score(a, b)
    expected = (mutual - total) / (np.mean(entropies) - total)
    assert metrics.adjusted_mutual_info_score(a, b) == pytest.approx(expected, abs=1e-11)


def test_nothing_beyond_chance_is_zero() -> None:
    each, two = np.arange(8), np.arange(8) % 2
    assert metrics.adjusted_mutual_info_score(each, two, average_method="min") == 0.0
    assert metrics.adjusted_mutual_info_score(each, two) == pytest.approx(0.0, abs=1e-12)


BAD: list[tuple[Any, Any, str]] = [
    ([0, 1], [0], "labels_pred must hold one label per row, 2 like labels_true; got 1"),
    ([[0], [1]], [0, 1], r"labels_true must be one-dimensional, one label per row; got shape"),
    ([0, 1], 3, r"labels_pred must be one-dimensional, one label per row; got shape \(\)"),
    ([0.0, np.nan], [0, 1], "labels_true must have a label in every row; got .*nan.* in row 1"),
    ([0, 1], ["a", None], "labels_pred must have a label in every row; got None in row 1"),
    ([0, 1], ["a", float("nan")], "labels_pred must have a label in every row; got nan in row 1"),
    ([0, 1], np.array([(1, 2), None], object), "in every row; got None in row"),
    ([0, 1], np.array(["2020-01-01", "NaT"], "M8[D]"), "in every row; got .*NaT.* in row 1"),
]


@pytest.mark.parametrize(("true", "pred", "words"), BAD)
@pytest.mark.parametrize("index", [metrics.adjusted_rand_score, metrics.match_labels])
def test_bad_labels(index: Callable[..., Any], true: Any, pred: Any, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        index(true, pred)


def test_bad_parameters() -> None:
    pair = ([0, 0, 1], [0, 1, 1])
    with pytest.raises(ParameterError, match="average_method must be one of 'arithmetic'"):
        metrics.adjusted_mutual_info_score(*pair, average_method="mean")
    for index in (
        metrics.homogeneity_completeness_v_measure,
        metrics.v_measure_score,
        metrics.pair_precision_recall_fscore,
        metrics.b_cubed_precision_recall_fscore,
    ):
        with pytest.raises(ParameterError, match=r"beta must be a number >= 0; got -1"):
            index(*pair, beta=-1)
    with pytest.raises(ParameterError, match="eps must be left out of a sparse matrix"):
        metrics.contingency_matrix(*pair, eps=1, sparse=True)
    with pytest.raises(DataError, match="sample_weight must be finite and not negative"):
        metrics.rand_score(*pair, sample_weight=[1, -1, 1])


def test_weights_of_zero_leave_labels_out() -> None:
    table = metrics.contingency_matrix([0, 1, 2], ["a", "b", "b"], sample_weight=[2, 0, 3])
    np.testing.assert_array_equal(table, [[2, 0], [0, 3]])
    assert math.isclose(metrics.purity_score([0, 1], [0, 0], sample_weight=[1, 0]), 1.0)
