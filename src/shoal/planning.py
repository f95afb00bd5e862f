"""What a job would do: the table read and prepared, the parameters, and the memory it takes."""

from __future__ import annotations

import contextlib
import difflib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from shoal import budget, catalogue
from shoal.checks import check_number
from shoal.data import coordinates
from shoal.data.prepare import Preparation, prepare
from shoal.data.read import read_table
from shoal.data.table import Matrix, Table
from shoal.errors import ParameterError
from shoal.progress import Callback, Event
from shoal.selection.k_range import count_distinct, fit_to_data
from shoal.selection.sweep import DEFAULT_RANGE

__all__ = ["Plan", "Watch", "make_plan", "open_table", "plan"]

# Bytes of a table in memory per byte of its file, by the end of the name; measured upper ends.
_EXPANSION = {".gz": 20.0, ".parquet": 8.0, ".xlsx": 20.0, ".npz": 4.0}
_EXPANSION_OTHER = 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job would do.

    Attributes
    ----------
    table : Table
    matrix : Matrix
    preparation : Preparation
    algorithm : str
    k : tuple of int
        The numbers of clusters to try; one when it is given, none when the algorithm finds it.
    chooses_k : bool
        Whether the best of `k` is to be found.
    parameters : mapping of str to object
        What the estimator is called with.
    memory : Estimate
    memory_limit : int or None
        Bytes allowed.
    seconds : float
        Rough time of the fits.
    notes : tuple of str
        What was decided while reading and preparing, one sentence each.
    assign_noise : float or None
        Membership from which a row of noise is put into its nearest group; None for never.
    """

    table: Table
    matrix: Matrix
    preparation: Preparation
    algorithm: str
    k: tuple[int, ...]
    chooses_k: bool
    parameters: Mapping[str, Any]
    memory: budget.Estimate
    memory_limit: int | None
    seconds: float
    notes: tuple[str, ...] = ()
    assign_noise: float | None = None


@dataclass(slots=True)
class Watch:
    """Times the stages and tells the callback."""

    callback: Callback | None
    timings: dict[str, float] = field(default_factory=dict)

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        if self.callback is not None:
            self.callback(event)

    @contextlib.contextmanager
    def stage(self, name: str, message: str) -> Iterator[None]:
        """Announce a stage and time what is done in it."""
        self.tell(Event(name, message=message))
        start = time.perf_counter()
        yield
        self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - start


def plan(data: Any, *, callback: Callback | None = None, **arguments: Any) -> Plan:
    """Read and prepare the data, and say what :func:`cluster` would do with the same arguments.

    Parameters
    ----------
    data, callback, **arguments
        Those of :func:`cluster`.

    Returns
    -------
    Plan
    """
    arguments.pop("n_jobs", None)
    return make_plan(data, Watch(callback), **arguments)


def open_table(data: Any, *, memory_limit: int | None = None, **reading: Any) -> Table:
    """Read a table from any door's argument.

    Parameters
    ----------
    data : path, str, data frame, array or Table
        See :func:`shoal.read_table`.
    memory_limit : int, optional
        Refuse a file that would take more bytes than this, before reading it.
    **reading
        Options of :func:`shoal.read_table`.

    Returns
    -------
    Table
    """
    is_file = isinstance(data, str | os.PathLike) and data != "-"
    if is_file and not str(data).startswith("sample:"):
        _expected_table(Path(data)).require(memory_limit, options=("a file with fewer rows",))
    # A column that is no clean number matters only when it is used; `prepare` sees to that.
    return read_table(data, strict=False, **reading)


def _expected_table(path: Path) -> budget.Estimate:
    """Estimate a table from its file's size; a file that cannot be seen is left to the reader."""
    with contextlib.suppress(OSError, ValueError):
        factor = _EXPANSION.get(path.suffix.lower(), _EXPANSION_OTHER)
        return budget.Estimate({"the table": int(path.stat().st_size * factor)})
    return budget.Estimate({})


_PREPARE_ARGUMENTS = (
    "columns",
    "drop",
    "id",
    "weight",
    "label",
    "types",
    "missing",
    "scale",
    "transform",
)
_READ_ARGUMENTS = ("types", "sheet", "delimiter", "encoding", "decimal")
PLAN_ARGUMENTS = (
    *_PREPARE_ARGUMENTS,
    *_READ_ARGUMENTS[1:],
    "algorithm",
    "n_clusters",
    "k_range",
    "assign_noise",
    "seed",
    "memory_limit",
)


