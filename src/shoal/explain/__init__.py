"""Clusters in plain words: cards with sizes, traits, typical rows and names."""

from __future__ import annotations

from shoal.explain.cards import make_cards
from shoal.explain.places import describe_groups

__all__ = ["describe_groups", "make_cards"]
