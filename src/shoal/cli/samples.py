"""``shoal samples``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shoal.cli.app import Command, ExampleGroup
from shoal.cli.options import json_option
from shoal.cli.outputs import check_file, write_table
from shoal.cli.words import give, give_json, say, text_table
from shoal.errors import ParameterError

if TYPE_CHECKING:
    from shoal.data.generators import Kind, Option

EXAMPLES = (
    "shoal samples list",
    "shoal samples show customers > customers.csv",
    "shoal samples make blobs --samples 1000 --centers 5 -o blobs.csv",
    "shoal cluster sample:iris",
)


@click.group(cls=ExampleGroup, examples=EXAMPLES)
def samples() -> None:
    """List, show or make tables to try things on."""


@samples.command("list", cls=Command, examples=("shoal samples list",))
@json_option()
def list_samples(as_json: bool) -> None:
    """List the bundled samples."""
    from shoal.data import samples as bundled

    found = bundled.describe()
    if as_json:
        names = ("name", "rows", "columns", "label", "summary", "source")
        give_json([{name: getattr(sample, name) for name in names} for sample in found])
        return
    rows = [
        (sample.name, f"{sample.rows:,}", str(sample.columns), sample.label or "", sample.summary)
        for sample in found
    ]
    give(text_table(("name", "rows", "columns", "truth", "what it is"), rows, right=(1, 2)))


def _output_options(function: Callable[..., Any]) -> Callable[..., Any]:
    output = click.option(
        "-o", "--output", metavar="FILE", help="A .csv or .parquet file instead of stdout."
    )
    force = click.option("--force", is_flag=True, help="Replace the file when it exists.")
    return output(force(function))


@samples.command("show", cls=Command, examples=("shoal samples show iris | head",))
@click.argument("name")
@_output_options
def show(name: str, output: str | None, force: bool) -> None:
    """Write the bundled sample NAME as CSV."""
    target = _target(output, force)
    from shoal.data import samples as bundled

    write_table(bundled.load(name).data, target)
    _say_written(target)


class _Kinds(ExampleGroup):
    """One command per kind of table, with the options of its generator."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Kinds in their own order."""
        from shoal.data.generators import KINDS

        return list(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Make the command of a kind."""
        from shoal.data.generators import KINDS

        kind = KINDS.get(cmd_name)
        return None if kind is None else _kind_command(cmd_name, kind)


@samples.group("make", cls=_Kinds, examples=EXAMPLES[2:3])
def make() -> None:
    """Make a synthetic table with known groups."""


def _kind_command(name: str, kind: Kind) -> click.Command:
    def write(output: str | None, force: bool, **values: Any) -> None:
        target = _target(output, force)
        from shoal.data import samples as bundled

        given = {option: value for option, value in values.items() if value is not None}
        write_table(bundled.make(name, **given).data, target)
        _say_written(target)

    for option, about in reversed(tuple(kind.options.items())):
        write = _kind_option(option, about)(write)
    summary = f"Make {kind.summary}."
    example = f"shoal samples make {name} --samples 1000 -o {name}.csv"
    return click.command(name, cls=Command, help=summary, examples=(example,))(
        _output_options(write)
    )


def _kind_option(name: str, about: Option) -> Callable[[Any], Any]:
    flag = "--" + name.replace("_", "-")
    words = about.summary[:1].upper() + about.summary[1:]
    if about.default is not None:
        words += f" (default {about.default})"
    more: dict[str, Any] = {"default": None, "help": words + "."}
    if about.kind == "bool":
        return click.option(f"{flag}/--no-{flag[2:]}", name, **more)
    if "floats" in about.kind:
        return click.option(flag, name, callback=_numbers, metavar="A,B", **more)
    return click.option(flag, name, type=int if about.kind == "int" else float, **more)


def _numbers(_: Any, option: click.Parameter, value: str | None) -> Any:
    """Read one number, or several separated by commas."""
    if value is None:
        return None
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        raise ParameterError(
            f"{option.opts[0]} must be numbers such as 0.5,0.3,0.2; got {value!r}."
        ) from None
    return numbers if len(numbers) > 1 or "," in value else numbers[0]


def _target(output: str | None, force: bool) -> Path | None:
    target = Path(output) if output else None
    if target is not None:
        check_file(target, force)
    return target


def _say_written(target: Path | None) -> None:
    if target is not None:
        say(f"Written: {target}")
