"""Under a hard limit of memory: success or one sentence, never a kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shoal.catalogue import ALGORITHMS

resource = pytest.importorskip("resource", reason="this system has no resource limits")

MB = 1_000_000
THOROUGH = "SHOAL_TEST_LIMITED_ROWS" in os.environ
LIMITED_ROWS = int(os.environ.get("SHOAL_TEST_LIMITED_ROWS", "20000"))
"""The suite tries two algorithms on 2 columns; SHOAL_TEST_LIMITED_ROWS=200000 all, for minutes."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds processes to RLIMIT_AS")
@pytest.mark.parametrize("limit", [300 * MB, 800 * MB])
def test_too_little_address_space_is_one_sentence(tmp_path: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shoal", "cluster", "sample:iris", "-k", "3"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.startswith("Error: the limit of address space (ulimit -v) must be at least")
    assert list(tmp_path.iterdir()) == []


def _big_parquet(path: Path, rows: int, columns: int = 8) -> None:
    """Six well separated groups, written a row group at a time from a seed."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(7)
    centres = random.uniform(-20, 20, size=(6, columns))
    share = np.array([0.3, 0.25, 0.2, 0.12, 0.08, 0.05])
    schema = pa.schema([(f"c{i}", pa.float64()) for i in range(columns)])
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, rows, 1 << 18):
            count = min(1 << 18, rows - start)
            X = centres[random.choice(6, count, p=share)] + random.normal(size=(count, columns))
            writer.write_table(pa.table(list(X.T), schema=schema))


def _cluster(source: Path, folder: Path, algorithm: str, *more: str, limit: int | None) -> str:
    """Run the command, under a limit of addresses; return what it says."""
    given = (
        None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    )
    done = subprocess.run(
        [sys.executable, "-m", "shoal", "cluster", str(source), "-k", "6", "--format", "parquet",
         "--algorithm", algorithm, "-o", str(folder), *more],
        capture_output=True, text=True, check=False, preexec_fn=given,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def _labels(folder: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(folder / "labels.parquet", columns=["cluster"])["cluster"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds processes to RLIMIT_AS")
@pytest.mark.parametrize("algorithm", ["kmeans", "minibatch-kmeans"])
def test_a_table_that_does_not_fit_is_clustered_in_blocks(tmp_path: Path, algorithm: str) -> None:
    source = tmp_path / "big.parquet"
    _big_parquet(source, 400_000)
    said = _cluster(
        source, tmp_path / "blocks", algorithm, "--memory-limit", "100MB", limit=1000 * MB
    )
    assert "big.parquet does not fit in the memory allowed, so its 400,000 rows were read" in said
    assert "in blocks" not in _cluster(source, tmp_path / "memory", algorithm, limit=None)
    assert _labels(tmp_path / "blocks").equals(_labels(tmp_path / "memory"))
    found = json.loads((tmp_path / "blocks" / "result.json").read_text())
    whole = json.loads((tmp_path / "memory" / "result.json").read_text())
    assert (found["n_rows"], found["n_sampled"]) == (400_000, 100_000)
    assert [c["size"] for c in found["clusters"]] == [c["size"] for c in whole["clusters"]]
    rough = 1e-9 if algorithm == "kmeans" else 1e-3
    assert found["scores"]["inertia"] == pytest.approx(whole["scores"]["inertia"], rel=rough)


BY_DENSITY_OR_TREE = [
    row.name
    for row in ALGORITHMS
    if row.family in ("connectivity", "density")
    and (THOROUGH or row.name in ("agglomerative", "dbscan"))
]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds processes to RLIMIT_AS")
@pytest.mark.parametrize("columns", [2, 16] if THOROUGH else [2])
@pytest.mark.parametrize("algorithm", BY_DENSITY_OR_TREE)
def test_a_gigabyte_is_enough_or_the_job_is_refused(
    tmp_path: Path, algorithm: str, columns: int
) -> None:
    source, folder = tmp_path / "big.parquet", tmp_path / "out"
    _big_parquet(source, LIMITED_ROWS, columns)
    limit = 1000 * MB
    done = subprocess.run(
        [sys.executable, "-m", "shoal", "cluster", str(source), "--format", "parquet", "-q",
         "--algorithm", algorithm, "-o", str(folder)],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.returncode in (0, 4), done.stderr
    if done.returncode == 0:
        assert len(_labels(folder)) == LIMITED_ROWS
        return
    said = [line for line in done.stderr.splitlines() if not line.startswith("Note:")]
    assert len(said) == 1, done.stderr
    assert "got an estimate of" in said[0]
    assert not folder.exists()


@pytest.mark.skipif("SHOAL_TEST_4GB" not in os.environ, reason="takes minutes; SHOAL_TEST_4GB=1")
@pytest.mark.parametrize("algorithm", ["kmeans", "minibatch-kmeans"])
def test_four_gigabytes_under_one_gigabyte(tmp_path: Path, algorithm: str) -> None:
    source, small = tmp_path / "big.parquet", tmp_path / "small.parquet"
    rows = 4_000_000_000 // (8 * 8)
    try:
        _big_parquet(source, rows)
        assert source.stat().st_size >= 4_000_000_000
        _cluster(source, tmp_path / "big", algorithm, limit=1000 * MB)
        assert len(_labels(tmp_path / "big")) == rows
    finally:
        source.unlink()
    _big_parquet(small, rows // 20)
    _cluster(small, tmp_path / "blocks", algorithm, limit=1000 * MB)
    _cluster(small, tmp_path / "memory", algorithm, limit=None)
    assert _labels(tmp_path / "blocks").equals(_labels(tmp_path / "memory"))
