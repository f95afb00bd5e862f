"""The progress line: on a terminal, and nowhere else."""

from __future__ import annotations

import sys

import pytest

from shoal.cli.progress import progress
from shoal.progress import Event


def test_no_terminal_no_progress() -> None:
    with progress(quiet=False) as callback:
        assert callback is None


def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize("quiet", [True, False])
def test_a_terminal_shows_it_unless_quiet(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    _terminal(monkeypatch)
    with progress(quiet) as callback:
        assert (callback is None) == quiet


def test_a_dumb_terminal_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    _terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    with progress(quiet=False) as callback:
        assert callback is None


def test_it_names_the_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    with progress(quiet=False) as callback:
        assert callback is not None
        callback(Event("fit", 3, 10, "start 4 of 10"))
        callback(Event("judge"))
    out, err = capsys.readouterr()
    assert out == ""
    assert "judge" in err
