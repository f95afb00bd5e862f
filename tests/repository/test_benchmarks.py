"""The benchmark runner, on tables small enough to run among the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import data, measure, quality, runner, tables
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


@pytest.fixture(autouse=True)
def _scratch_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "FOLDER", tmp_path / "data")
    monkeypatch.setattr(measure, "wait_for_quiet", lambda: None)


def contender(name: str, package: str = "numpy", value: float = 1.0) -> Contender:
    def prepare(points: Data) -> Run:
        def run(seed: int) -> Outcome:
            return {"value": value * len(points["X"]) + seed}

        return run

    return Contender(name, package, prepare)


def scenario(*contenders: Contender, seeds: int = 1) -> Scenario:
    make = data.labelled_blobs(1000, 2, 3, 5.0, "f8")
    return Scenario("tiny", "none", make, data.head(10), quality.values, contenders, seeds=seeds)


def entry(name: str, *times: float, package: str = "numpy") -> dict[str, Any]:
    runs = [
        {"seconds": t, "extra_mib": 3.0, "first_seconds": 0.1, "data_mib": 1.0,
         "quality": {"inertia": 2.5}}
        for t in times
    ]  # fmt: skip
    return runner.Entry(contender(name, package), None, runs).as_dict()


def test_a_measurement_has_time_memory_and_mean_quality() -> None:
    tiny = scenario(contender("a"), seeds=3)
    result = measure.measure(tiny, tiny.contenders[0], 1.0, all_seeds=True)
    assert result["seconds"] >= 0
    assert result["quality"] == {"value": 1001.0}
    assert measure.measure(tiny, tiny.contenders[0], 1.0, all_seeds=False)["quality"] == {
        "value": 1000.0
    }


def test_a_missing_package_is_named() -> None:
    tiny = scenario(contender("a", "no_such_package"))
    assert measure.measure(tiny, tiny.contenders[0], 1.0, all_seeds=True) == {
        "missing": "no_such_package"
    }


def test_data_are_made_once_and_read_back_the_same() -> None:
    tiny = scenario(contender("a"))
    first = data.load(tiny, 1.0)
    written = data.data_file(tiny, 1.0).stat().st_mtime_ns
    again = data.load(tiny, 1.0)
    assert data.data_file(tiny, 1.0).stat().st_mtime_ns == written
    np.testing.assert_array_equal(first["X"], again["X"])
    assert again["k"] == 3


def test_generators_scale_rows_and_keep_their_seeds() -> None:
    make = data.blob_starts(100_000, 4, 50, 20, 2.0)
    small, same = make(0.02), make(0.02)
    assert small["X"].shape == (2000, 4)
    assert small["X"].dtype == np.float32
    np.testing.assert_array_equal(small["X"], same["X"])
    np.testing.assert_array_equal(small["init"], same["init"])
    assert data.photo(5, 1)(0.001)["X"].shape[1] == 3
    assert data.digits(1000, 10, 1)(1.0)["X"].shape == (1000, 784)


def test_inertia_is_the_sum_of_squared_distances() -> None:
    points = np.array([[0.0, 0.0], [2.0, 0.0], [10.0, 0.0]])
    centres = np.array([[1.0, 0.0], [10.0, 0.0]])
    assert quality.inertia(points, centres) == pytest.approx(2.0)


def test_recall_counts_true_neighbours() -> None:
    points = np.arange(40, dtype=float)[:, None] ** 1.01
    order = np.abs(points - points.T).argsort(axis=1, kind="stable")
    right = np.array([row[row != i][:3] for i, row in enumerate(order)])
    assert quality.neighbours({"X": points}, {"neighbours": right}) == {"recall": 1.0}
    wrong = right.copy()
    wrong[:, 0] = -1
    assert quality.neighbours({"X": points}, {"neighbours": wrong})["recall"] == pytest.approx(
        2 / 3
    )


def test_peers_get_nobodys_openblas_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    plain = runner.Entry(contender("a"), None)
    variant = runner.Entry(contender("a"), "Haswell")
    plan = runner.Plan(threads=2)
    assert "OPENBLAS_CORETYPE" not in runner.environment(plain, plan)
    assert runner.environment(variant, plan)["OPENBLAS_CORETYPE"] == "Haswell"
    assert runner.environment(plain, plan)["SHOAL_NUM_THREADS"] == "2"
    assert variant.name == "a (Haswell)"


def test_hopeless_peers_run_once_and_shoal_always() -> None:
    slow = runner.Entry(contender("slow"), None, [{"seconds": 50.0}])
    assert runner.worth_another(slow, 1.0, turn=0)
    assert not runner.worth_another(slow, 1.0, turn=1)
    ours = runner.Entry(contender("shoal", "shoal"), None, [{"seconds": 50.0}])
    assert runner.worth_another(ours, 1.0, turn=1)
    assert not runner.worth_another(runner.Entry(contender("a"), None, failure="no"), 1.0, turn=0)


def test_tables_pair_rounds_and_name_failures() -> None:
    entries = [entry("shoal", 1.0, 2.0), entry("a", 3.0, 8.0), entry("b", 9.0, 9.0)]
    failed = runner.Entry(contender("c"), None, failure="c is not installed").as_dict()
    results = {"tiny": {"entries": [*entries, failed], "goal": 2}}
    line = tables.summary(results).splitlines()[-1]
    assert "| a | 5.5 | 3.50× | 2× |" in line
    detail = tables.detail(results)
    assert "c is not installed" in detail
    assert detail.index("| tiny | shoal |") < detail.index("| tiny | a |")
