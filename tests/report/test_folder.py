"""The folder of a job: whole or absent, never over anything but an earlier result."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

import shoal
from shoal import report
from shoal.errors import Cancelled, OutputError, ParameterError
from tests.report.conftest import HOSTILE, customers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def finished():
    return shoal.cluster(pa.table(customers(120)), n_clusters=3, n_init=2)


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory):
    return report.write_folder(finished, tmp_path_factory.mktemp("out") / "customers.shoal")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Draw no pictures where the test is about files; `folder` is made before this."""
    monkeypatch.setattr("shoal.report.page.draw_pictures", lambda clustering: iter(()))
    return monkeypatch


def everything(path):
    return sorted(entry.relative_to(path).as_posix() for entry in path.rglob("*"))


def test_the_folder_holds_what_it_says(folder):
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert everything(folder) == sorted(
        [*result["files"]["plots"], "plots", "result.json",
         *(result["files"][name] for name in ("labels", "model", "report"))]
    )  # fmt: skip
    assert result["labels"]["columns"]["cluster"] == "cluster"
    for name in result["files"]["plots"]:
        with Image.open(folder / name) as image:
            image.verify()
    labels = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()
    assert len(labels) == 121


def test_the_model_gives_the_same_labels(folder, finished):
    loaded = shoal.load_model(folder / "model.shoal")
    found = loaded.predict(finished.table)
    assert np.array_equal(found.labels, finished.labels)


def test_nothing_else_is_left_beside_the_folder(folder):
    assert os.listdir(folder.parent) == ["customers.shoal"]


def test_parquet_and_unknown_formats(finished, tmp_path):
    path = report.write_folder(finished, tmp_path / "out", labels_format="parquet")
    assert (path / "labels.parquet").exists()
    with pytest.raises(ParameterError, match="'xls'"):
        report.write_folder(finished, tmp_path / "other", labels_format="xls")
    assert os.listdir(tmp_path) == ["out"]


def test_an_existing_folder_is_refused(finished, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match="exists"):
        report.write_folder(finished, tmp_path / "out")
    assert os.listdir(tmp_path) == ["out"]


def test_force_replaces_an_earlier_result_as_a_whole(finished, tmp_path):
    path = report.write_folder(finished, tmp_path / "out")
    (path / "mine.txt").write_text("kept by nobody")
    report.write_folder(finished, path, force=True)
    assert not (path / "mine.txt").exists()
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("marker", [None, "{}", "[1]", '{"format": "other"}', "[" * 5000])
def test_force_never_replaces_anything_else(finished, tmp_path, marker):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("precious")
    if marker is not None:
        (tmp_path / "out" / "result.json").write_text(marker)
    with pytest.raises(OutputError, match="earlier job"):
        report.write_folder(finished, tmp_path / "out", force=True)
    assert (tmp_path / "out" / "thesis.txt").read_text() == "precious"
    assert os.listdir(tmp_path) == ["out"]


def test_force_refuses_a_file_and_takes_an_empty_folder(finished, tmp_path):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(OutputError, match="earlier job"):
        report.write_folder(finished, tmp_path / "file", force=True)
    (tmp_path / "empty").mkdir()
    report.write_folder(finished, tmp_path / "empty", force=True)
    assert (tmp_path / "empty" / "result.json").exists()


def test_a_link_to_a_result_stays_a_link(finished, tmp_path):
    real = report.write_folder(finished, tmp_path / "real")
    (tmp_path / "link").symlink_to(real, target_is_directory=True)
    report.write_folder(finished, tmp_path / "link", force=True)
    assert (tmp_path / "link").is_symlink()
    assert (real / "result.json").exists()


def test_a_place_that_cannot_be_written_is_refused(finished, tmp_path):
    with pytest.raises(OutputError, match="folder that exists"):
        report.write_folder(finished, tmp_path / "absent" / "out")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        report.write_folder(finished, tmp_path / "file" / "out")
    if os.geteuid() != 0:
        (tmp_path / "locked").mkdir(mode=0o500)
        with pytest.raises(OutputError, match="must be writable"):
            report.write_folder(finished, tmp_path / "locked" / "out")


@pytest.mark.parametrize("stop", ["labels.csv", "model.shoal", "plots", "report.html", "result"])
def test_a_job_stopped_while_writing_leaves_nothing(finished, tmp_path, stop):
    def watch(event):
        if stop in event.message:
            raise Cancelled(event.message)

    with pytest.raises(Cancelled, match=stop):
        report.write_folder(finished, tmp_path / "out", callback=watch)
    assert os.listdir(tmp_path) == []


