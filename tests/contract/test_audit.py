"""Fails when a row of the catalogue lacks its page, its data, its benchmark or a reason."""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections import defaultdict
from pathlib import Path

import pytest

from shoal import catalogue
from shoal.catalogue import ALGORITHMS, CAPABILITIES, PROMISES, Algorithm
from shoal.cli.algorithms import markdown_table

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "algorithms"

every_row = pytest.mark.parametrize("row", ALGORITHMS, ids=catalogue.names())


def test_names_are_unique() -> None:
    assert len(set(catalogue.names())) == len(ALGORITHMS)


@every_row
def test_every_cell_of_the_grid_is_a_yes_or_a_reason(row: Algorithm) -> None:
    assert set(row.supports) == set(CAPABILITIES)
    for name, cell in row.supports.items():
        assert cell is True or (isinstance(cell, str) and len(cell) > 10), name


@every_row
def test_departures_are_from_promises_and_have_a_reason(row: Algorithm) -> None:
    assert set(row.departures) <= set(PROMISES)
    page = (ROOT / row.page).read_text(encoding="utf-8")
    said = {
        "labels_are_predicted": "`labels_`",
        "outlier_scores_are_predicted": "`outlier_scores_`",
        "constant_columns": "constant",
    }
    assert set(said) == set(PROMISES)
    for name, reason in row.departures.items():
        assert len(reason) > 30, name
        assert said[name] in page


@every_row
def test_every_word_is_there(row: Algorithm) -> None:
    for name in ("title", "family", "summary", "suits", "paper"):
        assert getattr(row, name), name
    assert re.fullmatch(r"[a-z0-9-]+", row.name)
    assert row.paper.doi.startswith("10.")
    kinds = {"dense", "sparse", "distances", "mixed", "categories", "missing"}
    assert set(row.accepts) <= kinds
    assert row.accepts


@every_row
def test_the_page_names_the_class_and_the_paper(row: Algorithm) -> None:
    page = (ROOT / row.page).read_text(encoding="utf-8")
    assert row.estimator.partition(":")[2] in page
    assert f"--algorithm {row.name}" in page
    assert row.paper.doi in page


@every_row
def test_the_family_holds_the_class_and_the_function(row: Algorithm) -> None:
    assert row.estimator.startswith(f"shoal.{row.family}")
    assert row.function.startswith(f"shoal.{row.family}")
    assert inspect.isclass(row.load_estimator())
    assert callable(row.load_function())


@every_row
def test_supported_cells_are_methods_and_attributes(row: Algorithm) -> None:
    estimator = row.load_estimator()
    for name in ("predict", "membership", "partial_fit"):
        assert hasattr(estimator, name) == row.can(name), name
    assert hasattr(estimator, "fit_blocks") == row.can("blocks")
    accepts_weights = "sample_weight" in inspect.signature(estimator.fit).parameters
    assert accepts_weights == row.can("sample_weight")


@every_row
def test_options_and_defaults_are_parameters(row: Algorithm) -> None:
    parameters = set(row.load_estimator()().get_params())
    assert {option.name for option in row.options} <= parameters
    assert set(row.defaults(1000, 3, 4)) <= parameters
    assert not row.needs_k or "n_clusters" in parameters
    assert not row.replaces_k or row.replaces_k in parameters
    assert "n_jobs" in parameters


def test_one_flag_means_one_thing() -> None:
    kinds = defaultdict(set)
    for row in ALGORITHMS:
        for option in row.options:
            kinds[option.flag].add(option.number or "words")
    assert all(len(kind) == 1 for kind in kinds.values())


@every_row
def test_the_benchmark_is_registered(row: Algorithm) -> None:
    module = ROOT / "benchmarks" / "scenarios" / f"{row.scenario}.py"
    spec = importlib.util.spec_from_file_location(f"scenario_{row.scenario}", module)
    assert spec is not None
    assert spec.loader is not None
    assert f'"{row.name}"' in module.read_text(encoding="utf-8")


@every_row
def test_there_is_test_data(row: Algorithm) -> None:
    assert row.test_data
    assert ("mixed" in row.test_data) == (row.encoding != "indicators")


@every_row
def test_a_row_that_brings_its_own_dissimilarity_can_judge_by_it(row: Algorithm) -> None:
    own = row.dissimilarity == "own"
    assert own == hasattr(row.load_estimator(), "silhouette_samples")
    assert not own or "inertia_" in row.state


def test_the_table_of_the_pages_is_the_catalogue() -> None:
    assert markdown_table(ALGORITHMS) in (PAGES / "README.md").read_text(encoding="utf-8")


def test_every_page_has_a_row() -> None:
    pages = {path.name for path in PAGES.glob("*.md")} - {"README.md"}
    assert pages == {Path(row.page).name for row in ALGORITHMS}
