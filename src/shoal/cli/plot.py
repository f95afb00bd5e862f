"""``shoal plot``."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shoal.cli.app import Command
from shoal.cli.interrupts import prompt_interrupts
from shoal.cli.options import data_options, reading_options
from shoal.cli.outputs import check_file, whole_file
from shoal.cli.words import clean, give, say
from shoal.errors import ParameterError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS: dict[str, str] = {
    "dendrogram": "dendrogram",
    "reachability": "reachability",
    "condensed-tree": "condensed_tree",
    "decision-graph": "decision_graph",
    "k-distance": "k_distance",
    "clusters": "scatter",
    "clusters-3d": "scatter_3d",
    "map": "place_map",
    "pca": "pca",
    "sizes": "sizes",
    "profile": "profile",
    "distributions": "distributions",
    "silhouette": "silhouette",
    "elbow": "elbow",
}
"""Pictures by their name on the command line, and in :mod:`shoal.plot`."""

FORMATS = (".png", ".svg")


def _kind_of(_: Any, __: Any, value: str) -> str:
    if value not in KINDS:
        near = difflib.get_close_matches(value, KINDS, n=1)
        remedy = f" Did you mean {near[0]!r}?" if near else ""
        raise ParameterError(
            f"the picture must be one of {', '.join(KINDS)}; got {value!r}.{remedy}"
        )
    return value


@click.command(
    cls=Command,
    examples=(
        "shoal plot dendrogram customers.shoal",
        "shoal plot condensed-tree customers.shoal/model.shoal -o tree.svg",
        "shoal plot k-distance customers.csv --min-samples 5",
        "shoal plot map meteorites.shoal -o map.png",
    ),
)
@click.argument("kind", callback=_kind_of, metavar=f"[{'|'.join(KINDS)}]")
@click.argument("source")
@click.option(
    "-o", "--output", metavar="FILE", help="A .png or .svg file; SOURCE-PICTURE.png when left out."
)
@click.option("--force", is_flag=True, help="Replace the file when it exists.")
@click.option(
    "--top", type=click.IntRange(min=2), metavar="N",
    help="dendrogram: draw the last merges only, with N branches; 50 above 1,000 rows.",
)  # fmt: skip
@click.option(
    "--min-samples", type=click.IntRange(min=2), metavar="N",
    help="k-distance: which neighbour, the row itself counted; as in shoal cluster.",
)  # fmt: skip
@click.option(
    "--metric", metavar="NAME", help="k-distance: distance between rows, as in shoal cluster."
)
@data_options()
@reading_options()
@click.option("-q", "--quiet", is_flag=True, help="Only the name of the file, and errors.")
@click.pass_context
def plot(
    ctx: click.Context,
    /,
    kind: str,
    source: str,
    output: str | None,
    force: bool,
    top: int | None,
    min_samples: int | None,
    metric: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Draw one picture of a result into a file.

    SOURCE is the folder that shoal cluster wrote, or, for the pictures of a tree or an order, its
    model.shoal; nothing is fitted again. For k-distance it is a table: a file, - or sample:NAME.
    """
    target = Path(output) if output else _default_file(source, kind)
    if target.suffix.lower() not in FORMATS:
        raise ParameterError(f"--output must end in .png or .svg; got {str(target)!r}.")
    check_file(target, force)
    _check_options(ctx, kind)
    with prompt_interrupts(arrow=False):
        if kind == "k-distance":
            figure = _draw_distances(source, min_samples, metric, quiet, options)
        else:
            figure = _draw(kind, Path(source), top)
        _write(figure, target)
    if quiet:
        give(str(target))
    else:
        give(f"Written: {target}")


def _default_file(source: str, kind: str) -> Path:
    """Name the picture after what it shows, in the current directory."""
    path = Path("stdin" if source == "-" else source.removeprefix("sample:"))
    name = path.parent.name if path.name == "model.shoal" and path.parent.name else path.name
    stem = name.partition(".")[0] or name.lstrip(".") or "data"
    return Path(f"{stem}-{kind}.png")


def _check_options(ctx: click.Context, kind: str) -> None:
    """Refuse an option that says nothing about this picture."""
    own = {"output", "force", "quiet"} | ({"top"} if kind == "dendrogram" else set())
    for option in ctx.command.params:
        name = str(option.name)
        given = ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if not given or isinstance(option, click.Argument) or name in own:
            continue
        if kind == "k-distance" and name != "top":
            continue
        belongs = "dendrogram" if name == "top" else "k-distance"
        raise ParameterError(
            f"{option.opts[0]} must be left out for {kind}; it belongs to shoal plot {belongs}."
        )


def _draw(kind: str, path: Path, top: int | None) -> Figure:
    from shoal import model_file
    from shoal import plot as pictures
    from shoal.noise import relabelled
    from shoal.recipes.reopen import is_result, reopen

    name = KINDS[kind]
    if name not in pictures.FIT_PICTURES:
        figure: Figure = getattr(pictures, name)(reopen(_folder(kind, path)))
        return figure
    loaded = model_file.load(path / "model.shoal" if path.is_dir() else path)
    model = loaded.model
    if not is_result(path):
        found = getattr(model, "labels_", getattr(model, "row_labels_", None))
        if found is None:
            raise _without(kind, model)
        labels = relabelled(found, loaded.relabel)
        return pictures.draw_fit(name, model, labels, top=top)
    if not pictures.can_draw(model, name):
        raise _without(kind, model)
    result = reopen(path)
    labels = result.labels[result.matrix.rows]
    return pictures.draw_fit(name, model, labels, names=pictures.row_names(result), top=top)


def _folder(kind: str, path: Path) -> Path:
    """Find the folder of a result; a model alone has no rows to draw."""
    from shoal.recipes.reopen import is_result

    if path.name == "model.shoal" and is_result(path.parent):
        return path.parent
    if path.is_file():
        raise ParameterError(
            f"the source of {kind} must be the folder of a result, which holds the rows; got the "
            f"file {str(path)!r}."
        )
    return path


def _without(kind: str, model: Any) -> ParameterError:
    from shoal import catalogue
    from shoal import plot as pictures

    able = [row.name for row in catalogue.ALGORITHMS if pictures.shows(row.drawn, KINDS[kind])]
    return ParameterError(
        f"a {kind} must come from {' or '.join(able) or 'another algorithm'}; got a result of "
        f"{type(model).__name__}."
    )


def _draw_distances(
    source: str, min_samples: int | None, metric: str | None, quiet: bool, options: dict[str, Any]
) -> Figure:
    from shoal import plot as pictures
    from shoal.recipes.k_distances import k_distances

    options["columns"] = options["columns"] or None
    found = k_distances(source, min_samples=min_samples, metric=metric, **options)
    if not quiet:
        for note in found.notes:
            say(f"Note: {clean(note, most=300)}")
    return pictures.k_distance(found.distances, k=found.k, eps=found.eps, unit=found.unit)


def _write(figure: Figure, target: Path) -> None:
    from shoal.plot import style

    as_svg = target.suffix.lower() == ".svg"
    content = style.svg(figure) if as_svg else style.png(figure)
    with whole_file(target) as file:
        file.write(content)
