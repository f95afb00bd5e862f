"""From a table to a matrix and back. Contract; the body follows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preparation:
    """A fitted, invertible, storable preparation."""
