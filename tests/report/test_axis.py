"""Axes: round ticks in original units, whatever the values are."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.plot.axis import Scale, choose_scale, short_number
from shoal.plot.text import clean, literal, number, percent, shorten


def test_an_even_spread_has_an_even_axis():
    scale = choose_scale(np.linspace(0, 10.5, 50))
    assert scale.width is None
    assert scale.ticks(5).tolist() == [0, 2.5, 5, 7.5, 10]


def test_a_long_tail_has_a_log_like_axis_with_zero_and_powers_of_ten():
    values = np.concatenate([np.zeros(50), np.arange(100.0), [50_000.0]])
    scale = choose_scale(values)
    assert scale.width is not None
    ticks = scale.ticks(6)
    assert 0 in ticks
    assert all(tick == 0 or np.log10(tick) == int(np.log10(tick)) for tick in ticks)
    places = scale.place(np.sort(values))
    assert (np.diff(places) >= 0).all()


def test_ticks_of_whole_numbers_are_whole():
    ticks = choose_scale(np.array([1.0, 2, 2, 3, 1])).ticks(8)
    assert ticks.tolist() == [1, 2, 3]


def test_dates_are_named():
    scale = choose_scale(np.array([19_000.0, 19_100.0]), is_date=True)
    assert scale.words(19_000.0) == "2022-01-08"
    assert Scale(0, 20_000, is_date=True).words(19_000.0) == "2022-01"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"), (-0.0, "0"), (12.0, "12"), (1234.5678, "1,235"), (0.12341, "0.1234"),
        (-1.5, "\N{MINUS SIGN}1.5"), (float("nan"), "\N{EN DASH}"), (1e20, "1e+20"),
        (55.4138, "55.41"), (0.00001, "1e\N{MINUS SIGN}05"),
    ],
)  # fmt: skip
def test_numbers_have_four_digits(value, words):
    assert number(value) == words


def test_tick_labels_shorten_thousands_and_millions():
    assert [short_number(v) for v in (1500, 15_000, 2.5e6)] == ["1,500", "15k", "2.5M"]


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0%"), (0.0004, "< 0.1%"), (0.9999, "> 99.9%"), (0.065, "6.5%")]
)
def test_a_share_never_hides_a_row(share, words):
    assert percent(share) == words


def test_long_names_keep_both_ends():
    assert shorten("PURCHASES_INSTALLMENTS_FREQUENCY", 20) == "PURCHASES_I…REQUENCY"
    assert len(shorten("x" * 10_000)) == 28
    assert shorten("short") == "short"


def test_control_characters_and_overrides_are_taken_out():
    assert clean("a\nb\tc\u202ed\x00e") == "a b cde"


def test_characters_without_a_glyph_become_a_square():
    assert literal("a\U0001f9ff$b$") == "a\N{WHITE SQUARE}\\$b\\$"