def test_a_stopped_replacement_keeps_the_earlier_result(finished, tmp_path):
    path = report.write_folder(finished, tmp_path / "out")
    before = (path / "result.json").read_bytes()

    def watch(event):
        if "result" in event.message:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        report.write_folder(finished, path, force=True, callback=watch)
    assert (path / "result.json").read_bytes() == before
    assert os.listdir(tmp_path) == ["out"]


def test_events_tell_how_far_it_is(finished, tmp_path):
    events = []
    report.write_folder(finished, tmp_path / "out", callback=events.append)
    assert {event.stage for event in events} == {"write"}
    assert [event.done for event in events] == list(range(len(events)))
    assert all(event.done < event.total for event in events)


def test_hostile_names_go_through_the_whole_folder(tmp_path, quick):
    quick.undo()
    names = [*HOSTILE[:-1], "cluster"]
    columns = {name: np.arange(30.0) % 7 ** (1 + at % 3) + at for at, name in enumerate(names)}
    columns["text"] = [HOSTILE[at % len(HOSTILE)] for at in range(30)]
    found = shoal.cluster(pa.table(columns), n_clusters=2, n_init=1, types={"text": "category"})
    path = report.write_folder(found, tmp_path / "<script>alert(1)<script> 🐟")
    result = json.loads((path / "result.json").read_text(encoding="utf-8"))
    assert result["labels"]["columns"]["cluster"] == "cluster_2"
    assert "column named cluster" in result["labels"]["notes"][0]
    assert "column named cluster" in (path / "report.html").read_text(encoding="utf-8")


def run(code):
    start = "import shoal, sys\nfrom shoal import report\nfrom tests.report.conftest import *\n"
    return subprocess.Popen(
        [sys.executable, "-c", start + textwrap.dedent(code)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


WRITE = """
    found = shoal.cluster(pa.table(customers(120)), n_clusters=3, n_init=1)
    report.render(found)
    limit = {limit!r}
    if limit is not None:
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        report.write_folder(found, {target!r})
    except shoal.OutputError as error:
        print(error)
        sys.exit(2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files here")
@pytest.mark.parametrize("limit", [0, 3000, 30_000])
def test_a_full_disk_leaves_nothing(tmp_path, limit):
    process = run(WRITE.format(limit=limit, target=str(tmp_path / "out")))
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 2, errors
    assert "must be writable" in output
    assert errors == ""
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_small_file_system_that_fills_up_leaves_nothing(tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(mount)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        process = run(WRITE.format(limit=None, target=str(mount / "out")))
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 2, errors
        assert "No space left on device" in output
        assert "Free some space" in output
        assert os.listdir(mount) == []
    finally:
        subprocess.run(["umount", str(mount)], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_killed_run_leaves_a_temporary_name_that_the_next_run_removes(finished, tmp_path):
    code = """
    import time
    found = shoal.cluster(pa.table(customers(120)), n_clusters=3, n_init=1)
    def watch(event):
        if "result" in event.message:
            print("almost", flush=True)
            time.sleep(100)
    report.write_folder(found, {target!r}, callback=watch)
    """
    process = run(code.format(target=str(tmp_path / "out")))
    assert process.stdout.readline() == "almost\n"
    other = report.write_folder(finished, tmp_path / "out")
    left = set(os.listdir(tmp_path)) - {"out"}
    assert len(left) == 1, "a run that is still alive keeps its files"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert all(name.startswith(".out.") for name in left)
    report.write_folder(finished, other, force=True)
    deadline = time.monotonic() + 10
    while len(os.listdir(tmp_path)) > 1 and time.monotonic() < deadline:
        report.write_folder(finished, other, force=True)
    assert os.listdir(tmp_path) == ["out"]


def test_an_earlier_result_that_was_aside_comes_back(finished, tmp_path):
    path = report.write_folder(finished, tmp_path / "out")
    os.rename(path, tmp_path / ".out.0123abcd.shoal-old")
    with pytest.raises(OutputError, match="exists"):
        report.write_folder(finished, path)
    assert (path / "result.json").exists()
    assert os.listdir(tmp_path) == ["out"]


def test_folders_that_only_look_like_ours_are_left_alone(finished, tmp_path):
    (tmp_path / ".out.backup").mkdir()
    (tmp_path / ".out.0123abcd.shoal-part.txt").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".out.89abcdef.shoal-part").symlink_to(tmp_path / "elsewhere")
    before = sorted(os.listdir(tmp_path))
    report.write_folder(finished, tmp_path / "out")
    assert sorted(os.listdir(tmp_path)) == sorted([*before, "out"])
