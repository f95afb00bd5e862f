"""Column names in words, and phrases that say no more than is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.explain.words import category_phrase, column_words, number_wordings, plain


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("Annual Income (k$)", "annual income"),
        ("Spending Score (1-100)", "spending score"),
        ("sepal length (cm)", "sepal length"),
        ("od280/od315_of_diluted_wines", "od280/od315_of_diluted_wines"),
        ("CASH_ADVANCE_TRX", "cash advance trx"),
        ("ProductRelated_Duration", "product related duration"),
        ("spend_eur", "spend"),
        ("EUR", "eur"),
        ("Number of SKUs", "number of SKUs"),
        ("weight [kg] (net)", "weight"),
        ("(1-100)", "(1-100)"),
        ("", "unnamed column"),
        ("  \t\n", "unnamed column"),
        ("naïve_Größe", "naïve größe"),
        ("weight[kg]", "weight"),
        ("price (net of all taxes)", "price"),
    ],
)
def test_column_words(column: str, words: str) -> None:
    assert column_words(column) == words


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x","y")',
        "العمر",
        "👩‍👩‍👧 family",
        'it\'s "quoted"',
        "{{ 7*7 }}",
    ],
)
def test_hostile_names_stay_plain_text(hostile: str) -> None:
    assert column_words(hostile) == hostile.lower() or column_words(hostile) == hostile
    assert number_wordings([hostile])[hostile].high == f"high {column_words(hostile)}"


@given(st.text(max_size=200))
def test_any_name_gives_one_short_line(column: str) -> None:
    words = column_words(column)
    assert 0 < len(words) <= 40
    assert len(words.splitlines()) == 1
    assert words == plain(words)


def test_long_names_are_cut() -> None:
    assert column_words("x" * 10_000) == "x" * 39 + "…"
    phrase = category_phrase("c" * 10_000, "v" * 10_000, 0.9, 2.0)
    assert len(phrase) < 90


@pytest.mark.parametrize(
    ("column", "effect", "phrase"),
    [
        ("Age", -0.6, "younger"),
        ("age_years", 2.3, "much older"),
        ("Spending Score (1-100)", 0.6, "high spending"),
        ("Annual Income (k$)", -2.5, "very low annual income"),
        ("days_since_last_purchase", 0.7, "lapsed"),
        ("length", 0.9, "long length"),
        ("DaysSinceLastOrder", -2.0, "very recent"),
        ("Frequency", 0.8, "frequent"),
        ("petal length (cm)", 2.0, "very long petal"),
        ("petal width (cm)", -0.9, "narrow petal"),
        ("number_of_orders", 0.9, "many orders"),
        ("days_as_customer", -2.3, "much newer"),
        ("cds_bought", 2.3, "very many cds bought"),
        ("average_basket", 0.7, "large average basket"),
        ("hours_on_site", -0.7, "few hours on site"),
        # The words for people and for lapsed customers would be false here.
        ("account_age", 0.9, "high account age"),
        ("days_since_first_order", 0.9, "many days since first order"),
        ("credit score", 0.9, "high credit score"),
        ("recency", 0.9, "high recency"),
    ],
)
def test_phrases(column: str, effect: float, phrase: str) -> None:
    assert number_wordings([column])[column].phrase(effect) == phrase


def test_a_majority_is_never_very() -> None:
    wording = number_wordings(["visits"])["visits"]
    assert wording.phrase(-3.0, share=0.5) == "very low visits"
    assert wording.phrase(-3.0, share=0.92) == "low visits"


def test_columns_do_not_share_words() -> None:
    same_concept = number_wordings(["Age", "customer age"])
    assert same_concept["Age"].low == "low age"
    assert same_concept["customer age"].low == "low customer age"
    same_words = number_wordings(["spend (EUR)", "spend (USD)", "spend_last"])
    assert {w.high for w in same_words.values()} == {
        "high spend (EUR)",
        "high spend (USD)",
        "high spend last",
    }


@pytest.mark.parametrize(
    ("inside", "effect", "phrase"),
    [
        (1.0, 2.0, "all Channel=2"),
        (0.9, 2.0, "mostly Channel=2"),
        (0.4, 0.6, "more often Channel=2"),
        (0.3, -0.6, "less often Channel=2"),
        (0.05, -0.6, "rarely Channel=2"),
        (0.0, -0.6, "no Channel=2"),
    ],
)
def test_category_phrases(inside: float, effect: float, phrase: str) -> None:
    assert category_phrase("Channel", "2", inside, effect) == phrase


def test_gender_reads_naturally() -> None:
    assert category_phrase("Gender", "Female", 0.8, 0.9) == "mostly female"
    assert category_phrase("Gender", "F", 0.8, 0.9) == "mostly Gender=F"
