"""Trying a range of k: fits alone, fits with a silhouette, and the four indices of choose_k."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def prepare_shoal(points: Data) -> Run:
    """Take shoal's one sweep."""
    from shoal.selection import choose_k

    def run(seed: int) -> Outcome:
        ks = range(2, points["most"] + 1)
        sweep = choose_k(points["X"], ks, random_state=seed, n_init=points["starts"])
        centres = {k: result.cluster_centers for k, result in sweep.results.items()}
        choice = sweep.choice
        return {
            "k": choice.recommended,
            "silhouette": max(choice.silhouette),
            "centres": centres,
        }

    return run


def scikit_learn(*indices: str) -> Contender:
    """Write the loop that scikit-learn's users write."""

    def prepare(points: Data) -> Run:
        from sklearn import metrics
        from sklearn.cluster import KMeans

        def run(seed: int) -> Outcome:
            matrix, scores, centres = points["X"], {}, {}
            for k in range(2, points["most"] + 1):
                model = KMeans(k, n_init=points["starts"], random_state=seed).fit(matrix)
                centres[k] = model.cluster_centers_
                values = [getattr(metrics, f"{name}_score")(matrix, model.labels_)
                          for name in indices]  # fmt: skip
                scores[k] = values[0] if values else 0.0
            best = max(scores, key=scores.__getitem__)
            return {"k": best, "silhouette": scores[best], "centres": centres}

        return run

    return Contender("scikit-learn", "sklearn", prepare, uses_openblas=True)


def judged(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Take the best silhouette and the k it chose."""
    return quality.values(points, {name: outcome[name] for name in ("k", "silhouette")})


def inertias(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Inertia of each k."""
    return {
        f"inertia_{k}": quality.inertia(points["X"], centres)
        for k, centres in outcome["centres"].items()
    }


def both(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Inertia of each k beside the best silhouette."""
    return {**judged(points, outcome), **inertias(points, outcome)}


def sweep(
    name: str, shape: tuple[int, int, int], most: int, starts: int, indices: tuple[str, ...],
    score: Any, goal: float | None, note: str,
) -> Scenario:  # fmt: skip
    """Try k from 2 on blobs of a shape (rows, columns, groups)."""
    make = data.labelled_blobs(*shape, 2.0, "f8")
    return Scenario(
        name, "choose_k", lambda scale: {**make(scale), "most": most, "starts": starts},
        data.head(500), score,
        (Contender("shoal", "shoal", prepare_shoal), scikit_learn(*indices)),
        goal=goal, note=note,
    )  # fmt: skip


SCENARIOS = (
    sweep(
        "choose_k_10k_d16", (10_000, 16, 8), 12, 3,
        ("silhouette", "calinski_harabasz", "davies_bouldin"), judged, None,
        "k from 2 to 12, three starts each, exact silhouettes.",
    ),
    sweep(
        "choose_k_20k_d8", (20_000, 8, 10), 15, 10, ("silhouette",), both, 10,
        "k from 2 to 15, ten starts each, exact silhouettes; shoal takes three more indices.",
    ),
    sweep(
        "sweep_100k_d16", (100_000, 16, 12), 20, 10, (), inertias, 8,
        "k from 2 to 20, ten starts each; shoal also judges every k, the loop only fits.",
    ),
)  # fmt: skip
