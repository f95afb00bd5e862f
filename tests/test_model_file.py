"""Model files: what goes in comes out, and nothing else is accepted."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal import model_container, model_file, workflow
from shoal.catalogue import ALGORITHMS, names
from shoal.clustering import Clustering
from shoal.data import samples
from shoal.errors import DataError, MemoryBudgetError, OutputError
from shoal.planning import open_table

OLD_MODEL = Path(__file__).parent / "fixtures" / "iris-format-1.shoal"


def _job(algorithm: str = "kmeans") -> Clustering:
    row = next(row for row in ALGORITHMS if row.name == algorithm)
    more = {"n_clusters": 3} if row.needs_k else {}
    return workflow.cluster("sample:iris", algorithm=algorithm, **more)


def _save(path: Path, job: Clustering) -> Path:
    return model_file.save(path, job.model, job.preparation, model_file.header_for(job))


@pytest.fixture(scope="module")
def job() -> Clustering:
    return _job()


@pytest.fixture(scope="module")
def content(job: Clustering, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _save(tmp_path_factory.mktemp("model") / "model.shoal", job).read_bytes()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "model.shoal"
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("algorithm", names())
def test_predict_after_loading_gives_the_labels_of_the_job(tmp_path: Path, algorithm: str) -> None:
    job = _job(algorithm)
    loaded = model_file.load(_save(tmp_path / "model.shoal", job))
    found = loaded.predict(samples.load("iris"))
    np.testing.assert_array_equal(found.labels, job.labels)
    np.testing.assert_allclose(found.confidence, job.confidence)
    np.testing.assert_allclose(found.outlier_scores, job.outlier_scores)
    assert loaded.header["names"] == [card.name for card in job.cards]
    assert loaded.preparation == job.preparation


def test_predict_in_a_new_process_gives_the_labels_of_the_job(
    tmp_path: Path, job: Clustering
) -> None:
    path = _save(tmp_path / "model.shoal", job)
    script = (
        "import sys, shoal; from shoal.data import samples;"
        "found = shoal.load_model(sys.argv[1]).predict(samples.load('iris'));"
        "print(*found.labels)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(label) for label in job.labels]


def test_an_old_file_loads_forever() -> None:
    loaded = model_file.load(OLD_MODEL)
    found = loaded.predict(samples.load("iris"))
    assert np.bincount(found.labels).tolist() == loaded.header["sizes"]


def test_saving_twice_gives_the_same_bytes(tmp_path: Path, job: Clustering) -> None:
    first = _save(tmp_path / "a.shoal", job).read_bytes()
    assert _save(tmp_path / "b.shoal", job).read_bytes() == first
    assert sorted(os.listdir(tmp_path)) == ["a.shoal", "b.shoal"]


def test_the_rows_are_not_in_the_file(content: bytes) -> None:
    assert len(content) < 20_000


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path, job: Clustering) -> None:
    with pytest.raises(OutputError, match="must be writable; got: No such file or directory"):
        _save(tmp_path / "missing" / "model.shoal", job)


def _parts(content: bytes) -> tuple[dict[str, Any], bytes]:
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def _joined(header: Any, rest: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + rest


def _refused(path: Path) -> str:
    with pytest.raises(DataError) as refused:
        model_file.load(path)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.startswith(path.name)
    return sentence


Change = Callable[[dict[str, Any], bytes], tuple[Any, bytes]]


def _metadata(**entries: str) -> Change:
    def change(header: dict[str, Any], rest: bytes) -> tuple[Any, bytes]:
        return {**header, "__metadata__": {**header["__metadata__"], **entries}}, rest

    return change


def _array(name: str, **entries: Any) -> Change:
    def change(header: dict[str, Any], rest: bytes) -> tuple[Any, bytes]:
        return {**header, name: {**header[name], **entries}}, rest

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_metadata(format_version="2"), "got 2, which a newer shoal wrote. Upgrade with: pip"),
        (_metadata(format_version="x"), "the format version is not a number"),
        (_metadata(format="other"), "the content is of another kind"),
        (_metadata(sha256="0" * 64), "its checksum does not match its content"),
        (_metadata(header="{}"), "its checksum does not match its content"),
        (_array("relabel", dtype="I16"), "array 'relabel' has an unknown type"),
        (_array("relabel", shape=[2**40]), "does not have the size it declares"),
        (_array("relabel", shape=[-3]), "has no valid shape"),
        (_array("relabel", shape="3"), "has no valid shape"),
        (_array("relabel", data_offsets=[0, 2**70]), "no valid place in the file"),
        (_array("relabel", data_offsets=[0]), "no valid place in the file"),
        (lambda header, rest: (header, rest[:-1]), "shorter or longer than its arrays"),
        (lambda header, rest: (header, rest + b"x"), "shorter or longer than its arrays"),
        (lambda header, rest: ([], rest), "the header is not a JSON object"),
        (lambda header, rest: ({**header, "__metadata__": 3}, rest), "of another kind"),
    ],
)
def test_a_changed_file_is_refused(
    content: bytes, written: Callable[[bytes], Path], change: Change, words: str
) -> None:
    assert words in _refused(written(_joined(*change(*_parts(content)))))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "fewer than 8 bytes"),
        (b"\0" * 8, "is not JSON"),
        (b"a,b\n1,2\n3,4\n5,6\n", "the header is longer than the file, or the file is of another"),
        (struct.pack("<Q", 2**62) + b"{}", "the header is longer than the file"),
        (struct.pack("<Q", 40_000) + b"[" * 40_000, "is not JSON"),
        (pickle.dumps({"a": 1}), "the file is of another kind"),
    ],
)
def test_other_files_are_refused(written: Callable[[bytes], Path], data: bytes, words: str) -> None:
    assert words in _refused(written(data))


def test_a_huge_header_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.shoal"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", 2**33))
        file.truncate(2**34)
    assert "the header is longer than the file, or" in _refused(path)


def test_a_file_larger_than_the_memory_is_refused(
    content: bytes, written: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_container.budget, "available_bytes", lambda: 1000)
    with pytest.raises(MemoryBudgetError, match="for the model file and its arrays"):
        model_file.load(written(content))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"must be a model file; got a path where no file is\."):
        model_file.load(tmp_path / "model.shoal")


def test_a_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="must be a readable model file; got: Is a directory"):
        model_file.load(tmp_path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_flipped_bytes_are_always_noticed(
    data: st.DataObject, content: bytes, tmp_path_factory: Any
) -> None:
    damaged = bytearray(content)
    places = st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=4, unique=True)):
        damaged[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / "flipped.shoal"
    path.write_bytes(bytes(damaged))
    _refused(path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_cut_file_is_always_noticed(
    data: st.DataObject, content: bytes, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.shoal"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    _refused(path)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200))
def test_random_bytes_are_always_refused(data: bytes, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "random.shoal"
    path.write_bytes(data)
    _refused(path)


def test_tables_are_matched_by_column_name(job: Clustering, tmp_path: Path) -> None:
    table = samples.load("iris").data
    path = tmp_path / "shuffled.csv"
    import pyarrow.csv

    pyarrow.csv.write_csv(table.select(list(reversed(table.column_names))), path)
    loaded = model_file.load(_save(tmp_path / "model.shoal", job))
    np.testing.assert_array_equal(loaded.predict(open_table(path)).labels, job.labels)


def test_nothing_in_the_package_can_unpickle() -> None:
    package = Path(model_file.__file__).parent
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in (
            "import pickle",
            "import joblib",
            "allow_pickle=True",
            "import marshal",
            "eval(",
        ):
            assert word not in text.replace("_eval(", ""), f"{path.name} has {word}"
