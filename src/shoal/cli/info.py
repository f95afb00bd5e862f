"""``shoal info``."""

from __future__ import annotations

import os
import platform
from typing import Any

import click

from shoal import __version__, budget
from shoal.cli.app import Command
from shoal.cli.options import json_option
from shoal.cli.words import give, give_json, text_table


@click.command(cls=Command, examples=("shoal info", "shoal info --json"))
@json_option()
def info(as_json: bool) -> None:
    """Show the version, the instruction set, threads and memory."""
    found = _collect()
    if as_json:
        give_json(found)
        return
    found.pop("version")
    lines = ((name.replace("_", " "), _words(name, value)) for name, value in found.items())
    give(text_table(("shoal", __version__), lines))


def _collect() -> dict[str, Any]:
    import numpy as np
    import sklearn

    from shoal import _native

    native = {name: value for name, value in dict(_native.info()).items() if name != "version"}
    return {
        "version": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit_learn": sklearn.__version__,
        "platform": platform.platform(),
        **native,
        "cores": os.cpu_count(),
        "cores_usable": _usable_cores(),
        "memory_available": budget.available_bytes(),
        "memory_used_at_most": budget.allowed_bytes(None),
    }


def _usable_cores() -> int | None:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count()


def _words(name: str, value: Any) -> str:
    if value is None:
        return "unknown"
    if name.startswith("memory"):
        return budget.format_bytes(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
