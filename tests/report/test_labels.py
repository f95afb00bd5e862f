"""Labels: the table comes back as it was, with three columns behind it."""

from __future__ import annotations

import csv
import math

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from shoal.errors import OutputError, ParameterError
from shoal.report import write_labels
from shoal.report.labels import BLOCK_CELLS
from tests.report.conftest import HOSTILE, make_job


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_numbers_read_back_as_the_same_doubles(tmp_path):
    random = np.random.default_rng(0)
    values = random.normal(size=300) * 10.0 ** random.integers(-300, 300, 300)
    values[:3] = [0.1, 1 / 3, 5e-324]
    job = make_job({"value": values, "whole": np.arange(300.0)}, scale="none")
    write_labels(job, tmp_path / "labels.csv")
    rows = read(tmp_path / "labels.csv")
    assert [float(row[0]) for row in rows[1:]] == values.tolist()
    assert [row[1] for row in rows[1:4]] == ["0", "1", "2"]


def test_every_column_and_row_stays_in_order(tmp_path):
    columns = {
        "name": [f"row {at}" for at in range(30)],
        "x": np.where(np.arange(30) % 7 == 0, np.nan, np.arange(30.0)),
        "y": np.arange(30.0) ** 2,
    }
    job = make_job(columns, missing="drop", id="name", noise=2)
    write_labels(job, tmp_path / "labels.csv")
    rows = read(tmp_path / "labels.csv")
    assert rows[0] == ["name", "x", "y", "cluster", "confidence", "outlier_score"]
    assert [row[0] for row in rows[1:]] == columns["name"]
    assert [int(row[3]) for row in rows[1:]] == job.labels.tolist()
    assert rows[1][1] == ""
    assert [float(row[4]) for row in rows[1:]] == job.confidence.tolist()


def test_hostile_names_and_values_come_through_unchanged(tmp_path):
    columns = {name: [*HOSTILE, "", None, "plain"] for name in HOSTILE}
    columns["x"] = np.arange(len(HOSTILE) + 3.0)
    job = make_job(columns, columns=["x"])
    write_labels(job, tmp_path / "labels.csv")
    rows = read(tmp_path / "labels.csv")
    assert rows[0][: len(HOSTILE)] == list(HOSTILE)
    for at in range(len(HOSTILE)):
        assert [row[at] for row in rows[1:]] == [*HOSTILE, "", "", "plain"]


def test_missing_and_empty_texts_differ(tmp_path):
    job = make_job({"text": ["", None, "a"], "x": [1.0, 2.0, 4.0]}, columns=["x"])
    write_labels(job, tmp_path / "labels.csv")
    lines = (tmp_path / "labels.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ['""', "", "a"]
    back = pa.csv.read_csv(
        tmp_path / "labels.csv",
        convert_options=pa.csv.ConvertOptions(
            strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    assert back["text"].to_pylist() == ["", None, "a"]


def test_spreadsheet_safe_guards_texts_and_leaves_numbers(tmp_path):
    texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "fine"]
    job = make_job({"=head": texts, "x": -np.arange(7.0) - 0.5}, columns=["x"])
    write_labels(job, tmp_path / "labels.csv", spreadsheet_safe=True)
    rows = read(tmp_path / "labels.csv")
    assert rows[0][0] == "'=head"
    assert [row[0] for row in rows[1:]] == [*("'" + text for text in texts[:-1]), "fine"]
    assert [float(row[1]) for row in rows[1:]] == (-np.arange(7.0) - 0.5).tolist()


def test_names_that_are_taken_get_a_number(tmp_path):
    columns = {"cluster": np.arange(9.0), "cluster_2": np.arange(9.0)[::-1] ** 2}
    names = write_labels(make_job(columns), tmp_path / "labels.csv")
    assert names["cluster"] == "cluster_3"
    assert read(tmp_path / "labels.csv")[0][-3:] == ["cluster_3", "confidence", "outlier_score"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_other_types_are_written(tmp_path, kind):
    columns = {
        "when": pa.array([0, 86_400, None], pa.timestamp("s")),
        "flag": pa.array([True, False, None]),
        "list": pa.array([[1, 2], [], None]),
        "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        "x": [1.0, 2.5, math.inf],
    }
    job = make_job({**columns, "y": [1.0, 2.0, 4.0]}, columns=["y"])
    write_labels(job, tmp_path / "labels", format=kind)
    if kind == "parquet":
        back = pq.read_table(tmp_path / "labels")
        assert back["list"].to_pylist() == [[1, 2], [], None]
        assert back["cluster"].type == pa.int32()
    else:
        rows = read(tmp_path / "labels")
        assert [row[0] for row in rows[1:]] == ["1970-01-01 00:00:00", "1970-01-02 00:00:00", ""]
        assert [row[2] for row in rows[1:]] == ["[1, 2]", "[]", ""]
        assert [row[3] for row in rows[1:]] == ["a", "b", "a"]
        assert float(rows[3][4]) == math.inf


def test_blocks_join_without_a_seam(tmp_path):
    n_rows = 2 * BLOCK_CELLS // 5 + 3
    job = make_job({"x": np.arange(float(n_rows)), "y": np.arange(n_rows) % 7.0})
    write_labels(job, tmp_path / "labels.csv")
    back = pa.csv.read_csv(tmp_path / "labels.csv")
    assert back["x"].to_numpy().tolist() == list(range(n_rows))
    assert back["cluster"].to_numpy().tolist() == job.labels.tolist()


def test_an_unknown_format_and_a_bad_place_are_refused(tmp_path, job):
    with pytest.raises(ParameterError, match="'xls'"):
        write_labels(job, tmp_path / "labels", format="xls")
    with pytest.raises(OutputError, match="must be writable"):
        write_labels(job, tmp_path / "absent" / "labels.csv")
