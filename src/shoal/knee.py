"""Kneedle: the point where a curve stops paying off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shoal.errors import ParameterError

__all__ = ["find_knee"]


def find_knee(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    curve: str = "convex",
    direction: str = "decreasing",
    sensitivity: float = 1.0,
) -> float | None:
    """Find the knee of a curve: the point farthest from the line between its ends.

    Parameters
    ----------
    x : array-like of shape (n,)
        Positions, strictly ascending.
    y : array-like of shape (n,)
        Heights.
    curve : {"convex", "concave"}, default="convex"
        Which way the curve bends.
    direction : {"decreasing", "increasing"}, default="decreasing"
        Whether it falls or rises.
    sensitivity : float >= 0, default=1.0
        How many average steps the curve must fall behind after a knee; the paper's S. Larger
        values find fewer knees.

    Returns
    -------
    float or None
        The x of the knee, of the most pronounced one when there are several; None when there
        is none, such as on a straight line.

    Raises
    ------
    ParameterError
        When an argument is not allowed.

    Notes
    -----
    Time and memory O(n). The paper first smooths noisy measurements with a spline; this
    function takes the points as they are.

    References
    ----------
    Satopää, V., Albrecht, J., Irwin, D., Raghavan, B. (2011). Finding a "Kneedle" in a
    haystack: detecting knee points in system behavior. ICDCS Workshops, 166-171.
    https://doi.org/10.1109/ICDCSW.2011.20

    Examples
    --------
    >>> from shoal.knee import find_knee
    >>> find_knee([1, 2, 3, 4, 5, 6], [100, 40, 12, 10, 8, 7])
    3.0
    """
    positions, heights = _check(x, y, curve, direction, sensitivity)
    if len(positions) < 3 or heights.max() == heights.min():
        return None
    across = (positions - positions[0]) / (positions[-1] - positions[0])
    up = (heights - heights.min()) / (heights.max() - heights.min())
    # Every case is turned into the concave increasing one.
    if direction == "decreasing":
        up = 1.0 - up
    if (curve == "convex") == (direction == "increasing"):
        across, up = 1.0 - across[::-1], 1.0 - up[::-1]
        positions = positions[::-1]
    ahead = up - across
    fall = sensitivity * float(np.diff(across).mean())
    knees = [i for i in _local_maxima(ahead) if _falls_behind(ahead, i, fall)]
    if not knees:
        return None
    return float(positions[max(knees, key=lambda i: (ahead[i], -i))])


def _check(
    x: npt.ArrayLike, y: npt.ArrayLike, curve: str, direction: str, sensitivity: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    positions, heights = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if positions.ndim != 1 or positions.shape != heights.shape:
        raise ParameterError(
            "x and y must be one-dimensional and equally long; "
            f"got shapes {positions.shape} and {heights.shape}. Pass one y per x."
        )
    if not (np.isfinite(positions).all() and np.isfinite(heights).all()):
        raise ParameterError("x and y must be finite; got NaN or infinity. Leave such points out.")
    if (np.diff(positions) <= 0).any():
        raise ParameterError(
            "x must be strictly ascending; got a value that does not rise. Sort the points."
        )
    if curve not in {"convex", "concave"}:
        raise ParameterError(f"curve must be 'convex' or 'concave'; got {curve!r}.")
    if direction not in {"decreasing", "increasing"}:
        raise ParameterError(f"direction must be 'decreasing' or 'increasing'; got {direction!r}.")
    if not sensitivity >= 0:
        raise ParameterError(f"sensitivity must be a number >= 0; got {sensitivity!r}.")
    return positions, heights


def _local_maxima(ahead: npt.NDArray[np.float64]) -> list[int]:
    """Inner points higher than their neighbours; of a plateau its first point."""
    return [
        i for i in range(1, len(ahead) - 1) if ahead[i] > ahead[i - 1] and ahead[i] >= ahead[i + 1]
    ]


def _falls_behind(ahead: npt.NDArray[np.float64], peak: int, fall: float) -> bool:
    """Whether the curve drops below the peak's threshold before it rises again."""
    for i in range(peak + 1, len(ahead)):
        if ahead[i] > ahead[i - 1]:
            return False
        if ahead[i] < ahead[peak] - fall:
            return True
    return False
