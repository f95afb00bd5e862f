"""Where the branches of a tree of merges stand, and what each of them holds. No recursion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal.errors import DataError

__all__ = ["MIXED", "Tree", "check_linkage", "cut_between", "lay_out", "lay_out_top"]

MIXED = -2
"""Label of a branch whose leaves belong to several groups."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree ready to be drawn; nodes are numbered leaves first, then merges from the lowest.

    Attributes
    ----------
    x : ndarray of shape (n_nodes,), float64
        Place of each node across; leaves stand 1 apart.
    y : ndarray of shape (n_nodes,), float64
        Height of each node: 0 for leaves, the distance of the merge for the others.
    left, right : ndarray of shape (n_merges,), int64
        The two branches of each merge.
    labels : ndarray of shape (n_nodes,), int64
        Group that all leaves of a node share, -1 for noise, `MIXED` for several.
    sizes : ndarray of shape (n_nodes,), int64
        Rows under each node.
    leaves : ndarray of shape (n_leaves,), int64
        The leaves from left to right.
    folded : ndarray of shape (n_leaves,), float64
        Height of the merge that each leaf stands for when it is a branch that was not drawn, in
        node order; 0 for a row.
    """

    x: Floats
    y: Floats
    left: Ints
    right: Ints
    labels: Ints
    sizes: Ints
    leaves: Ints
    folded: Floats

    @property
    def n_leaves(self) -> int:
        """Number of leaves drawn."""
        return len(self.folded)


def check_linkage(linkage: npt.ArrayLike) -> Floats:
    """Return a linkage matrix as float64, or raise when it is no tree of merges.

    Parameters
    ----------
    linkage : array-like of shape (n_samples - 1, 4)
        SciPy's form: the two branches, the distance and the number of rows of each merge.

    Returns
    -------
    ndarray of shape (n_samples - 1, 4), float64

    Raises
    ------
    DataError
        If a branch is used before it exists, twice or never, or a distance is not finite.
    """
    Z = np.asarray(linkage, dtype=np.float64)
    if Z.ndim != 2 or Z.shape[1] != 4:
        raise DataError(
            f"linkage must have shape (n_samples - 1, 4); got {Z.shape}. "
            "Pass the linkage_matrix_ of a fit."
        )
    n_merges = len(Z)
    if not np.isfinite(Z).all():
        raise DataError("linkage must hold finite numbers; got one that is not.")
    used = np.sort(Z[:, :2].ravel())
    later = Z[:, :2].max(axis=1, initial=-1) >= n_merges + 1 + np.arange(n_merges)
    if later.any() or not np.array_equal(used, np.arange(2 * n_merges)):
        where = f" in row {int(np.argmax(later))}" if later.any() else ""
        raise DataError(f"linkage must use every branch once, after it was made{where}.")
    return Z


def lay_out(linkage: npt.ArrayLike, labels: npt.ArrayLike | None = None) -> Tree:
    """Place every leaf and every merge.

    Parameters
    ----------
    linkage : array-like of shape (n_samples - 1, 4)
        SciPy's form.
    labels : array-like of shape (n_samples,), int, optional
        Group of each row, -1 for noise.

    Returns
    -------
    Tree
    """
    Z = check_linkage(linkage)
    n_leaves = len(Z) + 1
    groups = np.full(n_leaves, MIXED) if labels is None else np.asarray(labels, dtype=np.int64)
    if groups.shape != (n_leaves,):
        raise DataError(f"labels must hold one group per leaf, {n_leaves:,}; got {groups.shape}.")
    ones = np.ones(n_leaves, dtype=np.int64)
    return _place(Z[:, :2].astype(np.int64), Z[:, 2], groups, ones, np.zeros(n_leaves))


def lay_out_top(
    linkage: npt.ArrayLike, labels: npt.ArrayLike | None = None, n_leaves: int = 60
) -> Tree:
    """Place the last merges only; each branch below them becomes one leaf.

    Parameters
    ----------
    linkage, labels
        Those of `lay_out`.
    n_leaves : int, default=60
        Leaves to draw at most, >= 2.

    Returns
    -------
    Tree
    """
    Z = check_linkage(linkage)
    n_rows = len(Z) + 1
    if n_rows <= n_leaves:
        return lay_out(Z, labels)
    children = Z[:, :2].astype(np.int64)
    groups = np.full(n_rows, MIXED) if labels is None else np.asarray(labels, dtype=np.int64)
    held, shared = _gather(children, groups, np.ones(n_rows, dtype=np.int64))
    first = n_rows - n_leaves
    top = children[first:]
    # What the merges that are drawn join, and they did not make themselves.
    ends = np.sort(top[top < n_rows + first])
    number = np.full(2 * n_rows - 1, -1)
    number[ends] = np.arange(n_leaves)
    number[n_rows + first :] = n_leaves + np.arange(n_leaves - 1)
    folded = np.where(ends >= n_rows, Z[np.maximum(ends - n_rows, 0), 2], 0.0)
    return _place(number[top], Z[first:, 2], shared[ends], held[ends], folded)


def cut_between(linkage: npt.ArrayLike, labels: npt.ArrayLike) -> float | None:
    """Height of a line that cuts the tree into the groups; None when no height does.

    Parameters
    ----------
    linkage : array-like of shape (n_samples - 1, 4)
    labels : array-like of shape (n_samples,), int

    Returns
    -------
    float or None
        Half-way between the last merge within a group and the first one between groups.
    """
    Z = check_linkage(linkage)
    groups = np.asarray(labels, dtype=np.int64)
    _, shared = _gather(Z[:, :2].astype(np.int64), groups, np.ones(len(groups), dtype=np.int64))
    inside = shared[len(groups) :] != MIXED
    if (groups < 0).any() or inside.all() or not inside.any():
        return None
    low, high = float(Z[inside, 2].max()), float(Z[~inside, 2].min())
    return (low + high) / 2 if low < high else None


def _gather(children: Ints, groups: Ints, ones: Ints) -> tuple[Ints, Ints]:
    """Rows under every node, and the group that all of them share."""
    held, shared = ones.tolist(), groups.tolist()
    for left, right in children.tolist():
        held.append(held[left] + held[right])
        shared.append(shared[left] if shared[left] == shared[right] else MIXED)
    return np.array(held, dtype=np.int64), np.array(shared, dtype=np.int64)


def _place(children: Ints, heights: Floats, groups: Ints, sizes: Ints, folded: Floats) -> Tree:
    n_leaves = len(groups)
    held, shared = _gather(children, groups, sizes)
    across, _ = _gather(children, groups, np.ones(n_leaves, dtype=np.int64))
    start = [0] * len(across)
    width = across.tolist()
    pairs = children.tolist()
    for at in range(len(pairs) - 1, -1, -1):
        left, right = pairs[at]
        start[left] = start[n_leaves + at]
        start[right] = start[left] + width[left]
    x = [place + 0.5 for place in start[:n_leaves]]
    for left, right in pairs:
        x.append((x[left] + x[right]) / 2)
    order = np.argsort(np.array(start[:n_leaves]), kind="stable")
    return Tree(
        np.array(x),
        np.concatenate([np.zeros(n_leaves), heights]),
        children[:, 0].copy(),
        children[:, 1].copy(),
        shared,
        held,
        order,
        folded,
    )
