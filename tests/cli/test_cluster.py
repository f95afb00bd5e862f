"""``shoal cluster``, ``predict`` and ``choose-k`` on good data."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoal import model_file, workflow

Shoal = Callable[..., Any]

SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
MALL = SHARED / "customers" / "Mall_Customers.csv"
TWO = "Age,Spending Score (1-100)"

needs_mall = pytest.mark.skipif(not MALL.exists(), reason=f"{MALL.name} is not in the test data")


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


@needs_mall
def test_the_identifier_is_left_out_by_itself_and_a_k_is_recommended() -> None:
    result = workflow.cluster(MALL)
    assert "CustomerID" in dict(result.preparation.dropped)
    assert result.choice is not None
    assert result.n_clusters == result.choice.recommended
    assert len(result.cards) == result.n_clusters


@needs_mall
def test_four_groups_are_as_good_as_the_best_of_scikit_learn() -> None:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    result = workflow.cluster(MALL, columns=TWO.split(","), n_clusters=4)
    X = result.matrix.X
    fits = [KMeans(4, n_init=1, random_state=seed).fit(X) for seed in range(20)]
    best = min(fits, key=lambda fit: fit.inertia_)
    assert result.scores["inertia"] == pytest.approx(best.inertia_, rel=1e-6)
    assert result.scores["silhouette"] == pytest.approx(silhouette_score(X, best.labels_), abs=1e-6)


def test_the_folder_holds_everything_and_the_words_say_what_to_do(
    shoal: Shoal, tmp_path: Path
) -> None:
    ended = shoal("cluster", "sample:iris", "-k", 3)
    assert ended.code == 0
    assert "The 150 rows of sample:iris fall into 3 groups" in ended.out
    assert "Written: iris.shoal/" in ended.out
    assert "Next: shoal predict iris.shoal/model.shoal new.csv" in ended.out
    assert ended.err.startswith("Seed 0; kmeans.\n")
    folder = tmp_path / "iris.shoal"
    names = {path.name for path in folder.iterdir()}
    assert names == {"labels.csv", "model.shoal", "plots", "report.html", "result.json"}
    assert sorted(os.listdir(tmp_path)) == ["iris.shoal"]


def test_quiet_says_only_where_the_folder_is(shoal: Shoal) -> None:
    ended = shoal("cluster", "sample:iris", "-k", 3, "-q", "-o", "out")
    assert (ended.code, ended.out, ended.err) == (0, "out\n", "")


def test_json_is_the_result_file(shoal: Shoal, tmp_path: Path) -> None:
    ended = shoal("cluster", "sample:iris", "-k", 3, "--json")
    assert json.loads(ended.out) == json.loads((tmp_path / "iris.shoal/result.json").read_text())


def test_groups_are_numbered_by_size(shoal: Shoal, tmp_path: Path) -> None:
    shoal("cluster", "sample:wine", "--k-range", "2-6", "-q")
    rows = _rows((tmp_path / "wine.shoal/labels.csv").read_text())
    sizes = np.bincount([int(row["cluster"]) for row in rows])
    assert sizes.sum() == 178
    assert sorted(sizes, reverse=True) == sizes.tolist()


def test_a_dry_run_fits_and_writes_nothing(shoal: Shoal, tmp_path: Path) -> None:
    ended = shoal("cluster", "sample:iris", "--dry-run")
    assert ended.code == 0
    assert "Would cluster 150 rows of sample:iris by kmeans." in ended.out
    assert "Memory: about " in ended.out
    assert "Nothing was fitted or written." in ended.out
    assert os.listdir(tmp_path) == []


def test_a_dry_run_speaks_json(shoal: Shoal) -> None:
    plan = json.loads(shoal("cluster", "sample:iris", "-k", 3, "--dry-run", "--json").out)
    assert plan["n_clusters"] == [3]
    assert plan["memory"]["peak_bytes"] == sum(plan["memory"]["parts"].values())


def test_the_same_seed_gives_the_same_fingerprint_on_any_number_of_threads() -> None:
    prints = {
        workflow.cluster("sample:iris", k_range=range(2, 5), n_jobs=n_jobs).fingerprint
        for n_jobs in (1, 2, 7)
    }
    assert len(prints) == 1
    other = workflow.cluster("sample:iris", k_range=range(2, 5), seed=1).fingerprint
    assert other not in prints


def test_the_model_of_a_sweep_predicts_its_own_labels() -> None:
    result = workflow.cluster("sample:iris", k_range=range(2, 5))
    found = result.relabel[result.model.predict(result.matrix.X)]
    np.testing.assert_array_equal(found, result.labels[result.matrix.rows])
    assert result.model.get_params()["init"] == "k-means++"


def test_predict_keeps_every_column_and_row(shoal: Shoal, tmp_path: Path) -> None:
    assert shoal("samples", "show", "customers", "-o", "c.csv").code == 0
    assert shoal("cluster", "c.csv", "-k", 4, "-q").code == 0
    ended = shoal("predict", "c.shoal", "c.csv")
    assert ended.code == 0
    assert ended.out == (tmp_path / "c.shoal/labels.csv").read_text()
    assert "Group 0: " in ended.err
    assert shoal("predict", "c.shoal/model.shoal", "c.csv", "-o", "out.parquet", "-q").code == 0
    from pyarrow import parquet

    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names[-3:] == ["cluster", "confidence", "outlier_score"]
    assert [str(value) for value in table["cluster"].to_pylist()] == [
        row["cluster"] for row in _rows(ended.out)
    ]


def test_predict_reads_standard_input(shoal: Shoal, shoal_process: Shoal) -> None:
    assert shoal("cluster", "sample:iris", "-k", 3, "-q").code == 0
    text = shoal("samples", "show", "iris").out
    ended = shoal_process("predict", "iris.shoal", "-", "-q", stdin=text.encode())
    assert (ended.code, ended.err) == (0, "")
    assert [row["cluster"] for row in _rows(ended.out)] == [
        row["cluster"] for row in _rows(shoal("predict", "iris.shoal", "sample:iris").out)
    ]


def test_predict_says_which_column_is_missing(shoal: Shoal) -> None:
    assert shoal("cluster", "sample:iris", "-k", 3, "-q").code == 0
    ended = shoal("predict", "iris.shoal", "sample:wine")
    assert ended.code == 3
    assert "lacks 4 columns the model uses: 'sepal_length', 'sepal_width'" in ended.err


def test_types_given_to_the_job_hold_for_new_rows(shoal: Shoal, tmp_path: Path) -> None:
    lines = [f"{i % 3 + 1},{i * 7 % 11}.5" for i in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(["zone,x", *lines]) + "\n")
    assert shoal("cluster", "a.csv", "-k", 3, "--types", "zone=category", "-q").code == 0
    header = model_file.load(tmp_path / "a.shoal" / "model.shoal").header
    assert header["settings"]["types"] == {"zone": "category"}
    assert shoal("predict", "a.shoal", "a.csv").out == (tmp_path / "a.shoal/labels.csv").read_text()


def test_choose_k_shows_the_curve_and_the_next_command(shoal: Shoal, tmp_path: Path) -> None:
    ended = shoal("choose-k", "sample:iris", "--k-range", "2-5", "--columns", "sepal_length")
    assert ended.code == 0
    assert ended.out.splitlines()[0].split()[:2] == ["k", "inertia"]
    assert "Next: shoal cluster sample:iris -k " in ended.out
    assert "--columns sepal_length" in ended.out
    assert os.listdir(tmp_path) == []
    found = json.loads(shoal("choose-k", "sample:iris", "--k-range", "2-5", "--json").out)
    assert found["k"] == [2, 3, 4, 5]
    assert shoal("choose-k", "sample:iris", "-q").out.strip().isdigit()


def test_samples_are_listed_shown_and_made(shoal: Shoal, tmp_path: Path) -> None:
    assert "customers" in shoal("samples", "list").out
    assert {row["name"] for row in json.loads(shoal("samples", "list", "--json").out)} >= {"iris"}
    assert len(_rows(shoal("samples", "show", "iris").out)) == 150
    made = shoal(
        "samples", "make", "classification", "--samples", 40, "--features", 6, "--informative", 3,
        "--redundant", 1, "--repeated", 1, "--classes", 2, "--clusters-per-class", 1,
        "--weights", "0.3,0.7", "--no-shuffle", "--seed", 5,
    )  # fmt: skip
    assert made.code == 0
    assert len(_rows(made.out)) == 40
    assert len(_rows(made.out)[0]) == 7
    again = shoal("samples", "make", "moons", "--samples", 10, "-o", "m.csv")
    assert (again.code, again.out) == (0, "")
    assert (tmp_path / "m.csv").exists()


def test_info_says_where_it_runs(shoal: Shoal) -> None:
    found = json.loads(shoal("info", "--json").out)
    assert found["memory_available"] > 0
    assert found["cores_usable"] >= 1
    assert "instruction" in shoal("info").out or "isa" in shoal("info").out
