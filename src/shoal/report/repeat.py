"""The command and the call that repeat a job."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoal.clustering import Clustering

__all__ = ["call", "command"]

DEFAULTS = {"algorithm": "kmeans", "scale": "standard", "transform": "none"}
NAMES = ("columns", "drop")
UNNAMED = ("the data", "the data frame", "the array", "the list", "the list of rows")
READING = ("sheet", "delimiter", "encoding", "decimal")
WORDS = ("id", "weight", "label", "missing", "scale", "transform", "algorithm", *READING)


def command(clustering: Clustering) -> str:
    """Write the command line that gives this result again."""
    settings = clustering.settings
    parts = ["shoal", "cluster", _source(clustering) or "FILE"]
    if settings.get("n_clusters") is not None:
        parts += ["--clusters", str(settings["n_clusters"])]
    elif settings.get("k_range"):
        parts += ["--k-range", _range(settings["k_range"])]
    for name in NAMES:
        if settings.get(name):
            parts += [f"--{name}", _names(settings[name])]
    for name in WORDS:
        value = settings.get(name)
        if value is not None and value != DEFAULTS.get(name):
            parts += [f"--{name}", str(value)]
    if settings.get("assign_noise") is not None:
        parts += ["--assign-noise", repr(settings["assign_noise"])]
    if settings.get("types"):
        parts += ["--types", _names(f"{key}={kind}" for key, kind in settings["types"].items())]
    for name, value in _given(settings):
        flag = f"--{name.replace('_', '-')}"
        parts += [flag] if value is True else [flag, str(value)]
    parts += ["--seed", str(clustering.seed)]
    return " ".join(shlex.quote(part) for part in parts)


def call(clustering: Clustering) -> str:
    """Write the Python call that gives this result again."""
    settings = clustering.settings
    source = _source(clustering)
    arguments = ["data" if source is None else repr(source)]
    if settings.get("n_clusters") is not None:
        arguments.append(f"n_clusters={settings['n_clusters']!r}")
    elif settings.get("k_range"):
        arguments.append(f"k_range={_python_range(settings['k_range'])}")
    for name in (*NAMES, *WORDS, "types"):
        value = settings.get(name)
        if value and value != DEFAULTS.get(name):
            arguments.append(f"{name}={value!r}")
    if settings.get("assign_noise") is not None:
        arguments.append(f"assign_noise={settings['assign_noise']!r}")
    arguments += [f"{name}={value!r}" for name, value in _given(settings)]
    arguments.append(f"seed={clustering.seed!r}")
    return f"import shoal\n\nresult = shoal.cluster({', '.join(arguments)})"


def _source(clustering: Clustering) -> str | None:
    """Name of what was read; None for an object that has no name to read it by."""
    source = str(clustering.settings.get("data") or clustering.table.source)
    return None if source in UNNAMED else source


def _given(settings: Any) -> list[tuple[str, Any]]:
    values = settings.get("parameters") or {}
    return [(name, values[name]) for name in settings.get("given") or () if name in values]


def _names(names: Iterable[str]) -> str:
    """Join names the way the command line splits them: as one line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


def _python_range(numbers: Iterable[int]) -> str:
    tried = list(numbers)
    if tried == list(range(tried[0], tried[-1] + 1)):
        return f"range({tried[0]}, {tried[-1] + 1})"
    return repr(tried)


def _range(numbers: Iterable[int]) -> str:
    tried = list(numbers)
    if tried == list(range(tried[0], tried[-1] + 1)):
        return f"{tried[0]}-{tried[-1]}"
    return ",".join(str(k) for k in tried)
