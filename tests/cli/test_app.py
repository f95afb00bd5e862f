"""The command itself: help, suggestions, exit codes."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import click
import pytest

from shoal import __version__
from shoal.catalogue import names
from shoal.cli import app
from shoal.cli.app import EXIT_CODES, VERBS
from shoal.errors import Cancelled, DataError, MemoryBudgetError, OutputError, ParameterError

Shoal = Callable[..., Any]


def test_version(shoal: Shoal) -> None:
    ended = shoal("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"shoal {__version__}\n", "")


def test_help_begins_with_examples_and_ends_with_exit_codes(shoal: Shoal) -> None:
    ended = shoal("--help")
    assert ended.code == 0
    assert ended.out.startswith("Examples:\n  shoal cluster customers.csv\n")
    for verb in VERBS:
        assert f"\n  {verb} " in ended.out
    for code, words in EXIT_CODES.items():
        assert f"{code}" in ended.out
        assert words in ended.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_begins_with_examples(shoal: Shoal, verb: str) -> None:
    ended = shoal(verb, "-h")
    assert ended.code == 0
    assert ended.out.startswith(f"Examples:\n  shoal {verb}")
    assert "Usage: shoal" in ended.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_says_what_it_does(verb: str) -> None:
    context = click.Context(app.shoal)
    command = app.shoal.get_command(context, verb)
    assert command is not None
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or parameter.help


def test_an_unknown_verb_suggests_the_nearest(shoal: Shoal) -> None:
    ended = shoal("clutser", "x.csv")
    assert ended.code == 2
    assert ended.err.endswith("got 'clutser'. Did you mean 'cluster'?\n")


def test_a_file_instead_of_a_verb_is_understood(shoal: Shoal, tmp_path: Any) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    ended = shoal("a.csv")
    assert ended.code == 2
    assert "To cluster that file: shoal cluster a.csv" in ended.err


def test_an_unknown_option_suggests_the_nearest(shoal: Shoal) -> None:
    ended = shoal("cluster", "x.csv", "--colums", "a")
    assert ended.code == 2
    assert "--columns" in ended.err


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ParameterError("k must be 1."), 2, "Error: k must be 1.\n"),
        (OutputError("x must be new."), 2, "Error: x must be new.\n"),
        (DataError("x is empty."), 3, "Error: x is empty.\n"),
        (MemoryBudgetError("too big."), 4, "Error: too big.\n"),
        (Cancelled("stopped."), 130, "Error: stopped.\n"),
        (KeyboardInterrupt(), 130, "Error: interrupted; nothing half-written is left.\n"),
        (MemoryError(), 4, "Error: the memory ran out (no details). Use fewer rows or columns.\n"),
        (OSError(errno.ENOSPC, "x"), 2, "Error: the output must fit on the disk; got: no space"),
        (
            ZeroDivisionError("by zero"),
            1,
            "Error: shoal failed: ZeroDivisionError: by zero. Please report it.\n",
        ),
    ],
)
def test_every_error_is_one_sentence_and_an_exit_code(
    shoal: Shoal, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, sentence: str
) -> None:
    @click.command()
    def broken() -> None:
        raise error

    monkeypatch.setattr(app.shoal, "get_command", lambda *_: broken)
    ended = shoal("info")
    assert ended.code == code
    assert ended.err.lstrip().startswith(sentence)
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_debug_shows_where(shoal: Shoal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_DEBUG", "")
    ended = shoal("--debug", "cluster", "missing.csv")
    assert ended.code == 3
    assert "Traceback" in ended.err


def test_start_up_imports_nothing_heavy() -> None:
    script = (
        "import sys, shoal; from shoal.cli.app import run; run(['--help']);"
        "heavy = {'numpy', 'scipy', 'sklearn', 'pyarrow', 'matplotlib', 'rich', 'jinja2'};"
        "found = heavy & set(sys.modules); sys.exit(str(found) if found else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_reader_that_stops_listening_is_no_error() -> None:
    command = f"{sys.executable} -m shoal algorithms kmeans | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_algorithms_lists_the_catalogue(shoal: Shoal) -> None:
    listed = json.loads(shoal("algorithms", "--json").out)
    assert tuple(row["name"] for row in listed) == names()
    assert re.search("^kmeans +centroid ", shoal("algorithms").out, re.MULTILINE)
    assert "no: every iteration needs all rows" in shoal("algorithms", "kmeans").out


def test_an_unknown_algorithm_suggests_the_nearest(shoal: Shoal) -> None:
    ended = shoal("algorithms", "kmaens")
    assert ended.code == 2
    assert "Did you mean 'kmeans'?" in ended.err
