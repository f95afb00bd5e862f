"""Jobs whose algorithm finds the number of groups itself, leaves noise, or builds a tree."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shoal
from shoal import catalogue, metrics, model_file, report
from shoal.errors import MemoryBudgetError, ParameterError
from shoal.noise import NearestGroups, nearest_groups, relabelled
from shoal.planning import plan
from shoal.report.words import verdict
from shoal.selection.from_tree import choose_k_from_tree, cut_into

DBSCAN = {"algorithm": "dbscan", "eps": 0.5, "min_samples": 4, "scale": "none"}
TREE = {"algorithm": "agglomerative", "scale": "none"}


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Groups of 40, 30 and 20 rows, and eight rows far from all of them."""
    random = np.random.default_rng(0)
    centres = np.repeat([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], [20, 40, 30], axis=0)
    groups = centres + random.normal(0, 0.25, centres.shape)
    angle = np.arange(8) * np.pi / 4
    far = 4 + 12 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.concatenate([far, groups])


@pytest.fixture(scope="module")
def found(rows: np.ndarray) -> Any:
    return shoal.cluster(rows, **DBSCAN)


def test_noise_stays_noise_and_groups_are_numbered_by_size(found: Any) -> None:
    assert (found.labels[:8] == -1).all()
    assert [card.size for card in found.cards] == [40, 30, 20]
    assert [card.share for card in found.cards] == pytest.approx([40 / 98, 30 / 98, 20 / 98])
    np.testing.assert_array_equal(found.labels[8:28], 2)
    assert found.choice is None


def test_scores_are_those_of_the_rows_in_groups(rows: np.ndarray, found: Any) -> None:
    inside = metrics.silhouette_score(rows[8:], found.labels[8:])
    assert found.scores["silhouette"] == pytest.approx(inside)
    assert set(found.silhouette_rows.tolist()) == set(range(8, 98))
    said = "Scores are those of the 90 rows in groups; noise takes no part in them."
    assert said in found.notes


def test_every_row_has_a_nearest_group(rows: np.ndarray, found: Any) -> None:
    np.testing.assert_array_equal(found.nearest[8:], found.labels[8:])
    away = np.linalg.norm(rows[:8, None] - rows[8:], axis=2)
    np.testing.assert_array_equal(found.nearest[:8], found.labels[8:][away.argmin(axis=1)])
    assert (found.confidence[:8] == 0).all()
    assert (found.confidence[8:] > 0).all()


def test_noise_is_said_first(found: Any) -> None:
    first, second = verdict(found)
    assert first.startswith("8.2% of the 98 rows of the array are noise; the other 90 fall into 3")
    assert "without the noise" in second
    page = report.render(found)
    assert page.index("are noise; the other 90") < page.index("<dl")
    facts = page[page.index('<dl class="facts">') :]
    assert facts.index("Noise") < facts.index("Groups")


def test_noise_near_enough_is_assigned(rows: np.ndarray, found: Any) -> None:
    everything = shoal.cluster(rows, **DBSCAN, assign_noise=0)
    assert (everything.labels >= 0).all()
    assert everything.n_assigned == 8
    assert any("8 rows of noise were put into their nearest group" in n for n in everything.notes)
    none = shoal.cluster(rows, **DBSCAN, assign_noise=1.0)
    np.testing.assert_array_equal(none.labels, found.labels)
    assert none.n_assigned == 0


def test_a_prediction_assigns_what_the_job_assigned(rows: np.ndarray, tmp_path: Path) -> None:
    for threshold in (None, 0.0):
        result = shoal.cluster(rows, **DBSCAN, assign_noise=threshold)
        folder = report.write_folder(result, tmp_path / f"{threshold}.shoal")
        again = shoal.predict(folder / "model.shoal", rows)
        np.testing.assert_array_equal(again.labels, result.labels)
        np.testing.assert_array_equal(again.nearest, result.nearest)
        np.testing.assert_allclose(again.confidence, result.confidence, atol=1e-12)


