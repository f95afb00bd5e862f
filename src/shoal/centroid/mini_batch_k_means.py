"""Mini-batch k-means."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from shoal import _native
from shoal.centroid.blocks import (
    SAMPLE_ROWS,
    batches_of,
    block_reader,
    fit_blocks,
    sample_of,
)
from shoal.centroid.centers import CenterClusterer
from shoal.centroid.minibatch import check_sizes, fit_batches
from shoal.centroid.rows import Rows
from shoal.centroid.starts import check_n_clusters, default_trials, draw_seed, starting_centers
from shoal.checks import check_number, check_weights
from shoal.errors import ParameterError
from shoal.progress import Callback, Event

__all__ = ["MiniBatchKMeans"]


class MiniBatchKMeans(CenterClusterer):
    """k-means on small batches of rows, a drop-in for ``sklearn.cluster.MiniBatchKMeans``.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    init, max_iter, batch_size, compute_labels, random_state, tol, max_no_improvement, init_size, \
n_init, reassignment_ratio, batches, n_jobs, callback
        As in `shoal.centroid.minibatch_kmeans`.
    verbose : int, default=0
        Accepted for compatibility; progress goes to `callback`.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        Centres, in the dtype of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each row of the last `fit` or `partial_fit`, equal to ``predict`` of them; absent
        with ``compute_labels=False``.
    inertia_ : float
        Weighted sum of squared distances of these rows to their centre.
    n_iter_ : int
        Passes over the rows that the batches of `fit` amount to, rounded up.
    n_steps_ : int
        Batches taken, those of `partial_fit` too.
    counts_ : ndarray of shape (n_clusters,), float64
        Weight of the rows each centre is the mean of.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median distance of the rows of each cluster to its centre, of the last rows it had.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each of these rows, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import MiniBatchKMeans
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]])
    >>> model = MiniBatchKMeans(n_clusters=2, random_state=0, batch_size=6).fit(X)
    >>> model.predict([[0, 0], [12, 3]]).tolist() == [model.labels_[0], model.labels_[3]]
    True
    >>> model.partial_fit([[1, 3], [11, 1]]).n_steps_ > 1
    True
    """

    counts_: npt.NDArray[np.float64]
    n_steps_: int

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        max_iter: int = 100,
        batch_size: int = 1024,
        verbose: int = 0,
        compute_labels: bool = True,
        random_state: Any = None,
        tol: float = 0.0,
        max_no_improvement: int | None = 10,
        init_size: int | None = None,
        n_init: int | str = "auto",
        reassignment_ratio: float = 0.01,
        batches: str = "sampled",
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.verbose = verbose
        self.compute_labels = compute_labels
        self.random_state = random_state
        self.tol = tol
        self.max_no_improvement = max_no_improvement
        self.init_size = init_size
        self.n_init = n_init
        self.reassignment_ratio = reassignment_ratio
        self.batches = batches
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> MiniBatchKMeans:  # noqa: ARG002 - convention
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
        MiniBatchKMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.minibatch_kmeans`.
        """
        checked = self._check_training_data(X, sparse=True)
        result = fit_batches(
            Rows.of(checked), checked, self.n_clusters, sample_weight,
            init=self.init, n_init=self.n_init, init_size=self.init_size,
            batch_size=self.batch_size, max_iter=self.max_iter, tol=self.tol,
            max_no_improvement=self.max_no_improvement,
            reassignment_ratio=self.reassignment_ratio, compute_labels=self.compute_labels,
            batches=self.batches, random_state=self.random_state, n_jobs=self.n_jobs,
            callback=self.callback,
        )  # fmt: skip
        self.n_steps_ = result.n_steps
        self.counts_ = result.counts
        self._since_reassigned, self._seed = result.since_reassigned, result.seed
        if result.labels is not None and result.distances is not None:
            self._keep(
                centers=result.cluster_centers,
                labels=result.labels,
                distances=result.distances,
                inertia=result.inertia,
                n_iter=result.n_iter,
            )
        else:
            self._keep_unlabelled(result.cluster_centers)
            self.inertia_, self.n_iter_ = result.inertia, result.n_iter
        return self

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> MiniBatchKMeans:  # noqa: ARG002 - convention
        """Move the centres by one batch; the first batch also gives the starting centres.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows of the batch; the first must have at least `n_clusters`.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        MiniBatchKMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.minibatch_kmeans`.
        """
        begun = hasattr(self, "cluster_centers_")
        checked = self._check_training_data(X, sparse=True, reset=not begun)
        rows = Rows.of(checked)
        weights = check_weights(sample_weight, rows.n_samples)
        ratio = check_number("reassignment_ratio", self.reassignment_ratio, minimum=0)
        if not begun:
            self._begin(rows, checked, weights)
        if not hasattr(self, "_seed"):  # a model from a file
            self._since_reassigned = 0
            self._seed = draw_seed(check_random_state(self.random_state))
        self._step(rows, weights, ratio)
        if self.compute_labels:
            self._label_batch(rows, weights)
        return self

    def fit_blocks(self, blocks: Any, *, sample: Any = None) -> MiniBatchKMeans:
        """Find the clusters of rows that do not fit in memory, read a block at a time.

        A sample of the rows is fitted in memory; then all rows move its centres once, in batches
        of `batch_size` rows in their order, whatever the blocks; then they are read once more to
        measure the inertia.

        Parameters
        ----------
        blocks : iterable or function
            As for `KMeans.fit_blocks`; it is read two times, three without `sample`.
        sample : array or pair of arrays, optional
            Rows, or rows and weights, for the start and the radii; 100,000 rows are drawn from the
            blocks when left out.

        Returns
        -------
        MiniBatchKMeans
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
        self.fit(X, sample_weight=weights)
        ratio = check_number("reassignment_ratio", self.reassignment_ratio, minimum=0)
        for batch, some in batches_of(read, self.batch_size):
            if some is None or some.any():
                self._step(Rows.of(batch), some, ratio)
            if self.callback is not None:
                self.callback(Event("fit", message=f"batch {self.n_steps_:,}"))
        n_threads = _native.resolve_thread_count(self.n_jobs or 0)
        found = fit_blocks(
            read,
            self.cluster_centers_.astype(np.float64),
            max_iter=0,
            tolerance=0,
            n_threads=n_threads,
            callback=self.callback,
        )
        rows = Rows.of(self._check_training_data(X, sparse=False))
        labels, squared = rows.assign(found.cluster_centers, n_threads)
        self._keep(
            centers=found.cluster_centers.astype(rows.X.dtype, copy=False),
            labels=labels,
            distances=np.sqrt(squared),
            inertia=found.inertia,
            n_iter=self.n_iter_,
        )
        return self

    def _step(self, rows: Rows, weights: npt.NDArray[np.float64] | None, ratio: float) -> None:
        """Move the centres by a batch."""
        centers, self.counts_, self._since_reassigned, _ = rows.call(
            _native.minibatch_step,
            _native.minibatch_step_csr,
            weights,
            self.cluster_centers_.astype(np.float64, order="C"),
            self.counts_,
            self._since_reassigned,
            ratio,
            self._seed,
            self.n_steps_,
            _native.resolve_thread_count(self.n_jobs or 0),
        )
        self.cluster_centers_ = centers.astype(self.cluster_centers_.dtype, copy=False)
        self.n_steps_ += 1

    def _begin(self, rows: Rows, X: Any, weights: npt.NDArray[np.float64] | None) -> None:
        """Choose the starting centres from the first batch."""
        k = check_n_clusters(self.n_clusters, rows.n_samples)
        _, init_size = check_sizes(self.batch_size, self.init_size, k)
        random = check_random_state(self.random_state)
        starts, _ = starting_centers(rows, X, k, self.init, self.n_init, random, auto=3)
        self._seed = draw_seed(random)
        if starts is not None:
            centers = starts[0]
        elif self.init == "random":
            indices = random.choice(rows.n_samples, k, replace=False)
            centers = rows.dense(indices)
        else:
            if rows.n_samples > init_size:
                few = random.choice(rows.n_samples, init_size, replace=False)
                rows, weights = Rows.of(X[few]), None if weights is None else weights[few]
            seeds = rows.seeds(
                weights,
                k=k,
                n_trials=default_trials(k),
                seed=self._seed,
                n_threads=_native.resolve_thread_count(self.n_jobs or 0),
            )
            centers = rows.dense(seeds)
        self._keep_unlabelled(centers.astype(rows.X.dtype))
        self.counts_ = np.zeros(k)
        self.n_steps_ = 0
        self._since_reassigned = 0

    def _keep_unlabelled(self, centers: npt.NDArray[Any]) -> None:
        self.cluster_centers_ = centers
        self._n_features_out = centers.shape[0]
        self._radii = None
        for name in ("labels_", "_distances"):
            self.__dict__.pop(name, None)

    def _label_batch(self, rows: Rows, weights: npt.NDArray[np.float64] | None) -> None:
        """Label a batch; clusters that none of its rows belongs to keep the radius they had."""
        before = self.cluster_radii_ if hasattr(self, "labels_") else self._radii
        self.labels_, squared = rows.assign(
            self.cluster_centers_, _native.resolve_thread_count(self.n_jobs or 0)
        )
        self.inertia_ = float(squared.sum() if weights is None else weights @ squared)
        self._distances = np.sqrt(squared).astype(np.float32)
        self._radii = None
        if before is not None:
            present = np.bincount(self.labels_, minlength=before.size) > 0
            self._radii = np.where(present, self.cluster_radii_, before)

    def outlier_scores(self, X: Any) -> npt.NDArray[np.float64]:
        """Return how far out each row lies, 0 to 1, higher is farther.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Scores as in `KMeans.outlier_scores`.

        Raises
        ------
        ParameterError
            The model was fitted with ``compute_labels=False``, so its radii are unknown.
        """
        check_is_fitted(self)
        if self._radii is None and not hasattr(self, "labels_"):
            raise ParameterError(
                "compute_labels must be True to score outliers; got False. Fit again with it."
            )
        return super().outlier_scores(X)
