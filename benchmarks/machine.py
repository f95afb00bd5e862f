"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

__all__ = ["OPENBLAS_NEEDS", "describe", "runs_openblas"]

OPENBLAS_NEEDS = {"Haswell": "avx2", "Zen": "avx2", "SkylakeX": "avx512f"}
"""Kernel sets of OpenBLAS and the instructions they need."""


def cpu_fields() -> dict[str, str]:
    """Read the first processor's fields; empty where the system has no such file."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text().split("\n\n", maxsplit=1)[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def runs_openblas(kernels: str) -> bool:
    """Whether this processor has the instructions that a kernel set of OpenBLAS needs."""
    return OPENBLAS_NEEDS.get(kernels, "?") in cpu_fields().get("flags", "").split()


def describe() -> dict[str, object]:
    """Name the processor, its cores and the system."""
    return {
        "cpu": cpu_fields().get("model name", platform.processor()),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
