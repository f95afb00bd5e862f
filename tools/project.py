"""What the Makefile asks about the project, so that lists and versions stand in one place.

``project.py stamps FOLDER FLAGS...`` prints a fingerprint each for the environment, for the
installed package and for the tools; ``project.py packages build|test|check`` prints the
requirements in shell quotes.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BUILD_TOOLS = ["cmake>=3.26", "ninja>=1.11"]


def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def packages(group: str) -> list[str]:
    """List the requirements for building, or those of an extra."""
    settings = project()
    if group == "build":
        return [*settings["build-system"]["requires"], *BUILD_TOOLS]
    extra: list[str] = settings["project"]["optional-dependencies"][group]
    return extra


def digest(*parts: object) -> str:
    """Fingerprint of plain values."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def sources() -> list[tuple[str, str]]:
    """Name and digest of every file the native module is built from."""
    files = [ROOT / "CMakeLists.txt", *(ROOT / "native").rglob("*")]
    return sorted(
        (path.relative_to(ROOT).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
        if path.is_file() and "tests" not in path.parts
    )


def compiler(command: str) -> str:
    """Version of the compiler; empty when there is none, which the build will say better."""
    try:
        return subprocess.run(
            [*shlex.split(command), "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return ""


def stamps(folder: str, flags: list[str]) -> list[str]:
    """Fingerprints of the environment, the installed package and the tools."""
    settings = project()
    environment = digest(folder, sys.version, sys.prefix, packages("build"))
    installed = digest(
        environment, flags, compiler(flags[0]), settings["project"],
        settings["tool"]["scikit-build"], sources(),
    )  # fmt: skip
    tools = digest(environment, settings["project"]["optional-dependencies"])
    return [environment, installed, tools]


def main() -> None:
    """Answer one question."""
    if sys.version_info < (3, 11):  # noqa: UP036 - any interpreter may be asked
        version = sys.version.split(maxsplit=1)[0]
        sys.exit(
            f"PYTHON must be Python 3.11 or newer; got {version}. "
            "Choose one with: make PYTHON=python3.12"
        )
    question, *rest = sys.argv[1:]
    if question == "stamps":
        print(*stamps(rest[0], rest[1:]))
    else:
        print(shlex.join(packages(rest[0])))


if __name__ == "__main__":
    main()
