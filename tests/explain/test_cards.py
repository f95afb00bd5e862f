"""Cards: every statement on them is true of the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans

from shoal.clustering import Card
from shoal.data.table import Matrix, Table
from shoal.errors import ParameterError
from shoal.explain import make_cards

FILES = [
    "Mall_Customers.csv",
    "CC_GENERAL.csv",
    "Wholesale_customers_data.csv",
    "online_shoppers_intention.csv",
]


def by_size(X: np.ndarray, k: int) -> np.ndarray:
    labels = KMeans(k, n_init=2, random_state=0).fit(X).labels_
    rank = np.empty(k, int)
    rank[np.argsort(-np.bincount(labels), kind="stable")] = np.arange(k)
    return rank[labels]


def check_true(card: Card, table: Table, labels: np.ndarray) -> None:
    """Recompute every trait of the card from the table, row by row."""
    inside, outside = labels == card.cluster, labels != card.cluster
    for trait in card.traits:
        values = table.data.column(trait.column).to_pylist()
        if trait.value is None:
            numbers = np.array([np.nan if v is None else float(v) for v in values])
            a, b = numbers[inside], numbers[outside]
            a, b = a[~np.isnan(a)], b[~np.isnan(b)]
            pooled = np.sqrt(
                (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / (len(a) + len(b) - 2)
            )
            effect = np.clip((a.mean() - b.mean()) / pooled, -20, 20)
            low = ("low", "young", "short", "narrow", "small", "few", "recent", "infrequent")
            words = trait.phrase.removeprefix("very ").removeprefix("much ")
            assert words.startswith(low) == (a.mean() < b.mean())
            strong = abs(trait.effect) >= 2.0 and card.share <= 0.5
            assert trait.phrase.startswith(("very ", "much ")) == strong
        else:
            match = np.array([str(v).casefold() == trait.value.casefold() for v in values])
            a, b = match[inside], match[outside]
            effect = 2 * np.arcsin(np.sqrt(a.mean())) - 2 * np.arcsin(np.sqrt(b.mean()))
            if trait.phrase.startswith("mostly"):
                assert a.mean() > 0.5
            assert trait.phrase.startswith(("all", "mostly", "more")) == (a.mean() > b.mean())
        assert trait.inside == pytest.approx(a.mean())
        assert trait.outside == pytest.approx(b.mean())
        assert trait.effect == pytest.approx(effect)
        assert abs(effect) >= 0.5


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("k", [2, 4, 7])
def test_names_of_real_customers_are_true(
    customers: Callable[[str], Any], file: str, k: int
) -> None:
    table, matrix, preparation = customers(file)
    labels = by_size(matrix.X, k)
    cards = make_cards(table, matrix, preparation, labels)
    assert len({card.name for card in cards}) == k
    for card in cards:
        check_true(card, table, labels)
        phrases = [trait.phrase for trait in card.traits]
        assert all(part in phrases for part in card.name.split(", ")) or not phrases
        strengths = [abs(trait.effect) for trait in card.traits]
        assert strengths == sorted(strengths, reverse=True)
        assert card.size == np.sum(labels == card.cluster)
    assert sum(card.share for card in cards) == pytest.approx(1.0)


def test_mall_groups_read_well(customers: Callable[..., Any]) -> None:
    table, matrix, preparation = customers(
        "Mall_Customers.csv", columns=["Age", "Spending Score (1-100)"]
    )
    cards = make_cards(table, matrix, preparation, by_size(matrix.X, 4))
    names = [card.name for card in cards]
    assert "very high spending, younger" in names
    assert "much older" in names


def test_centre_in_original_units(prepare: Callable[..., Any]) -> None:
    table, matrix, preparation = prepare(
        {"age": [20, 30, None, 60], "city": ["Rome", "Rome", "Oslo", "Oslo"]}
    )
    cards = make_cards(table, matrix, preparation, [0, 0, 1, 1])
    assert cards[0].centre == {"age": 25.0, "city": "Rome"}
    assert cards[1].centre == {"age": 60.0, "city": "Oslo"}


def test_dates_and_booleans(prepare: Callable[..., Any]) -> None:
    labels = np.repeat([0, 1], 30)
    days = np.array(["2024-01-01"] * 30 + ["2024-07-01"] * 30, dtype="datetime64[D]")
    days += np.tile(np.arange(30), 2)
    table, matrix, preparation = prepare(
        {"joined": days, "member": labels.astype(bool)}, types={"joined": "date"}
    )
    first, second = make_cards(table, matrix, preparation, labels)
    assert first.centre == {"joined": "2024-01-15", "member": "False"}
    assert {t.phrase for t in first.traits} == {"earlier joined", "all member=False"}
    assert {t.phrase for t in second.traits} == {"later joined", "all member=True"}


def test_rare_values_lumped_together_are_no_trait(prepare: Callable[..., Any]) -> None:
    labels = np.repeat([0, 1], 300)
    cities = [f"town {i % 60}" for i in range(300)] + ["Oslo", "Rome"] * 150
    table, matrix, preparation = prepare({"city": cities}, types={"city": "category"})
    assert "(other)" in preparation.columns[0].levels
    for card in make_cards(table, matrix, preparation, labels):
        assert all(trait.value != "(other)" for trait in card.traits)
        assert "(other)" not in card.name


def test_weight_is_repetition(prepare: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    age, city = rng.normal(size=40), rng.choice(["a", "b", "c"], 40)
    labels, times = rng.integers(0, 2, 40), rng.integers(1, 4, 40)
    age += labels
    once = prepare({"age": age, "city": city}, weights=times.astype(float))
    many = prepare({"age": np.repeat(age, times), "city": np.repeat(city, times)})
    for a, b in zip(
        make_cards(*once, labels), make_cards(*many, np.repeat(labels, times)), strict=True
    ):
        assert a.name == b.name
        assert a.centre["age"] == pytest.approx(b.centre["age"])
        assert a.centre["city"] == b.centre["city"]
        for mine, theirs in zip(a.traits, b.traits, strict=True):
            assert mine.inside == pytest.approx(theirs.inside)
            assert mine.outside == pytest.approx(theirs.outside)
            assert mine.effect == pytest.approx(theirs.effect, rel=0.05)


def test_rows_in_no_group_count_as_others(prepare: Callable[..., Any]) -> None:
    table, matrix, preparation = prepare({"x": [0.0, 1.0, 4.0, 5.0, 100.0, 101.0]})
    cards = make_cards(table, matrix, preparation, [0, 0, 1, 1, -1, -1])
    assert [card.size for card in cards] == [2, 2]
    assert cards[0].share == pytest.approx(2 / 6)
    assert cards[0].traits[0].outside == pytest.approx((4 + 5 + 100 + 101) / 4)


def test_left_out_rows_keep_their_place(prepare: Callable[..., Any]) -> None:
    table, matrix, preparation = prepare({"x": [9.0, 0.0, 1.0, 9.0, 10.0]})
    rows = np.array([1, 2, 3, 4])
    part = Matrix(matrix.X[rows], matrix.feature_names, rows)
    of_matrix = make_cards(table, part, preparation, [0, 0, 1, 1])
    of_table = make_cards(table, part, preparation, [-1, 0, 0, 1, 1])
    assert of_matrix == of_table
    assert set(of_matrix[0].typical_rows) == {1, 2}
    assert of_matrix[1].centre["x"] == 9.5


def test_typical_rows_are_near_and_distinct(prepare: Callable[..., Any]) -> None:
    x = [5.0] * 100 + [4.0, 6.5, 8.0, -50.0, -51.0, -53.0]
    table, matrix, preparation = prepare({"x": x})
    cards = make_cards(table, matrix, preparation, [0] * 103 + [1] * 3)
    assert cards[0].typical_rows == (0, 100, 101)
    assert cards[1].typical_rows == (104, 103, 105)


def test_equal_groups_get_different_names(prepare: Callable[..., Any]) -> None:
    table, matrix, preparation = prepare({"x": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]})
    names = [card.name for card in make_cards(table, matrix, preparation, [0, 0, 1, 1, 2, 2])]
    assert names == ["close to average", "close to average (2)", "close to average (3)"]


def test_unused_columns_describe_but_do_not_name(prepare: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 40)
    table, matrix, preparation = prepare(
        {
            "visits": rng.normal(size=80) + 4 * labels,
            "income": rng.normal(size=80) - 3 * labels,
            "city": np.where(labels == 1, "Oslo", "Rome"),
            "note": [f"some words {i}" for i in range(80)],
            "member_id": np.arange(80) + 5,
            "weight": rng.uniform(1, 2, 80),
        },
        columns=["visits"],
        weight="weight",
    )
    card = make_cards(table, matrix, preparation, labels)[1]
    assert card.name == "very high visits"
    assert [trait.column for trait in card.traits] == ["visits"]
    assert list(card.centre) == ["visits"]
    unused = {trait.column: trait.phrase for trait in card.unused_traits}
    assert unused == {"income": "very low income", "city": "all city=Oslo"}


def test_one_group_is_all_rows(prepare: Callable[..., Any]) -> None:
    table, matrix, preparation = prepare({"x": [1.0, 2.0, 4.0]})
    (card,) = make_cards(table, matrix, preparation, [0, 0, 0])
    assert (card.name, card.traits, card.share) == ("all rows", (), 1.0)


def test_silhouettes_are_averaged_over_known_rows(prepare: Callable[..., Any]) -> None:
    table, matrix, preparation = prepare({"x": [0.0, 1.0, 4.0, 5.0]})
    labels = [0, 0, 1, 1]
    cards = make_cards(
        table, matrix, preparation, labels, silhouette=[0.5, 0.7], silhouette_rows=[0, 1]
    )
    assert cards[0].silhouette == pytest.approx(0.6)
    assert cards[1].silhouette is None


@pytest.mark.parametrize("labels", [[0, 0, 2, 2], [0, 0, -2, 1], [0, 1], [0.0, 0.0, 1.0, 1.0]])
def test_bad_labels_are_refused(prepare: Callable[..., Any], labels: list[int]) -> None:
    table, matrix, preparation = prepare({"x": [0.0, 1.0, 4.0, 5.0]})
    with pytest.raises(ParameterError, match="labels must"):
        make_cards(table, matrix, preparation, labels)


def test_noise_alone_has_no_cards(prepare: Callable[..., Any]) -> None:
    assert make_cards(*prepare({"x": [0.0, 1.0, 4.0, 5.0]}), [-1] * 4) == ()


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_effects_do_not_depend_on_the_origin(prepare: Callable[..., Any], offset: float) -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], 200)
    x = np.round(rng.normal(size=400) * 8) + 8 * labels
    cards = make_cards(*prepare({"x": x + offset}), labels)
    reference = make_cards(*prepare({"x": x}), labels)
    assert cards[1].traits[0].effect == pytest.approx(reference[1].traits[0].effect, rel=1e-12)


def test_column_without_spread_in_groups(prepare: Callable[..., Any]) -> None:
    cards = make_cards(
        *prepare({"x": [1.0, 1.0, 3.0, 3.0], "y": [2.0, 2.0, 2.0, 2.0]}), [0, 0, 1, 1]
    )
    assert [(t.column, t.effect) for t in cards[0].traits] == [("x", -20.0)]
