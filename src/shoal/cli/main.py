"""Where the process of the command line starts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run ``shoal`` and end the process with its exit code."""
    from shoal.cli.app import run

    sys.exit(run(sys.argv[1:] if arguments is None else arguments))
