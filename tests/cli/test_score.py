"""``shoal score``: groups against a known answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoal import metrics
from shoal.errors import DataError
from shoal.recipes.score import score_labels

Shoal = Callable[..., Any]

KINDS = [*"aaabbbcc"]
GROUPS = ["0", "0", "1", "1", "1", "1", "-1", "2"]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    lines = [f"{kind},{group}" for kind, group in zip(KINDS, GROUPS, strict=True)]
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(["kind,cluster", *lines]) + "\n")
    return path


def test_it_scores_what_cluster_wrote(shoal: Shoal) -> None:
    assert shoal("cluster", "sample:iris", "-k", 3, "-q").code == 0
    ended = shoal("score", "iris.shoal/labels.csv", "--truth", "species")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(
        "150 rows of labels.csv: 3 classes of species, 3 clusters of cluster.\n"
    )
    result = score_labels("iris.shoal/labels.csv", truth="species")
    for name, value in result.scores.items():
        line = next(x for x in ended.out.splitlines() if x.startswith(name.replace("_", " ") + " "))
        assert f" {value:.4f} " in line
    assert "setosa" in ended.out.partition("species \\ cluster")[2]
    assert "Rows of the class their cluster stands for: 83" in ended.out


def test_json_holds_everything(shoal: Shoal, labelled: Path) -> None:
    found = json.loads(shoal("score", labelled, "--truth", "kind", "--json").out)
    groups = np.array(GROUPS, dtype=int)
    assert found["scores"] == pytest.approx(metrics.external_scores(KINDS, groups), abs=1e-15)
    assert (found["classes"], found["clusters"]) == (["a", "b", "c"], [-1, 0, 1, 2])
    cells = {(cell["class"], cell["cluster"]): cell["rows"] for cell in found["contingency"]}
    assert cells == {("a", 0): 2, ("a", 1): 1, ("b", 1): 3, ("c", -1): 1, ("c", 2): 1}
    assert found["matches"][2] == {
        "cluster": 1, "rows": 4, "class": "b", "right": 3, "one_to_one": "b",
    }  # fmt: skip
    assert (found["rows"], found["left_out"]) == (8, 0)


def test_noise_is_kept_or_dropped_and_said(shoal: Shoal, labelled: Path) -> None:
    kept = shoal("score", labelled, "--truth", "kind")
    assert kept.err == "Note: 1 rows labelled -1 (noise) count as one more cluster.\n"
    dropped = shoal("score", labelled, "--truth", "kind", "--noise", "drop")
    assert dropped.err == "Note: 1 rows labelled -1 (noise) are left out.\n"
    assert dropped.out.startswith("7 rows of labels.csv: 3 classes of kind, 3 clusters of cluster.")


def test_rows_without_a_value_are_left_out_and_counted(shoal: Shoal, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("kind,group\na,0\n,0\nb,\nb,1\n")
    ended = shoal("score", "x.csv", "--truth", "kind", "--labels", "group")
    assert ended.err.splitlines() == [
        "Note: 1 rows without a value in 'kind' are left out.",
        "Note: 1 rows without a value in 'group' are left out.",
    ]
    assert ended.out.startswith("2 rows of x.csv: 2 classes of kind, 2 clusters of group.")


def test_the_truth_may_stand_in_another_file(shoal: Shoal, labelled: Path) -> None:
    (labelled.parent / "answers.csv").write_text("\n".join(["kind", *KINDS]) + "\n")
    apart = shoal("score", "labels.csv", "--truth-file", "answers.csv", "-q")
    together = shoal("score", "labels.csv", "--truth", "kind", "-q")
    assert (apart.code, apart.out) == (0, together.out)


def test_the_added_column_is_found_in_a_table_with_clusters_of_its_own() -> None:
    rows = [
        {"cluster": kind, "cluster_2": group} for kind, group in zip("aabb", "0011", strict=True)
    ]
    result = score_labels(rows, truth="cluster")
    assert result.labels == "cluster_2"
    assert result.scores["adjusted_rand"] == 1.0


def test_weights_count_rows() -> None:
    rows = [{"t": t, "cluster": c, "w": w} for t, c, w in (("a", 0, 2), ("b", 0, 1), ("b", 1, 3))]
    result = score_labels(rows, truth="t", weight="w")
    repeated = metrics.external_scores([*"aabbbb"], [0, 0, 0, 1, 1, 1])
    assert result.scores == pytest.approx(repeated)


def test_a_large_table_is_cut_and_says_so(shoal: Shoal, tmp_path: Path) -> None:
    lines = [f"k{i % 30},{i % 50}" for i in range(600)]
    (tmp_path / "x.csv").write_text("\n".join(["kind,cluster", *lines]) + "\n")
    out = shoal("score", "x.csv", "--truth", "kind").out
    assert "Not shown: 10 smaller classes and 38 smaller clusters; --json has all." in out
    assert "Not shown: 10 smaller clusters." in out
    assert len(out.splitlines()) < 100


def test_many_different_answers_are_pointed_out(shoal: Shoal) -> None:
    assert shoal("cluster", "sample:iris", "-k", 3, "-q").code == 0
    lines = Path("iris.shoal/labels.csv").read_text().splitlines()
    named = ["name," + lines[0], *(f"n{i},{line}" for i, line in enumerate(lines[1:]))]
    Path("named.csv").write_text("\n".join(named) + "\n")
    ended = shoal("score", "named.csv", "--truth", "name")
    assert "'name' has 150 different values in 150 rows; the known answer usually" in ended.err


def test_hostile_names_do_not_reach_the_terminal(shoal: Shoal, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('"t\x1b[31m","cluster"\n"\x1b[2Ja",0\n"b\u202e",1\n')
    ended = shoal("score", "x.csv", "--truth", "t\x1b[31m")
    assert ended.code == 0
    assert not set(ended.out) & {"\x1b", "\u202e"}
    assert json.loads(shoal("score", "x.csv", "--truth", "t\x1b[31m", "--json").out)["rows"] == 2


BAD = [
    (("missing.csv", "--truth", "kind"), 3, "missing.csv does not exist."),
    (
        ("labels.csv",),
        2,
        "truth must name the column of labels.csv with the known answer; got none",
    ),
    (("labels.csv", "--truth", "kin"), 2, "truth must name columns of labels.csv; got 'kin'. Did"),
    (
        ("labels.csv", "--truth", "kind", "--labels", "clutser"),
        2,
        "labels must name columns of lab",
    ),
    (("plain.csv", "--truth", "kind"), 2, "labels must name columns of plain.csv; got 'cluster'."),
    (
        ("labels.csv", "--truth", "kind", "--weight", "w"),
        2,
        "weight must name columns of labels.cs",
    ),
    (
        ("labels.csv", "--truth-file", "short.csv"),
        3,
        "short.csv must have a row for each of the 8 rows of labels.csv; got 2. Give the same rows",
    ),
    (("labels.csv", "--truth-file", "no.csv"), 3, "no.csv does not exist."),
    (("nothing.csv", "--truth", "kind"), 3, "nothing.csv must have a row with both a truth and a"),
    (
        ("labels.csv", "--truth", "kind", "--noise", "x"),
        2,
        "Invalid value for '--noise': 'x' is not",
    ),
]


@pytest.mark.parametrize(("arguments", "code", "sentence"), BAD, ids=[" ".join(b[0]) for b in BAD])
def test_one_sentence(
    shoal: Shoal, labelled: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    (labelled.parent / "plain.csv").write_text("kind,x\na,1\nb,2\n")
    (labelled.parent / "short.csv").write_text("kind\na\nb\n")
    (labelled.parent / "nothing.csv").write_text("kind,cluster\na,\n,1\n")
    ended = shoal("score", *arguments)
    assert ended.code == code, ended.err
    assert ended.err.startswith(f"Error: {sentence}"), ended.err
    assert len(ended.err.splitlines()) == 1
    assert ended.out == ""


def test_tables_of_other_length_are_refused_in_python() -> None:
    with pytest.raises(DataError, match="must have a row for each of the 2 rows of"):
        score_labels([{"cluster": 0}, {"cluster": 1}], truth_data=[{"t": "a"}])
