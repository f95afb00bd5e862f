"""``shoal choose-k``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from shoal.cli.app import Command
from shoal.cli.interrupts import prompt_interrupts
from shoal.cli.options import (
    algorithm_options,
    data_options,
    given_again,
    json_option,
    range_of,
    reading_options,
    run_options,
    split_arguments,
)
from shoal.cli.progress import progress
from shoal.cli.words import clean, command_line, give, give_json, say, text_table

if TYPE_CHECKING:
    from shoal.clustering import KChoice

_CURVES = ("inertia", "silhouette", "calinski_harabasz", "davies_bouldin")


@click.command(
    cls=Command,
    name="choose-k",
    examples=(
        "shoal choose-k customers.csv",
        "shoal choose-k customers.csv --k-range 2-20",
        "shoal choose-k sample:iris --json | jq .recommended",
    ),
)
@click.argument("data")
@click.option("--k-range", callback=range_of, metavar="2-12", help="Numbers to choose from.")
@algorithm_options()
@data_options()
@reading_options()
@json_option()
@run_options()
@click.pass_context
def choose_k(
    ctx: click.Context, /, data: str, as_json: bool, quiet: bool, verbose: bool, **options: Any
) -> None:
    """Say how many groups DATA has; write nothing.

    Tries each number of groups and shows how good it is by four indices.
    """
    arguments = split_arguments(options)
    from shoal import workflow

    if not quiet:
        say(f"Seed {arguments['seed']}; {arguments['algorithm']}.")
    with prompt_interrupts(), progress(quiet) as callback:
        job, choice = workflow.choose(data, callback=callback, **arguments)
    if verbose:
        for note in job.notes:
            say(f"Note: {clean(note, most=300)}")
    if as_json:
        give_json(_as_dict(choice))
    elif quiet:
        give(str(choice.recommended))
    else:
        # An index that does not apply to the algorithm is left out.
        curves = [name for name in _CURVES if any(map(math.isfinite, getattr(choice, name)))]
        give(
            text_table(
                ("k", *(name.replace("_", " ") for name in curves), ""),
                _rows(choice, curves),
                range(len(curves) + 1),
            )
        )
        give("\n" + clean(choice.reason, most=600))
        same = given_again(ctx, leave_out=("k_range", "verbose"))
        k = str(choice.recommended)
        give(f"Next: {command_line('shoal', 'cluster', data, '-k', k, *same)}")


def _rows(choice: KChoice, curves: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for place, k in enumerate(choice.k):
        values = (f"{getattr(choice, name)[place]:.4g}" for name in curves)
        marks = [name.replace("_", " ") for name, vote in choice.votes.items() if vote == k]
        if k == choice.recommended:
            marks.insert(0, "recommended")
        yield (str(k), *values, ", ".join(marks))


def _as_dict(choice: KChoice) -> dict[str, Any]:
    names = ("k", *_CURVES, "silhouette_error", "recommended", "elbow", "votes", "margin", "reason")
    return {name: getattr(choice, name) for name in (*names, "silhouette_rows")}
