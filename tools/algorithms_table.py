"""Writes the table of ``docs/algorithms/README.md`` from the catalogue."""

from __future__ import annotations

from pathlib import Path

from shoal.catalogue import ALGORITHMS
from shoal.cli.algorithms import markdown_table

PAGE = Path(__file__).parent.parent / "docs" / "algorithms" / "README.md"


def main() -> None:
    """Replace the table and all below it."""
    text = PAGE.read_text(encoding="utf-8")
    above = text[: text.index("\n| ") + 1]
    PAGE.write_text(f"{above}{markdown_table(ALGORITHMS)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
