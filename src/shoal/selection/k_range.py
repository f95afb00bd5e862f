"""Which numbers of clusters to try."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from shoal.checks import check_integer
from shoal.errors import DataError, ParameterError

__all__ = ["MOST", "count_distinct", "fit_to_data", "parse_k_range"]

MOST = 1000
"""Most numbers of clusters in one range."""

_BLOCK = 1 << 14
_PART = re.compile(r"(\d{1,9})(?:\s*(?:-|\.\.|–)\s*(\d{1,9}))?")
_REMEDY = 'Write a range such as "2-12" or a list such as "3,5,8".'


def parse_k_range(text: str) -> tuple[int, ...]:
    """Read numbers of clusters from text.

    Parameters
    ----------
    text : str
        Numbers and ranges (ends included) separated by commas: ``"2-12"``, ``"3,5,8"``,
        ``"2-5, 8"``.

    Returns
    -------
    tuple of int
        The numbers, ascending, each once.

    Raises
    ------
    ParameterError
        When the text is not of this form, a number is below 2 or there are more than 1,000.

    Examples
    --------
    >>> from shoal.selection import parse_k_range
    >>> parse_k_range("2-5, 8")
    (2, 3, 4, 5, 8)
    """
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ParameterError(
                f"the range of k must be numbers and ranges; got {text!r}. {_REMEDY}"
            )
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ParameterError(
                f"the range of k must run upwards; got {part.strip()!r}. {_REMEDY}"
            )
        if last - first >= MOST:
            raise _too_many(last - first + 1)
        found.update(range(first, last + 1))
    return check_k_range(found)


def check_k_range(k_range: Iterable[int]) -> tuple[int, ...]:
    """Check numbers of clusters to try.

    Parameters
    ----------
    k_range : iterable of int
        Numbers >= 2.

    Returns
    -------
    tuple of int
        The numbers, ascending, each once.

    Raises
    ------
    ParameterError
        When there is none, there are more than 1,000, or one is not an integer >= 2.
    """
    found: set[int] = set()
    try:
        values = iter(k_range)
    except TypeError:
        raise ParameterError(
            f"k_range must be a collection of integers >= 2; got {k_range!r}. "
            "Pass range(2, 13) or [3, 5, 8]."
        ) from None
    for value in values:
        remedy = "A single cluster cannot be compared: start at 2."
        found.add(check_integer("each k of k_range", value, minimum=2, remedy=remedy))
        if len(found) > MOST:
            raise _too_many(len(found))
    if not found:
        raise ParameterError(
            "k_range must hold at least one integer >= 2; got none. "
            "Mind that range(a, b) ends before b."
        )
    return tuple(sorted(found))


def fit_to_data(
    k_range: Iterable[int], X: npt.NDArray[np.float64]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Check numbers of clusters to try, and leave out those the data cannot have.

    Parameters
    ----------
    k_range : iterable of int
        Numbers >= 2.
    X : ndarray of shape (n_samples, n_features), float64
        Rows that count.

    Returns
    -------
    k : tuple of int
        Numbers to try, ascending.
    notes : tuple of str
        What was left out and why, one sentence.

    Raises
    ------
    ParameterError
        When the range is bad or nothing is left of it.
    DataError
        When the data cannot be split at all.
    """
    wanted = check_k_range(k_range)
    distinct = count_distinct(X, wanted[-1])
    most = min(distinct, len(X) - 1)
    if most < 2:
        raise DataError(
            f"choosing k needs at least 3 rows, 2 of them different; got {len(X)} "
            f"{'row' if len(X) == 1 else 'rows'}, {distinct} different. Give more rows."
        )
    kept = tuple(k for k in wanted if k <= most)
    limit = f"the {distinct} distinct rows" if distinct < len(X) else f"{len(X)} rows minus one"
    if not kept:
        raise ParameterError(
            f"k_range must not start above {limit}; got {wanted[0]}. Use at most {most}."
        )
    if len(kept) == len(wanted):
        return kept, ()
    left = [k for k in wanted if k > most]
    shown = str(left[0]) if len(left) == 1 else f"{left[0]} to {left[-1]}"
    return kept, (f"k = {shown} left out: more than {limit}.",)


def count_distinct(X: npt.NDArray[np.float64], limit: int) -> int:
    """Count distinct rows, up to a limit.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float64
        Rows.
    limit : int
        Where to stop counting.

    Returns
    -------
    int
        Number of distinct rows, at most `limit`.
    """
    row = np.dtype((np.void, X.itemsize * X.shape[1]))
    seen = np.empty(0, dtype=row)
    for start in range(0, len(X), _BLOCK):
        # Adding 0 turns -0.0 into 0.0: equal numbers must have equal bytes.
        block = np.ascontiguousarray(X[start : start + _BLOCK]) + 0.0
        seen = np.unique(np.concatenate([seen, block.view(row).reshape(-1)]))
        if len(seen) >= limit:
            return limit
    return len(seen)


def _too_many(count: int) -> ParameterError:
    return ParameterError(
        f"k_range must hold at most {MOST:,} numbers; got {count:,} or more. "
        "Try a coarse list first."
    )
