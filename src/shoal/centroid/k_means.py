"""k-means."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from shoal import _native
from shoal.centroid.blocks import SAMPLE_ROWS, block_reader, fit_blocks, sample_of
from shoal.centroid.centers import CenterClusterer
from shoal.centroid.lloyd import fit_rows
from shoal.centroid.rows import Rows
from shoal.centroid.starts import draw_seed, starting_centers
from shoal.checks import check_choice, check_weights
from shoal.progress import Callback

__all__ = ["KMeans"]


class KMeans(CenterClusterer):
    """k-means clustering, a drop-in for ``sklearn.cluster.KMeans``.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    init, n_init, max_iter, tol, random_state, n_jobs, callback
        As in `shoal.centroid.kmeans`.
    verbose : int, default=0
        Accepted for compatibility; progress goes to `callback`.
    copy_x : bool, default=True
        Accepted for compatibility; the data are never modified.
    algorithm : {"lloyd", "elkan"}, default="lloyd"
        Accepted for compatibility; both give the same result by the same code.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        Centres, in the dtype of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    inertia_ : float
        Weighted sum of squared distances of the rows to their centre.
    n_iter_ : int
        Iterations of the best run.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median distance of the training rows of each cluster to its centre.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import KMeans
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]])
    >>> model = KMeans(n_clusters=2, random_state=0).fit(X)
    >>> model.predict([[0, 0], [12, 3]]).tolist() == [model.labels_[0], model.labels_[3]]
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows to cluster.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        KMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.kmeans`.
        """
        checked = self._check_training_data(X, sparse=True)
        check_choice("algorithm", self.algorithm, ("lloyd", "elkan"))
        result = fit_rows(
            Rows.of(checked),
            checked,
            self.n_clusters,
            sample_weight,
            self.init,
            self.n_init,
            self.max_iter,
            self.tol,
            self.random_state,
            self.n_jobs,
            self.callback,
        )
        self._keep_result(result)
        return self

    def fit_blocks(self, blocks: Any, *, sample: Any = None) -> KMeans:
        """Find the clusters of rows that do not fit in memory, read a block at a time.

        A sample of the rows is clustered in memory; from its centres, or from `init` where that is
        an array, every iteration reads all blocks once. The result is that of `fit` from the same
        start, whatever the blocks.

        Parameters
        ----------
        blocks : iterable or function
            Gives arrays of shape (n_rows, n_features), or pairs of such an array and the weights of
            its rows. It is read once per iteration, so it must be a list, an object whose
            ``__iter__`` starts anew, or a function that returns an iterator.
        sample : array or pair of arrays, optional
            Rows, or rows and weights, for the start and the radii; 100,000 rows are drawn from the
            blocks when left out.

        Returns
        -------
        KMeans
            The estimator itself. `labels_` and `outlier_scores_` are those of the sample, and
            `cluster_radii_` comes from it; ask `predict` for the labels of each block.

        Raises
        ------
        ParameterError, DataError
            As `fit`.
        """
        read = block_reader(blocks)
        if sample is None:
            seed = draw_seed(check_random_state(self.random_state))
            sample = sample_of(read, SAMPLE_ROWS, seed)
        X, weights = sample if isinstance(sample, tuple) else (sample, None)
        X = self._check_training_data(X, sparse=False)
        weights = check_weights(weights, len(X))
        if isinstance(self.init, str) or callable(self.init):
            start = self.fit(X, sample_weight=weights).cluster_centers_
        else:
            random = check_random_state(self.random_state)
            k = len(self.init)
            start = starting_centers(Rows.of(X), X, k, self.init, 1, random)[0][0]  # type: ignore[index]
        n_threads = _native.resolve_thread_count(self.n_jobs or 0)
        mean = np.average(X, axis=0, weights=weights)
        spread = np.average((X - mean) ** 2, axis=0, weights=weights)
        found = fit_blocks(
            read,
            start.astype(np.float64),
            max_iter=self.max_iter,
            tolerance=self.tol * float(spread.mean()),
            n_threads=n_threads,
            callback=self.callback,
        )
        labels, squared = Rows.of(X).assign(found.cluster_centers, n_threads)
        self._keep(
            centers=found.cluster_centers.astype(X.dtype, copy=False),
            labels=labels,
            distances=np.sqrt(squared),
            inertia=found.inertia,
            n_iter=found.n_iter,
        )
        return self
