"""One contender, once, in a process of its own: ``python -m benchmarks.measure``.

The answer is one line of JSON on standard output. Both the seconds and the memory are those of
the call alone: imports, conversions and a warm-up call come first, the score comes after.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import data as stored
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

SHORT = 0.05
REPEAT_FOR = 0.5
QUIET = 0.08


def status_mib(key: str) -> float:
    """Read one of this process's memory figures, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    return float("nan")


def busy_seconds() -> float:
    """CPU seconds that all processes of this machine have used."""
    ticks = [int(part) for part in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _, _, irq, softirq, steal = ticks
    return float(user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def wait_for_quiet(attempts: int = 10) -> None:
    """Wait up to five seconds for other processes to rest."""
    for _ in range(attempts):
        before = busy_seconds()
        time.sleep(0.5)
        if busy_seconds() - before < QUIET:
            return


def forget_peak() -> None:
    """Set the peak of this process's memory to what it uses now."""
    Path("/proc/self/clear_refs").write_text("5")


def timed(work: Run) -> tuple[Outcome, dict[str, float]]:
    """Run the work, repeatedly when it is short, and take its time and peak memory."""
    gc.collect()
    linux = sys.platform == "linux"
    if linux:
        wait_for_quiet()
        forget_peak()
    resting = status_mib("VmRSS:") if linux else float("nan")
    busy_before = busy_seconds() if linux else 0.0
    cpu_before = sum(os.times()[:4])
    started = time.perf_counter()
    outcome = work(0)
    seconds = time.perf_counter() - started
    cpu = sum(os.times()[:4]) - cpu_before
    figures = {"cpu_seconds": cpu}
    if linux:
        others = max(0.0, busy_seconds() - busy_before - cpu)
        figures["other_load"] = others / max(seconds, SHORT)
        figures["extra_mib"] = max(0.0, status_mib("VmHWM:") - resting)
    figures["seconds"] = seconds if seconds >= SHORT else repeated(lambda: work(0))
    return outcome, figures


def repeated(call: Callable[[], object]) -> float:
    """Take the median seconds of a short call."""
    times = []
    end = time.perf_counter() + REPEAT_FOR
    while time.perf_counter() < end:
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def quality(
    scenario: Scenario, points: Data, work: Run, outcome: Outcome, all_seeds: bool
) -> dict[str, float]:
    """Score the outcome, averaged over the scenario's seeds where asked."""
    scores = [scenario.score(points, outcome)]
    seeds = range(1, scenario.seeds if all_seeds else 1)
    scores += [scenario.score(points, work(seed)) for seed in seeds]
    return {name: statistics.fmean(score[name] for score in scores) for name in scores[0]}


def measure(
    scenario: Scenario, contender: Contender, scale: float, all_seeds: bool
) -> dict[str, Any]:
    """Measure one contender on one scenario."""
    if importlib.util.find_spec(contender.package) is None:
        return {"missing": contender.package}
    points = stored.load(scenario, scale)
    started = time.perf_counter()
    contender.prepare(scenario.warm_up(points))(0)
    first = time.perf_counter() - started
    work = contender.prepare(points)
    outcome, figures = timed(work)
    return {
        **figures,
        "first_seconds": first,
        "data_mib": points["X"].nbytes / 2**20 if "X" in points else 0.0,
        "quality": quality(scenario, points, work, outcome, all_seeds),
    }


def main() -> None:
    """Measure what the command line names."""
    from benchmarks.scenarios import find

    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure")
    parser.add_argument("scenario")
    parser.add_argument("contender")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--all-seeds", action="store_true")
    options = parser.parse_args()
    scenario = find(options.scenario)
    contender = next(c for c in scenario.contenders if c.name == options.contender)
    answer = sys.stdout
    sys.stdout = sys.stderr
    result = measure(scenario, contender, options.scale, options.all_seeds)
    print(json.dumps(result), file=answer)


if __name__ == "__main__":
    main()
