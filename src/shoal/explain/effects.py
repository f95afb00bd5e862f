"""How far each group differs from all other rows, column by column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["LARGEST", "Contrast", "Groups", "contrast_categories", "contrast_numbers"]

LARGEST = 20.0
"""Effects are cut here, so that columns without any spread within the groups have one too."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Which row belongs to which group.

    Attributes
    ----------
    codes : ndarray of shape (n,), int64
        Group of each row; `n_groups` for rows in no group, which count among the others.
    n_groups : int
        Number of groups.
    weights : ndarray of shape (n,), float64, or None
        Weight of each row.
    """

    codes: npt.NDArray[np.int64]
    n_groups: int
    weights: npt.NDArray[np.float64] | None

    def sums(self, values: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.float64]:
        """Sum values per group; without values, the weights.

        Parameters
        ----------
        values : ndarray of shape (n,), float64, optional
            What to sum, times the weights.

        Returns
        -------
        ndarray of shape (n_groups + 1,), float64
            The last entry is that of rows in no group.
        """
        if values is None:
            values = self.weights
        elif self.weights is not None:
            values = values * self.weights
        return np.bincount(self.codes, weights=values, minlength=self.n_groups + 1).astype(
            np.float64
        )

    def subset(self, kept: npt.NDArray[np.bool_]) -> Groups:
        """Keep some of the rows.

        Parameters
        ----------
        kept : ndarray of shape (n,), bool
            Rows to keep.

        Returns
        -------
        Groups
            The same groups with these rows only.
        """
        weights = None if self.weights is None else self.weights[kept]
        return Groups(self.codes[kept], self.n_groups, weights)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Groups against all other rows.

    Attributes
    ----------
    inside, outside, effect : ndarray, float64
        Means and Cohen's d of shape (n_groups,) for a number; shares and Cohen's h of shape
        (n_groups, n_levels) for a category. Means without rows are NaN, their effects 0.
    """

    inside: npt.NDArray[np.float64]
    outside: npt.NDArray[np.float64]
    effect: npt.NDArray[np.float64]


def contrast_numbers(values: npt.NDArray[np.float64], groups: Groups) -> Contrast:
    """Compare the means of a number column.

    Parameters
    ----------
    values : ndarray of shape (n,), float64
        One value per row; NaN where missing. Missing values are left out of everything.
    groups : Groups
        Group of each row.

    Returns
    -------
    Contrast
        Means inside and outside, and Cohen's d with the pooled standard deviation.

    References
    ----------
    Cohen, J. (1988). Statistical power analysis for the behavioral sciences, 2nd edition.
    https://doi.org/10.4324/9780203771587
    """
    known = np.isfinite(values)
    if not known.all():
        values, groups = values[known], groups.subset(known)
    n = len(values)
    empty = np.full(groups.n_groups, np.nan)
    if n == 0:
        return Contrast(empty, empty.copy(), np.zeros(groups.n_groups))
    # Moved and scaled: squares of large numbers neither overflow nor lose the differences.
    shift = float(values[0])
    moved = values - shift
    scale = float(np.abs(moved).max()) or 1.0
    moved /= scale
    weight = groups.sums()
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = groups.sums(moved) / weight
        spread = groups.sums((moved - mean[groups.codes]) ** 2)
        outside, pooled = _rest(weight, np.nan_to_num(mean), spread)
        # Weights are taken relative to their mean, so that their unit does not matter.
        variance = pooled / weight.sum() * n / max(n - 2, 1)
        difference = mean[:-1] - outside
        effect = difference / np.sqrt(variance)
    effect[np.abs(difference) <= 1e-12] = 0.0
    effect = np.clip(np.nan_to_num(effect), -LARGEST, LARGEST)
    return Contrast(mean[:-1] * scale + shift, outside * scale + shift, effect)


def contrast_categories(codes: npt.NDArray[np.int64], n_levels: int, groups: Groups) -> Contrast:
    """Compare the shares of the levels of a category.

    Parameters
    ----------
    codes : ndarray of shape (n,), int64
        Level of each row, -1 where missing. Missing values are left out of everything.
    n_levels : int
        Number of levels.
    groups : Groups
        Group of each row.

    Returns
    -------
    Contrast
        Shares inside and outside, and Cohen's h.
    """
    known = codes >= 0
    if not known.all():
        codes, groups = codes[known], groups.subset(known)
    cells = groups.codes * n_levels + codes
    counts = np.bincount(
        cells, weights=groups.weights, minlength=(groups.n_groups + 1) * n_levels
    ).reshape(groups.n_groups + 1, n_levels)
    rest = counts.sum(axis=0) - counts[:-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = counts[:-1] / counts[:-1].sum(axis=1, keepdims=True)
        outside = np.clip(rest / rest.sum(axis=1, keepdims=True), 0.0, 1.0)
    effect = 2 * np.arcsin(np.sqrt(inside)) - 2 * np.arcsin(np.sqrt(outside))
    return Contrast(inside, outside, np.nan_to_num(effect))


def _rest(
    weight: npt.NDArray[np.float64],
    mean: npt.NDArray[np.float64],
    spread: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean outside each group, and squared deviations inside plus outside.

    Built up from the other groups: total minus group would cancel.
    """
    n_groups = len(weight) - 1
    outside = np.full(n_groups, np.nan)
    pooled = np.zeros(n_groups)
    for group in range(n_groups):
        others = np.delete(np.arange(n_groups + 1), group)
        w, m = weight[others], mean[others]
        if w.sum() > 0:
            outside[group] = w @ m / w.sum()
            pooled[group] = spread.sum() + w @ (m - outside[group]) ** 2
    return outside, pooled
