"""Runs every contender in a fresh process, in turn, round after round."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import data as stored
from benchmarks.scenario import Contender, Scenario

__all__ = ["Entry", "Plan", "compare"]

ROOT = Path(__file__).parent.parent
OPENBLAS_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREAD_SETTINGS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "SHOAL_NUM_THREADS",
)  # fmt: skip
PATIENCE = 30.0
SLOW = 4.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run.

    Attributes
    ----------
    rounds : int
        Times each contender runs.
    scale : float
        Share of the published number of rows.
    peers_python : str
        Interpreter in which the peers are installed; shoal runs in this one.
    timeout : float
        Seconds after which a run is stopped.
    threads : int or None
        Threads for everyone; None leaves everyone's own default.
    openblas : tuple of str
        OpenBLAS kernel sets to try besides the default, for contenders that use OpenBLAS.
    """

    rounds: int = 3
    scale: float = 1.0
    peers_python: str = sys.executable
    timeout: float = 600.0
    threads: int | None = None
    openblas: tuple[str, ...] = ()


@dataclass(slots=True)
class Entry:
    """One contender (or a variant of it) and everything measured of it."""

    contender: Contender
    coretype: str | None
    runs: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None

    @property
    def name(self) -> str:
        """Name in tables."""
        return self.contender.name + (f" ({self.coretype})" if self.coretype else "")

    @property
    def seconds(self) -> float:
        """Median time; infinite when nothing was measured."""
        times = [run["seconds"] for run in self.runs]
        return statistics.median(times) if times else float("inf")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"name": self.name, "runs": self.runs, "failure": self.failure}


def environment(entry: Entry, plan: Plan) -> dict[str, str]:
    """Make the environment of a run: nobody's OpenBLAS settings but the entry's own."""
    variables = {k: v for k, v in os.environ.items() if k not in OPENBLAS_SETTINGS}
    if entry.coretype:
        variables["OPENBLAS_CORETYPE"] = entry.coretype
    if plan.threads:
        variables |= dict.fromkeys(THREAD_SETTINGS, str(plan.threads))
    return variables


def run_once(scenario: Scenario, entry: Entry, plan: Plan, limit: float) -> None:
    """Run an entry once and record what came of it."""
    python = sys.executable if entry.contender.is_shoal else plan.peers_python
    command = [python, "-m", "benchmarks.measure", scenario.name, entry.contender.name]
    command += ["--scale", repr(plan.scale)]
    if not entry.runs:
        command.append("--all-seeds")
    try:
        done = subprocess.run(
            command, env=environment(entry, plan), cwd=ROOT, timeout=limit,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        entry.failure = f"stopped after {limit:.0f} s"
        return
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        entry.failure = f"exit code {done.returncode}: {lines[-1]}"
        return
    result = json.loads(done.stdout.splitlines()[-1])
    if "missing" in result:
        entry.failure = f"{result['missing']} is not installed"
    else:
        entry.runs.append(result)


def entries(scenario: Scenario, plan: Plan) -> list[Entry]:
    """List the contenders and their OpenBLAS variants."""
    return [
        Entry(contender, coretype)
        for contender in scenario.contenders
        for coretype in (None, *(plan.openblas if contender.uses_openblas else ()))
    ]


def worth_another(entry: Entry, best: float, turn: int) -> bool:
    """Skip what failed, and what is so slow that one run tells enough."""
    if entry.failure:
        return False
    hopeless = entry.seconds > SLOW * best and entry.seconds > SLOW
    return turn == 0 or entry.contender.is_shoal or not hopeless


def compare(scenario: Scenario, plan: Plan) -> list[Entry]:
    """Run all contenders of a scenario, interleaved."""
    stored.load(scenario, plan.scale)
    field_of_entries = entries(scenario, plan)
    for turn in range(plan.rounds):
        for entry in field_of_entries:
            best = min(other.seconds for other in field_of_entries)
            if not worth_another(entry, best, turn):
                continue
            limit = min(plan.timeout, 60 + scenario.seeds * max(60.0, PATIENCE * best))
            run_once(scenario, entry, plan, limit)
            print(progress_line(scenario, entry, turn), file=sys.stderr, flush=True)
    return field_of_entries


def progress_line(scenario: Scenario, entry: Entry, turn: int) -> str:
    """Say what the last run gave."""
    if entry.failure:
        return f"{scenario.name} [{turn + 1}] {entry.name}: skipped, {entry.failure}"
    last = entry.runs[-1]
    figures = ", ".join(f"{name} {value:.6g}" for name, value in last["quality"].items())
    return (
        f"{scenario.name} [{turn + 1}] {entry.name}: {last['seconds']:.4g} s, "
        f"+{last.get('extra_mib', float('nan')):.0f} MiB, {figures}"
    )
