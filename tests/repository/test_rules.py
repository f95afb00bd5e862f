"""Rules of the repository that no linter knows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NATIVE = sorted((ROOT / "native").rglob("*.[ch]pp"))
PYTHON = sorted(
    path for folder in ("src", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
LONGEST = {".py": 400, ".cpp": 300, ".hpp": 300}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_look_at() -> None:
    assert NATIVE
    assert PYTHON


def test_only_the_bindings_know_python() -> None:
    include = re.compile(r"#\s*include\s*[<\"](Python\.h|nanobind/)")
    found = {relative(path) for path in NATIVE if include.search(path.read_text(encoding="utf-8"))}
    assert {path for path in found if not path.startswith("native/bindings/")} == set()
    assert found, "the bindings must include nanobind, or this test looks in the wrong place"


def test_builds_are_portable_and_exact() -> None:
    flags = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    assert "march=native" not in flags
    assert "fast-math" not in flags
    assert "-ffp-contract=off" in flags


def test_only_kernel_files_are_compiled_for_an_instruction_set() -> None:
    include = re.compile(r"#\s*include\s*\"(.+?)\"")
    includes = {
        relative(path): {f"native/{name}" for name in include.findall(path.read_text("utf-8"))}
        for path in NATIVE
    }
    tainted, users = {"native/kernels/simd.hpp"}, set[str]()
    while tainted - users:
        users |= tainted
        tainted = {path for path, names in includes.items() if names & users}
    sources = {path for path in users if path.endswith(".cpp")}
    assert sources
    assert all(re.fullmatch(r"native/kernels/\w+_kernel\.cpp", path) for path in sources)


@pytest.mark.parametrize("path", [*NATIVE, *PYTHON], ids=relative)
def test_no_file_is_too_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST[path.suffix]


def test_one_version_everywhere() -> None:
    import shoal

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert shoal.__version__ == project["version"]
    assert f"version: {project['version']}\n" in citation


def test_every_scenario_is_listed_once_and_led_by_shoal() -> None:
    from benchmarks.scenarios import SCENARIOS

    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
    for scenario in SCENARIOS:
        assert scenario.contenders[0].is_shoal
        contenders = [contender.name for contender in scenario.contenders]
        assert len(set(contenders)) == len(contenders)


def test_links_between_pages_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?://|#)([^)#]+)")
    for page in [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
    ]:
        for target in link.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{relative(page)}: {target}"
