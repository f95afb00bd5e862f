"""``shoal algorithms``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from shoal import catalogue
from shoal.cli.app import Command
from shoal.cli.options import json_option
from shoal.cli.words import give, give_json, text_table


@click.command(
    cls=Command,
    examples=("shoal algorithms", "shoal algorithms kmeans", "shoal algorithms --json"),
)
@click.argument("name", required=False)
@json_option()
@click.option("--markdown", is_flag=True, help="Write the table of docs/algorithms/README.md.")
def algorithms(name: str | None, as_json: bool, markdown: bool) -> None:
    """List the algorithms, or say all about one of them."""
    rows = catalogue.ALGORITHMS if name is None else (catalogue.find(name),)
    if as_json:
        give_json([_as_dict(row) for row in rows])
    elif markdown:
        give(markdown_table(rows))
    elif name is None:
        head = ("name", "family", "needs k", "finds noise", "what it does")
        lines = (
            (row.name, row.family, _yes(row.needs_k), _yes(row.finds_noise), row.summary)
            for row in rows
        )
        give(text_table(head, lines))
    else:
        give(_page(rows[0]))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def markdown_table(rows: Sequence[catalogue.Algorithm]) -> str:
    """Write the grid as a table, with the reason for every no below it."""
    head = ("algorithm", "family", "needs k", "noise", *catalogue.CAPABILITIES)
    lines = [_markdown_line(head), _markdown_line(("---",) * len(head))]
    reasons = []
    for row in rows:
        page = row.page.rpartition("/")[2]
        cells = (_yes(row.can(name)) for name in catalogue.CAPABILITIES)
        flags = (_yes(row.needs_k), _yes(row.finds_noise))
        lines.append(_markdown_line((f"[{row.title}]({page})", row.family, *flags, *cells)))
        reasons += [
            f"- {row.title} has no `{name}`: {row.supports[name]}."
            for name in catalogue.CAPABILITIES
            if not row.can(name)
        ]
    return "\n".join([*lines, "", *reasons])


def _markdown_line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _page(row: catalogue.Algorithm) -> str:
    grid = (
        (f"  {name}", "yes" if row.can(name) else f"no: {row.supports[name]}")
        for name in catalogue.CAPABILITIES
    )
    options = [(f"  {option.flag}", option.help) for option in row.options]
    return "\n".join(
        [
            f"{row.title} ({row.name}): {row.summary}",
            f"Suits: {row.suits}",
            f"Class: {row.estimator.replace(':', '.')}",
            f"Accepts: {', '.join(row.accepts)}. Assignment: {row.assignment}.",
            f"Needs the number of groups: {_yes(row.needs_k)}.",
            f"Leaves noise in no group: {_yes(row.finds_noise)}.",
            "",
            text_table(("Supports", ""), grid),
            "",
            text_table(("Options of shoal cluster", ""), options),
            "",
            "For n rows, d columns and k groups:",
            f"  time    {row.time.formula} operations",
            f"  memory  {row.memory.formula} bytes beyond the input",
            "",
            f"Paper: {row.paper.citation} https://doi.org/{row.paper.doi}",
            f"More: {row.page}",
        ]
    )


def _as_dict(row: catalogue.Algorithm) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.title,
        "family": row.family,
        "summary": row.summary,
        "suits": row.suits,
        "class": row.estimator.replace(":", "."),
        "assignment": row.assignment,
        "needs_k": row.needs_k,
        "finds_noise": row.finds_noise,
        "accepts": list(row.accepts),
        "supports": {name: row.can(name) for name in catalogue.CAPABILITIES},
        "reasons": {name: text for name, text in row.supports.items() if text is not True},
        "time": row.time.formula,
        "memory": row.memory.formula,
        "options": [option.flag for option in row.options],
        "paper": {"citation": row.paper.citation, "doi": row.paper.doi},
        "page": row.page,
    }
