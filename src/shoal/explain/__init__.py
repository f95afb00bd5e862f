"""Clusters in plain words: cards with sizes, traits, typical rows and names."""

from __future__ import annotations

from shoal.explain.cards import make_cards

__all__ = ["make_cards"]