def test_the_labels_hold_both_columns_only_where_there_is_noise(
    rows: np.ndarray, found: Any, tmp_path: Path
) -> None:
    names = report.write_labels(found, tmp_path / "noise.csv")
    assert list(names) == ["cluster", "cluster_nearest", "confidence", "outlier_score"]
    with (tmp_path / "noise.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [line["cluster"] for line in lines[:8]] == ["-1"] * 8
    assert {line["cluster_nearest"] for line in lines} == {"0", "1", "2"}
    without = shoal.cluster(rows[8:], **DBSCAN)
    assert list(report.write_labels(without, tmp_path / "none.csv")) == [
        "cluster", "confidence", "outlier_score",
    ]  # fmt: skip


def test_a_result_file_counts_the_noise(found: Any, tmp_path: Path) -> None:
    folder = report.write_folder(found, tmp_path / "a.shoal")
    content = json.loads((folder / "result.json").read_text())
    assert (content["n_noise"], content["n_assigned"], content["n_clusters"]) == (8, 0, 3)
    assert content["labels"]["columns"]["cluster_nearest"] == "cluster_nearest"
    assert "--algorithm dbscan" in content["command"]
    assert "--eps 0.5" in content["command"]


@pytest.mark.parametrize(
    ("parameters", "groups", "sentence"),
    [
        ({"eps": 1e-6}, 0, "All 98 rows of the array are noise: none of them is in a group."),
        ({"eps": 1e3}, 1, "The 98 rows of the array form a single group."),
        ({"eps": 1e-6, "min_samples": 1}, 98, "Each of the 98 rows of the array is a group of its"),
    ],
)
def test_an_extreme_result_is_a_sentence_and_a_whole_folder(
    rows: np.ndarray, tmp_path: Path, parameters: Any, groups: int, sentence: str
) -> None:
    result = shoal.cluster(rows, **{**DBSCAN, **parameters})
    assert result.n_clusters == len(result.relabel) == groups
    assert verdict(result)[0].startswith(sentence)
    folder = report.write_folder(result, tmp_path / "a.shoal")
    assert sentence in (folder / "report.html").read_text()
    again = shoal.predict(folder / "model.shoal", rows)
    np.testing.assert_array_equal(again.labels, result.labels)


def test_much_noise_names_the_parameter_that_leaves_less(rows: np.ndarray) -> None:
    result = shoal.cluster(rows, **{**DBSCAN, "eps": 0.1})
    assert verdict(result)[1].endswith(catalogue.find("dbscan").hints["noise"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"n_clusters": 3}, "n_clusters must be left out for dbscan, which finds it; got 3."),
        ({"k_range": (2, 3)}, "k_range must be left out for dbscan, which finds the number of gr"),
        ({"assign_noise": 2}, "assign_noise must be a membership from 0 to 1; got 2. 0.5 is usual"),
        ({"assign_noise": -1}, "assign_noise must be a number >= 0; got -1. 0.5 is usual"),
        ({"assign_noise": "x"}, "assign_noise must be a number >= 0; got 'x'."),
    ],
)
def test_arguments_that_say_nothing_are_refused(
    rows: np.ndarray, arguments: Any, sentence: str
) -> None:
    with pytest.raises(ParameterError) as error:
        shoal.cluster(rows, **DBSCAN, **arguments)
    assert str(error.value).startswith(sentence)


def test_other_algorithms_have_no_noise_to_assign(rows: np.ndarray) -> None:
    with pytest.raises(ParameterError, match="assign_noise must be left out for kmeans, which put"):
        shoal.cluster(rows, n_clusters=2, assign_noise=0.5)


def test_a_job_that_does_not_fit_is_refused_with_the_estimate(rows: np.ndarray) -> None:
    for algorithm in ("dbscan", "optics"):
        with pytest.raises(MemoryBudgetError, match="got an estimate of"):
            plan(rows, algorithm=algorithm, memory_limit=5000)


