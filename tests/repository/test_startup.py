"""What an import brings along; heavy packages come on first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "jinja2",
    "matplotlib",
    "narwhals",
    "numpy",
    "pandas",
    "pyarrow",
    "rich",
    "scipy",
    "sklearn",
)


def imported_by(program: str) -> set[str]:
    listing = f"import sys\n{program}\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", listing], check=True, capture_output=True, text=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "program",
    [
        "import shoal",
        "from shoal.cli.app import run; run(['--version'])",
        "from shoal.cli.app import run; run(['--help'])",
        "from shoal.cli.app import run; run(['cluster', '--help'])",
    ],
)
def test_nothing_heavy_is_imported(program: str) -> None:
    assert imported_by(program).isdisjoint(HEAVY)


def test_the_first_use_imports_what_it_needs() -> None:
    assert "numpy" in imported_by("import shoal; shoal.KMeans")
