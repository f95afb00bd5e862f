"""The words and numbers of each section of the report, ready to be laid out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shoal.plot.text import number, percent, shorten, two_digits
from shoal.report.repeat import call, command
from shoal.report.words import comparison, count_noise, left_out

if TYPE_CHECKING:
    from shoal.clustering import Card, Clustering

__all__ = ["Limits", "cards", "choice", "overview", "preparation", "settings"]

MOST_SEGMENTS = 60
MOST_TRAITS = 5
MOST_UNUSED = 3
WIDEST_EFFECT = 3.0
SCORES = {
    "inertia": "Inertia",
    "silhouette": "Silhouette",
    "calinski_harabasz": "Calinski\N{EN DASH}Harabasz",
    "davies_bouldin": "Davies\N{EN DASH}Bouldin",
    "adjusted_rand": "Adjusted Rand index against the label",
}
SCALES = {
    "standard": "to mean 0 and standard deviation 1",
    "robust": "to median 0 and interquartile range 1",
    "minmax": "to the range 0 to 1",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a large job one page shows.

    Attributes
    ----------
    cards : int
        Groups with a card of their own.
    fields : int
        Columns in a card's table.
    columns : int
        Columns in the tables about preparation.
    lines : int
        Rows of any other table, and notes.
    """

    cards: int
    fields: int
    columns: int
    lines: int


def overview(clustering: Clustering) -> dict[str, Any]:
    """Sizes, noise and the figures at the top."""
    n_rows = clustering.n_clustered
    noise, out = count_noise(clustering), left_out(clustering)
    used = len(clustering.preparation.columns)
    silhouette = clustering.scores.get("silhouette", math.nan)
    facts = [
        ("Groups", f"{clustering.n_clusters:,}", ""),
        ("Rows", f"{clustering.n_rows:,}", f"{out:,} left out" if out else "none left out"),
        ("Columns", f"{used:,}", f"of {len(clustering.table.column_names):,} in the table"),
        ("Silhouette", two_digits(silhouette) if math.isfinite(silhouette) else "\N{EN DASH}",
         "1 is best"),
        ("Noise", percent(noise / n_rows), f"{noise:,} rows in no group"),
    ]  # fmt: skip
    if noise:
        facts.insert(0, facts.pop())
    segments, start = [], 0.0
    bars = [(card.cluster, card.size / n_rows) for card in clustering.cards[:MOST_SEGMENTS]]
    rest = 1 - noise / n_rows - sum(share for _, share in bars)
    if rest > 1e-9:
        bars.append((-1, rest))
    if noise:
        bars.append((-1, noise / n_rows))
    for cluster, share in bars:
        segments.append(
            {
                "cluster": cluster,
                "x": f"{100 * start:.3f}",
                "width": f"{100 * share:.3f}",
                "middle": f"{100 * (start + share / 2):.3f}",
                "wide": share > 0.035,
            }
        )
        start += share
    rows = [
        (card.cluster, shorten(card.name, 90), card.size, card.size / n_rows, card.silhouette)
        for card in clustering.cards[:MOST_SEGMENTS]
    ]
    return {
        "facts": facts,
        "segments": segments,
        "rows": rows,
        "more": clustering.n_clusters - len(rows),
        "noise": noise,
        "noise_share": noise / n_rows,
        "left_out": out,
    }


def cards(clustering: Clustering, limits: Limits) -> list[dict[str, Any]]:
    """Build one entry per group that gets a card."""
    return [_card(clustering, card, limits) for card in clustering.cards[: limits.cards]]


def _card(clustering: Clustering, card: Card, limits: Limits) -> dict[str, Any]:
    traits = [
        {
            "phrase": shorten(trait.phrase, 70),
            "column": shorten(trait.column, 60),
            "sentence": comparison(trait),
            "higher": trait.effect > 0,
            "width": f"{50 * min(abs(trait.effect) / WIDEST_EFFECT, 1):.2f}",
            "x": f"{50 - 50 * min(max(-trait.effect, 0) / WIDEST_EFFECT, 1):.2f}",
            "effect": f"{trait.effect:+.1f}".replace("-", "\N{MINUS SIGN}"),
        }
        for trait in card.traits[:MOST_TRAITS]
    ]
    ordered = dict.fromkeys([*(trait.column for trait in card.traits), *card.centre])
    names = list(ordered)[: limits.fields]
    table = clustering.table
    typical = [table.data.slice(row, 1) for row in card.typical_rows]
    own = clustering.preparation.id
    fields = [own, *names] if own is not None and own in table.column_names else names
    lines = []
    for name in fields:
        at, centre = table.column_names.index(name), card.centre.get(name)
        cells = [_cell(row.column(at)[0].as_py()) for row in typical]
        lines.append((shorten(name, 36), "" if centre is None else _cell(centre), cells))
    return {
        "cluster": card.cluster,
        "name": shorten(card.name, 110),
        "size": card.size,
        "share": card.share,
        "width": f"{100 * card.share:.3f}",
        "silhouette": card.silhouette,
        "traits": traits,
        "unused": [
            (shorten(trait.column, 60), comparison(trait))
            for trait in card.unused_traits[:MOST_UNUSED]
        ],
        "lines": lines,
        "rows": _row_names(clustering, card),
        "more_fields": len(ordered) - len(names),
    }


