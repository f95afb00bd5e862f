"""Printing: data to stdout, everything else to stderr, nothing a terminal would obey."""

from __future__ import annotations

import json
import math
import shlex
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

__all__ = ["clean", "command_line", "give", "give_json", "say", "text_table"]


def say(line: str) -> None:
    """Write a line for the person: stderr."""
    click.echo(line, err=True)


def give(line: str) -> None:
    """Write a line of the answer: stdout."""
    click.echo(line)


def give_json(value: Any) -> None:
    """Write the answer as JSON: stdout. Values that are no numbers become null."""
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value


def clean(text: str, most: int = 80) -> str:
    """Make a text from a table safe to print: no control characters, not too long."""
    safe = "".join(
        character
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs")
        else _escaped(character)
        for character in text[: most + 1]
    )
    return safe if len(text) <= most else safe[: most - 1] + "…"


def _escaped(character: str) -> str:
    # Joiners are part of ordinary words and emoji; direction marks could reorder the line.
    if character in "\u200c\u200d":
        return character
    return " " if character in "\n\t" else character.encode("unicode_escape").decode("ascii")


def command_line(*words: str) -> str:
    """Write a command that can be pasted into a shell."""
    return " ".join(shlex.quote(word) for word in words)


def text_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> str:
    """Lay out columns with two spaces between them; those listed in `right` are right-aligned."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    ragged = set(right)

    def cell(text: str, column: int) -> str:
        space = " " * (widths[column] - _width(text))
        return space + text if column in ragged else text + space

    return "\n".join(
        "  ".join(cell(text, column) for column, text in enumerate(line)).rstrip() for line in lines
    )


def _width(text: str) -> int:
    """Columns a terminal gives a text: wide characters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    marks = sum(unicodedata.combining(character) > 0 for character in text)
    return len(text) + wide - marks
