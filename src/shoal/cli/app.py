"""The ``shoal`` command: its verbs, and how every run ends."""

from __future__ import annotations

import contextlib
import difflib
import errno
import importlib
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Any

import click

from shoal import __version__
from shoal.budget import require_room
from shoal.cli.interrupts import INTERRUPTED
from shoal.cli.words import clean, say
from shoal.errors import ShoalError

__all__ = ["EXIT_CODES", "VERBS", "Command", "ExampleGroup", "run", "shoal"]

VERBS: dict[str, str] = {
    "cluster": "shoal.cli.cluster:cluster",
    "predict": "shoal.cli.predict:predict",
    "choose-k": "shoal.cli.choose_k:choose_k",
    "plot": "shoal.cli.plot:plot",
    "score": "shoal.cli.score:score",
    "digits": "shoal.cli.digits:digits",
    "palette": "shoal.cli.palette:palette",
    "algorithms": "shoal.cli.algorithms:algorithms",
    "samples": "shoal.cli.samples:samples",
    "info": "shoal.cli.info:info",
}
"""Where each verb lives; imported when it is asked for."""

EXIT_CODES: dict[int, str] = {
    0: "done",
    1: "shoal itself failed",
    2: "the command line or an output was wrong",
    3: "the data cannot be used",
    4: "the job does not fit in memory",
    130: "interrupted",
}


class Command(click.Command):
    """A command whose help begins with examples."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the summary and the examples before usage and options."""
        _write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)


class ExampleGroup(click.Group):
    """A group whose help begins with examples, and which suggests the nearest verb."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples before usage and verbs."""
        _write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or say which one was probably meant."""
        verb, verbs = args[0], self.list_commands(ctx)
        if verb not in verbs and not verb.startswith("-"):
            near = difflib.get_close_matches(verb, verbs, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"See: {ctx.command_path} --help."
            if ctx.parent is None and os.path.exists(verb):
                remedy = f"To cluster that file: shoal cluster {verb}"
            raise click.UsageError(
                f"the verb must be one of {', '.join(verbs)}; got {verb!r}. {remedy}", ctx
            )
        return super().resolve_command(ctx, args)


class LazyGroup(ExampleGroup):
    """A group that imports a verb when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Verbs in the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a verb."""
        module, _, attribute = VERBS.get(cmd_name, "").partition(":")
        if not module:
            return None
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit codes last."""
        super().format_help(ctx, formatter)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), words) for code, words in EXIT_CODES.items()])


def _write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    if examples:
        with formatter.section("Examples"):
            for line in examples:
                formatter.write(" " * formatter.current_indent + line + "\n")
        formatter.write_paragraph()


@click.group(
    cls=LazyGroup,
    examples=(
        "shoal cluster customers.csv",
        'shoal cluster customers.csv -k 4 --columns "Age,Spending"',
        "shoal predict customers.shoal/model.shoal new.csv > labelled.csv",
        "shoal choose-k sample:iris",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="shoal %(version)s")
@click.option("--debug", is_flag=True, help="Show where an error came from (or set SHOAL_DEBUG=1).")
@click.pass_context
def shoal(ctx: click.Context, /, debug: bool) -> None:
    """Find the groups in a table, and say what they are.

    A file may be a path, - for standard input, or sample:NAME for bundled data.
    """
    if debug:
        os.environ["SHOAL_DEBUG"] = "1"
    if ctx.invoked_subcommand != "algorithms":
        require_room()


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; every failure is one sentence on stderr."""
    _harmless_streams()
    try:
        with _plain_warnings():
            code = shoal.main(list(arguments), prog_name="shoal", standalone_mode=False)
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except BaseException as error:  # noqa: BLE001 - every end has its sentence and code
        code = _explain(error)
        if code == 1 or _debugging():
            _show_traceback(error)
        return code


def _explain(error: BaseException) -> int:
    """Say in one sentence what ended the run, and return the exit code."""
    match error:
        case SystemExit(code=code):
            return code if isinstance(code, int) else 1
        case click.exceptions.Exit(exit_code=code):
            return code
        case KeyboardInterrupt() | click.Abort():
            return _fail(INTERRUPTED, 130)
        case click.ClickException():
            return _fail(_usage_sentence(error), 2)
        case ShoalError(exit_code=code):
            return _fail(str(error), code)
        case MemoryError():
            details = str(error) or "no details"
            return _fail(f"the memory ran out ({details}). Use fewer rows or columns.", 4)
        case BrokenPipeError():
            # Whoever read our output has seen enough; Python must not try to flush again.
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return _fail("the output must fit on the disk; got: no space left on it.", 2)
    return _fail(f"shoal failed: {type(error).__name__}: {error}. Please report it.", 1)


def _fail(sentence: str, code: int) -> int:
    say(f"Error: {clean(sentence, most=2000)}")
    return code


def _usage_sentence(error: click.ClickException) -> str:
    sentence = error.format_message().rstrip()
    context = getattr(error, "ctx", None)
    help_line = f" See: {context.command_path} --help." if context else ""
    return sentence if "See: " in sentence or "Did you mean" in sentence else sentence + help_line


def _debugging() -> bool:
    return os.environ.get("SHOAL_DEBUG", "") not in ("", "0")


def _show_traceback(error: BaseException) -> None:
    if _debugging():
        traceback.print_exception(error, file=sys.stderr)
    else:
        say("To see where: shoal --debug …")


def _harmless_streams() -> None:
    """Let no character a table may hold stop the output."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def _plain_warnings() -> Any:
    """Show each warning as one line on stderr."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        say(f"Warning: {clean(str(message), most=500)}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
