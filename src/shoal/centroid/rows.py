"""Matrices as the native k-means takes them: dense or CSR behind one face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_array

from shoal import _native
from shoal.centroid.leading import leading_coordinates
from shoal.progress import Callback, Event

__all__ = ["Rows", "checked_rows", "reporter"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked rows, C-contiguous or CSR with sorted columns, float32 or float64."""

    X: Any
    sparse: bool

    @classmethod
    def of(cls, X: Any) -> Rows:
        """Wrap a checked matrix, copying only what the native code could not read."""
        if not sparse.issparse(X):
            return cls(np.ascontiguousarray(X), sparse=False)
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        return cls(X, sparse=True)

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return int(self.X.shape[0])

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return int(self.X.shape[1])

    def dense(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the rows at `indices`, written out, as float64."""
        part = self.X[indices]
        return np.ascontiguousarray(part.toarray() if self.sparse else part, dtype=np.float64)

    def fit(
        self,
        weights: npt.NDArray[np.float64] | None,
        starts: npt.NDArray[np.float64] | None,
        *,
        k: int,
        n_init: int,
        n_trials: int,
        seed: int,
        max_iter: int,
        tol: float,
        n_threads: int,
        callback: Callback | None,
    ) -> tuple[Any, ...]:
        """Return labels, centres, distances, inertia and iterations of the best run."""
        report = None if callback is None else reporter(callback, n_init)
        if self.sparse:
            return _native.kmeans_fit_csr(
                *self._csr(),
                weights,
                starts,
                k,
                n_init,
                n_trials,
                seed,
                max_iter,
                tol,
                n_threads,
                report,
            )
        return _native.kmeans_fit(
            self.X,
            weights,
            starts,
            k,
            n_init,
            n_trials,
            seed,
            max_iter,
            tol,
            n_threads,
            report,
            leading_coordinates(self.X, k, max_iter),
        )

    def assign(
        self, centers: npt.NDArray[np.floating[Any]], n_threads: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Return the nearest centre of each row and the squared distance to it."""
        wide = np.ascontiguousarray(centers, dtype=np.float64)
        if self.sparse:
            return _native.kmeans_assign_csr(*self._csr(), wide, n_threads)
        return _native.kmeans_assign(self.X, wide, n_threads)

    def call(self, dense: Callable[..., Any], csr: Callable[..., Any], *arguments: Any) -> Any:
        """Call the one of two native functions that takes rows of this kind."""
        return csr(*self._csr(), *arguments) if self.sparse else dense(self.X, *arguments)

    def seeds(
        self,
        weights: npt.NDArray[np.float64] | None,
        *,
        k: int,
        n_trials: int,
        seed: int,
        n_threads: int,
    ) -> npt.NDArray[np.int64]:
        """Return the indices of k rows chosen by k-means++."""
        if self.sparse:
            return _native.kmeans_seeds_csr(*self._csr(), weights, k, n_trials, seed, n_threads)
        return _native.kmeans_seeds(self.X, weights, k, n_trials, seed, n_threads)

    def _csr(self) -> tuple[Any, npt.NDArray[np.int32], npt.NDArray[np.int64], int]:
        return (
            self.X.data,
            self.X.indices.astype(np.int32, copy=False),
            self.X.indptr.astype(np.int64, copy=False),
            self.n_features,
        )


def reporter(callback: Callback, n_init: int) -> Any:
    """Make what the native code tells its run and iteration to."""

    def report(run: int, iteration: int) -> None:
        message = "seeding" if iteration == 0 else f"iteration {iteration}"
        if n_init > 1:
            message = f"start {run + 1} of {n_init}, {message}"
        callback(Event("fit", float(run), float(n_init), message))

    return report


def checked_rows(X: Any, *, sparse: bool = True) -> Rows:
    """Check and wrap what a caller passed to a function."""
    return Rows.of(
        check_array(
            X,
            accept_sparse="csr" if sparse else False,
            dtype=[np.float64, np.float32],
            order="C",
            accept_large_sparse=False,
            input_name="X",
        )
    )
