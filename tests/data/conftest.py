"""Fixtures shared by the tests of reading and preparing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path."""

    def writer(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


@pytest.fixture(scope="session")
def customers() -> Path:
    """The folder of customer tables; the test is skipped where they are absent."""
    default = Path(__file__).parents[2] / ".." / "shared" / "data"
    folder = Path(os.environ.get("SHOAL_TEST_DATA", default)) / "customers"
    if not folder.is_dir():
        pytest.skip("the customer tables are not here; set SHOAL_TEST_DATA to their parent folder")
    return folder
