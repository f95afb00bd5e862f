"""What a fit must not depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.families.reference import nearest

# Promises a row may depart from, with its reason.
DIFFERS = "labels_are_predicted"
SCORES_DIFFER = "outlier_scores_are_predicted"


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_number_of_threads_changes_no_bit(case: Any, same_bits: Any, dtype: Any) -> None:
    X = case.X.astype(dtype)
    first = case.results(case.new(n_jobs=1).fit(X))
    for n_jobs in (2, 7):
        same_bits(first, case.results(case.new(n_jobs=n_jobs).fit(X)))


def test_a_second_fit_changes_no_bit(case: Any, same_bits: Any) -> None:
    model = case.new().fit(case.X)
    same_bits(case.results(model), case.results(model.fit(case.X)))


def test_the_seed_decides_everything(case: Any, same_bits: Any) -> None:
    estimator = case.row.load_estimator()
    wanted = {"random_state": 5, "n_clusters": case.k}
    parameters = {name: wanted[name] for name in wanted.keys() & estimator().get_params().keys()}
    if not case.row.needs_k:
        parameters = {**case.fixed(case.X), **parameters}
    fits = [estimator(**parameters, n_jobs=n_jobs).fit(case.X) for n_jobs in (1, 2, 7)]
    for other in fits[1:]:
        same_bits(case.results(fits[0]), case.results(other))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_layout_in_memory_changes_no_bit(case: Any, same_bits: Any, dtype: Any) -> None:
    X = np.ascontiguousarray(case.X, dtype=dtype)
    wide = np.zeros((2 * len(X), X.shape[1] + 3), dtype=dtype)
    wide[::2, 1:-2] = X
    read_only = X.copy()
    read_only.setflags(write=False)
    expected = case.results(case.new().fit(X))
    for other in (np.asfortranarray(X), wide[::2, 1:-2], read_only):
        same_bits(expected, case.results(case.new().fit(other)))


def test_float32_and_float64_agree(case: Any) -> None:
    single = case.X.astype(np.float32)
    narrow = case.new().fit(single).labels_
    wide = case.new().fit(single.astype(np.float64)).labels_
    assert (narrow == wide).mean() > 0.99


def test_the_input_is_untouched(case: Any) -> None:
    for order in ("C", "F"):
        X = np.array(case.X, order=order)
        before = X.copy()
        model = case.new().fit(X)
        if case.row.can("predict"):
            model.predict(X)
        assert X.tobytes() == before.tobytes()
        assert X.flags.writeable


def test_a_constant_column_changes_no_label(case: Any) -> None:
    plain = case.new().fit(case.X).labels_
    # Where the origin matters, one of zeros changes none.
    value = 0.0 if "constant_columns" in case.row.departures else 7.25
    X = np.column_stack([case.X, np.full(len(case.X), value)])
    padded = case.row.load_estimator()(**case.fixed(X)).fit(X).labels_
    np.testing.assert_array_equal(plain, padded)


def test_equal_rows_share_a_label(case: Any) -> None:
    X = np.concatenate([case.X, case.X])
    model = case.row.load_estimator()(**case.fixed(X)).fit(X)
    labels = model.predict(X) if DIFFERS in case.row.departures else model.labels_
    np.testing.assert_array_equal(labels[: len(case.X)], labels[len(case.X) :])


def test_a_weight_is_a_repetition(case: Any) -> None:
    if not case.row.can("sample_weight"):
        pytest.skip(str(case.row.supports["sample_weight"]))
    weights = np.arange(len(case.X)) % 4
    repeated = np.repeat(case.X, weights, axis=0)
    weighted = case.new().fit(case.X, sample_weight=weights.astype(float))
    long = case.new().fit(repeated)
    labels = np.repeat(weighted.labels_, weights)
    if case.row.finds_noise:
        # A row of weight 0 may be the one that a group is numbered by.
        labels, wanted = _by_first_row(labels), _by_first_row(long.labels_)
    else:
        wanted = long.labels_
    np.testing.assert_array_equal(labels, wanted)
    for name in ("cluster_centers_", "inertia_"):
        if name in case.row.state:
            np.testing.assert_allclose(getattr(weighted, name), getattr(long, name), rtol=1e-9)


def _by_first_row(labels: Any) -> Any:
    """Number groups by their first row; noise stays."""
    groups, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    first[groups < 0] = -1
    return first[inverse]


def test_predict_gives_the_labels_of_the_fit(case: Any) -> None:
    if not case.row.can("predict"):
        pytest.skip(str(case.row.supports["predict"]))
    model = case.new().fit(case.X)
    np.testing.assert_array_equal(case.new().fit_predict(case.X), model.labels_)
    predicted = model.predict(case.X)
    if DIFFERS not in case.row.departures:
        np.testing.assert_array_equal(predicted, model.labels_)
    elif hasattr(model, "cluster_centers_"):
        np.testing.assert_array_equal(predicted, nearest(case.X, model.cluster_centers_))
    else:
        assert set(predicted.tolist()) <= set(model.labels_.tolist()) | {-1}
        assert (predicted == model.labels_).mean() > 0.9


def test_labels_number_the_groups_without_gaps(case: Any) -> None:
    labels = case.new().fit(case.X).labels_
    groups = np.unique(labels[labels >= 0])
    # A fit that leaves everything in no group would pass most of these tests for nothing.
    assert groups.size >= 1
    np.testing.assert_array_equal(groups, np.arange(groups.size))
    assert labels.min() >= (-1 if case.row.finds_noise else 0)


def test_membership_and_outlier_scores_are_shares(case: Any) -> None:
    model = case.new().fit(case.X)
    if case.row.can("membership"):
        strength = model.membership(case.X)
        assert strength.shape == (len(case.X),)
        assert ((strength >= 0) & (strength <= 1)).all()
    if case.row.can("outlier_scores"):
        scores = model.outlier_scores_
        assert scores.shape == (len(case.X),)
        assert ((scores >= 0) & (scores <= 1)).all()
        if SCORES_DIFFER in case.row.departures:
            again = model.outlier_scores(case.X)
            assert again.shape == scores.shape
            assert ((again >= 0) & (again <= 1)).all()
            return
        same = slice(None)
        if DIFFERS in case.row.departures:
            same = model.predict(case.X) == model.labels_
        np.testing.assert_allclose(model.outlier_scores(case.X)[same], scores[same], atol=1e-5)
