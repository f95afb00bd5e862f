"""k-prototypes: clusters of rows of numbers and categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shoal.centroid.factors import categorical_columns, read_columns
from shoal.centroid.prototypes import PrototypeClusterer, PrototypesResult, fit_columns
from shoal.checks import check_number
from shoal.progress import Callback

__all__ = ["KPrototypes", "kprototypes"]


def kprototypes(
    X: Any,
    n_clusters: int,
    *,
    categorical: str | Sequence[int | str] = "auto",
    gamma: float | None = None,
    sample_weight: Any = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 100,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> PrototypesResult:
    """Cluster rows of numbers and categories around `n_clusters` prototypes.

    A prototype has means of numbers and modes of categories. The dissimilarity of a row and a
    prototype is the squared Euclidean distance of their numbers plus `gamma` times the number of
    categories in which they differ. A missing entry counts for nothing: each of the two parts is
    taken over the columns in which the row has a value and scaled up to all of its columns (the
    partial distance).

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_features)
        Rows; None, NaN and the missing values of frames are missing. Scale the numbers first.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    categorical : "auto" or sequence of int or str, default="auto"
        Places of the categorical columns, or their names in a data frame. "auto" takes the columns
        of a data frame whose type is not a number, and those of an array that hold anything but
        numbers.
    gamma : float, optional
        What one differing category costs, >= 0. Left out, it is chosen so that about a single
        prototype a categorical column costs as much, on average, as a number column: the mean
        variance of the numbers over the mean share of rows that differ from the most common
        category. (Huang's rule of thumb is half the mean standard deviation of the numbers.)
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    init : {"k-means++", "huang", "cao", "random"} or array-like, default="k-means++"
        Where a run starts, as in `shoal.centroid.kmodes`; "huang" and "cao" look at categories
        alone. An array holds prototypes, of shape (n_clusters, n_features).
    n_init : int or "auto", default="auto"
        Number of runs, of which the best is kept; "auto" is 10. Without chance there is one.
    max_iter : int, default=100
        Most iterations of one run.
    random_state : int, RandomState or None, optional
        Seed of the starts. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    PrototypesResult
        Labels, prototypes, dissimilarities, cost and iterations of the best run, and gamma.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        A number column holds anything else, a column has more than 65,533 categories, or weights
        are negative or all zero.

    Notes
    -----
    All arithmetic on numbers is in double precision. Iterations, ties and empty clusters are those
    of `shoal.centroid.kmodes`. Time O(n_samples n_clusters n_features) per iteration, memory
    O(n_samples n_features).
    The result depends neither on the order of the rows nor on the number of threads.

    References
    ----------
    Z. Huang: Extensions to the k-means algorithm for clustering large data sets with categorical
    values. Data Mining and Knowledge Discovery 2 (1998), doi:10.1023/A:1009769707641.
    J. K. Dixon: Pattern recognition with partly missing data. IEEE Transactions on Systems, Man,
    and Cybernetics 9 (1979), doi:10.1109/TSMC.1979.4310090.

    Examples
    --------
    >>> from shoal.centroid import kprototypes
    >>> X = [[1.0, "red"], [1.2, None], [8.0, "blue"], [None, "blue"]]
    >>> result = kprototypes(X, 2, random_state=0)
    >>> sorted(result.cluster_centers.tolist())
    [[1.1, 'red'], [8.0, 'blue']]
    """
    columns = read_columns(X)
    return fit_columns(
        columns,
        categorical_columns(categorical, X, columns),
        n_clusters,
        gamma=_check_gamma(gamma),
        sample_weight=sample_weight,
        init=init,
        n_init=n_init,
        max_iter=max_iter,
        random_state=random_state,
        n_jobs=n_jobs,
        callback=callback,
    )


def _check_gamma(gamma: Any) -> float | None:
    remedy = "Leave it out to give both kinds of columns the same weight."
    return None if gamma is None else check_number("gamma", gamma, minimum=0, remedy=remedy)


class KPrototypes(PrototypeClusterer):
    """k-prototypes clustering of mixed rows, with the names of the ``kmodes`` package.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    categorical, gamma, max_iter, init, n_init, random_state, n_jobs, callback
        As in `shoal.centroid.kprototypes`.
    verbose : int, default=0
        Accepted for compatibility; progress goes to `callback`.

    Attributes
    ----------
    cluster_centers_, cluster_centroids_ : ndarray of shape (n_clusters, n_features)
        Means and modes, in the values of the data.
    categorical_ : tuple of int
        Places of the categorical columns.
    gamma_ : float
        What one differing category costs.
    number_share_ : float
        Part of the dissimilarity that numbers make up, 0 to 1, about a single prototype.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    inertia_, cost_ : float
        Weighted sum of the dissimilarities of the rows to their prototype.
    n_iter_ : int
        Iterations of the best run.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median over the training rows of each cluster of the root of the dissimilarity to its
        prototype.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` gives a row to the least dissimilar prototype, the lowest index on a tie. A category
    that was not in the training rows differs from every prototype. ``membership`` and
    ``outlier_scores`` take the dissimilarity for a squared distance.

    Examples
    --------
    >>> from shoal import KPrototypes
    >>> X = [[1.0, "red"], [1.2, "red"], [8.0, "blue"], [7.5, "blue"]]
    >>> model = KPrototypes(n_clusters=2, random_state=0).fit(X)
    >>> model.categorical_
    (1,)
    >>> model.predict([[1.1, "never seen"], [None, "blue"]]).tolist() == [
    ...     model.labels_[0], model.labels_[2]
    ... ]
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        categorical: Any = "auto",
        gamma: float | None = None,
        max_iter: int = 100,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        verbose: int = 0,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.categorical = categorical
        self.gamma = gamma
        self.max_iter = max_iter
        self.init = init
        self.n_init = n_init
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(
        self,
        X: Any,
        y: Any = None,  # noqa: ARG002 - convention
        categorical: Any = None,
        sample_weight: Any = None,
    ) -> KPrototypes:
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows of numbers and categories.
        y : ignored
            Present by convention.
        categorical : sequence of int or str, optional
            The same as the parameter of the constructor, which it replaces for this fit; here it
            stands in the ``kmodes`` package.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        KPrototypes
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.kprototypes`.
        """
        columns = read_columns(X, self)
        wanted = self.categorical if categorical is None else categorical
        self.categorical_ = categorical_columns(wanted, X, columns)
        result = fit_columns(
            columns,
            self.categorical_,
            self.n_clusters,
            gamma=_check_gamma(self.gamma),
            sample_weight=sample_weight,
            init=self.init,
            n_init=self.n_init,
            max_iter=self.max_iter,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
            callback=self.callback,
        )
        self.gamma_ = result.gamma
        self.number_share_ = result.number_share
        self._take(result)
        return self

    @property
    def balance_(self) -> str:
        """Which side weighs how much, in one sentence; empty where there is only one."""
        if not 0 < len(self.categorical_) < self.n_features_in_:
            return ""
        return (
            f"Numbers make up {self.number_share_:.0%} of the dissimilarity and categories "
            f"{1 - self.number_share_:.0%}: one differing category counts {self.gamma_:.3g} "
            "(gamma), a number by its squared distance."
        )

    @property
    def _gamma(self) -> float:
        return self.gamma_

    def _categorical(self) -> tuple[int, ...]:
        return tuple(self.categorical_)
