"""The main job: read, prepare, choose how many, fit, judge, explain."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal import catalogue
from shoal.clustering import Clustering, KChoice
from shoal.planning import PLAN_ARGUMENTS, Plan, Watch, make_plan
from shoal.progress import Callback, Event

if TYPE_CHECKING:
    from shoal.model_file import LoadedModel

__all__ = ["cluster", "load_model"]

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
    missing: str = "median",
    scale: str = "standard",
    seed: int = 0,
    n_jobs: int | None = None,
    memory_limit: str | int | None = None,
    callback: Callback | None = None,
    **params: Any,
) -> Clustering:
    """Find the groups in a table, and say what they are.

    Parameters
    ----------
    data : path, str, data frame, array or Table
        A file (CSV, TSV, Parquet, JSON lines, Excel, NPY, NPZ), ``"-"`` for standard input,
        ``"sample:NAME"`` for bundled data, a pandas, polars or Arrow frame, or an array.
    algorithm : str, default="kmeans"
        Name in the catalogue; ``shoal algorithms`` lists them.
    n_clusters : int, optional
        Number of groups; chosen from `k_range` when left out.
    k_range : iterable of int, optional
        Numbers to try; 2 to 10 when left out.
    columns, drop : sequence of str, optional
        Columns to use, or to leave out; identifier-like and constant columns are left out anyway.
    id, weight, label : str, optional
        Columns that hold the row's name, its weight, and a truth that fitting never sees.
    types : mapping of str to {"number", "category"}, optional
        Types of columns that are not what they look like.
    missing : str, default="median"
        What to do about missing values; see :func:`shoal.prepare`.
    scale : str, default="standard"
        How numbers are scaled; see :func:`shoal.prepare`.
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
    job = make_plan(data, watch, **arguments, **params)
    return _run(job, watch, _settings(job, arguments, params), seed, n_jobs)


def load_model(path: str | os.PathLike[str]) -> LoadedModel:
    """Read a ``model.shoal``; see :func:`shoal.model_file.load`."""
    from shoal import model_file

    return model_file.load(path)


def _settings(
    job: Plan, arguments: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    k_range = list(job.k) if arguments["n_clusters"] is None else None
    plain: dict[str, Any] = {
        **arguments,
        "k_range": k_range or None,
        "parameters": dict(job.parameters),
        "data": job.table.source,
    }
    plain["columns"] = None if plain["columns"] is None else list(plain["columns"])
    plain["drop"] = list(plain["drop"])
    plain["types"] = dict(plain["types"] or {})
    plain["given"] = sorted(params)
    return {name: _plain(value) for name, value in sorted(plain.items())}


def _plain(value: Any) -> Any:
    """Turn a value into what JSON can hold; other things by their description."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else repr(value)