def test_the_number_of_groups_comes_from_one_tree(rows: np.ndarray) -> None:
    result = shoal.cluster(rows[8:], **TREE)
    assert result.choice is not None
    assert (result.n_clusters, result.choice.recommended, result.choice.k[0]) == (3, 3, 2)
    given = shoal.cluster(rows[8:], **TREE, n_clusters=3)
    np.testing.assert_array_equal(given.labels, result.labels)
    assert given.scores["silhouette"] == pytest.approx(result.scores["silhouette"])


def test_a_tree_can_be_cut_at_a_height(rows: np.ndarray) -> None:
    tree = shoal.cluster(rows[8:], **TREE).model.linkage_matrix_
    height = (tree[-3, 2] + tree[-4, 2]) / 2
    result = shoal.cluster(rows[8:], **TREE, distance_threshold=height)
    assert result.n_clusters == 4
    assert "The tree cut at height" in report.render(result)
    for other in ({"n_clusters": 3}, {"k_range": (2, 3)}):
        with pytest.raises(ParameterError, match="distance_threshold must be left out when the n"):
            shoal.cluster(rows, **TREE, distance_threshold=1.0, **other)


def test_cuts_of_a_tree_are_those_of_scipy() -> None:
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    X = np.random.default_rng(0).normal(size=(80, 3))
    for method in ("single", "average", "ward"):
        tree = hierarchy.linkage(X, method)
        for k in (1, 2, 7, 80):
            expected = hierarchy.fcluster(tree, k, "maxclust")
            labels = cut_into(tree, k)
            assert metrics.adjusted_rand_score(expected, labels) == 1
            first = np.unique(labels, return_index=True)[1]
            assert (np.diff(first) > 0).all()


def test_a_chain_is_cut_without_recursion() -> None:
    n = 1_000_000
    at = np.arange(n - 1)
    tree = np.column_stack([np.r_[0, n + at[:-1]], 1 + at, 1.0 + at, 2 + at])
    labels = cut_into(tree, 3)
    assert labels[:-2].max() == 0
    assert labels[-2:].tolist() == [1, 2]


def test_the_sweep_over_a_tree_is_judged_as_k_means_is(rows: np.ndarray) -> None:
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    X = rows[8:]
    sweep = choose_k_from_tree(X, hierarchy.linkage(X, "ward"), range(2, 6))
    assert sweep.choice.recommended == 3
    for at, k in enumerate(sweep.choice.k):
        labels = sweep.results[k].labels
        assert sweep.choice.silhouette[at] == pytest.approx(metrics.silhouette_score(X, labels))
        assert sweep.choice.inertia[at] == pytest.approx(metrics.inertia_score(X, labels))


def test_nearest_groups_of_a_soft_model() -> None:
    class Soft:
        def membership(self, X: Any, full: bool = False) -> Any:
            shares = np.stack([X[:, 0], 1 - X[:, 0]], axis=1)
            return shares if full else shares.max(axis=1)

    near = nearest_groups(Soft(), np.array([[0.9], [0.2], [0.5]]), np.array([0, -1, -1]))
    assert near.labels.tolist() == [0, 1, 0]
    assert near.strengths.tolist() == [0.9, 0.8, 0.5]
    assert near.assign(np.array([0, -1, -1]), 0.6).tolist() == [0, 1, -1]
    assert near.assign(np.array([0, -1, -1]), None).tolist() == [0, -1, -1]


def test_relabelling_keeps_noise() -> None:
    new = np.array([1, 0], dtype=np.int32)
    assert relabelled(np.array([0, -1, 1]), new).tolist() == [1, -1, 0]
    assert relabelled(np.array([-1, -1]), new[:0]).tolist() == [-1, -1]
    assert NearestGroups(new, np.zeros(2), np.zeros(2)).assign(new, None) is new


def test_trees_and_infinite_distances_come_back_from_a_file(
    rows: np.ndarray, tmp_path: Path
) -> None:
    result = shoal.cluster(rows, **TREE, n_clusters=3)
    path = tmp_path / "model.shoal"
    model_file.save(path, result.model, result.preparation, model_file.header_for(result))
    loaded = model_file.load(path)
    np.testing.assert_array_equal(loaded.model.linkage_matrix_, result.model.linkage_matrix_)