def _row_names(clustering: Clustering, card: Card) -> list[str]:
    """Say where the typical rows stand; those of a sample stand nowhere a reader could look."""
    if clustering.blocks is not None:
        return [f"typical {at + 1}" for at in range(len(card.typical_rows))]
    first = clustering.table.first_line
    return [f"line {first + row:,}" if first else f"row {row + 1:,}" for row in card.typical_rows]


def choice(clustering: Clustering) -> dict[str, Any] | None:
    """Build the table over k; None when k was given."""
    found = clustering.choice
    if found is None:
        return None
    indices = [
        (name, values, digits, choose)
        for name, values, digits, choose in (
            ("Silhouette", found.silhouette, 3, max),
            (SCORES["calinski_harabasz"], found.calinski_harabasz, None, max),
            (SCORES["davies_bouldin"], found.davies_bouldin, 3, min),
        )
        if any(map(math.isfinite, values))
    ]
    best = [_best(values, choose) for _, values, _, choose in indices]
    rows = []
    for at, k in enumerate(found.k):
        error = found.silhouette_error[at]
        plus = f" \N{PLUS-MINUS SIGN} {error:.3f}" if math.isfinite(error) and error > 0 else ""
        cells = [(number(found.inertia[at]), False)]
        for (name, values, digits, _), first in zip(indices, best, strict=True):
            words = number(values[at]) if digits is None else _digits(values[at], digits)
            cells.append((words + (plus if name == "Silhouette" else ""), at == first))
        rows.append(
            {
                "k": k,
                "recommended": k == found.recommended,
                "elbow": k == found.elbow,
                "cells": cells,
            }
        )
    better = [f"a {'higher' if choose is max else 'lower'} {name}" for name, *_, choose in indices]
    return {
        "names": [name for name, *_ in indices],
        "better": " and ".join(better),
        "rows": rows,
        "recommended": found.recommended,
        "reason": found.reason,
        "sampled": found.silhouette_rows,
        "used": clustering.n_clusters,
    }


def preparation(clustering: Clustering, limits: Limits) -> dict[str, Any]:
    """Say which columns were used and how, which were not and why, and what was noticed."""
    chosen = clustering.preparation
    columns = []
    for column in chosen.columns[: limits.columns]:
        how = []
        if column.missing:
            filled = "" if column.fill is None else f", filled with {number(column.fill)}"
            how.append(f"{column.missing:,} missing{filled}")
        if column.transform != "none":
            how.append(f"transformed by {column.transform}")
        if column.edges:
            how.append(f"cut into {len(column.levels):,} ranges")
        elif column.levels:
            each = "" if column.coded else ", one column each"
            how.append(f"{len(column.levels):,} values{each}")
        if column.kind in {"number", "date"} and not column.coded and chosen.scale in SCALES:
            how.append(f"scaled {SCALES[chosen.scale]}")
        columns.append((shorten(column.name, 60), column.kind, "; ".join(how)))
    notes = [*clustering.table.notes, *chosen.notes, *clustering.matrix.notes, *clustering.notes]
    notes = list(dict.fromkeys(notes))
    kept = [("id", chosen.id), ("weight", chosen.weight), ("label", chosen.label)]
    return {
        "columns": columns,
        "more_columns": len(chosen.columns) - len(columns),
        "dropped": [
            (shorten(name, 60), shorten(why, 240)) for name, why in chosen.dropped[: limits.columns]
        ],
        "more_dropped": max(len(chosen.dropped) - limits.columns, 0),
        "kept": [(role, shorten(name, 60)) for role, name in kept if name],
        "notes": [shorten(note, 400) for note in notes[: limits.lines]],
        "more_notes": max(len(notes) - limits.lines, 0),
    }


def settings(clustering: Clustering) -> dict[str, Any]:
    """List everything needed to do the job again."""
    scores = [(SCORES.get(name, name), number(value)) for name, value in clustering.scores.items()]
    return {
        "scores": scores,
        "settings": [
            (name.replace("_", " "), shorten(_setting(value), 300))
            for name, value in clustering.settings.items()
            if value is not None and value != [] and value != {}
        ],
        "versions": list(clustering.versions.items()),
        "command": shorten_lines(command(clustering)),
        "call": shorten_lines(call(clustering)),
    }


def shorten_lines(text: str) -> str:
    """Keep the line breaks of a program and cut it when it is very long."""
    return "\n".join(shorten(line, 2000) for line in text.split("\n"))


def _best(values: tuple[float, ...], choose: Any) -> int | None:
    known = [at for at, value in enumerate(values) if math.isfinite(value)]
    return choose(known, key=lambda at: values[at]) if known else None


def _digits(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return "\N{EN DASH}"
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _cell(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "missing" if math.isnan(value) else number(float(value))
    return shorten(value, 26)


def _setting(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_setting(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_setting(item) for item in value)
    return str(value)
