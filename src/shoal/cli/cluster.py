"""``shoal cluster``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from shoal.cli.app import Command
from shoal.cli.interrupts import prompt_interrupts
from shoal.cli.options import (
    algorithm_options,
    data_options,
    json_option,
    range_of,
    reading_options,
    run_options,
    split_arguments,
)
from shoal.cli.outputs import check_folder, default_folder
from shoal.cli.progress import progress
from shoal.cli.words import clean, command_line, give, give_json, say, text_table

if TYPE_CHECKING:
    from shoal.clustering import Clustering
    from shoal.planning import Plan

MOST_LINES = 40
"""Groups shown on the terminal."""


@click.command(
    cls=Command,
    examples=(
        "shoal cluster customers.csv",
        'shoal cluster customers.csv -k 4 --columns "Age,Spending"',
        "shoal cluster customers.csv --k-range 2-15 --drop Region -o segments",
        "cat customers.csv | shoal cluster - --json --force | jq .scores",
        "shoal cluster sample:iris --dry-run",
    ),
)
@click.argument("data")
@click.option(
    "-k",
    "--clusters",
    "n_clusters",
    type=int,
    metavar="K",
    help="Number of groups; chosen when left out.",
)
@click.option("--k-range", callback=range_of, metavar="2-12", help="Numbers to choose from.")
@click.option(
    "--assign-noise",
    type=float,
    metavar="THRESHOLD",
    help="Put noise into its nearest group when its membership there is at least this; 0 to 1.",
)
@algorithm_options()
@data_options()
@reading_options()
@click.option("-o", "--output", metavar="FOLDER", help="Where to write; NAME.shoal when left out.")
@click.option("--force", is_flag=True, help="Replace the folder when it exists.")
@click.option(
    "--format", "labels_format", type=click.Choice(("csv", "parquet")), default="csv",
    show_default=True, help="Format of the labels.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the plan and the memory it takes; fit nothing.")
@json_option()
@run_options()
def cluster(
    data: str,
    output: str | None,
    force: bool,
    labels_format: Literal["csv", "parquet"],
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Find the groups in DATA and write labels, model, pictures and a report.

    DATA is a CSV, TSV, Parquet, JSON lines, Excel, NPY or NPZ file, - for standard input, or
    sample:NAME for bundled data.
    """
    arguments = split_arguments(options)
    from shoal import blockwise, planning, workflow

    if dry_run:
        with prompt_interrupts(), progress(quiet) as callback:
            arguments.pop("n_jobs", None)
            job, _ = blockwise.plan_job(data, planning.Watch(callback), arguments)
        give_json(_plan_as_dict(job)) if as_json else give(_plan_words(job))
        return
    folder = Path(output) if output else default_folder(data)
    check_folder(folder, force)
    if not quiet:
        say(f"Seed {arguments['seed']}; {arguments['algorithm']}.")
    with prompt_interrupts(), progress(quiet) as callback:
        result = workflow.cluster(data, callback=callback, **arguments)
        from shoal import report

        written = report.write_folder(
            result, folder, force=force, labels_format=labels_format, callback=callback
        )
    if as_json:
        give((written / "result.json").read_text(encoding="utf-8").rstrip())
        return
    if quiet:
        give(str(written))
        return
    _say_notes(result, verbose)
    give(_words(result, written, data))


def _say_notes(result: Clustering, verbose: bool) -> None:
    for note in result.notes:
        say(f"Note: {clean(note, most=300)}")
    if verbose:
        for stage, seconds in result.timings.items():
            say(f"Time: {stage} {seconds:.3f} s")
        for name, value in result.settings.items():
            say(f"Setting: {name} = {clean(str(value), most=200)}")


def _words(result: Clustering, folder: Path, data: str) -> str:
    """Verdict, groups, quality, and what to do next."""
    from shoal.report import words

    lines = [clean(" ".join(words.verdict(result)), most=600)]
    if result.choice is not None:
        lines.append(clean(result.choice.reason, most=600))
    lines.append("")
    head = ("group", "rows", "share", "silhouette", "what it is")
    rows = (
        (
            str(card.cluster),
            f"{card.size:,}",
            f"{card.share:.1%}",
            "" if card.silhouette is None else f"{card.silhouette:.2f}",
            clean(card.name),
        )
        for card in result.cards[:MOST_LINES]
    )
    noise, left_out = words.count_noise(result), words.left_out(result)
    of_noise = ("–", f"{noise:,}", f"{noise / result.n_clustered:.1%}", "", "noise, in no group")
    lines.append(text_table(head, [*rows, *([of_noise] if noise else [])], right=(0, 1, 2, 3)))
    if result.n_clusters > MOST_LINES:
        more = result.n_clusters - MOST_LINES
        lines.append(f"{more:,} smaller groups are in the report.")
    if left_out:
        lines.append(f"{left_out:,} rows were left out and have no group.")
    lines += ["", _scores(result), f"Written: {folder}{'/' if folder.is_dir() else ''}"]
    lines.append(f"Look at it: {folder / 'report.html'}")
    new = "new.csv" if data == "-" or data.startswith("sample:") else data
    lines.append(f"Next: {command_line('shoal', 'predict', str(folder / 'model.shoal'), new)}")
    return "\n".join(lines)


def _scores(result: Clustering) -> str:
    parts = [f"{name.replace('_', ' ')} {value:.4g}" for name, value in result.scores.items()]
    return "Scores: " + ", ".join(parts)


def _plan_words(job: Plan) -> str:
    from shoal.budget import format_bytes

    matrix = job.matrix
    ks = f"{job.k[0]}-{job.k[-1]}" if len(job.k) > 1 else ", ".join(map(str, job.k)) or "found"
    lines = [
        f"Would cluster {matrix.n_samples:,} rows of {clean(job.table.source)} by {job.algorithm}.",
        f"Number of groups: {ks}. Prepared columns: {matrix.n_features}.",
        "Columns used: " + ", ".join(clean(name, 40) for name in job.preparation.column_names),
    ]
    lines += [f"Left out: {clean(name, 40)} ({reason})" for name, reason in job.preparation.dropped]
    lines += [f"Note: {clean(note, 300)}" for note in job.notes]
    limit = "unknown" if job.memory_limit is None else format_bytes(job.memory_limit)
    lines.append(f"Memory: about {format_bytes(job.memory.peak)} of {limit} allowed.")
    lines += [f"  {format_bytes(size)} for {name}" for name, size in job.memory.parts.items()]
    lines.append("  besides what Python and its libraries take, about 250 MB")
    lines.append(f"Time of the fits: roughly {max(job.seconds, 0.01):.2g} s on one core.")
    lines.append("Nothing was fitted or written.")
    return "\n".join(lines)


def _plan_as_dict(job: Plan) -> dict[str, Any]:
    return {
        "source": job.table.source,
        "rows": job.matrix.n_samples,
        "prepared_columns": list(job.matrix.feature_names),
        "left_out": [{"column": name, "reason": why} for name, why in job.preparation.dropped],
        "notes": list(job.notes),
        "algorithm": job.algorithm,
        "n_clusters": list(job.k),
        "parameters": dict(job.parameters),
        "memory": {"peak_bytes": job.memory.peak, "parts": dict(job.memory.parts)},
        "memory_limit": job.memory_limit,
        "seconds": job.seconds,
    }
