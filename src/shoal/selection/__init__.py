"""Choosing the number of clusters."""

from __future__ import annotations

from shoal.knee import find_knee
from shoal.selection.from_tree import choose_k_from_tree
from shoal.selection.k_range import parse_k_range
from shoal.selection.own import choose_k_by, own_silhouettes
from shoal.selection.sweep import KSweep, choose_k

__all__ = [
    "KSweep",
    "choose_k",
    "choose_k_by",
    "choose_k_from_tree",
    "find_knee",
    "own_silhouettes",
    "parse_k_range",
]
