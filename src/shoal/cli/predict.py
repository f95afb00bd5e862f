"""``shoal predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shoal.cli.app import Command
from shoal.cli.interrupts import prompt_interrupts
from shoal.cli.options import json_option, reading_options
from shoal.cli.outputs import check_file, format_of, whole_file
from shoal.cli.words import clean, give_json, say

if TYPE_CHECKING:
    from shoal.model_file import LoadedModel, Prediction


@click.command(
    cls=Command,
    examples=(
        "shoal predict customers.shoal/model.shoal new.csv > labelled.csv",
        "shoal predict customers.shoal/model.shoal new.csv -o labelled.parquet",
        "cat new.csv | shoal predict customers.shoal/model.shoal -",
    ),
)
@click.argument("model")
@click.argument("data")
@click.option("-o", "--output", metavar="FILE", help="A .csv or .parquet file instead of stdout.")
@click.option("--force", is_flag=True, help="Replace the file when it exists.")
@reading_options()
@json_option()
@click.option("-q", "--quiet", is_flag=True, help="Only the answer and errors.")
def predict(
    model: str,
    data: str,
    output: str | None,
    force: bool,
    types: dict[str, str],
    as_json: bool,
    quiet: bool,
    **reading: Any,
) -> None:
    """Give the rows of DATA the groups of MODEL.

    MODEL is the model.shoal that shoal cluster wrote, or the folder around it. Every input column
    and row is kept, in order; cluster, confidence and outlier_score are added.
    """
    target = Path(output) if output else None
    labels_format = format_of(target)
    if target is not None:
        check_file(target, force)
    from shoal import model_file, workflow

    path = Path(model)
    loaded = model_file.load(path / "model.shoal" if path.is_dir() else path)
    with prompt_interrupts():
        found = workflow.predict(loaded, data, types=types, **reading)
    if not quiet:
        for note in (*found.table.notes, *found.notes):
            say(f"Note: {clean(note, most=300)}")
        _say_sizes(loaded, found)
    if as_json:
        give_json(_as_dict(loaded, found))
        return
    from shoal import report

    with whole_file(target) as file:
        report.write_labels(found, file, format=labels_format)
    if target is not None and not quiet:
        say(f"Written: {target}")


def _say_sizes(loaded: LoadedModel, found: Prediction) -> None:
    total = len(found.labels)
    for label, name in enumerate(loaded.header.get("names", [])):
        size = int((found.labels == label).sum())
        say(f"Group {label}: {size:,} of {total:,} rows: {clean(str(name))}")
    outside = int((found.labels < 0).sum())
    if outside:
        say(f"In no group: {outside:,} of {total:,} rows")


def _as_dict(loaded: LoadedModel, found: Prediction) -> dict[str, object]:
    return {
        "names": loaded.header.get("names", []),
        "cluster": found.labels.tolist(),
        "confidence": found.confidence.tolist(),
        "outlier_score": found.outlier_scores.tolist(),
    }
