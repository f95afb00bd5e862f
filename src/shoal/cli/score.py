"""``shoal score``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shoal.cli.app import Command
from shoal.cli.interrupts import prompt_interrupts
from shoal.cli.options import json_option, reading_options
from shoal.cli.words import clean, give, give_json, say, text_table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from shoal.metrics.contingency import Contingency
    from shoal.recipes.score import LabelScores

MOST_CLASSES, MOST_CLUSTERS, MOST_MATCHES = 20, 12, 40


@click.command(
    cls=Command,
    examples=(
        "shoal score iris.shoal/labels.csv --truth species",
        "shoal score labels.csv --labels group --truth-file answers.csv --truth kind",
        "shoal score labels.csv --truth kind --json | jq .scores.adjusted_rand",
    ),
)
@click.argument("data")
@click.option("--truth", metavar="COLUMN", help="Column with the known answer.")
@click.option(
    "--labels", metavar="COLUMN", help="Column with the groups; the cluster column by default."
)
@click.option(
    "--truth-file", metavar="FILE",
    help="Table that holds the known answer, with the same rows in the same order.",
)  # fmt: skip
@click.option("--weight", metavar="COLUMN", help="Column with the weight of each row.")
@click.option(
    "--noise", type=click.Choice(("keep", "drop")), default="keep", show_default=True,
    help="Rows labelled -1: keep them as one more group, or leave them out.",
)  # fmt: skip
@reading_options()
@json_option()
@click.option("-q", "--quiet", is_flag=True, help="Only the scores and errors.")
def score(data: str, truth_file: str | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Say how well the groups in DATA agree with a known answer.

    Prints every index there is, how often each class meets each cluster, and which class each
    cluster stands for. DATA is such as the labels.csv that shoal cluster wrote.
    """
    from shoal.recipes.score import score_labels

    with prompt_interrupts():
        result = score_labels(data, truth_data=truth_file, **options)
    if not quiet:
        for note in result.notes:
            say(f"Note: {clean(note, most=300)}")
    if as_json:
        give_json(_as_dict(result))
        return
    give(_scores(result, quiet))
    if not quiet:
        give(f"\n{_table(result)}\n\n{_matches(result)}")


def _scores(result: LabelScores, quiet: bool) -> str:
    from shoal.metrics import EXTERNAL_SCORES

    rows = [
        (name.replace("_", " "), f"{value:.4f}", EXTERNAL_SCORES[name])
        for name, value in result.scores.items()
    ]
    if quiet:
        return text_table(("index", "value"), [row[:2] for row in rows], right=(1,))
    n_classes, n_clusters = result.table.shape
    head = (
        f"{result.n_rows:,} rows of {clean(result.source)}: {n_classes:,} "
        f"{'class' if n_classes == 1 else 'classes'} of {clean(result.truth, 40)}, {n_clusters:,} "
        f"{'cluster' if n_clusters == 1 else 'clusters'} of {clean(result.labels, 40)}."
    )
    return f"{head}\n\n{text_table(('index', 'value', 'what it says'), rows, right=(1,))}"


def _table(result: LabelScores) -> str:
    """How often each class meets each cluster; the largest ones of a large table."""
    table = result.table
    classes = _largest(table.class_totals, MOST_CLASSES)
    clusters = _largest(table.cluster_totals, MOST_CLUSTERS)
    counts = table.sparse()[classes][:, clusters].toarray()
    names = [clean(str(name), 24) for name in table.clusters[clusters].tolist()]
    head = (f"{clean(result.truth, 24)} \\ {clean(result.labels, 24)}", *names, "all")
    rows = [
        (clean(str(table.classes[place]), 24), *map(_count, row), _count(table.class_totals[place]))
        for place, row in zip(classes, counts, strict=True)
    ]
    rows.append(("all", *map(_count, table.cluster_totals[clusters]), _count(table.total)))
    lines = text_table(head, rows, right=range(1, len(head)))
    return "\n".join([lines, *_left_out(table, len(classes), len(clusters))])


def _left_out(table: Contingency, classes: int, clusters: int) -> list[str]:
    more = [
        f"{total - shown:,} smaller {name}"
        for total, shown, name in (
            (table.shape[0], classes, "classes"),
            (table.shape[1], clusters, "clusters"),
        )
        if total > shown
    ]
    return [f"Not shown: {' and '.join(more)}; --json has all."] if more else []


def _matches(result: LabelScores) -> str:
    """Which class each cluster stands for."""
    found, alone = result.majority, result.one_to_one.mapping
    shown = _largest(found.sizes, MOST_MATCHES)
    clusters, mapping = found.clusters.tolist(), found.mapping
    rows = [
        (
            clean(str(clusters[place]), 24),
            _count(found.sizes[place]),
            clean(str(mapping[clusters[place]]), 24),
            f"{found.hits[place] / found.sizes[place]:.1%}",
            clean(str(alone.get(clusters[place], "")), 24),
        )
        for place in shown
    ]
    head = ("cluster", "rows", "stands for", "share", "one to one")
    lines = [text_table(head, rows, right=(1, 3))]
    if len(shown) < len(found.clusters):
        lines.append(f"Not shown: {len(found.clusters) - len(shown):,} smaller clusters.")
    lines.append(
        f"Rows of the class their cluster stands for: {found.accuracy:.1%}; "
        f"with each class given once at most: {result.one_to_one.accuracy:.1%}."
    )
    return "\n".join(lines)


def _largest(totals: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.intp]:
    """Places of the largest totals, in their own order."""
    import numpy as np

    return np.sort(np.argsort(-totals, kind="stable")[:most])


def _count(value: Any) -> str:
    number = value.item() if hasattr(value, "item") else value
    return f"{number:,}" if isinstance(number, int) else f"{number:,.4g}"


def _as_dict(result: LabelScores) -> dict[str, Any]:
    table, found = result.table, result.majority
    classes, clusters = table.classes.tolist(), table.clusters.tolist()
    cells = zip(table.rows.tolist(), table.columns.tolist(), table.counts.tolist(), strict=True)
    alone = result.one_to_one.mapping
    return {
        "source": result.source,
        "truth": result.truth,
        "labels": result.labels,
        "rows": result.n_rows,
        "left_out": result.left_out,
        "scores": dict(result.scores),
        "classes": classes,
        "clusters": clusters,
        "contingency": [
            {"class": classes[row], "cluster": clusters[column], "rows": count}
            for row, column, count in cells
        ],
        "matches": [
            {
                "cluster": cluster, "rows": size, "class": found.mapping[cluster], "right": hits,
                "one_to_one": alone.get(cluster),
            }
            for cluster, size, hits in zip(
                clusters, found.sizes.tolist(), found.hits.tolist(), strict=True
            )
        ],
        "notes": list(result.notes),
    }  # fmt: skip
