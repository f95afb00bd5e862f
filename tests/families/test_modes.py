"""KModes beyond the contract: brute force, kinds of columns, missing values, empty clusters."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from shoal import Cancelled, DataError, Event, KModes, ParameterError
from shoal.centroid import kmodes

SHARED = Path(__file__).parents[3] / "shared" / "data"


def dissimilarities(X: np.ndarray, modes: np.ndarray) -> np.ndarray:
    """Mismatches per row and mode among the entries that are there, scaled up to all columns."""
    out = np.zeros((len(X), len(modes)))
    for i, row in enumerate(X):
        there = np.array([value is not None and value == value for value in row])
        for m, mode in enumerate(modes):
            differ = sum(a != b for a, b in zip(row[there], mode[there], strict=True))
            out[i, m] = len(row) / there.sum() * differ if there.any() else 0.0
    return out


def words(n: int, d: int, levels: int, seed: int, missing: float = 0.0) -> np.ndarray:
    """Rows of words in three loose groups."""
    random = np.random.default_rng(seed)
    centres = random.integers(levels, size=(3, d))
    codes = centres[random.integers(3, size=n)]
    noise = random.random((n, d)) < 0.4
    codes[noise] = random.integers(levels, size=int(noise.sum()))
    X = np.array([f"w{code}" for code in codes.ravel()], dtype=object).reshape(n, d)
    X[random.random((n, d)) < missing] = None
    return X


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("levels", [2, 5, 300])
def test_labels_and_cost_are_those_of_brute_force(missing: float, levels: int) -> None:
    X = words(400, 7, levels, seed=levels, missing=missing)
    model = KModes(4, random_state=1, n_init=3).fit(X)
    expected = dissimilarities(X, model.cluster_centers_)
    np.testing.assert_array_equal(model.labels_, expected.argmin(axis=1))
    np.testing.assert_allclose(model.transform(X), expected, rtol=1e-12)
    assert model.inertia_ == pytest.approx(expected.min(axis=1).sum(), rel=1e-12)
    assert model.cost_ == model.inertia_
    np.testing.assert_array_equal(model.predict(X), model.labels_)


def test_modes_are_the_most_common_categories_the_first_on_a_tie() -> None:
    X = words(300, 5, 4, seed=3)
    model = KModes(3, random_state=0).fit(X)
    for cluster, mode in enumerate(model.cluster_centroids_):
        for j, value in enumerate(mode):
            counts = Counter(X[model.labels_ == cluster, j])
            most = max(counts.values())
            assert value == min(word for word, count in counts.items() if count == most)
    tied = [["b"], ["a"], ["a"], ["b"]]
    assert KModes(1).fit(tied).cluster_centers_.tolist() == [["a"]]


@pytest.mark.parametrize("init", ["k-means++", "huang", "cao", "random", "Cao"])
def test_every_start_finds_plain_groups(init: str) -> None:
    random = np.random.default_rng(0)
    centres = random.permutation(40).reshape(4, 10)
    truth = np.repeat(np.arange(4), 50)
    X = centres[truth]
    noise = random.random(X.shape) < 0.2
    X[noise] = random.integers(40, size=int(noise.sum()))
    model = KModes(4, init=init, random_state=2).fit(X)
    found = {tuple(sorted(np.flatnonzero(model.labels_ == c))) for c in range(4)}
    assert found == {tuple(sorted(np.flatnonzero(truth == c))) for c in range(4)}
    np.testing.assert_array_equal(np.sort(model.cluster_centers_, axis=0), np.sort(centres, axis=0))


def test_cao_begins_with_the_row_of_the_most_common_categories() -> None:
    X = [["a", "x"]] * 5 + [["b", "y"]] * 4 + [["c", "z"]]
    start = KModes(2, init="cao", max_iter=1).fit(X)
    assert start.cluster_centers_.tolist() == [["a", "x"], ["b", "y"]]


def test_the_cost_on_zoo_is_no_higher_than_that_of_the_kmodes_package() -> None:
    # kmodes 0.12.2 with 7 clusters: 137 from Cao's start, 140 from the best of thirty of Huang's.
    path = SHARED / "classic" / "zoo.arff"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    X = np.loadtxt(path, delimiter=",", skiprows=21, dtype=int)[:, :-1]
    assert X.shape == (101, 16)
    assert KModes(7, init="cao").fit(X).cost_ <= 137
    assert KModes(7, n_init=30, random_state=0).fit(X).cost_ <= 140


def test_the_order_of_the_rows_changes_no_bit() -> None:
    X = words(500, 6, 6, seed=5, missing=0.1)
    weights = np.random.default_rng(1).random(500)
    order = np.random.default_rng(2).permutation(500)
    first = KModes(5, random_state=3).fit(X, sample_weight=weights)
    second = KModes(5, random_state=3).fit(X[order], sample_weight=weights[order])
    np.testing.assert_array_equal(first.labels_[order], second.labels_)
    np.testing.assert_array_equal(first.cluster_centers_, second.cluster_centers_)
    assert first.inertia_ == second.inertia_


def test_a_row_of_weight_zero_is_as_good_as_absent() -> None:
    X = words(200, 4, 3, seed=6)
    strange = np.array([["never", "seen", "before", "now"]] * 20, dtype=object)
    weights = np.repeat([1.0, 0.0], [200, 20])
    model = KModes(3, random_state=0).fit(np.concatenate([X, strange]), sample_weight=weights)
    alone = KModes(3, random_state=0).fit(X)
    np.testing.assert_array_equal(model.cluster_centers_, alone.cluster_centers_)
    np.testing.assert_array_equal(model.labels_[:200], alone.labels_)
    assert set(model.labels_[200:]) == {0}


def test_kinds_of_columns_hold_the_same_categories() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    arrow = pytest.importorskip("pyarrow")
    X = words(120, 3, 3, seed=7, missing=0.1)
    columns = {f"c{j}": X[:, j].tolist() for j in range(3)}
    expected = KModes(3, random_state=0).fit(X)
    frames = [
        pandas.DataFrame(columns),
        pandas.DataFrame(columns).astype("category"),
        polars.DataFrame(columns),
        polars.DataFrame(columns).cast(polars.Categorical),
        arrow.table(columns),
        X.tolist(),
    ]
    for frame in frames:
        model = KModes(3, random_state=0).fit(frame)
        np.testing.assert_array_equal(model.labels_, expected.labels_)
        np.testing.assert_array_equal(model.cluster_centers_, expected.cluster_centers_)
        np.testing.assert_array_equal(model.predict(frame), model.labels_)


def test_numbers_words_and_booleans_may_stand_side_by_side() -> None:
    X = [
        [1, "a", True, None],
        [1, "a", True, 2.5],
        [7, "b", False, float("nan")],
        [7, "b", None, 9],
    ]
    model = KModes(2, random_state=0).fit(X)
    assert model.cost_ == 0
    assert sorted(map(str, model.cluster_centers_[:, 0])) == ["1", "7"]


def test_numeric_arrays_keep_their_type() -> None:
    for dtype in (np.float32, np.float64, np.int16, bool):
        X = np.array([[0, 1], [0, 1], [1, 0]]).astype(dtype)
        assert KModes(2, random_state=0).fit(X).cluster_centers_.dtype == dtype


def test_a_category_not_seen_in_training_differs_from_every_mode() -> None:
    model = KModes(2, random_state=0).fit([["a", "x"], ["a", "x"], ["b", "y"]])
    assert model.transform([["new", "x"], ["new", "newer"]]).min(axis=1).tolist() == [1.0, 2.0]
    a = model.predict([["a", "x"]])[0]
    assert model.predict([["new", "x"]])[0] == a
    assert model.predict([["new", "newer"]])[0] == 0


def test_missing_entries_never_differ_and_are_scaled_up() -> None:
    model = KModes(1).fit([["a", "x", "p", "q"]])
    found = model.transform([["a", None, "p", "z"], [None] * 4, ["b", None, None, None]])
    np.testing.assert_allclose(found[:, 0], [4 / 3, 0.0, 4.0])


def test_a_column_without_any_value_counts_for_nothing() -> None:
    X = words(60, 3, 3, seed=8)
    padded = np.column_stack([X, np.full(60, None)])
    model = KModes(3, init=padded[:3]).fit(padded)
    assert model.cluster_centers_[:, 3].tolist() == [None] * 3
    differ = dissimilarities(X, model.cluster_centers_[:, :3])
    np.testing.assert_array_equal(model.labels_, differ.argmin(axis=1))
    np.testing.assert_allclose(model.transform(padded), differ * 4 / 3)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_k_distinct_rows_make_k_clusters(data: Any) -> None:
    n = data.draw(st.integers(2, 40))
    d = data.draw(st.integers(1, 4))
    X = np.array(data.draw(st.lists(
        st.lists(st.integers(0, 3), min_size=d, max_size=d), min_size=n, max_size=n
    )))  # fmt: skip
    distinct = len(np.unique(X, axis=0))
    k = data.draw(st.integers(1, distinct))
    init = data.draw(st.sampled_from(["k-means++", "huang", "cao", "random"]))
    max_iter = data.draw(st.sampled_from([1, 2, 100]))
    start = X[np.zeros(k, dtype=int)] if data.draw(st.booleans()) else init
    model = KModes(k, init=start, n_init=2, max_iter=max_iter, random_state=0).fit(X)
    assert sorted(set(model.labels_.tolist())) == list(range(k))
    np.testing.assert_array_equal(model.predict(X), model.labels_)


def test_fewer_distinct_rows_than_clusters_are_said() -> None:
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(2\)"):
        KModes(3, random_state=0).fit([["a"], ["b"], ["a"], ["b"]])


def test_the_cost_never_rises_with_more_iterations() -> None:
    X = words(600, 8, 5, seed=9, missing=0.2)
    costs = [KModes(6, init=X[:6], max_iter=m).fit(X).cost_ for m in range(1, 12)]
    assert all(later <= earlier for earlier, later in itertools.pairwise(costs))


def test_more_than_a_byte_of_columns_is_counted() -> None:
    random = np.random.default_rng(3)
    X = random.integers(2, size=(80, 600))
    X[40:] = 1 - X[:40]
    model = KModes(2, init=X[[0, 40]]).fit(X)
    mismatch = (X[:, None] != model.cluster_centers_[None]).sum(axis=2)
    np.testing.assert_array_equal(model.transform(X), mismatch)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_clusters": 0}, "n_clusters must be an integer of at least 1; got 0"),
        ({"n_clusters": 9}, "n_clusters=9 exceeds the 4 rows"),
        ({"init": "magic"}, "init must be one of 'k-means"),
        ({"init": [["a"]]}, r"init must be an array of shape \(2, 2\)"),
        ({"n_init": 0}, "n_init must be an integer of at least 1; got 0"),
        ({"max_iter": 1.5}, r"max_iter must be an integer of at least 1; got 1\.5"),
    ],
)
def test_bad_parameters_are_named(parameters: dict[str, Any], message: str) -> None:
    X = [["a", "x"], ["b", "y"], ["a", "y"], ["b", "x"]]
    with pytest.raises(ParameterError, match=message):
        KModes(**{"n_clusters": 2, **parameters}).fit(X)


def test_bad_data_are_named() -> None:
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        KModes(2).fit(sparse.eye(5).tocsr())
    with pytest.raises(TypeError, match="must be a string or a number"):
        KModes(2).fit(np.array([[{}], ["a"], [1]], dtype=object))
    with pytest.raises(DataError, match="at most 65,533 categories; got 70,000 in column 0"):
        KModes(2).fit(np.arange(70_000.0)[:, None])
    model = KModes(2, random_state=0).fit([["a", "x"], ["b", "y"]])
    with pytest.raises(ValueError, match="1 features"):
        model.predict([["a"]])


def test_progress_is_told_and_stops_the_fit() -> None:
    X, seen = words(300, 5, 4, seed=1), []

    def tell(event: Event) -> None:
        seen.append(event.message)
        if len(seen) == 3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        KModes(4, random_state=0, callback=tell).fit(X)
    assert seen[0] == "start 1 of 10, seeding" or seen[0].startswith("start 1 of 10, iteration")


def test_the_function_gives_what_the_estimator_keeps() -> None:
    X = words(200, 4, 4, seed=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result, model = kmodes(X, 3, random_state=4), KModes(3, random_state=4).fit(X)
    np.testing.assert_array_equal(result.labels, model.labels_)
    assert result.cost == model.cost_
    assert result.n_iter == model.n_iter_


def test_measurements_are_cut_into_ranges_and_whole_numbers_are_codes() -> None:
    random = np.random.default_rng(4)
    X = np.column_stack([random.normal(size=300), random.integers(50, size=300)])
    model = KModes(3, random_state=0).fit(X)
    (place, edges, middles) = model.ranges_[0]
    assert (place, len(edges), len(middles), len(model.ranges_)) == (0, 4, 5, 1)
    assert set(model.cluster_centers_[:, 0]) <= set(middles)
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    moved = X.copy()
    moved[:, 0] = np.asarray(middles)[np.searchsorted(edges, X[:, 0], side="right")]
    np.testing.assert_array_equal(model.predict(moved), model.labels_)
    again = KModes(3, init=X[:3]).fit(X)
    np.testing.assert_array_equal(again.labels_, KModes(3, init=moved[:3]).fit(moved).labels_)
