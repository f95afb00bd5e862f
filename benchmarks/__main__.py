"""``python -m benchmarks``: list, run, or print again."""

from __future__ import annotations

import argparse
import fnmatch
import json
import sys
import time
from pathlib import Path

from benchmarks import machine, tables
from benchmarks.runner import Plan, compare
from benchmarks.scenarios import SCENARIOS

RESULTS = Path(__file__).parent / "results"


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="name the scenarios and their contenders")
    run = verbs.add_parser("run", help="measure, print tables, keep the figures as JSON")
    run.add_argument("--only", default="*", help="scenarios, as patterns with commas between")
    run.add_argument("--rounds", type=int, default=3)
    run.add_argument("--scale", type=float, default=1.0, help="share of the published rows")
    run.add_argument("--threads", type=int, help="threads for everyone")
    run.add_argument("--timeout", type=float, default=600.0, help="seconds allowed for a run")
    run.add_argument("--peers-python", default=sys.executable, help="interpreter with the peers")
    run.add_argument("--openblas", default="", metavar="KERNELS",
                     help="also run peers that use OpenBLAS with these of its kernel sets, "
                     "such as Haswell,SkylakeX")  # fmt: skip
    run.add_argument("--output", type=Path, help="file for the figures")
    again = verbs.add_parser("table", help="print the tables of a result file")
    again.add_argument("file", type=Path)
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    """Measure the chosen scenarios; the file of figures grows after each."""
    kernels = tuple(name for name in options.openblas.split(",") if name)
    for name in kernels:
        if not machine.runs_openblas(name):
            known = ", ".join(machine.OPENBLAS_NEEDS)
            sys.exit(f"--openblas must name kernels this processor runs; got {name!r}. "
                     f"Known are {known}.")  # fmt: skip
    plan = Plan(
        rounds=options.rounds,
        scale=options.scale,
        peers_python=options.peers_python,
        timeout=options.timeout,
        threads=options.threads,
        openblas=kernels,
    )
    patterns = options.only.split(",")
    chosen = [s for s in SCENARIOS if any(fnmatch.fnmatch(s.name, p) for p in patterns)]
    if not chosen:
        names = ", ".join(scenario.name for scenario in SCENARIOS)
        sys.exit(f"--only must match a scenario; got {options.only!r}. There are: {names}.")
    path = options.output or RESULTS / time.strftime("%Y%m%d-%H%M%S.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    measured: dict[str, object] = {}
    report = {"machine": machine.describe(), "scale": plan.scale, "scenarios": measured}
    for scenario in chosen:
        entries = compare(scenario, plan)
        measured[scenario.name] = {
            "goal": scenario.goal,
            "note": scenario.note,
            "entries": [entry.as_dict() for entry in entries],
        }
        path.write_text(json.dumps(report, indent=1))
    show(path)
    print(f"Figures are in {path}", file=sys.stderr)


def show(path: Path) -> None:
    """Print both tables of a result file."""
    report = json.loads(path.read_text())
    print(", ".join(f"{name}: {value}" for name, value in report["machine"].items()))
    print(f"share of the published rows: {report['scale']:g}; * means a disturbed machine\n")
    print(tables.summary(report["scenarios"]), end="\n\n")
    print(tables.detail(report["scenarios"]))


def main() -> None:
    """Do what the command line says."""
    options = parse()
    if options.verb == "list":
        for scenario in SCENARIOS:
            names = ", ".join(contender.name for contender in scenario.contenders)
            print(f"{scenario.name} ({scenario.algorithm}): {names}. {scenario.note}")
    elif options.verb == "run":
        run(options)
    else:
        show(options.file)


if __name__ == "__main__":
    main()
