"""Kneedle on the curves of its paper and on curves without a knee."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from shoal.errors import ParameterError
from shoal.selection import find_knee


def test_curve_of_the_paper() -> None:
    # Figure 2 of Satopää et al. 2011: y = -1/(x + 0.1) + 5, knee at x = 0.22.
    x = np.linspace(0.0, 1.0, 10)
    knee = find_knee(x, -1 / (x + 0.1) + 5, curve="concave", direction="increasing")
    assert knee == pytest.approx(2 / 9)


def test_knee_is_where_the_slope_equals_the_chord() -> None:
    # The normal distribution function on [20, 80] has slope 1/60 at 50 + 10 sqrt(2 ln(2.394)).
    x = np.linspace(20, 80, 2001)
    y = norm.cdf(x, 50, 10)
    knee = find_knee(x, y, curve="concave", direction="increasing")
    assert knee == pytest.approx(50 + 10 * np.sqrt(2 * np.log(6 / np.sqrt(2 * np.pi))), abs=0.1)


@pytest.mark.parametrize(
    ("curve", "direction", "flip_x", "flip_y"),
    [
        ("concave", "increasing", False, False),
        ("convex", "decreasing", False, True),
        ("concave", "decreasing", True, False),
        ("convex", "increasing", True, True),
    ],
)
def test_four_orientations_find_the_same_point(
    curve: str, direction: str, flip_x: bool, flip_y: bool
) -> None:
    x = np.linspace(0.0, 1.0, 10)
    y = -1 / (x + 0.1) + 5
    if flip_y:
        y = -y
    if flip_x:
        x, y = -x[::-1], y[::-1]
    knee = find_knee(x, y, curve=curve, direction=direction)
    assert knee is not None
    assert abs(knee) == pytest.approx(2 / 9)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_units_do_not_matter(scale: float) -> None:
    y = np.array([100.0, 40.0, 12.0, 10.0, 8.0, 7.0])
    assert find_knee(np.arange(1, 7), y * scale + scale) == 3.0


def test_strongest_of_two_knees() -> None:
    x = np.arange(9.0)
    y = [100, 90, 89, 88.5, 60, 20, 19, 18.5, 18]
    assert find_knee(x, y) == 5.0


@pytest.mark.parametrize("y", [[5, 4, 3, 2, 1], [1, 1, 1, 1, 1], [10, 9.9, 9.5, 7, 0], [3, 1], [2]])
def test_no_knee(y: list[float]) -> None:
    assert find_knee(range(len(y)), y) is None


def test_sensitivity_asks_for_more() -> None:
    x = np.arange(6.0)
    y = [10.0, 7.0, 5.0, 3.2, 1.5, 0.0]
    assert find_knee(x, y, sensitivity=0.1) is not None
    assert find_knee(x, y, sensitivity=5.0) is None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"x": [1, 2, 2], "y": [3, 2, 1]}, "strictly ascending"),
        ({"x": [1, 2], "y": [3, 2, 1]}, "equally long"),
        ({"x": [1, 2, 3], "y": [3, np.nan, 1]}, "finite"),
        ({"x": [1, 2, 3], "y": [3, 2, 1], "curve": "bent"}, "curve must be"),
        ({"x": [1, 2, 3], "y": [3, 2, 1], "direction": "up"}, "direction must be"),
        ({"x": [1, 2, 3], "y": [3, 2, 1], "sensitivity": -1}, "sensitivity must be"),
    ],
)
def test_bad_input(arguments: dict[str, object], text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        find_knee(**arguments)  # type: ignore[arg-type]
