"""Checks of parameters, each ending in one sentence that says what to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.errors import DataError, ParameterError

__all__ = ["check_choice", "check_integer", "check_number", "check_weights"]


def check_integer(name: str, value: Any, *, minimum: int, remedy: str = "") -> int:
    """Return `value` as an int, or raise when it is not an integer of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < minimum:
        raise ParameterError(_sentence(name, f"an integer of at least {minimum}", value, remedy))
    return int(value)


def check_number(
    name: str, value: Any, *, minimum: float, open_left: bool = False, remedy: str = ""
) -> float:
    """Return `value` as a float, or raise when it is not finite or below `minimum`."""
    number = float(value) if isinstance(value, Real) and value is not True else math.nan
    if not math.isfinite(number) or number < minimum or (open_left and number == minimum):
        kind = f"a number {'>' if open_left else '>='} {minimum:g}"
        raise ParameterError(_sentence(name, kind, value, remedy))
    return number


def check_choice(name: str, value: Any, choices: Sequence[str], *, also: str = "") -> str:
    """Return `value` when it is one of `choices`; `also` names what else is allowed."""
    if not isinstance(value, str) or value not in choices:
        allowed = "one of " + ", ".join(repr(c) for c in choices) + also
        raise ParameterError(_sentence(name, allowed, value, ""))
    return value


def check_weights(sample_weight: Any, n_samples: int) -> npt.NDArray[np.float64] | None:
    """Return weights as contiguous float64 of shape (n_samples,), or None when there are none."""
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Real):
        sample_weight = np.full(n_samples, float(sample_weight))
    weights = np.ascontiguousarray(sample_weight, dtype=np.float64)
    if weights.ndim != 1:
        raise DataError(
            f"Sample weights must be 1D array or scalar; got an array of shape {weights.shape}."
        )
    if weights.shape[0] != n_samples:
        raise DataError(
            f"sample_weight must have one number per row; got sample_weight.shape == "
            f"{weights.shape} for {n_samples} rows."
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if wrong.size:
        row = int(wrong[0])
        raise DataError(
            f"sample_weight must be finite and not negative; got {weights[row]!r} in row {row}. "
            "Leave the row out or give it weight 0."
        )
    if not weights.any():
        raise DataError("sample_weight must have a number above 0; got only zeros.")
    return weights


def _sentence(name: str, constraint: str, value: Any, remedy: str) -> str:
    return f"{name} must be {constraint}; got {value!r}. {remedy}".rstrip()
