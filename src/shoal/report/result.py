"""Everything the report shows, as plain JSON values."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.plot.profile import effects
from shoal.report.repeat import call, command
from shoal.report.words import count_noise, left_out, verdict

if TYPE_CHECKING:
    from shoal.clustering import Card, Clustering

__all__ = ["FORMAT", "FORMAT_VERSION", "describe", "to_json"]

FORMAT = "shoal.result"
FORMAT_VERSION = 1


def describe(clustering: Clustering) -> dict[str, Any]:
    """Gather the content of ``result.json``.

    Parameters
    ----------
    clustering : Clustering
        The finished job.

    Returns
    -------
    dict
        Plain values; numbers that are not finite are still floats, `to_json` writes them as null.
    """
    found = effects(clustering)
    preparation = clustering.preparation
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "source": clustering.table.source,
        "verdict": list(verdict(clustering)),
        "algorithm": clustering.algorithm,
        "n_clusters": clustering.n_clusters,
        "n_rows": clustering.n_rows,
        "n_clustered": clustering.n_clustered,
        "n_sampled": None if clustering.blocks is None else clustering.matrix.n_samples,
        "n_noise": count_noise(clustering),
        "n_assigned": clustering.n_assigned,
        "n_left_out": left_out(clustering),
        "scores": dict(clustering.scores),
        "clusters": [_card(clustering, card) for card in clustering.cards],
        "choice": None if clustering.choice is None else asdict(clustering.choice),
        "effects": {"columns": list(found.names), "by_cluster": found.values.tolist()},
        "columns": [asdict(column) for column in preparation.columns],
        "dropped": [{"column": name, "reason": why} for name, why in preparation.dropped],
        "notes": {
            "reading": list(clustering.table.notes),
            "preparing": [*preparation.notes, *clustering.matrix.notes],
            "clustering": list(clustering.notes),
        },
        "settings": dict(clustering.settings),
        "seed": clustering.seed,
        "versions": dict(clustering.versions),
        "fingerprint": clustering.fingerprint,
        "timings": dict(clustering.timings),
        "command": command(clustering),
        "call": call(clustering),
    }


def to_json(content: Mapping[str, Any]) -> bytes:
    """Write strict JSON: UTF-8, null for numbers that are not finite.

    Parameters
    ----------
    content : mapping
        Names and values; arrays, dates and other objects are turned into plain values.

    Returns
    -------
    bytes
    """
    text = json.dumps(_plain(content), ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode("utf-8", "backslashreplace")


def _card(clustering: Clustering, card: Card) -> dict[str, Any]:
    table = clustering.table
    first = table.first_line
    rows = []
    for row in card.typical_rows:
        values = table.data.slice(row, 1).to_pylist()
        entry: dict[str, Any] = {"row": row, "values": values[0] if values else {}}
        if first:
            entry["line"] = first + row
        rows.append(entry)
    return {**asdict(card), "typical_rows": rows}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