def make_plan(
    data: Any,
    watch: Watch,
    *,
    algorithm: str = "kmeans",
    n_clusters: int | None = None,
    k_range: Iterable[int] | None = None,
    assign_noise: float | None = None,
    seed: int = 0,
    memory_limit: str | int | None = None,
    **rest: Any,
) -> Plan:
    """Read and prepare the data; times the stages on `watch`. Arguments as for `plan`."""
    row = catalogue.find(algorithm)
    limit = budget.allowed_bytes(memory_limit)
    reading = {name: rest[name] for name in _READ_ARGUMENTS if name in rest}
    preparing = {name: rest[name] for name in _PREPARE_ARGUMENTS if name in rest}
    params = {name: value for name, value in rest.items() if name not in PLAN_ARGUMENTS}
    _check_numbers(row, n_clusters, seed)
    _check_noise(row, assign_noise)
    _check_parameters(row, params)
    _check_count(row, params, n_clusters, k_range)
    with watch.stage("read", "reading the table"):
        table = open_table(data, memory_limit=limit, **reading)
    guess = len(preparing.get("columns") or table.column_names)
    _estimate(row, table, table.n_rows, guess, n_clusters or 10).require(
        limit, options=_smaller(row, table, guess, n_clusters or 10, limit)
    )
    with watch.stage("prepare", "preparing the columns"):
        matrix, preparation = _prepare(row, table, preparing, params.get("metric"))
    if matrix.weights is not None and not row.can("sample_weight"):
        raise ParameterError(
            f"weight must be left out for {row.name}; got {preparing.get('weight')!r}. The reason: "
            f"{row.supports['sample_weight']}."
        )
    replaced = bool(row.replaces_k) and params.get(row.replaces_k) is not None
    ks, remarks = ((), ()) if replaced else _numbers_to_try(row, matrix, n_clusters, k_range)
    n, d, k = matrix.n_samples, matrix.n_features, max(ks, default=1)
    memory = _estimate(row, table, n, d, k)
    memory.require(limit, options=_smaller(row, table, d, k, limit))
    # A sweep fits every k, so its starts are shared out over all of them.
    parameters = {**row.defaults(n, d, sum(ks) or 1), **params}
    if replaced:
        parameters["n_clusters"] = None
    elif n_clusters is not None and not row.needs_k:
        parameters["n_clusters"] = n_clusters
    if "mixed" in row.accepts:
        parameters.setdefault("categorical", list(matrix.categorical))
    # Every k comes from one tree where there is a tree.
    tried = ks[-1:] if row.cuts_a_tree else ks
    fits = sum(row.seconds(n, d, k) for k in tried or (1,)) * parameters.get("n_init", 1)
    remarks = (*remarks, *_places(row, table, preparation, params))
    return Plan(
        table=table,
        matrix=matrix,
        preparation=preparation,
        algorithm=row.name,
        k=ks,
        chooses_k=bool(ks) and n_clusters is None,
        parameters=parameters,
        memory=memory,
        memory_limit=limit,
        seconds=fits,
        notes=(*table.notes, *preparation.notes, *remarks),
        assign_noise=None if assign_noise is None else float(assign_noise),
    )


def _places(
    row: catalogue.Algorithm, table: Table, preparation: Preparation, params: Mapping[str, Any]
) -> list[str]:
    """Say what was done with a latitude and a longitude, or what could be."""
    if params.get("metric") == coordinates.HAVERSINE:
        return coordinates.remarks(table, *preparation.column_names)
    pair = coordinates.find_coordinates(preparation.column_names)
    able = [
        other.name
        for other in catalogue.ALGORITHMS
        for option in other.options
        if option.name == "metric" and coordinates.HAVERSINE in option.words
    ]
    if pair is None or not able or not coordinates.are_degrees(table, *pair):
        return []
    where = "" if row.name in able else f" with --algorithm {' or '.join(able)}"
    said = (
        f"{pair[0]!r} and {pair[1]!r} are used like any other columns; as places on the earth they "
        f"are measured in kilometres by --metric haversine{where}."
    )
    return [said]


def _prepare(
    row: catalogue.Algorithm, table: Table, preparing: Mapping[str, Any], metric: Any
) -> tuple[Matrix, Preparation]:
    """Prepare the table as the algorithm wants it."""
    if metric == coordinates.HAVERSINE:
        return coordinates.prepare_places(table, preparing)
    options = {name: value for name, value in preparing.items() if name != "missing"}
    takes_missing = "missing" in row.accepts
    missing = preparing.get("missing") or ("keep" if takes_missing else "median")
    if missing == "keep" and not takes_missing:
        raise ParameterError(
            f"missing must be median, mean, drop or error for {row.name}, which cannot compare "
            "rows with missing values; got 'keep'."
        )
    return prepare(table, missing=missing, encode=row.encoding, **options)


