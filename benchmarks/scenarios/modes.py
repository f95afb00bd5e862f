"""k-modes and k-prototypes, each with its own seeding, same number of starts for all."""

from __future__ import annotations

import importlib

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def modes(module: str, name: str, init: str, n_init: int) -> Contender:
    """Take the class KModes of a package."""

    def prepare(points: Data) -> Run:
        cls = importlib.import_module(module).KModes
        options = {"n_clusters": points["k"], "init": init, "n_init": n_init}

        def run(seed: int) -> Outcome:
            model = cls(**options, random_state=seed).fit(points["X"])
            return {"modes": model.cluster_centroids_, "iterations": model.n_iter_}

        return run

    return Contender(name, module.split(".", maxsplit=1)[0], prepare)


def prototypes(module: str, name: str, init: str) -> Contender:
    """Take the class KPrototypes of a package, with three runs and the data's gamma."""

    def prepare(points: Data) -> Run:
        cls = importlib.import_module(module).KPrototypes
        options = {"n_clusters": points["k"], "init": init, "n_init": 3, "gamma": points["gamma"]}
        categorical = list(range(points["numbers"], points["X"].shape[1]))

        def run(seed: int) -> Outcome:
            model = cls(**options, random_state=seed).fit(points["X"], categorical=categorical)
            return {"modes": model.cluster_centroids_, "iterations": model.n_iter_}

        return run

    return Contender(name, module.split(".", maxsplit=1)[0], prepare)


def both(init: str, n_init: int) -> tuple[Contender, ...]:
    """Put shoal beside the kmodes package, with the same start."""
    theirs = modes("kmodes.kmodes", "kmodes", init, n_init)
    return modes("shoal", "shoal", init.lower(), n_init), theirs


SCENARIOS = (
    Scenario(
        "kmodes_huang_20k_d20_k10", "kmodes", data.categories(20_000, 20, 10, 0.4),
        data.head(500), quality.mismatches, both("Huang", 1), seeds=3, goal=50,
        note="Huang's start, one run.",
    ),
    Scenario(
        "kmodes_cao_20k_d20_k10", "kmodes", data.categories(20_000, 20, 10, 0.7),
        data.head(500), quality.mismatches, both("Cao", 1), goal=50,
        note="Cao's start, no chance in it; categories that overlap widely.",
    ),
    Scenario(
        "kprototypes_3k_d20_k8", "kprototypes", data.mixed(3_000, 10, 8, 0.5),
        data.head(500), quality.mixed_cost,
        (prototypes("shoal", "shoal", "k-means++"),
         prototypes("kmodes.kprototypes", "kmodes", "Cao")),
        seeds=3, goal=50,
        note="Ten numbers and ten categories, each one's default start, three runs.",
    ),
)  # fmt: skip
