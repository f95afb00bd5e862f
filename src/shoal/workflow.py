"""The main job: read, prepare, choose how many, fit, judge, explain."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal import blockwise, catalogue
from shoal.clustering import Clustering, KChoice
from shoal.data.blocks import Blocks
from shoal.data.table import Matrix
from shoal.errors import ParameterError
from shoal.explain import describe_groups
from shoal.judging import Fitted, as_judged, judge, renumber, with_nearest
from shoal.planning import PLAN_ARGUMENTS, Plan, Watch, make_plan, open_table
from shoal.progress import Callback
from shoal.provenance import describe_settings, fingerprint, versions
from shoal.selection import KSweep, choose_k, choose_k_by, choose_k_from_tree

if TYPE_CHECKING:
    from shoal.model_file import LoadedModel, Prediction

__all__ = ["choose", "cluster", "load_model", "predict"]

SWEEP_STARTS = 10
"""Starts per k of the sweep when the algorithm has no starts of its own."""


def cluster(
    data: Any,
    *,
    algorithm: str = "kmeans",
    n_clusters: int | None = None,
    k_range: Iterable[int] | None = None,
    columns: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    id: str | None = None,  # noqa: A002 - the name of the command-line option
    weight: str | None = None,
    label: str | None = None,
    types: Mapping[str, str] | None = None,
    missing: str | None = None,
    scale: str = "standard",
    transform: str = "none",
    sheet: str | int | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    assign_noise: float | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
    memory_limit: str | int | None = None,
    callback: Callback | None = None,
    **params: Any,
) -> Clustering:
    """Find the groups in a table, and say what they are.

    Parameters
    ----------
    data : path, str, data frame, array, Table or Blocks
        A file (CSV, TSV, Parquet, JSON lines, Excel, NPY, NPZ), ``"-"`` for standard input,
        ``"sample:NAME"`` for bundled data, a pandas, polars or Arrow frame, or an array. A file
        that does not fit in memory is read in blocks where the algorithm can, see
        :func:`shoal.open_blocks`.
    algorithm : str, default="kmeans"
        Name in the catalogue; ``shoal algorithms`` lists them.
    n_clusters : int, optional
        Number of groups; chosen from `k_range` when left out.
    k_range : iterable of int, optional
        Numbers to try; 2 to 12 when left out.
    columns, drop : sequence of str, optional
        Columns to use, or to leave out; identifier-like and constant columns are left out anyway.
    id, weight, label : str, optional
        Columns that hold the row's name, its weight, and a truth that fitting never sees.
    types : mapping of str to str, optional
        Types of columns that are not what they look like: "number", "category", "boolean",
        "date", "text" or "ignore".
    missing : str, optional
        What to do about missing values; see :func:`shoal.prepare`. Left out, they are kept for
        algorithms that compare such rows, and numbers are replaced by their median for others.
    scale : str, default="standard"
        How numbers are scaled; see :func:`shoal.prepare`.
    transform : str, default="none"
        ``"log"`` or ``"auto"`` for long-tailed amounts; see :func:`shoal.prepare`.
    sheet, delimiter, encoding, decimal : str, optional
        How the file is written, where that is not found by itself; see :func:`shoal.read_table`.
    assign_noise : float, optional
        For algorithms that leave rows in no group: put those whose membership in the nearest group
        is at least this into it. 0 leaves none out.
    seed : int, default=0
        The same seed gives the same bits, whatever the number of threads.
    n_jobs : int, optional
        Threads; all available when left out.
    memory_limit : str or int, optional
        Most memory to use, such as ``"2GB"``; 80 % of what is free when left out.
    callback : callable, optional
        Called with an :class:`shoal.Event` at each step; raise :class:`shoal.Cancelled` to stop.
    **params
        Parameters of the algorithm's estimator.

    Returns
    -------
    Clustering
        Frozen; groups are numbered by size, largest first.

    Raises
    ------
    ParameterError
        An argument is outside its allowed values.
    DataError
        The data cannot be read or clustered.
    MemoryBudgetError
        The job does not fit in the memory allowed.

    Notes
    -----
    With k-means, time is about n x d x k per iteration; memory is the table, the prepared matrix
    and a copy of it in single precision.

    Examples
    --------
    >>> import shoal
    >>> result = shoal.cluster("sample:iris", n_clusters=3)
    >>> result.n_clusters
    3
    """
    arguments = {name: value for name, value in locals().items() if name in PLAN_ARGUMENTS}
    watch = Watch(callback)
    job, blocks = blockwise.plan_job(data, watch, {**arguments, **params})
    source = os.fspath(data) if isinstance(data, str | os.PathLike) else job.table.source
    settings = describe_settings(job, source, arguments, params, n_jobs)
    return _run(job, watch, settings, seed, n_jobs, blocks)


def load_model(path: str | os.PathLike[str]) -> LoadedModel:
    """Read a ``model.shoal``; see :func:`shoal.model_file.load`."""
    from shoal import model_file

    return model_file.load(path)


def predict(
    model: str | os.PathLike[str] | LoadedModel,
    data: Any,
    *,
    types: Mapping[str, str] | None = None,
    **reading: Any,
) -> Prediction:
    """Give new rows the groups of a model.

    Parameters
    ----------
    model : path or LoadedModel
        The ``model.shoal`` of a job.
    data : path, str, data frame, array or Table
        See :func:`shoal.read_table`. Must have the columns the model uses, by name.
    types : mapping of str to str, optional
        As for :func:`cluster`; the types given to the job hold as well.
    **reading
        Further options of :func:`shoal.read_table`.

    Returns
    -------
    Prediction
        One label per row of the data, in order.

    Raises
    ------
    DataError
        The model or the data cannot be read, or do not belong together.
    """
    loaded = load_model(model) if isinstance(model, str | os.PathLike) else model
    used = loaded.preparation.column_names
    own = {name: kind for name, kind in loaded.types.items() if name in used}
    try:
        table = open_table(data, types={**own, **(types or {})}, **reading)
    except ParameterError:
        if not own or data == "-":
            raise
        # Without a column that has a type; the preparation says better what is missing.
        table = open_table(data, types=types, **reading)
    return loaded.predict(table)


def choose(
    data: Any, *, callback: Callback | None = None, **arguments: Any
) -> tuple[Plan, KChoice]:
    """Say how many groups the data has, without the rest of the job.

    Parameters
    ----------
    data, callback, **arguments
        Those of :func:`cluster`, without ``n_clusters``.

    Returns
    -------
    tuple of (Plan, KChoice)
    """
    watch, n_jobs = Watch(callback), arguments.pop("n_jobs", None)
    job = make_plan(data, watch, **arguments)
    if not job.k:
        raise ParameterError(
            f"the algorithm must be one that needs a number of groups; got {job.algorithm!r}."
        )
    sweep = _sweep(job, watch, arguments.get("seed", 0), n_jobs)
    return job, sweep.choice


def _run(
    job: Plan,
    watch: Watch,
    settings: dict[str, Any],
    seed: int,
    n_jobs: int | None,
    blocks: Blocks | None = None,
) -> Clustering:
    choice = None
    if job.chooses_k:
        sweep = _sweep(job, watch, seed, n_jobs)
        choice = sweep.choice
        fitted = _fit_chosen(job, sweep, watch, seed, n_jobs)
    else:
        parameters = {"n_clusters": job.k[0]} if job.k else {}
        fitted = renumber(_fit(job, watch, seed, n_jobs, parameters))
    if blocks is not None:
        totals = blockwise.refit(job, blocks, fitted.model, watch)
        fitted = renumber(fitted.model, totals.sizes)
    matrix, model = job.matrix, fitted.model
    row = catalogue.find(job.algorithm)
    with watch.stage("judge", "measuring how good the groups are"):
        if (fitted.labels < 0).any() and len(fitted.relabel) and row.can("membership"):
            fitted = with_nearest(fitted, matrix.X, job.assign_noise)
        scores, samples, rows = judge(row, as_judged(matrix, job.parameters), fitted, seed, n_jobs)
        near, strengths = fitted.nearest, None
        if near is not None:
            strengths = np.where(fitted.labels < 0, near.own, near.strengths)
        elif row.can("membership"):
            strengths = model.membership(matrix.X)
        confidence = _per_row(job, strengths)
        outlier_scores = _per_row(
            job, model.outlier_scores(matrix.X) if row.can("outlier_scores") else None
        )
    labels = _whole_labels(job, fitted.labels)
    with watch.stage("explain", "describing the groups"):
        cards = describe_groups(
            job.table, matrix, job.preparation, fitted.labels, job.parameters, silhouette=samples,
            silhouette_rows=rows,
        )  # fmt: skip
    result = Clustering(
        labels=labels,
        confidence=confidence,
        outlier_scores=outlier_scores,
        table=job.table,
        matrix=matrix,
        preparation=job.preparation,
        model=model,
        relabel=fitted.relabel,
        algorithm=job.algorithm,
        cards=cards,
        scores=scores,
        silhouette_samples=samples,
        silhouette_rows=rows,
        choice=choice,
        timings=watch.timings,
        settings=settings,
        seed=seed,
        versions=versions(),
        fingerprint=fingerprint(matrix, settings, labels),
        notes=_notes(job, fitted, rows),
        nearest=None if fitted.nearest is None else _whole_labels(job, fitted.nearest.labels),
        n_assigned=fitted.n_assigned,
    )
    return result if blocks is None else blockwise.whole(result, blocks, totals)


def _fit(
    job: Plan, watch: Watch, seed: int, n_jobs: int | None, parameters: Mapping[str, Any]
) -> Any:
    row = catalogue.find(job.algorithm)
    model = _estimator(job, watch, seed, n_jobs)
    known = model.get_params()
    own = {name: model.get_params()[name] for name in parameters if name != "n_clusters"}
    weights = {} if job.matrix.weights is None else {"sample_weight": job.matrix.weights}
    with watch.stage("fit", f"{row.title} on {job.matrix.n_samples:,} rows"):
        model.set_params(**parameters).fit(job.matrix.X, **weights)
    # A fit that was continued shows the parameters of the search it belongs to.
    return model.set_params(**own, **{name: None for name in ("callback",) if name in known})


def _estimator(job: Plan, watch: Watch, seed: int, n_jobs: int | None) -> Any:
    """Make the algorithm's estimator, with what every job sets where it has it."""
    model = catalogue.find(job.algorithm).load_estimator()(**job.parameters)
    common = {"random_state": seed, "n_jobs": n_jobs, "callback": watch.callback}
    known = model.get_params()
    return model.set_params(**{name: value for name, value in common.items() if name in known})