def _check_count(
    row: catalogue.Algorithm,
    params: Mapping[str, Any],
    n_clusters: int | None,
    k_range: Iterable[int] | None,
) -> None:
    """Refuse two answers to how many groups there are."""
    said = "" if n_clusters is None else f"n_clusters={n_clusters}"
    if row.replaces_k and params.get(row.replaces_k) is not None:
        other = said or ("" if k_range is None else f"k_range={k_range!r}")
        if other:
            raise ParameterError(
                f"{row.replaces_k} must be left out when the number of groups is given or chosen; "
                f"got {params[row.replaces_k]!r} with {other}."
            )
    elif said and k_range is not None:
        raise ParameterError(
            f"k_range must be left out when n_clusters is given; got {k_range!r} with {said}."
        )
    if k_range is not None and not row.needs_k:
        raise ParameterError(
            f"k_range must be left out for {row.name}, which finds the number of groups; "
            f"got {k_range!r}."
        )


def _check_noise(row: catalogue.Algorithm, assign_noise: float | None) -> None:
    if assign_noise is None:
        return
    if not row.finds_noise:
        raise ParameterError(
            f"assign_noise must be left out for {row.name}, which puts every row in a group; "
            f"got {assign_noise!r}."
        )
    check_number("assign_noise", assign_noise, minimum=0, remedy="0.5 is usual, 0 leaves none out.")
    if assign_noise > 1:
        raise ParameterError(
            f"assign_noise must be a membership from 0 to 1; got {assign_noise!r}. 0.5 is usual, "
            "0 leaves none out."
        )


def _check_numbers(row: catalogue.Algorithm, n_clusters: int | None, seed: int) -> None:
    if n_clusters is not None and not row.takes_k:
        raise ParameterError(
            f"n_clusters must be left out for {row.name}, which finds it; got {n_clusters!r}."
        )
    if n_clusters is not None and (not _is_whole(n_clusters) or n_clusters < 1):
        raise ParameterError(
            f"n_clusters must be a whole number >= 1; got {n_clusters!r}. "
            "Leave it out to have it chosen."
        )
    if not _is_whole(seed) or not 0 <= seed < 2**32:
        raise ParameterError(f"seed must be a whole number from 0 to 4294967295; got {seed!r}.")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _check_parameters(row: catalogue.Algorithm, params: Mapping[str, Any]) -> None:
    known = sorted(row.load_estimator()().get_params())
    for name in params:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            remedy = f" Did you mean {near[0]}?" if near else ""
            raise ParameterError(
                f"a parameter of {row.name} must be one of {', '.join(known)}; "
                f"got {name!r}.{remedy}"
            )


def _estimate(row: catalogue.Algorithm, table: Table, n: int, d: int, k: int) -> budget.Estimate:
    return budget.Estimate(
        {
            "the table": int(table.data.nbytes),
            # The prepared columns, and one copy while they are scaled.
            "the prepared numbers": 16 * n * d,
            f"{row.title} itself": int(row.memory(n, d, k)),
            "labels and scores": 64 * n,
        }
    )


def _smaller(
    row: catalogue.Algorithm, table: Table, d: int, k: int, limit: int | None
) -> tuple[str, ...]:
    """Say which smaller job of the same kind would fit."""
    if limit is None or not table.n_rows:
        return ()

    def fits(n: int, columns: int) -> bool:
        return _estimate(row, table, n, columns, k).peak <= limit

    options = []
    per_row = _estimate(row, table, table.n_rows, d, k).peak / table.n_rows
    rows = int(limit / per_row)
    if rows >= 1000:
        options.append(f"about {rows:,} of the {table.n_rows:,} rows")
    columns = next((c for c in range(d - 1, 0, -1) if fits(table.n_rows, c)), 0)
    if columns:
        options.append(f"{columns} of the {d} columns, with --columns")
    return tuple(options)


def _numbers_to_try(
    row: catalogue.Algorithm, matrix: Matrix, n_clusters: int | None, k_range: Iterable[int] | None
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the numbers of groups to try, and remarks about those left out."""
    if not row.needs_k:
        return (), ()
    X = matrix.X if matrix.weights is None else matrix.X[matrix.weights > 0]
    if n_clusters is None:
        return fit_to_data(DEFAULT_RANGE if k_range is None else k_range, X)
    distinct = count_distinct(X, n_clusters)
    if distinct < n_clusters:
        raise ParameterError(
            f"n_clusters={n_clusters} exceeds the {distinct} distinct rows. Use at most {distinct}."
        )
    return (int(n_clusters),), ()
