"""How long nothing takes: imports and help, each in a new interpreter."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

COMMAND_LINE = "import sys; sys.argv = ['shoal', {!r}]; from shoal.cli.main import main; main()"
REPEATS = 9


def interpreter(program: str) -> float:
    """Seconds that a new interpreter takes for a program."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def program(name: str, package: str, text: str) -> Contender:
    """Run a program text in a new interpreter, and an empty one beside it."""

    def prepare(points: Data) -> Run:  # noqa: ARG001 - there are none
        interpreter(text)

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            pairs = [(interpreter(text), interpreter("pass")) for _ in range(REPEATS)]
            return {
                "seconds": statistics.median(pair[0] for pair in pairs),
                "beyond_python": statistics.median(pair[0] - pair[1] for pair in pairs),
            }

        return run

    return Contender(name, package, prepare)


def same(points: Data) -> Data:
    """Leave the data alone."""
    return points


def figures(points: Data, outcome: Outcome) -> dict[str, float]:  # noqa: ARG001 - a score
    """Take the seconds of one start, with and without the interpreter's own."""
    return {name: float(value) for name, value in outcome.items()}


SCENARIOS = (
    Scenario(
        "startup", "startup", lambda _: {"nothing": 0}, same, figures,
        (
            program("shoal: import shoal", "shoal", "import shoal"),
            program("shoal: shoal --version", "shoal", COMMAND_LINE.format("--version")),
            program("shoal: shoal --help", "shoal", COMMAND_LINE.format("--help")),
            program("import sklearn.cluster", "sklearn", "import sklearn.cluster"),
            program("import faiss", "faiss", "import faiss"),
        ),
        note="The time is that of nine starts and nine empty ones; quality gives one start.",
    ),
)  # fmt: skip
