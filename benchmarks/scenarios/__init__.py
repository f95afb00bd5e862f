"""Every scenario, one module per algorithm or kind of work, found by being there."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks.scenario import Scenario

__all__ = ["SCENARIOS", "find"]


def _scenarios() -> tuple[Scenario, ...]:
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    loaded = [importlib.import_module(f"{__name__}.{name}") for name in modules]
    return tuple(scenario for module in loaded for scenario in module.SCENARIOS)


SCENARIOS: tuple[Scenario, ...] = _scenarios()


def find(name: str) -> Scenario:
    """Find a scenario by name."""
    return next(scenario for scenario in SCENARIOS if scenario.name == name)
