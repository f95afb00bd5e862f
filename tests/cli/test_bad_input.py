"""Everything that can be wrong with a run: one sentence, an exit code, nothing left behind."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Shoal = Callable[..., Any]

GOOD = "a,b\n" + "".join(f"{i * 7 % 13}.5,{i * 5 % 11}.25\n" for i in range(40))
THREE = "a,b\n" + "".join(f"{i % 3}.5,{i % 3}.1\n" for i in range(30))
NUMBERS = GOOD.partition("\n")[2]

FILES: dict[str, bytes] = {
    "good.csv": GOOD.encode(),
    "three.csv": THREE.encode(),
    "empty.csv": b"",
    "header.csv": b"a,b\n",
    "one.csv": b"a,b\n1,2\n",
    "text.csv": f"a,b\n{NUMBERS}abc,3\n".encode(),
    "inf.csv": f"a,b\n{NUMBERS}inf,3\n".encode(),
    "holes.csv": f"a,b\n{NUMBERS},3\n".encode(),
    "constant.csv": b"a,b\n" + b"5,3\n" * 30,
    "twice.csv": f"a,a\n{NUMBERS}".encode(),
    "fields.csv": f"a,b\n{NUMBERS}1,2,3\n".encode(),
    "random.csv": np.random.default_rng(0).bytes(3000),
    "cut.csv.gz": gzip.compress(GOOD.encode())[:60],
    "cut.parquet": b"PAR1" + b"\0" * 60,
}

BAD: list[tuple[tuple[str, ...], int, str]] = [
    (("missing.csv",), 3, "missing.csv does not exist."),
    (("god.csv",), 3, "god.csv does not exist. Did you mean good.csv?"),
    (("empty.csv",), 3, "empty.csv is empty. Give a file with a header line and rows."),
    (("header.csv",), 3, "header.csv has a header but no rows. Give a file with at least one row"),
    (("one.csv",), 3, "one.csv has only one row. Groups need at least two."),
    (
        ("text.csv",),
        3,
        "text.csv, line 42, column 'a': 'abc' is not a number. Drop the column with --drop a, or",
    ),
    (("inf.csv",), 3, "inf.csv, line 42, column 'a': 'inf' is not a finite number."),
    (("holes.csv", "--missing", "error"), 3, "holes.csv, line 42, column 'a'"),
    (("constant.csv",), 3, "constant.csv has no column to group by ('a': it is constant"),
    (("twice.csv",), 3, "twice.csv has 2 columns named 'a' (columns 1 and 2). Rename all but one"),
    (("fields.csv",), 3, "fields.csv, line 42 has 3 fields where the header has 2"),
    (("random.csv",), 3, "random.csv is not text: "),
    (("cut.csv.gz",), 3, "cut.csv.gz ends too early: its gzip data are cut off after 60 bytes."),
    (("cut.parquet",), 3, "cut.parquet is a damaged or incomplete Parquet file: "),
    ((".",), 3, ". is a directory. Give one file in it."),
    (("sample:iriss",), 2, "a sample must be a bundled one; got 'iriss'. Did you mean 'iris'?"),
    (("good.csv", "-k", "0"), 2, "n_clusters must be a whole number >= 1; got 0. Leave it out"),
    (("three.csv", "-k", "50"), 2, "n_clusters=50 exceeds the 3 distinct rows. Use at most 3."),
    (("good.csv", "-k", "x"), 2, "Invalid value for '-k' / '--clusters': 'x' is not a valid int"),
    (("good.csv", "-k", "2", "--k-range", "2-3"), 2, "k_range must be left out when n_clusters is"),
    (("good.csv", "--k-range", "5-2"), 2, "the range of k must run upwards; got '5-2'."),
    (("three.csv", "--k-range", "9-12"), 2, "k_range must not start above the 3 distinct rows"),
    (("good.csv", "--columns", "aa"), 2, "columns must name columns of good.csv; got 'aa'. Did"),
    (("good.csv", "--columns", ""), 2, "--columns must name a column; got ''."),
    (("good.csv", "--drop", "A1"), 2, "drop must name columns of good.csv; got 'A1'. Did you mean"),
    (("good.csv", "--id", "zz"), 2, "id must name columns of good.csv; got 'zz'."),
    (
        ("good.csv", "--missing", "x"),
        2,
        "missing must be one of median, mean, drop, error, keep; got",
    ),
    (("good.csv", "--scale", "x"), 2, "scale must be one of standard, robust, minmax, none; got"),
    (("good.csv", "--types", "a"), 2, "--types must be like age=category,zip=text; got 'a'."),
    (("good.csv", "--types", "a=x"), 2, "types['a'] must be one of number, category"),
    (("good.csv", "--algorithm", "kmean"), 2, "algorithm must be one of kmeans"),
    (("good.csv", "--seed", "-1"), 2, "seed must be a whole number from 0 to 4294967295; got -1."),
    (("good.csv", "--threads", "0"), 2, "Invalid value for '--threads': 0 is not in the range"),
    (("good.csv", "--max-iter", "0", "-k", "2"), 2, "max_iter must be an integer"),
    (("good.csv", "--memory-limit", "2xx"), 2, "memory_limit must be an amount such as 500MB"),
    (("good.csv", "--memory-limit", "1kB"), 4, "the job must fit in 1.0 kB of memory; got an"),
    (("good.csv", "-o", "no/where"), 2, "the output must be in a folder that exists; got 'no/wh"),
    (("good.csv", "-o", "three.csv"), 2, "--output must be a folder; got the file 'three.csv'."),
    (("good.csv", "--format", "xml"), 2, "Invalid value for '--format': 'xml' is not one of"),
    ((), 2, "Missing argument 'DATA'. See: shoal cluster --help."),
]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize(("arguments", "code", "sentence"), BAD, ids=[" ".join(b[0]) for b in BAD])
def test_one_sentence_and_nothing_left(
    shoal: Shoal, files: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    ended = shoal("cluster", *arguments)
    said = [line for line in ended.err.splitlines() if not line.startswith("Seed ")]
    assert ended.code == code, ended.err
    assert said[0].startswith(f"Error: {sentence}"), ended.err
    assert len(said) == 1
    assert ended.out == ""
    assert set(os.listdir(files)) == set(FILES)


def test_a_memory_error_names_what_would_fit(shoal: Shoal, tmp_path: Path) -> None:
    rows = "".join(f"{i * 7 % 1013}.5,{i * 5 % 911}.25,{i % 777}\n" for i in range(20_000))
    (tmp_path / "big.csv").write_text("a,b,c\n" + rows)
    # An algorithm that needs all rows in memory; k-means would go on in blocks.
    few = ("big.csv", "--algorithm", "kmedians", "--memory-limit")
    ended = shoal("cluster", *few, "4.8MB")
    assert ended.code == 4
    assert "of the 20,000 rows" in ended.err
    assert "of the 3 columns, with --columns" in ended.err
    ended = shoal("cluster", *few, "100kB")
    assert ended.code == 4
    assert "What would fit: a file with fewer rows" in ended.err


def test_an_output_that_is_there_is_kept_without_force(shoal: Shoal, files: Path) -> None:
    (files / "good.shoal").mkdir()
    (files / "good.shoal" / "mine.txt").write_text("mine")
    ended = shoal("cluster", "good.csv", "-k", 2)
    assert ended.code == 2
    assert ended.err.endswith(
        "got 'good.shoal'. Use --force to replace it, or --output for another place.\n"
    )
    assert os.listdir(files / "good.shoal") == ["mine.txt"]
    # What is not the result of an earlier job is nobody's to replace.
    assert shoal("cluster", "good.csv", "-k", 2, "--force").code == 2
    assert os.listdir(files / "good.shoal") == ["mine.txt"]


def test_force_replaces_an_earlier_result(shoal: Shoal, files: Path) -> None:
    assert shoal("cluster", "good.csv", "-k", 2, "-q").code == 0
    assert shoal("cluster", "good.csv", "-k", 3, "-q", "--force").code == 0
    assert '"n_clusters": 3' in (files / "good.shoal" / "result.json").read_text()
    assert set(os.listdir(files)) == {*FILES, "good.shoal"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(shoal: Shoal, files: Path) -> None:
    locked = files / "locked"
    locked.mkdir(mode=0o500)
    ended = shoal("cluster", "good.csv", "-o", "locked/out")
    assert ended.code == 2
    assert "must be in a folder that is writable" in ended.err


def test_one_column_is_enough(shoal: Shoal, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n" + "".join(f"{i * 7 % 13}.5\n" for i in range(40)))
    assert shoal("cluster", "x.csv", "-k", 2, "-q").code == 0


def test_ten_thousand_columns_are_possible(shoal: Shoal, tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(30, 10_000))
    lines = [
        ",".join(f"c{i}" for i in range(X.shape[1])),
        *(",".join(f"{x:.2f}" for x in row) for row in X),
    ]
    (tmp_path / "wide.csv").write_text("\n".join(lines) + "\n")
    ended = shoal("cluster", "wide.csv", "-k", 2, "-q")
    assert (ended.code, ended.out) == (0, "wide.shoal\n")


@pytest.mark.parametrize("name", ["good.csv", "cut.parquet", "random.csv", "empty.csv"])
def test_other_files_are_no_models(shoal: Shoal, files: Path, name: str) -> None:
    ended = shoal("predict", name, "good.csv")
    assert ended.code == 3
    assert ended.err.startswith(f"Error: {name} must be a whole model file; got one where ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_sentence(shoal_process: Shoal, tmp_path: Path) -> None:
    import subprocess
    import sys

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "shoal", "samples", "show", "iris"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "Error: the output must fit on the disk; got: no space left on it.\n"
