"""Filling, transforming and scaling the number columns, with scikit-learn's transformers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.errors import DataError

__all__ = [
    "FILLS",
    "SCALES",
    "TRANSFORMS",
    "Fitted",
    "fills",
    "fit_scale",
    "indicator_scale",
    "logs",
]

Floats = npt.NDArray[np.float64]

FILLS = ("median", "mean", "drop", "error", "keep")
SCALES = ("standard", "robust", "minmax", "none")
TRANSFORMS = ("none", "log", "auto")

SKEWED = 2.0
NORMAL_IQR = 1.3489795003921634
"""Interquartile range of a standard normal variable."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Centre and scale per column, and the columns whose quartiles coincide."""

    centre: Floats
    scale: Floats
    no_spread: tuple[int, ...] = ()


def fills(numbers: Floats, weights: Floats | None, missing: str) -> Floats:
    """Find what replaces missing values: the (weighted) median or mean of each column."""
    # Column by column: scikit-learn's imputer sorts a masked copy of the whole matrix.
    return np.array([_fill(column, weights, missing) for column in numbers.T], dtype=np.float64)


def _fill(values: Floats, weights: Floats | None, missing: str) -> float:
    present = ~np.isnan(values)
    if not present.all():
        values = values[present]
        weights = None if weights is None else weights[present]
    if weights is not None and not weights.any():
        weights = None
    if missing == "mean":
        return float(np.average(values, weights=weights))
    return float(np.median(values)) if weights is None else _weighted_median(values, weights)


def _weighted_median(values: Floats, weights: Floats) -> float:
    """Take the median of the values, each repeated by its weight."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    values, weights = values[weights > 0], weights[weights > 0]
    running = np.cumsum(weights)
    half = running[-1] / 2.0
    at = int(np.searchsorted(running, half, side="left"))
    if running[at] == half and at + 1 < len(values):
        return float((values[at] + values[at + 1]) / 2.0)
    return float(values[at])


def logs(numbers: Floats, transform: str) -> npt.NDArray[np.bool_]:
    """Which columns to take the logarithm of: none negative and, for ``"auto"``, skewed."""
    if transform == "none":
        return np.zeros(numbers.shape[1], dtype=bool)
    possible = np.nanmin(numbers, axis=0) >= 0.0
    if transform == "log":
        return np.asarray(possible)
    from scipy.stats import skew

    with np.errstate(all="ignore"):
        return np.asarray(
            possible & (np.nan_to_num(skew(numbers, axis=0, nan_policy="omit")) > SKEWED)
        )


def fit_scale(numbers: Floats, weights: Floats | None, scale: str, names: Sequence[str]) -> Fitted:
    """Centre and scale of every column; weights count as repetitions."""
    width = numbers.shape[1]
    if scale == "none" or width == 0:
        return Fitted(np.zeros(width), np.ones(width))
    if weights is not None and scale != "standard":
        numbers = numbers[weights > 0]
    with np.errstate(over="ignore", invalid="ignore"):
        fitted = _SCALERS[scale](numbers, weights)
    bad = np.flatnonzero(~(np.isfinite(fitted.scale) & np.isfinite(fitted.centre)))
    if bad.size:
        raise DataError(
            f"column {names[bad[0]]!r} holds numbers too large to scale. Drop it with --drop "
            f"{names[bad[0]]}, or divide it beforehand."
        )
    return fitted


def _standard(numbers: Floats, weights: Floats | None) -> Fitted:
    from sklearn.preprocessing import StandardScaler

    scaler: Any = StandardScaler().fit(numbers, sample_weight=weights)
    return Fitted(np.asarray(scaler.mean_), np.asarray(scaler.scale_))


def _minmax(numbers: Floats, _weights: Floats | None) -> Fitted:
    low, high = np.nanmin(numbers, axis=0), np.nanmax(numbers, axis=0)
    return Fitted(low, np.where(high > low, high - low, 1.0))


def _robust(numbers: Floats, weights: Floats | None) -> Fitted:
    if weights is None:
        from sklearn.preprocessing import RobustScaler

        scaler: Any = RobustScaler(copy=True).fit(numbers)
        centre, scale = np.asarray(scaler.center_), np.asarray(scaler.scale_)
        low, high = np.nanquantile(numbers, [0.25, 0.75], axis=0)
    else:
        weights = weights[weights > 0]
        order = [0.25, 0.5, 0.75]
        low, centre, high = np.nanquantile(
            numbers, order, axis=0, weights=weights, method="inverted_cdf"
        )
        scale = high - low
    flat = np.flatnonzero(high == low)
    if flat.size:
        # Quartiles that coincide say nothing of the spread; the deviation does.
        scale = scale.copy()
        scale[flat] = _standard(numbers[:, flat], weights).scale * NORMAL_IQR
    return Fitted(centre, scale, tuple(map(int, flat)))


_SCALERS = {"standard": _standard, "minmax": _minmax, "robust": _robust}


def indicator_scale(scale: str) -> float:
    """Say what the 0/1 indicators of a category are divided by.

    Two rows drawn at random differ on a standardised number by a squared distance of 2 on
    average. Two rows with different levels differ in two indicators, so indicators of 0 and 1
    give them the same squared distance of 2: a category weighs as much as a number, and a rare
    level no more than a common one. The other scalings shrink a normal number by a known factor,
    and indicators with it; under ``"minmax"`` two different levels are 1 apart, as the ends of a
    number are.
    """
    return {"standard": 1.0, "robust": NORMAL_IQR, "minmax": float(np.sqrt(2.0)), "none": 1.0}[
        scale
    ]
