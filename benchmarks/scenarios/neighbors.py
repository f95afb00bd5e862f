"""Exact nearest neighbours of every row among all others."""

from __future__ import annotations

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

NEIGHBOURS = 15


def prepare_shoal(points: Data) -> Run:
    """Take shoal's kneighbors."""
    from shoal.neighbors import kneighbors

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        return {"neighbours": kneighbors(points["X"], n_neighbors=NEIGHBOURS).indices}

    return run


def scikit_learn(name: str, algorithm: str) -> Contender:
    """Take scikit-learn's NearestNeighbors."""

    def prepare(points: Data) -> Run:
        from sklearn.neighbors import NearestNeighbors

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            index = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm=algorithm, n_jobs=-1)
            return {"neighbours": index.fit(points["X"]).kneighbors(return_distance=False)}

        return run

    return Contender(name, "sklearn", prepare, uses_openblas=True)


def prepare_faiss(points: Data) -> Run:
    """Take faiss's flat index; the row itself comes first and is cut off."""
    import faiss

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        index = faiss.IndexFlatL2(points["X"].shape[1])
        index.add(points["X"])
        return {"neighbours": index.search(points["X"], NEIGHBOURS + 1)[1][:, 1:]}

    return run


SCENARIOS = (
    Scenario(
        "knn_50k_d16_k15", "neighbors", data.labelled_blobs(50_000, 16, 20, 2.0, "f4"),
        data.head(3000), quality.neighbours,
        (
            Contender("shoal", "shoal", prepare_shoal),
            scikit_learn("scikit-learn", "auto"),
            scikit_learn("scikit-learn brute", "brute"),
            Contender("faiss", "faiss", prepare_faiss, uses_openblas=True),
        ),
        goal=3, note="15 neighbours of each of 50,000 rows, float32.",
    ),
)  # fmt: skip