def _sweep(job: Plan, watch: Watch, seed: int, n_jobs: int | None) -> KSweep:
    """Try every number of groups."""
    row = catalogue.find(job.algorithm)
    if row.cuts_a_tree:
        model = _fit(job, watch, seed, n_jobs, {"n_clusters": job.k[-1]})
        with watch.stage("choose-k", f"trying {len(job.k)} cuts of the tree"):
            return choose_k_from_tree(
                as_judged(job.matrix, job.parameters).X, model.linkage_matrix_, job.k,
                sample_weight=job.matrix.weights, random_state=seed, n_jobs=n_jobs,
                callback=watch.callback,
            )  # fmt: skip
    with watch.stage("choose-k", f"trying {len(job.k)} numbers of groups"):
        if row.dissimilarity == "own":
            return choose_k_by(
                _estimator(job, watch, seed, n_jobs), job.matrix.X, job.k,
                sample_weight=job.matrix.weights, random_state=seed, callback=watch.callback,
            )  # fmt: skip
        return choose_k(
            job.matrix.X, job.k, sample_weight=job.matrix.weights, random_state=seed,
            n_init=job.parameters.get("n_init", SWEEP_STARTS), n_jobs=n_jobs,
            callback=watch.callback,
        )  # fmt: skip


def _fit_chosen(job: Plan, sweep: KSweep, watch: Watch, seed: int, n_jobs: int | None) -> Fitted:
    """Fit with the recommended k, continuing from the sweep's fit where that can be."""
    k = sweep.choice.recommended
    parameters: dict[str, Any] = {"n_clusters": k}
    row = catalogue.find(job.algorithm)
    if row.continued is not None:
        parameters |= row.continued(_means(job.matrix, sweep.best.labels, k))
    if row.dissimilarity == "own":
        fitted = renumber(sweep.best.model)
    else:
        fitted = renumber(_fit(job, watch, seed, n_jobs, parameters))
    if not np.array_equal(fitted.labels, renumber(fitted.model, labels=sweep.best.labels).labels):
        return fitted
    return replace(fitted, silhouettes=sweep.silhouettes[k], silhouette_rows=sweep.silhouette_rows)


