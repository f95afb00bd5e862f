"""Trying a range of k: fit, inertia, silhouette, Calinski–Harabasz and Davies–Bouldin each."""

from __future__ import annotations

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

RANGE = range(2, 13)
STARTS = 3


def prepare_shoal(points: Data) -> Run:
    """Take shoal's one sweep."""
    from shoal.selection import choose_k

    def run(seed: int) -> Outcome:
        choice = choose_k(points["X"], RANGE, random_state=seed, n_init=STARTS).choice
        return {"k": choice.recommended, "silhouette": max(choice.silhouette)}

    return run


def prepare_scikit_learn(points: Data) -> Run:
    """Write the loop that scikit-learn's users write."""
    from sklearn import metrics
    from sklearn.cluster import KMeans

    def run(seed: int) -> Outcome:
        matrix, scores = points["X"], {}
        for k in RANGE:
            labels = KMeans(k, n_init=STARTS, random_state=seed).fit_predict(matrix)
            scores[k] = metrics.silhouette_score(matrix, labels)
            metrics.calinski_harabasz_score(matrix, labels)
            metrics.davies_bouldin_score(matrix, labels)
        best = max(scores, key=scores.__getitem__)
        return {"k": best, "silhouette": scores[best]}

    return run


SCENARIOS = (
    Scenario(
        "choose_k_10k_d16", "choose_k", data.labelled_blobs(10_000, 16, 8, 2.0, "f8"),
        data.head(500), quality.values,
        (
            Contender("shoal", "shoal", prepare_shoal),
            Contender("scikit-learn", "sklearn", prepare_scikit_learn, uses_openblas=True),
        ),
        note="k from 2 to 12, three starts each, exact silhouettes.",
    ),
)  # fmt: skip
