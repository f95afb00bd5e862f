"""``shoal plot``: one picture of a result, drawn without fitting, written whole or not at all."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shoal.cli.plot import KINDS
from tests.report.conftest import HOSTILE

Shoal = Callable[..., Any]


@pytest.fixture
def result(shoal: Shoal, tmp_path: Path) -> Path:
    """The folder of a job, in which k was chosen."""
    assert shoal("cluster", "sample:iris", "-q", "--k-range", "2-4").code == 0
    return tmp_path / "iris.shoal"


@pytest.mark.parametrize(
    "kind", ["clusters", "pca", "sizes", "profile", "distributions", "silhouette", "elbow"]
)
def test_pictures_of_a_job_are_drawn_again(shoal: Shoal, result: Path, kind: str) -> None:
    ended = shoal("plot", kind, "iris.shoal")
    assert (ended.code, ended.out) == (0, f"Written: iris-{kind}.png\n")
    with Image.open(result.parent / f"iris-{kind}.png") as image:
        image.load()
    # The same rows, groups and scores: the same picture as the job's own.
    own = {"clusters": "scatter"}.get(kind, kind)
    again = (result.parent / f"iris-{kind}.png").read_bytes()
    assert again == (result / "plots" / f"{own}.png").read_bytes()


def test_a_dendrogram_comes_from_the_folder_or_the_model(shoal: Shoal, tmp_path: Path) -> None:
    assert shoal("cluster", "sample:iris", "-q", "--algorithm", "agglomerative").code == 0
    assert shoal("plot", "dendrogram", "iris.shoal", "-q").out == "iris-dendrogram.png\n"
    own = (tmp_path / "iris.shoal" / "plots" / "dendrogram.png").read_bytes()
    assert (tmp_path / "iris-dendrogram.png").read_bytes() == own
    ended = shoal("plot", "dendrogram", "iris.shoal/model.shoal", "-o", "a.svg", "--top", 10)
    assert ended.code == 0, ended.err
    ET.parse(tmp_path / "a.svg")


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [("optics", "reachability"), ("hdbscan", "condensed-tree"), ("densitypeaks", "decision-graph")],
)
def test_pictures_of_a_fit_come_from_the_folder_or_the_model(
    shoal: Shoal, tmp_path: Path, algorithm: str, kind: str
) -> None:
    assert shoal("cluster", "sample:iris", "-q", "--algorithm", algorithm).code == 0
    assert shoal("plot", kind, "iris.shoal", "-q").code == 0
    own = (tmp_path / "iris.shoal" / "plots" / f"{KINDS[kind]}.png").read_bytes()
    assert (tmp_path / f"iris-{kind}.png").read_bytes() == own
    assert shoal("plot", kind, "iris.shoal/model.shoal", "-o", "m.png").code == 0


def test_the_k_distance_comes_from_a_table_or_a_result(shoal: Shoal, result: Path) -> None:
    ended = shoal("plot", "k-distance", "sample:iris", "--min-samples", 4)
    assert (ended.code, ended.out) == (0, "Written: iris-k-distance.png\n")
    ended = shoal("plot", "k-distance", "iris.shoal", "-o", "k.png", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "k.png\n", "")
    ended = shoal("plot", "k-distance", "sample:iris", "--min-samples", 500, "--force")
    assert ended.code == 2
    assert "min_samples must be at most the 150 rows; got 500." in ended.err


BAD = [
    (("dendro", "iris.shoal"), "the picture must be one of dendrogram, reachability"),
    (("dendrogram", "iris.shoal"), "a dendrogram must come from "),
    (("reachability", "iris.shoal/model.shoal"), "a reachability must come from optics"),
    (("map", "iris.shoal"), "a map must have a latitude and a longitude in degrees"),
    (("clusters", "iris.shoal", "-o", "a.pdf"), "--output must end in .png or .svg; got 'a.pdf'."),
    (("clusters", "iris.shoal", "-o", "no/a.png"), "the output must be in a folder that exists"),
    (("clusters", "iris.shoal", "-o", "iris.shoal"), "--output must end in .png or .svg"),
    (("clusters", "iris.shoal", "--top", "4"), "--top must be left out for clusters; it belongs"),
    (("clusters", "iris.shoal", "--metric", "x"), "--metric must be left out for clusters"),
    (("dendrogram", "iris.shoal", "--top", "1"), "Invalid value for '--top': 1 is not in the"),
    (("clusters", "iris.shoal/model.shoal/x"), "iris.shoal/model.shoal/x must be the folder of a"),
    (("clusters", "iris.shoal/labels.csv"), "the source of clusters must be the folder of a"),
    (("clusters", "nothing"), "nothing must be the folder of a finished job"),
    (("dendrogram", "nothing"), "nothing must be a model file; got a path where no file is."),
    (("dendrogram", "iris.shoal/labels.csv"), "labels.csv must be a whole model file"),
    (("k-distance", "nothing.csv"), "nothing.csv does not exist."),
    (("k-distance", "sample:iris", "--metric", "x"), "metric must be one of"),
    (("k-distance", "sample:iris", "--metric", "haversine"), "metric='haversine' must have"),
    (("clusters",), "Missing argument 'SOURCE'"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=[" ".join(b[0]) for b in BAD])
def test_one_sentence_and_nothing_left(
    shoal: Shoal, result: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    before = set(os.listdir(result.parent))
    ended = shoal("plot", *arguments)
    assert ended.code in (2, 3)
    assert ended.err.startswith(f"Error: {sentence}"), ended.err
    assert ended.err.count("\n") == 1
    assert set(os.listdir(result.parent)) == before


def test_a_picture_is_kept_without_force(shoal: Shoal, result: Path) -> None:
    (result.parent / "a.png").write_text("mine")
    assert shoal("plot", "sizes", "iris.shoal", "-o", "a.png").code == 2
    assert (result.parent / "a.png").read_text() == "mine"
    assert shoal("plot", "sizes", "iris.shoal", "-o", "a.png", "--force").code == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[]", "iris.shoal must be the result of shoal cluster; got a result.json of another kind"),
        ("{", "iris.shoal must be the folder of a finished job; got one without a readable result"),
        ('{"format": "shoal.result"}', "result.json is damaged: it does not name the columns"),
        ('{"format": "shoal.result", "n_sampled": 9}', "iris.shoal must be the result of a table"),
    ],
)
def test_a_damaged_result_is_one_sentence(
    shoal: Shoal, result: Path, content: str, sentence: str
) -> None:
    (result / "result.json").write_text(content)
    ended = shoal("plot", "sizes", "iris.shoal")
    assert ended.code == 3
    assert ended.err.startswith(f"Error: {sentence}")


def test_labels_of_another_result_are_refused(shoal: Shoal, result: Path) -> None:
    path = result / "labels.csv"
    path.write_text(path.read_text().replace(",0,", ",7,"))
    ended = shoal("plot", "sizes", "iris.shoal")
    assert (ended.code, "the labels are not those of the model" in ended.err) == (3, True)


def test_hostile_names_come_through(shoal: Shoal, tmp_path: Path) -> None:
    import csv

    names = [name for name in HOSTILE if "\n" not in name and len(name) < 1000][:8]
    with (tmp_path / "h.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([[i * 7 % (11 + j) + 0.5 for j in range(len(names))] for i in range(60)])
    assert shoal("cluster", "h.csv", "-k", 2, "-q").code == 0
    for kind in ("clusters", "profile", "distributions"):
        assert shoal("plot", kind, "h.shoal", "-o", f"{kind}.svg").code == 0
        text = (tmp_path / f"{kind}.svg").read_bytes()
        assert b"<script" not in text
        assert b"onerror" not in text
        ET.parse(BytesIO(text))


def test_parquet_labels_serve_as_well(shoal: Shoal, tmp_path: Path) -> None:
    assert shoal("cluster", "sample:customers", "-k", 3, "-q", "--format", "parquet").code == 0
    assert shoal("plot", "clusters", "customers.shoal", "-q").code == 0
    own = (tmp_path / "customers.shoal" / "plots" / "scatter.png").read_bytes()
    assert (tmp_path / "customers-clusters.png").read_bytes() == own
