"""Every scenario, one module per algorithm or kind of work."""

from __future__ import annotations

from benchmarks.scenario import Scenario
from benchmarks.scenarios import choose_k, kmeans, neighbors, seeding, silhouette, startup

__all__ = ["SCENARIOS", "find"]

SCENARIOS: tuple[Scenario, ...] = (
    *kmeans.SCENARIOS,
    *seeding.SCENARIOS,
    *silhouette.SCENARIOS,
    *neighbors.SCENARIOS,
    *choose_k.SCENARIOS,
    *startup.SCENARIOS,
)


def find(name: str) -> Scenario:
    """Find a scenario by name."""
    return next(scenario for scenario in SCENARIOS if scenario.name == name)
