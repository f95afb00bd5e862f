"""Tables in blocks: the rows of the file, whatever its format; samples and moments of them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

import shoal
from shoal import DataError, ParameterError, open_blocks
from shoal.data.prepare import prepare
from shoal.data.read import read_table
from shoal.data.streamed import draw_sample, with_exact_moments

ROWS = 20_000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    random = np.random.default_rng(0)
    income = random.lognormal(3, 1, ROWS)
    income[::97] = np.nan
    return pa.table(
        {
            "age": random.integers(18, 90, ROWS).astype(float),
            "income": pa.array(income, from_pandas=True),
            "city": random.choice(["Oslo", "Bergen", 'a "b", c\nd'], ROWS),
        }
    )


def write(table: pa.Table, path: Path) -> Path:
    from pyarrow import csv

    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=3000)
    elif path.suffix == ".feather":
        feather.write_feather(table, path, chunksize=700)
    elif path.suffix == ".arrows":
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=1234)
    elif path.suffix == ".npy":
        np.save(path, np.column_stack([table["age"], table["income"]]))
    elif path.suffix == ".gz":
        csv.write_csv(table, path.with_suffix(""))
        path.write_bytes(gzip.compress(path.with_suffix("").read_bytes()))
    else:
        csv.write_csv(table, path)
    return path


@pytest.mark.parametrize(
    "name", ["t.parquet", "t.feather", "t.arrows", "t.npy", "t.csv", "t.csv.gz"]
)
def test_blocks_are_the_rows_of_the_file(
    tmp_path: Path, table: pa.Table, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shoal.data.block_files.READ_BYTES", 100_000)
    path = write(table, tmp_path / name)
    blocks = open_blocks(path, rows=4096)
    for _ in range(2):
        parts = list(blocks)
        assert [part.n_rows for part in parts] == [4096] * 4 + [ROWS - 4 * 4096]
        found = pa.concat_tables([part.data for part in parts]).combine_chunks()
        expected = read_table(path, strict=False).data.combine_chunks()
        assert found.equals(expected.cast(found.schema))
    assert blocks.n_rows == ROWS


def test_arrays_and_frames_are_blocks(table: pa.Table) -> None:
    cut = [table.slice(0, 5000), table.slice(5000, 15_000).to_pandas()]
    found = pa.concat_tables([part.data for part in open_blocks(cut)])
    assert found["age"].to_pylist() == table["age"].to_pylist()
    again = open_blocks(lambda: iter(table.to_batches(max_chunksize=999)))
    assert sum(part.n_rows for part in again) == sum(part.n_rows for part in again) == ROWS


@pytest.mark.parametrize("rows", [4096, 8192, 32_768])
def test_the_sample_does_not_depend_on_the_blocks(table: pa.Table, rows: int) -> None:
    data = table.append_column("row", pa.array(np.arange(ROWS, dtype=float)))
    chosen = draw_sample(open_blocks([data], rows=rows), 500, 3).data["row"].to_numpy()
    expected = draw_sample(open_blocks([data], rows=5 * 4096), 500, 3).data["row"].to_numpy()
    np.testing.assert_array_equal(chosen, expected)
    assert len(chosen) == 500
    assert (np.diff(chosen) > 0).all()
    other = draw_sample(open_blocks([data]), 500, 4).data["row"].to_numpy()
    assert len(np.intersect1d(chosen, other)) < 50


def test_the_sample_is_uniform() -> None:
    rows = np.arange(ROWS, dtype=float)[:, None]
    blocks = open_blocks([rows], rows=4096)
    counts = np.zeros(10)
    for seed in range(40):
        drawn = draw_sample(blocks, 500, seed).data.column(0).to_numpy()
        counts += np.bincount((drawn // (ROWS / 10)).astype(int), minlength=10)
    # 2,000 in each tenth, with a standard deviation of about 42.
    assert np.abs(counts - 2000).max() < 200


def test_a_sample_of_few_rows_is_the_table(table: pa.Table) -> None:
    whole = draw_sample(open_blocks([table], rows=4096), ROWS, 0)
    assert whole.data.combine_chunks().equals(read_table(table).data.cast(whole.data.schema))


@pytest.mark.parametrize("scale", ["standard", "minmax"])
@pytest.mark.parametrize("weight", [None, "w"])
def test_moments_are_those_of_all_rows(table: pa.Table, scale: str, weight: str | None) -> None:
    random = np.random.default_rng(1)
    data = table.drop_columns("income").append_column("w", pa.array(random.random(ROWS)))
    data = data.append_column("more", pa.array(random.normal(5, 3, ROWS)))
    if weight is None:
        data = data.drop_columns("w")
    blocks = open_blocks([data], rows=4096)
    _, of_all = prepare(read_table(data), scale=scale, weight=weight)
    _, of_some = prepare(draw_sample(blocks, 2000, 0), scale=scale, weight=weight)
    found = with_exact_moments(of_some, blocks)
    same = with_exact_moments(of_some, open_blocks([data], rows=8192))
    assert found == same
    for name in ("age", "more"):
        a, b = (
            next(c for c in preparation.columns if c.name == name)
            for preparation in (found, of_all)
        )
        assert a.centre == pytest.approx(b.centre, rel=1e-12)
        assert a.scale == pytest.approx(b.scale, rel=1e-12)


def test_a_job_over_blocks_shows_all_rows(table: pa.Table) -> None:
    result = shoal.cluster(open_blocks([table], rows=4096), n_clusters=3)
    plain = shoal.cluster(table, n_clusters=3)
    np.testing.assert_array_equal(result.labels, plain.labels)
    assert result.n_rows == result.n_clustered == ROWS
    assert [card.size for card in result.cards] == [card.size for card in plain.cards]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: iter([np.ones((3, 2))]), "can be read more than once"),
        (list, "has no rows"),
        (lambda: [np.ones((9, 2)), np.ones((9, 1))], "lacks the column 'x1' in a later block"),
    ],
)
def test_what_cannot_be_read_in_blocks_says_why(make: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        list(open_blocks(make()))


def test_blocks_hold_whole_pieces(table: pa.Table) -> None:
    with pytest.raises(ParameterError, match="must be a multiple of 4096; got 5000"):
        open_blocks([table], rows=5000)


def test_files_that_cannot_be_read_in_blocks_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shoal.data.block_files.READ_BYTES", 20_000)
    (tmp_path / "t.json").write_text('[{"a": 1}]')
    with pytest.raises(DataError, match=r"t\.json must be Parquet, Arrow, NPY or CSV"):
        open_blocks(tmp_path / "t.json")
    (tmp_path / "t.parquet").write_bytes(b"PAR1 nothing more")
    with pytest.raises(DataError, match=r"t\.parquet is a damaged or incomplete Parquet file"):
        open_blocks(tmp_path / "t.parquet")
    np.save(tmp_path / "t.npy", np.asfortranarray(np.ones((9, 2))))
    with pytest.raises(DataError, match="in column order"):
        open_blocks(tmp_path / "t.npy")
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n" * 30_000 + "x,2\n")
    with pytest.raises(DataError, match=r"t\.csv, line 30002, column 'a': 'x' is not"):
        list(open_blocks(tmp_path / "t.csv"))
    with pytest.raises(DataError, match="must be a file"):
        open_blocks(tmp_path / "nothing.csv")
