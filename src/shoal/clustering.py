"""The result of a job: one frozen object that every door and every view reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal.data.table import Matrix, Table

if TYPE_CHECKING:
    from shoal.data.blocks import Blocks
    from shoal.data.prepare import Preparation

__all__ = ["Card", "Clustering", "KChoice", "Trait"]


@dataclass(frozen=True, slots=True)
class KChoice:
    """How good each number of clusters is, and which one to use.

    Attributes
    ----------
    k : tuple of int
        The numbers tried, ascending.
    inertia, silhouette, silhouette_error, calinski_harabasz, davies_bouldin : tuple of float
        One value per `k`; NaN where an index is undefined. ``silhouette_error`` is the standard
        error of a sampled silhouette and 0 for an exact one.
    recommended : int
        The k to use.
    elbow : int or None
        Knee of the inertia curve (kneedle); None when the curve has no knee.
    votes : mapping of str to int
        The k each index prefers.
    margin : float
        Silhouette of the recommended k minus that of the runner-up.
    reason : str
        One sentence saying why.
    silhouette_rows : int or None
        Sample size of the silhouette; None when it is exact.
    reference : float or None
        Silhouette that evenly spread data without groups, of the same shape, reach with the
        recommended k; groups that are real score clearly higher. None when unknown.
    """

    k: tuple[int, ...]
    inertia: tuple[float, ...]
    silhouette: tuple[float, ...]
    silhouette_error: tuple[float, ...]
    calinski_harabasz: tuple[float, ...]
    davies_bouldin: tuple[float, ...]
    recommended: int
    elbow: int | None
    votes: Mapping[str, int]
    margin: float
    reason: str
    silhouette_rows: int | None = None
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Trait:
    """One column that sets a group apart.

    Attributes
    ----------
    column : str
        Column of the table.
    value : str or None
        For a category, the value that is unusually common or rare; None for a number.
    inside, outside : float
        Mean in the group and in all other rows, in original units; for a category the shares
        (0 to 1) of rows with `value`.
    effect : float
        Difference in pooled standard deviations (Cohen's d; Cohen's h for shares); the sign
        says higher or lower.
    phrase : str
        Plain words, such as ``"high spending"``.
    """

    column: str
    value: str | None
    inside: float
    outside: float
    effect: float
    phrase: str


@dataclass(frozen=True, slots=True)
class Card:
    """One group in plain words.

    Attributes
    ----------
    cluster : int
        Label of the group (0 is the largest).
    name : str
        A few plain words.
    size : int
        Number of rows.
    share : float
        Share of all rows that were clustered, noise among them; 0 to 1.
    centre : mapping of str to (float or str)
        Per column of the table: mean in original units, or the most common value.
    traits : tuple of Trait
        Strongest first.
    typical_rows : tuple of int
        Rows of the table nearest to the centre, nearest first, distinct where possible.
    silhouette : float or None
        Mean silhouette of the group's rows.
    unused_traits : tuple of Trait
        The same for columns that were not clustered, such as those the user left out or the
        known label: they did not make the group, but may describe it. Strongest first.
    """

    cluster: int
    name: str
    size: int
    share: float
    centre: Mapping[str, float | str]
    traits: tuple[Trait, ...]
    typical_rows: tuple[int, ...]
    silhouette: float | None
    unused_traits: tuple[Trait, ...] = ()


@dataclass(frozen=True, slots=True)
class Clustering:
    """A finished job. Nothing that reads it fits or parses anything again.

    Attributes
    ----------
    labels : ndarray of shape (n_rows,), int32
        Group of every row of `table`, numbered by size from 0; -1 for rows in no group
        (noise, or left out because a value is missing).
    confidence, outlier_scores : ndarray of shape (n_rows,), float64
        0 to 1; NaN for rows left out.
    table : Table
        What was read.
    matrix : Matrix
        What was clustered.
    preparation : Preparation
        How the one became the other.
    model : object
        The fitted estimator; its labels are renumbered by `relabel`.
    relabel : ndarray of shape (n_clusters,), int32
        ``relabel[model label]`` is the label used here.
    algorithm : str
        Name in the catalogue.
    cards : tuple of Card
        One per group, in label order.
    scores : mapping of str to float
        ``"inertia"``, ``"silhouette"``, ``"calinski_harabasz"``, ``"davies_bouldin"`` …
    silhouette_samples : ndarray of shape (m,), float64, or None
        Silhouette of the rows of `matrix` listed in `silhouette_rows`.
    silhouette_rows : ndarray of shape (m,), int64, or None
        Rows of `matrix` (not of `table`).
    choice : KChoice or None
        The sweep over k when k was chosen here.
    timings : mapping of str to float
        Seconds per stage.
    settings : mapping of str to object
        Everything needed to repeat the job; plain JSON values.
    seed : int
        Seed used.
    versions : mapping of str to str
        Versions of shoal, Python, NumPy, and the instruction set.
    fingerprint : str
        SHA-256 over the clustered numbers, the settings and the labels.
    notes : tuple of str
        What was decided along the way, one sentence each.
    nearest : ndarray of shape (n_rows,), int32, or None
        Where rows are noise: the nearest group of every clustered row, which for the others is
        their own; -1 for rows left out. None when no row is noise, or there is no group.
    n_assigned : int
        Rows of noise that were put into their nearest group because they were asked to be.
    blocks : Blocks or None
        The whole table where it was read in blocks; `table`, `matrix` and everything per row are
        then a sample of it, while the sizes in `cards` and the inertia are those of all rows.
    """

    labels: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float64]
    outlier_scores: npt.NDArray[np.float64]
    table: Table
    matrix: Matrix
    preparation: Preparation
    model: Any
    relabel: npt.NDArray[np.int32]
    algorithm: str
    cards: tuple[Card, ...]
    scores: Mapping[str, float]
    silhouette_samples: npt.NDArray[np.float64] | None = None
    silhouette_rows: npt.NDArray[np.int64] | None = None
    choice: KChoice | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    nearest: npt.NDArray[np.int32] | None = None
    n_assigned: int = 0
    blocks: Blocks | None = None

    @property
    def n_clusters(self) -> int:
        """Number of groups."""
        return len(self.cards)

    @property
    def n_rows(self) -> int:
        """Rows of the whole table."""
        known = None if self.blocks is None else self.blocks.n_rows
        return self.table.n_rows if known is None else known

    @property
    def n_clustered(self) -> int:
        """Rows of the whole table that were clustered."""
        if self.blocks is None:
            return self.matrix.n_samples
        return sum(card.size for card in self.cards)
