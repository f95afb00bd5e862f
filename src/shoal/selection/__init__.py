"""Choosing the number of clusters."""

from __future__ import annotations

from shoal.selection.k_range import parse_k_range
from shoal.selection.knee import find_knee
from shoal.selection.sweep import KSweep, choose_k

__all__ = ["KSweep", "choose_k", "find_knee", "parse_k_range"]
