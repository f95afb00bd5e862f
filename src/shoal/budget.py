"""How much memory there is, and refusing a job that does not fit before it starts."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shoal.errors import MemoryBudgetError, ParameterError

__all__ = [
    "Estimate",
    "allowed_bytes",
    "available_bytes",
    "format_bytes",
    "parse_bytes",
    "require_room",
]

SHARE_OF_FREE = 0.8
"""Part of the free memory a job may take when no limit is given."""

ROOM = 900_000_000
"""Addresses that the libraries reserve and a small job takes when they are told to be frugal."""

STILL_TO_LOAD = 250_000_000
"""Addresses that the libraries of fits and pictures will take, which are loaded after a plan."""

_FRUGAL = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}

_UNITS = {
    "": 1,
    "b": 1,
    "k": 10**3,
    "kb": 10**3,
    "m": 10**6,
    "mb": 10**6,
    "g": 10**9,
    "gb": 10**9,
    "t": 10**12,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_UNLIMITED = 2**60
_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h


@dataclass(frozen=True, slots=True)
class Estimate:
    """Peak memory of a job, and what its parts are.

    Attributes
    ----------
    parts : mapping of str to int
        Bytes held at the same time, by what they are for.
    """

    parts: Mapping[str, int]

    @property
    def peak(self) -> int:
        """Bytes held together at the worst moment."""
        return sum(self.parts.values())

    def require(self, limit: int | None, *, options: Iterable[str] = ()) -> None:
        """Refuse the job when it needs more than `limit` bytes.

        Parameters
        ----------
        limit : int or None
            Bytes allowed; None when unknown, which allows everything.
        options : iterable of str
            What would fit, one phrase each.

        Raises
        ------
        MemoryBudgetError
            With the numbers and `options`.
        """
        if limit is None or self.peak <= limit:
            return
        parts = ", ".join(f"{format_bytes(size)} for {name}" for name, size in self.parts.items())
        # Rounded up, so that the limit we name is one that we accept.
        enough = format_bytes(int(self.peak * 1.05) + 1).replace(" ", "")
        fits = "; ".join((*options, f"--memory-limit {enough}, if the machine has it"))
        raise MemoryBudgetError(
            f"the job must fit in {format_bytes(limit)} of memory; got an estimate of "
            f"{format_bytes(self.peak)} ({parts}). What would fit: {fits}."
        )


def parse_bytes(text: str | int) -> int:
    """Read an amount of memory.

    Parameters
    ----------
    text : str or int
        Bytes, or a number with a unit: ``"512MB"``, ``"2 GB"``, ``"1.5GiB"``.

    Returns
    -------
    int

    Raises
    ------
    ParameterError
        The text is not an amount above zero.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([a-z]*)\s*", str(text).lower())
    unit = _UNITS.get(found[2]) if found else None
    size = float(found[1]) * unit if found and unit else 0.0
    if not 1 <= size < _UNLIMITED:
        raise ParameterError(
            f"memory_limit must be an amount such as 500MB or 2GB; got {text!r}. "
            "Units: kB, MB, GB, TB, KiB, MiB, GiB, TiB."
        )
    return int(size)


def format_bytes(size: float) -> str:
    """Write an amount of memory for people, such as ``"1.5 GB"``."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            value = size / factor
            return f"{value:.0f} {unit}" if value >= 99.95 else f"{value:.1f} {unit}"
    return f"{size:.0f} bytes"


def allowed_bytes(memory_limit: str | int | None) -> int | None:
    """Bytes a job may take: `memory_limit`, or a share of what is free; None when unknown."""
    if memory_limit is not None:
        return parse_bytes(memory_limit)
    free = available_bytes()
    return None if free is None else int(free * SHARE_OF_FREE)


def require_room() -> None:
    """Prepare to load the libraries under a limit of addresses, or refuse to.

    They reserve a gigabyte for what they may need later; under a limit (``ulimit -v``) they are
    told not to, and under one too small even so they would hang or abort.

    Raises
    ------
    MemoryBudgetError
        ``RLIMIT_AS`` (``ulimit -v``) leaves too little.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY:
        return
    for name, value in _FRUGAL.items():
        os.environ.setdefault(name, value)
    # Every thread would have 64 MB of addresses set aside for memory of its own.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
    if soft < ROOM:
        raise MemoryBudgetError(
            f"the limit of address space (ulimit -v) must be at least {format_bytes(ROOM)}; "
            f"got {format_bytes(soft)}. The libraries reserve that much before any data is read."
        )


def available_bytes(root: Path = Path("/")) -> int | None:
    """Bytes this process can still take.

    The least of what the machine has free, what the control groups of the process leave, and
    what its resource limits leave.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` are found.

    Returns
    -------
    int or None
        None when the system tells nothing.
    """
    found = [_meminfo(root), *_cgroup_v2(root), *_cgroup_v1(root), *_resource_limits(root)]
    known = [size for size in found if size is not None and size < _UNLIMITED]
    return max(0, min(known)) if known else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _read_int(path: Path) -> int | None:
    text = _read(path).strip()
    return int(text) if text.isdigit() else None


def _field(path: Path, name: str) -> int | None:
    found = re.search(rf"^{re.escape(name)}:?\s+(\d+)( kB)?$", _read(path), re.MULTILINE)
    return None if found is None else int(found[1]) * (1024 if found[2] else 1)


def _meminfo(root: Path) -> int | None:
    free = _field(root / "proc/meminfo", "MemAvailable")
    if free is None and hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        # Half of the physical memory where the system does not say what is free.
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return free


def _cgroup_paths(root: Path, controller: str) -> list[str]:
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            parts = Path(path.lstrip("/")).parts
            if ".." in parts:
                parts = ()
            return ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]
    return [""]


def _cgroup_v2(root: Path) -> list[int | None]:
    base = root / "sys/fs/cgroup"
    return [
        _left(base / path, "memory.max", "memory.current", "inactive_file")
        for path in _cgroup_paths(root, "")
    ]


def _cgroup_v1(root: Path) -> list[int | None]:
    base = root / "sys/fs/cgroup/memory"
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    return [_left(base / path, *names) for path in _cgroup_paths(root, "memory")]


def _left(folder: Path, limit: str, usage: str, reclaimable: str) -> int | None:
    """Bytes a control group leaves; page cache it would drop counts as free."""
    most = _read_int(folder / limit)
    used = _read_int(folder / usage)
    if most is None or used is None:
        return None
    cache = _field(folder / "memory.stat", reclaimable) or 0
    return most - max(0, used - cache)


def _resource_limits(root: Path) -> list[int | None]:
    try:
        import resource
    except ImportError:  # Windows
        return []
    status = root / "proc/self/status"
    left: list[int | None] = []
    for name, used in (("RLIMIT_AS", "VmSize"), ("RLIMIT_DATA", "VmData")):
        soft, _ = resource.getrlimit(getattr(resource, name))
        if soft != resource.RLIM_INFINITY:
            left.append(soft - (_field(status, used) or 0) - STILL_TO_LOAD)
    return left