def _means(matrix: Matrix, labels: npt.NDArray[np.int32], k: int) -> npt.NDArray[np.float64]:
    """Weighted mean of each group, in the coordinates of the matrix."""
    weights = np.ones(matrix.n_samples) if matrix.weights is None else matrix.weights
    totals = np.bincount(labels, weights, minlength=k)
    sums = [np.bincount(labels, weights * column, minlength=k) for column in matrix.X.T]
    return np.stack(sums, axis=1) / totals[:, None]


def _notes(job: Plan, fitted: Fitted, rows: npt.NDArray[np.int64] | None) -> tuple[str, ...]:
    """Say what was decided along the way."""
    notes = list(job.notes)
    model, n = fitted.model, int(np.count_nonzero(fitted.labels >= 0))
    if job.parameters.get("eps") == "auto":
        notes.append(
            f"eps is {model.eps_:.4g}, where the distances to the neighbours bend; to look at it: "
            "shoal plot k-distance."
        )
    if fitted.n_assigned:
        notes.append(
            f"{fitted.n_assigned:,} rows of noise were put into their nearest group, because their "
            f"membership in it is at least {job.assign_noise:g}."
        )
    if 0 < n < len(fitted.labels):
        notes.append(f"Scores are those of the {n:,} rows in groups; noise takes no part in them.")
    if rows is not None and len(rows) < n:
        notes.append(f"The silhouette is that of a sample of {len(rows):,} of the {n:,} rows.")
    starts = job.parameters.get("n_init")
    # Cao's start leaves nothing to chance, so there is one.
    if starts is not None and job.parameters.get("init") != "cao":
        notes.append(f"The best of {starts} starts was kept.")
    row = catalogue.find(job.algorithm)
    if row.dissimilarity == "own":
        notes.append(
            f"Cost and silhouette are those of the dissimilarity of {row.title} itself; "
            "Calinski–Harabasz and Davies–Bouldin, which need distances to means, are left out."
        )
    balance = getattr(model, "balance_", "")
    if balance:
        notes.append(balance)
    return tuple(notes)


def _whole_labels(job: Plan, values: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Spread labels of the clustered rows over the rows of the table; -1 elsewhere."""
    labels = np.full(job.table.n_rows, -1, dtype=np.int32)
    labels[job.matrix.rows] = values
    return labels


def _per_row(job: Plan, values: Any) -> npt.NDArray[np.float64]:
    """Spread values of the clustered rows over the rows of the table; NaN elsewhere."""
    spread = np.full(job.table.n_rows, np.nan)
    if values is not None:
        spread[job.matrix.rows] = values
    return spread
