"""Labels of every type get numbers in their own order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from shoal.metrics.labels import encode

CASES: list[Any] = [
    [3, -1, 3, 7],
    np.array([3, -1, 3, 7], np.int32),
    np.array([3, 250, 3], np.uint8),
    np.array([2**63, 5, 2**63], np.uint64),
    np.array([-(2**63), 2**63 - 1, 0], np.int64),
    [True, False, True],
    [0.5, -1.0, 0.5],
    [2.0, 1.0, -1.0],
    [1e300, np.inf, 1e300],
    ["b", "a", "b", ""],
    np.array(["b", "a", "b"], object),
    np.array(["b", "a", "b"], np.dtypes.StringDType()),
    np.array([3, 1, 3], object),
    np.array([3.0, 1.5, 3.0], object),
    np.array([10**30, 1], object),
    np.array([b"x", b"a"]),
    np.array(["2021-01-02", "2020-01-01"], "M8[D]"),
    np.array([Decimal(2), Decimal(1)], object),
    np.array([True, False], object),
]


@pytest.mark.parametrize("labels", CASES, ids=repr)
def test_codes_stand_for_the_labels_and_keep_their_order(labels: Any) -> None:
    coded = encode("labels", labels)
    values = np.asarray(labels)
    decoded = coded.decode(coded.codes)
    assert decoded.dtype == values.dtype or values.dtype == object
    assert decoded.tolist() == values.tolist()
    assert coded.codes.dtype == np.int32
    assert 0 <= coded.codes.min() <= coded.codes.max() < coded.span
    order = np.argsort(coded.codes, kind="stable")
    assert values[order].tolist() == sorted(values.tolist())


def test_mixed_types_are_told_apart() -> None:
    labels = np.array(["a", 1, "a", (2, 3)], object)
    coded = encode("labels", labels)
    assert coded.codes.tolist() == [0, 1, 0, 2]
    assert coded.decode(coded.codes).tolist() == labels.tolist()


def test_columns_of_frames_are_labels() -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    import pyarrow as pa

    texts = ["b", "a", "b"]
    columns = (
        pandas.Series(texts), pandas.Series(texts, dtype="category"), polars.Series(texts),
        pa.chunked_array([texts]),
    )  # fmt: skip
    for column in columns:
        assert encode("labels", column).codes.tolist() == [1, 0, 1]
