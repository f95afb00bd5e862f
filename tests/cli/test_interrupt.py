"""Ctrl-C, and kills: the process ends, and no result is half there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# A hang is what these tests look for, so the limit is far beyond what ending takes.
SECONDS = 60

# The command line itself, with a callback that tells this test which stage has begun.
SCRIPT = """
import contextlib, sys
from shoal.cli import cluster
from shoal.cli.main import main

def tell(event):
    print("stage", event.stage, flush=True)

cluster.progress = lambda quiet: contextlib.nullcontext(tell)
main(sys.argv[1:])
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


@contextmanager
def _job(folder: Path, stage: str) -> Iterator[subprocess.Popen[str]]:
    """Start a job that takes minutes, and wait until a stage of it has begun."""
    samples = [sys.executable, "-m", "shoal", "samples", "make", "uniform", "--samples", "60000"]
    subprocess.run(
        [
            *samples,
            "--features",
            "20",
            "-o",
            "long.csv",
        ],
        cwd=folder,
        check=True,
        timeout=SECONDS,
    )
    command = ["cluster", "long.csv", "-k", "300", "--n-init", "500", "--tol", "0"]
    if stage == "choose-k":
        command = ["cluster", "long.csv", "--k-range", "100-300", "--n-init", "100"]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *command],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while (line := process.stdout.readline()) and line.split()[-1:] != [stage]:
            pass
        assert line, "the job ended before the stage began"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


@pytest.mark.parametrize("stage", ["read", "prepare", "choose-k", "fit"])
def test_an_interrupt_ends_the_run_and_leaves_nothing(tmp_path: Path, stage: str) -> None:
    with _job(tmp_path, stage) as process:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert said.endswith("Error: interrupted; nothing half-written is left.\n")
    assert "Traceback" not in said
    assert os.listdir(tmp_path) == ["long.csv"]


def test_a_run_that_does_not_listen_is_ended(tmp_path: Path) -> None:
    script = (
        "import ctypes, os, signal, threading, time\n"
        "from shoal.cli.interrupts import prompt_interrupts\n"
        "with prompt_interrupts():\n"
        "    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        # A native call that restarts after a signal, as a busy library would be.
        "    libc, end = ctypes.CDLL(None), time.monotonic() + 600\n"
        "    lock = libc.pthread_mutex_lock; mutex = ctypes.create_string_buffer(64)\n"
        "    lock(mutex); lock(mutex)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 130
    assert done.stderr == "Error: interrupted; nothing half-written is left.\n"


def test_a_kill_leaves_no_result(tmp_path: Path) -> None:
    with _job(tmp_path, "fit") as process:
        process.kill()
        process.communicate(timeout=SECONDS)
    assert os.listdir(tmp_path) == ["long.csv"]
