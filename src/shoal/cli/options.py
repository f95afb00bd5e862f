"""Options that several verbs share, and how their words become values."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from shoal import catalogue
from shoal.errors import ParameterError

__all__ = [
    "NumberOrWord",
    "algorithm_choice",
    "algorithm_options",
    "data_options",
    "given_again",
    "json_option",
    "names_of",
    "parameter",
    "plain_run_options",
    "range_of",
    "reading_options",
    "run_options",
    "split_arguments",
    "types_of",
]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Decorator = Callable[[Decorated], Decorated]


def _together(*options: Decorator[Any]) -> Decorator[Any]:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def names_of(_: Any, option: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Split ``a,b`` (and repeated options) into names; double quotes protect a comma."""
    found: list[str] = []
    for value in values:
        found.extend(next(csv.reader([value], skipinitialspace=True), []))
    names = tuple(name for name in (name.strip() for name in found) if name)
    if values and not names:
        raise ParameterError(f"{option.opts[0]} must name a column; got {values[0]!r}.")
    return names


def types_of(_: Any, option: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Read ``age=category,zip=number``."""
    types: dict[str, str] = {}
    for entry in names_of(_, option, values):
        name, equals, kind = entry.rpartition("=")
        if not equals or not name:
            raise ParameterError(f"--types must be like age=category,zip=text; got {entry!r}.")
        types[name.strip()] = kind.strip()
    return types


def range_of(_: Any, __: Any, value: str | None) -> tuple[int, ...] | None:
    """Read ``2-10`` or ``2,4,8``."""
    if value is None:
        return None
    from shoal.selection import parse_k_range

    return parse_k_range(value)


def data_options() -> Decorator[Any]:
    """Options about columns and their preparation."""
    return _together(
        click.option(
            "--columns", multiple=True, callback=names_of, metavar="A,B",
            help="Use these columns only.",
        ),
        click.option(
            "--drop", multiple=True, callback=names_of, metavar="A,B",
            help="Leave out these columns.",
        ),
        click.option("--id", metavar="COLUMN", help="Column that names the rows; not clustered."),
        click.option("--weight", metavar="COLUMN", help="Column with the weight of each row."),
        click.option("--label", metavar="COLUMN", help="Column with the truth; never clustered."),
        click.option(
            "--missing", metavar="CHOICE",
            help="Missing values: median, mean, drop (leave the rows out), error, or keep; when "
            "left out, keep where the algorithm can, else median.",
        ),
        click.option(
            "--scale", default="standard", show_default=True, metavar="CHOICE",
            help="Scaling of numbers: standard, robust, minmax or none.",
        ),
        click.option(
            "--transform", default="none", show_default=True, metavar="CHOICE",
            help="Of numbers before scaling: none, log, or auto (log of long tails).",
        ),
    )  # fmt: skip


def reading_options() -> Decorator[Any]:
    """Options about how a file is written."""
    return _together(
        click.option(
            "--types", multiple=True, callback=types_of, metavar="A=TYPE",
            help="Type of A: number, category, boolean, date, text or ignore.",
        ),
        click.option("--sheet", metavar="NAME", help="Sheet of a workbook; the first by default."),
        click.option("--delimiter", metavar="CHAR", help="What separates the fields of a CSV."),
        click.option("--encoding", metavar="NAME", help="Encoding of a CSV, such as latin-1."),
        click.option("--decimal", metavar="CHAR", help="Decimal mark of a CSV: . or ,"),
    )  # fmt: skip


def run_options() -> Decorator[Any]:
    """Options about how a job runs and what it says."""
    seed = click.option(
        "--seed", type=int, default=0, show_default=True, help="Seed of all randomness."
    )
    return _together(seed, plain_run_options())


def plain_run_options() -> Decorator[Any]:
    """Options about how a job without randomness runs and what it says."""
    return _together(
        click.option(
            "--threads", type=click.IntRange(min=1), metavar="N",
            help="Threads; all available cores when left out. The result is the same.",
        ),
        click.option(
            "--memory-limit", metavar="SIZE",
            help="Refuse a job that needs more, such as 2GB; 80% of the free memory when left out.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Only the answer and errors."),
        click.option("-v", "--verbose", is_flag=True, help="Also timings and settings."),
    )  # fmt: skip


def json_option() -> Decorator[Any]:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Write the answer as JSON.")


def algorithm_options() -> Decorator[Any]:
    """``--algorithm``, and every parameter the catalogue offers."""
    offered: dict[str, list[catalogue.Option]] = {}
    for row in catalogue.ALGORITHMS:
        for option in row.options:
            offered.setdefault(option.name, []).append(option)
    return _together(algorithm_choice(), *(parameter(same) for same in offered.values()))


def algorithm_choice(default: str = catalogue.names()[0]) -> Decorator[Any]:
    """``--algorithm``."""
    return click.option(
        "--algorithm", callback=_algorithm_of, default=default, show_default=True,
        metavar=f"[{'|'.join(catalogue.names())}]", help="See: shoal algorithms.",
    )  # fmt: skip


def _algorithm_of(_: Any, __: Any, name: str) -> str:
    return catalogue.find(name).name


def parameter(same: Sequence[catalogue.Option]) -> Decorator[Any]:
    """One option for all algorithms that have it; its words are those of all of them."""
    first = same[0]
    words = tuple(dict.fromkeys(word for option in same for word in option.words))
    number = next((option.number for option in same if option.number is not None), None)
    flags = tuple(dict.fromkeys((first.also or first.flag, first.flag)))
    if number is bool:
        return click.option(
            *flags, first.name, is_flag=True, flag_value=True, default=None, help=first.help
        )
    kind: Any = number
    if words:
        kind = click.Choice(words) if number is None else NumberOrWord(number, words)
    return click.option(*flags, first.name, type=kind, default=None, help=first.help)


class NumberOrWord(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2
    """A number, or one of a few words, such as ``0.5`` or ``auto``."""

    def __init__(self, number: type[int | float], words: Sequence[str]) -> None:
        self.number, self.words = number, tuple(words)
        self.name = "|".join((number.__name__, *words))

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | float | str:
        """Read what was typed."""
        if not isinstance(value, str):
            return self.number(value)
        word = value.strip().lower()
        if word in self.words:
            return word
        try:
            return self.number(word)
        except ValueError:
            kind = "a whole number" if self.number is int else "a number"
            self.fail(f"{value!r} is not {kind} or {' or '.join(self.words)}.", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """Show it in the help."""
        return f"[{self.name}]"


def split_arguments(options: dict[str, Any]) -> dict[str, Any]:
    """Turn the options of a job into the arguments of the workflow."""
    offered = {option.name for row in catalogue.ALGORITHMS for option in row.options}
    given = {name: value for name, value in options.items() if name in offered}
    rest = {name: value for name, value in options.items() if name not in offered}
    rest["columns"] = rest["columns"] or None
    rest["n_jobs"] = rest.pop("threads")
    return {**rest, **_parameters_of(str(rest["algorithm"]), given)}


def _parameters_of(algorithm: str, given: dict[str, Any]) -> dict[str, Any]:
    """Keep the parameters that were given, refusing those of another algorithm."""
    row = catalogue.find(algorithm)
    own = {option.name: option for option in row.options}
    chosen = {name: value for name, value in given.items() if value is not None}
    for name in chosen:
        if name not in own:
            flags = ", ".join(option.flag for option in row.options) or "none"
            raise ParameterError(
                f"an option of {row.name} must be one of {flags}; "
                f"got --{name.replace('_', '-')}. See: shoal algorithms {row.name}."
            )
    return chosen


def given_again(ctx: click.Context, leave_out: Sequence[str] = ()) -> list[str]:
    """Write the options of this run again, for a command that continues it."""
    words: list[str] = []
    for option in ctx.command.params:
        name = str(option.name)
        given = ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if not given or isinstance(option, click.Argument) or name in leave_out:
            continue
        value = ctx.params[name]
        words.append(max(option.opts, key=len))
        if isinstance(value, dict):
            value = tuple(f"{column}={kind}" for column, kind in value.items())
        if isinstance(value, tuple):
            value = _as_csv(value)
        if not isinstance(value, bool):
            words.append(str(value))
    return words


def _as_csv(names: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()
