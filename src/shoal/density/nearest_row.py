"""Estimators that label a new row as the training row nearest to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native
from shoal.density.clusterer import DensityClusterer
from shoal.density.radius import nearest_of, nearest_row_of
from shoal.density.space import FUNCTION, Metric, Space, name_of, space_of
from shoal.errors import ParameterError

__all__ = ["NearestRowClusterer"]


class NearestRowClusterer(DensityClusterer):
    """Base of estimators that keep their rows, with a label and a radius each.

    A new row gets the label of the training row nearest to it, the lowest on a tie, or -1 when it
    is farther away than that row's radius. How far out a row lies is told by its distance to the
    `neighbor_`-th nearest training row, in units of `unit_`.
    """

    metric: Metric
    rows_: npt.NDArray[Any]
    row_labels_: npt.NDArray[np.int32]
    row_radii_: npt.NDArray[np.float64]
    metric_: str
    unit_: float
    neighbor_: int

    def _keep(
        self,
        rows: npt.NDArray[Any],
        metric: Metric,
        labels: npt.NDArray[np.int32],
        radii: npt.NDArray[np.float64],
        unit: float,
        neighbor: int,
        there: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Keep a fit; rows that are not `there` are not there to be near."""
        kept = slice(None) if there is None or there.all() else there
        self.metric_ = name_of(metric)
        # A matrix of distances says nothing about new rows, whose own distances they bring.
        self.rows_ = rows[:0] if self.metric_ == "precomputed" else rows[kept]
        self.labels_ = labels
        self.row_labels_ = labels[kept]
        # A model file holds finite numbers only.
        self.row_radii_ = np.minimum(radii[kept], np.finfo(np.float64).max)
        self.unit_ = unit if np.isfinite(unit) and unit > 0 else 1.0
        self.neighbor_ = min(neighbor, len(self.row_labels_))

    def _label(self, rows: Any) -> npt.NDArray[np.int32]:
        if self.metric_ in ("precomputed", FUNCTION):
            given = self._given_distances(rows)
            nearest = given.argmin(axis=1)
            distances = given[np.arange(len(given)), nearest]
        else:
            own, new = self._spaces(rows)
            n_threads = _native.resolve_thread_count(self.n_jobs or 0)
            found = _native.kneighbors(
                own.rows, new.rows, 1, False, n_threads, None, own.native
            )  # fmt: skip
            nearest, distances = found[1][:, 0], own.distances(found[0][:, 0])
        inside = distances <= self.row_radii_[nearest]
        return np.where(inside, self.row_labels_[nearest], -1).astype(np.int32)

    def _nearest_label(self, rows: Any) -> npt.NDArray[np.int32]:
        inside = np.flatnonzero(self.row_labels_ >= 0)
        if not inside.size or not rows.shape[0]:
            return np.full(rows.shape[0], -1, dtype=np.int32)
        if self.metric_ in ("precomputed", FUNCTION):
            nearest = self._given_distances(rows)[:, inside].argmin(axis=1)
        else:
            wide = np.result_type(self.rows_, rows)
            own = space_of(self.rows_[inside].astype(wide, copy=False), self.metric_)
            new = space_of(rows.astype(wide, copy=False), self.metric_)
            nearest = nearest_row_of(own, new.rows, self.n_jobs)
        labels: npt.NDArray[np.int32] = self.row_labels_[inside[nearest]]
        return labels

    def _reach_of(self, rows: Any) -> npt.NDArray[np.float64]:
        if self.metric_ in ("precomputed", FUNCTION):
            at = self.neighbor_ - 1
            away = np.partition(self._given_distances(rows), at, axis=1)[:, at]
        else:
            own, new = self._spaces(rows)
            away = nearest_of(own, new.rows, self.neighbor_, self.n_jobs)
        return away / self.unit_

    def _spaces(self, rows: npt.NDArray[Any]) -> tuple[Space, Space]:
        """Training rows and others in one space, in the wider of their precisions."""
        wide = np.result_type(self.rows_, rows)
        return (
            space_of(self.rows_.astype(wide, copy=False), self.metric_),
            space_of(rows.astype(wide, copy=False), self.metric_),
        )

    def _given_distances(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        if self.metric_ == "precomputed":
            return rows.astype(np.float64, copy=False)
        if not callable(self.metric):
            raise ParameterError(
                "metric must be the function the model was fitted with, which a model file does "
                f"not hold; got {self.metric!r}."
            )
        return np.array(
            [[self.metric(row, other) for other in self.rows_] for row in rows], dtype=np.float64
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = isinstance(self.metric, str) and self.metric == "precomputed"
        return tags
