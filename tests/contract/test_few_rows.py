"""Tables with hardly any rows, and numbers that are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shoal.catalogue import ALGORITHMS, Algorithm, names

every_row = pytest.mark.parametrize("row", ALGORITHMS, ids=names())


def _fit(row: Algorithm, X: Any, k: int) -> Any:
    estimator = row.load_estimator()
    parameters = {"n_clusters": k} if row.needs_k else {}
    if "random_state" in estimator().get_params():
        parameters["random_state"] = 0
    return estimator(**parameters).fit(X)


@every_row
def test_no_rows_are_refused(row: Algorithm) -> None:
    with pytest.raises(ValueError, match="0 sample"):
        _fit(row, np.empty((0, 2)), 1)


@every_row
def test_no_columns_are_refused(row: Algorithm) -> None:
    with pytest.raises(ValueError, match="0 feature"):
        _fit(row, np.empty((5, 0)), 1)


@every_row
@pytest.mark.parametrize("n", [1, 2, 3])
def test_one_to_three_rows_are_labelled(row: Algorithm, n: int) -> None:
    X = np.array([[0.0, 1.0], [5.0, 5.0], [9.0, -3.0]])[:n]
    for k in range(1, n + 1):
        labels = _fit(row, X, k).labels_
        assert labels.shape == (n,)
        assert labels.min() >= (-1 if row.finds_noise else 0)
        if row.needs_k:
            assert len(set(labels.tolist())) == k


@every_row
def test_more_groups_than_rows_are_refused(row: Algorithm) -> None:
    if not row.needs_k:
        pytest.skip(f"{row.name} finds the number of groups")
    with pytest.raises(ValueError, match="n_clusters"):
        _fit(row, np.arange(6.0).reshape(3, 2), 4)


@every_row
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(row: Algorithm, bad: float) -> None:
    X = np.arange(20.0).reshape(10, 2)
    X[4, 1] = bad
    if np.isnan(bad) and "missing" in row.accepts:
        assert _fit(row, X, 2).labels_.shape == (10,)
        return
    with pytest.raises(ValueError, match=r"NaN|infinity|finite"):
        _fit(row, X, 2)


@every_row
def test_whole_numbers_are_numbers(row: Algorithm) -> None:
    X = np.array([[0, 1], [0, 2], [9, 9], [9, 8]])
    whole = _fit(row, X, 2).labels_
    np.testing.assert_array_equal(whole, _fit(row, X.astype(float), 2).labels_)
    if row.needs_k:
        assert whole[0] != whole[2]
        assert whole[0] == whole[1]


@every_row
def test_equal_rows_are_one_group_or_noise(row: Algorithm) -> None:
    labels = _fit(row, np.full((30, 2), 4.0), 1).labels_
    assert set(labels.tolist()) <= {0, -1}
    assert len(set(labels.tolist())) == 1
