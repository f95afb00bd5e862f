"""The rule that turns indices into one k and one sentence."""

from __future__ import annotations

import pytest

from shoal.selection.recommend import Indices, recommend


def indices(
    silhouette: list[float],
    *,
    error: float = 0.0,
    best_ch: int = 0,
    best_db: int = 0,
    elbow: int | None = None,
    sampled: int | None = None,
) -> Indices:
    n = len(silhouette)
    return Indices(
        k=list(range(2, 2 + n)),
        silhouette=silhouette,
        silhouette_error=[error] * n,
        calinski_harabasz=[float(i == best_ch) for i in range(n)],
        davies_bouldin=[float(i != best_db) for i in range(n)],
        elbow=elbow,
        sampled=sampled,
    )


def test_best_silhouette_wins() -> None:
    found = recommend(indices([0.3, 0.4, 0.6, 0.5], best_ch=2, best_db=3, elbow=4))
    assert found.k == 4
    assert found.margin == pytest.approx(0.1)
    assert found.votes == {
        "silhouette": 4,
        "calinski_harabasz": 4,
        "davies_bouldin": 5,
        "elbow": 4,
    }
    assert found.reason == (
        "4 clusters separate the groups clearly best (silhouette 0.60, next best 0.50 with 5); "
        "Calinski–Harabasz and the elbow agree, Davies–Bouldin prefers 5."
    )


def test_simpler_k_within_the_margin() -> None:
    found = recommend(indices([0.3, 0.495, 0.5], best_ch=0, best_db=0))
    assert found.k == 3
    assert found.margin == pytest.approx(-0.005)
    assert found.votes["silhouette"] == 4
    assert found.reason == (
        "3 clusters separate the groups practically as well as 4 (silhouette 0.49 against 0.50), "
        "and fewer groups are easier to use; Calinski–Harabasz and Davies–Bouldin prefer 2."
    )


def test_other_indices_choose_among_near_equals() -> None:
    found = recommend(indices([0.492, 0.495, 0.5], best_ch=2, best_db=2))
    assert found.k == 4
    assert "only just (silhouette 0.50, next best 0.49 with 3)" in found.reason
    assert recommend(indices([0.492, 0.495, 0.5], best_ch=1, best_db=2)).k == 3
    assert recommend(indices([0.5, 0.495, 0.3], best_ch=1, best_db=1)).k == 2


def test_simpler_k_within_the_error() -> None:
    found = recommend(indices([0.3, 0.47, 0.5], error=0.04, sampled=5000))
    assert found.k == 3
    assert "0.47 ± 0.04 against 0.50 ± 0.04, from 5,000 sampled rows" in found.reason
    assert recommend(indices([0.3, 0.47, 0.5])).k == 4


def test_weak_answer_is_called_weak() -> None:
    found = recommend(indices([0.1, 0.2, 0.15]))
    assert found.k == 3
    assert found.reason.startswith(
        "No number of clusters stands out: with the best choice, 3, the silhouette is only 0.20"
    )


def test_weak_groups_that_beat_chance() -> None:
    found = recommend(indices([0.1, 0.2, 0.15]), lambda k: [0.05, 0.06])
    assert "the groups overlap widely" in found.reason
    assert found.reference == pytest.approx(0.055)


def test_no_better_than_chance() -> None:
    asked = []

    def reference(k: int) -> list[float]:
        asked.append(k)
        return [0.39, 0.40, 0.41]

    found = recommend(indices([0.38, 0.41, 0.35]), reference)
    assert asked == [3]
    assert found.reason.startswith(
        "No number of clusters stands out: with 3 the silhouette is 0.41, no more than evenly "
        "spread data without any groups reach (0.40)"
    )


def test_noisy_reference_must_be_beaten_by_more() -> None:
    values = indices([0.3, 0.45, 0.35])
    assert "No number" not in recommend(values, lambda k: [0.40, 0.41]).reason
    assert "No number" in recommend(values, lambda k: [0.30, 0.40, 0.50]).reason


def test_close_race() -> None:
    assert "best, but only just (silhouette 0.50, next best 0.49 with 3)" in (
        recommend(indices([0.5, 0.488, 0.3])).reason
    )


def test_best_at_the_end_of_the_range_is_said() -> None:
    assert recommend(indices([0.3, 0.4, 0.5])).reason.startswith(
        "4 clusters, the most that were tried, separate the groups clearly best"
    )


def test_single_k() -> None:
    found = recommend(indices([0.5]))
    assert (found.k, found.margin) == (2, 0.0)
    assert found.reason.startswith("2 is the only number of clusters tried (silhouette 0.50)")


def test_ties_go_to_the_smaller_k() -> None:
    found = recommend(indices([0.5, 0.5, 0.5]))
    assert found.k == 2
    assert found.votes["silhouette"] == 2
    assert found.margin == 0.0


@pytest.mark.parametrize("silhouette", [[0.1], [0.6, 0.2], [0.2, 0.1], [0.5, 0.509], [0.5, 0.49]])
def test_reason_is_one_sentence(silhouette: list[float]) -> None:
    reason = recommend(indices(silhouette, elbow=3)).reason
    assert reason.endswith(".")
    assert ". " not in reason
