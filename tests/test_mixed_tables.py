"""The main job on tables of numbers and words: from the file to the report and back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from shoal import model_file, workflow
from shoal.catalogue import ALGORITHMS
from shoal.cli.app import run
from shoal.clustering import Clustering
from shoal.data import samples
from shoal.data.read import read_table
from shoal.errors import ParameterError
from shoal.report.page import render
from shoal.selection import choose_k_by

CODED = [row.name for row in ALGORITHMS if row.encoding != "indicators"]
every_algorithm = pytest.mark.parametrize("algorithm", CODED)


def table(**options: Any) -> Any:
    given = {"samples": 300, "categories": 4, "levels": 6, "missing": 0.08, "noise": 0.1}
    return samples.make("mixed", **{**given, "seed": 5, **options})


@pytest.fixture(scope="module")
def jobs() -> Callable[[str], Clustering]:
    done: dict[str, Clustering] = {}

    def job(algorithm: str) -> Clustering:
        if algorithm not in done:
            done[algorithm] = workflow.cluster(table(), algorithm=algorithm, k_range=range(2, 6))
        return done[algorithm]

    return job


@every_algorithm
def test_planted_groups_are_found_and_judged(jobs: Any, algorithm: str) -> None:
    job = jobs(algorithm)
    assert job.n_clusters == 3
    assert adjusted_rand_score(job.matrix.truth, job.labels) > 0.8
    assert job.scores["adjusted_rand"] > 0.8
    assert set(job.scores) == {"inertia", "silhouette", "adjusted_rand"}
    assert job.choice is not None
    assert job.choice.recommended == 3
    assert np.isnan(job.choice.calinski_harabasz).all()
    assert set(job.choice.votes) <= {"silhouette", "elbow"}
    assert job.scores["inertia"] == job.choice.inertia[1]
    assert job.scores["silhouette"] == pytest.approx(job.choice.silhouette[1])
    assert any("Calinski–Harabasz and Davies–Bouldin" in note for note in job.notes)
    assert np.isnan(job.matrix.X).any()
    assert any("stayed missing" in note for note in job.notes)


@every_algorithm
def test_cards_speak_of_words_and_numbers_as_they_were(jobs: Any, algorithm: str) -> None:
    job = jobs(algorithm)
    for card in job.cards:
        assert set(card.centre) == {"x1", "x2", "c1", "c2", "c3", "c4"}
        assert isinstance(card.centre["x1"], float)
        assert card.centre["c1"] in "abcdef"
        assert any(trait.value is not None for trait in card.traits)
        inside = job.labels[list(card.typical_rows)]
        assert (inside == card.cluster).all()


@every_algorithm
def test_the_page_shows_what_there_is(jobs: Any, algorithm: str) -> None:
    page = render(jobs(algorithm))
    assert "Silhouette" in page
    assert '<th scope="col">Calinski' not in page
    assert "A higher Silhouette is better." in page
    assert ">nan<" not in page
    assert "6 values" in page


def test_the_report_says_which_side_weighs_how_much(jobs: Any) -> None:
    job = jobs("kprototypes")
    assert job.model.balance_ in job.notes
    assert "one differing category counts" in render(job)


def test_numbers_become_ranges_for_k_modes_and_stay_numbers_on_the_cards(jobs: Any) -> None:
    job = jobs("kmodes")
    assert any(note.startswith("Numbers became categories") for note in job.notes)
    first = job.preparation.columns[0]
    assert (first.kind, len(first.levels)) == ("number", 5)
    assert "cut into 5 ranges" in render(job)
    assert job.matrix.categorical == (0, 1, 2, 3, 4, 5)


@every_algorithm
def test_a_saved_model_labels_old_rows_and_new_words(
    jobs: Any, algorithm: str, tmp_path: Path
) -> None:
    job = jobs(algorithm)
    path = tmp_path / "model.shoal"
    model_file.save(path, job.model, job.preparation, model_file.header_for(job))
    loaded = model_file.load(path)
    found = loaded.predict(table())
    np.testing.assert_array_equal(found.labels, job.labels)
    np.testing.assert_array_equal(found.confidence, job.confidence)
    np.testing.assert_allclose(found.outlier_scores, job.outlier_scores, atol=1e-6)
    assert loaded.preparation == job.preparation
    # A word never seen differs from every group, so the other columns decide.
    rows = table().data.to_pylist()[:50]
    strange = [{**row, "c1": "never seen"} for row in rows]
    absent = [{**row, "c1": None} for row in rows]
    new = loaded.predict(read_table(strange))
    np.testing.assert_array_equal(new.labels, loaded.predict(read_table(absent)).labels)
    assert any("'c1': 50 values unknown to the model" in note for note in new.notes)
    assert (new.confidence <= loaded.predict(read_table(absent)).confidence + 1e-12).all()


@every_algorithm
def test_threads_and_chunks_change_no_bit(algorithm: str) -> None:
    first = workflow.cluster(table(), algorithm=algorithm, n_clusters=4, n_jobs=1)
    second = workflow.cluster(table(), algorithm=algorithm, n_clusters=4, n_jobs=2)
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.silhouette_samples, second.silhouette_samples)


def test_missing_values_are_filled_when_asked_and_kept_only_where_that_can_be() -> None:
    filled = workflow.cluster(table(), algorithm="kprototypes", n_clusters=3, missing="median")
    assert not np.isnan(filled.matrix.X).any()
    with pytest.raises(ParameterError, match="missing must be median, mean, drop or error for kme"):
        workflow.cluster(table(), missing="keep", n_clusters=3)
    plain = workflow.cluster(table(), n_clusters=3)
    assert plain.preparation.missing == "median"


def test_a_weight_column_counts_as_repetition() -> None:
    once = table(samples=120, missing=0.0)
    rows = [{**row, "w": float(i % 3)} for i, row in enumerate(once.data.to_pylist())]
    repeated = [row for row in rows for _ in range(int(row["w"]))]
    options = {"algorithm": "kprototypes", "n_clusters": 3, "scale": "none", "drop": ("label",)}
    weighted = workflow.cluster(rows, weight="w", **options)
    long = workflow.cluster(repeated, **{**options, "drop": ("label", "w")})
    assert weighted.scores["inertia"] == pytest.approx(long.scores["inertia"])
    assert weighted.silhouette_rows is not None
    assert len(weighted.silhouette_rows) == sum(row["w"] > 0 for row in rows)


def test_numbers_alone_may_have_holes_too() -> None:
    holes = table(categories=0, numbers=4, missing=0.2, seed=0)
    job = workflow.cluster(holes, algorithm="kprototypes", n_clusters=3)
    assert np.isnan(job.matrix.X).any()
    assert job.scores["adjusted_rand"] > 0.95
    assert not any("gamma" in note for note in job.notes)
    assert "All columns at once" in render(job)
    filled = workflow.cluster(holes, n_clusters=3)
    assert job.scores["adjusted_rand"] > filled.scores["adjusted_rand"]


def test_shuffled_columns_have_no_groups() -> None:
    random = np.random.default_rng(0)
    rows = [
        {"x": float(x), "c": "abcd"[c], "d": "abcd"[d]}
        for x, c, d in zip(random.normal(size=300), *random.integers(4, size=(2, 300)), strict=True)
    ]
    job = workflow.cluster(rows, algorithm="kprototypes", k_range=range(2, 5), seed=3)
    assert job.choice is not None
    assert job.choice.reference is not None
    assert "No number of clusters stands out" in job.choice.reason


def test_the_own_sweep_fits_every_k_once_and_tells_its_progress() -> None:
    from shoal import KModes

    random = np.random.default_rng(1)
    X = np.repeat(random.integers(5, size=(3, 6)), 40, axis=0).astype(float)
    X[random.random(X.shape) < 0.2] = 4.0
    events: list[Any] = []
    sweep = choose_k_by(KModes(random_state=0), X, range(2, 5), callback=events.append)
    assert sweep.choice.k == (2, 3, 4)
    assert sweep.choice.recommended == 3
    assert sweep.best.model.n_clusters == 3
    np.testing.assert_array_equal(sweep.best.labels, sweep.best.model.labels_)
    assert all(len(found) == len(X) for found in sweep.silhouettes.values())
    assert events[0].message == "2 clusters, start 1 of 10, iteration 1"


def test_the_command_line_leaves_everything(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        run(["samples", "make", "mixed", "--samples", "200", "--missing", "0.1", "-o", "m.csv"])
        == 0
    )
    options = ["--label", "label", "--algorithm", "kprototypes", "--k-range", "2-4"]
    assert run(["cluster", "m.csv", *options]) == 0
    result = json.loads((tmp_path / "m.shoal" / "result.json").read_text())
    assert result["choice"]["calinski_harabasz"] == [None, None, None]
    assert "--algorithm kprototypes" in result["command"]
    assert "categorical" not in result["command"]
    capsys.readouterr()
    assert run(["predict", "m.shoal/model.shoal", "m.csv"]) == 0
    labelled = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    lines = (tmp_path / "m.shoal" / "labels.csv").read_text().splitlines()
    written = list(csv.DictReader(lines))
    assert [row["cluster"] for row in labelled] == [row["cluster"] for row in written]
    assert run(["choose-k", "m.csv", *options]) == 0
    shown = capsys.readouterr().out
    assert "calinski" not in shown
    assert "silhouette" in shown
    assert run(["cluster", "m.csv", *options, "--gamma", "-1", "--force"]) == 2
    assert "gamma must be a number >= 0; got -1.0" in capsys.readouterr().err


def test_made_tables_are_as_asked() -> None:
    made = samples.make("mixed", samples=40, numbers=1, categories=2, levels=30, seed=1)
    assert made.column_names == ["x1", "c1", "c2", "label"]
    assert (
        made.data
        == samples.make("mixed", samples=40, numbers=1, categories=2, levels=30, seed=1).data
    )
    assert sum(column.null_count for column in table().data.columns) > 0
    with pytest.raises(ParameterError, match="numbers and categories must not both be 0"):
        samples.make("mixed", numbers=0, categories=0)
    with pytest.raises(ParameterError, match="an option of mixed must be one of"):
        samples.make("mixed", features=3)
