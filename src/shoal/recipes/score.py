"""How well the groups of a table agree with a known answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.checks import check_choice
from shoal.data import fitting
from shoal.data.choose import check_names
from shoal.data.encode import as_levels
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError
from shoal.metrics.contingency import Contingency, tabulate
from shoal.metrics.external import score_table
from shoal.metrics.matching import LabelMatch, match
from shoal.planning import open_table

__all__ = ["LabelScores", "score_labels"]

_ADDED = re.compile(r"cluster(_\d+)?")
_WHOLE = 2.0**53
_FEW_ROWS = 20


@dataclass(frozen=True, slots=True)
class LabelScores:
    """What the comparison of two columns gave.

    Attributes
    ----------
    source, truth, labels : str
        The table, and the two columns.
    n_rows : int
        Rows compared.
    left_out : int
        Rows without a truth or a label, and rows of noise where asked.
    scores : mapping of str to float
        See `shoal.metrics.external_scores`.
    table : Contingency
        How often each class meets each cluster.
    majority, one_to_one : LabelMatch
        The class of each cluster: its most frequent one, and with each class given once at most.
    notes : tuple of str
        What was decided, one sentence each.
    """

    source: str
    truth: str
    labels: str
    n_rows: int
    left_out: int
    scores: Mapping[str, float]
    table: Contingency
    majority: LabelMatch
    one_to_one: LabelMatch
    notes: tuple[str, ...] = ()


def score_labels(
    data: Any,
    *,
    truth: str | None = None,
    labels: str | None = None,
    truth_data: Any = None,
    weight: str | None = None,
    noise: str = "keep",
    **reading: Any,
) -> LabelScores:
    """Compare a column of groups with a column of known answers.

    Parameters
    ----------
    data : path, str, data frame, array or Table
        See :func:`shoal.read_table`; such as the ``labels.csv`` of a job.
    truth : str, optional
        Column with the known answer. May be left out when `truth_data` has a single column.
    labels : str, optional
        Column with the groups; by default the ``cluster`` that ``shoal cluster`` added (or
        ``cluster_2`` in a table that had one already).
    truth_data : path, str, data frame, array or Table, optional
        Where `truth` is, when that is another table with the same rows in the same order.
    weight : str, optional
        Column of `data` with the weight of each row.
    noise : {"keep", "drop"}, default="keep"
        Whether rows labelled -1 count as one more group or are left out.
    **reading
        Further options of :func:`shoal.read_table`.

    Returns
    -------
    LabelScores

    Raises
    ------
    ParameterError
        When a column does not exist or cannot be found by itself.
    DataError
        When a table cannot be read, the two have different numbers of rows, or no row can be
        compared.

    Notes
    -----
    Rows where either column is empty are left out, and counted.

    Examples
    --------
    >>> rows = [{"kind": kind, "cluster": group} for kind, group in ("a0", "a0", "b1", "b0")]
    >>> result = score_labels(rows, truth="kind")
    >>> result.scores["purity"], result.majority.mapping
    (0.75, {0: 'a', 1: 'b'})
    """
    check_choice("noise", noise, ("keep", "drop"))
    table = open_table(data, **reading)
    answers = table if truth_data is None else open_table(truth_data, **reading)
    truth = _truth_column(answers, truth, alone=truth_data is not None)
    labels = _label_column(table, labels, truth if answers is table else None)
    if answers.n_rows != table.n_rows:
        raise DataError(
            f"{answers.source} must have a row for each of the {table.n_rows:,} rows of "
            f"{table.source}; got {answers.n_rows:,}. Give the same rows in the same order."
        )
    true, known = _column(answers, truth)
    pred, grouped = _column(table, labels)
    is_noise = pred == (-1 if pred.dtype.kind in "if" else "-1")
    kept = known & grouped & ~is_noise if noise == "drop" else known & grouped
    if not kept.any():
        raise DataError(
            f"{table.source} must have a row with both a truth and a label; got none among "
            f"{table.n_rows:,}."
        )
    weights = None if weight is None else _weights(table, weight)[kept]
    counted = tabulate(true[kept], pred[kept], weights)
    return LabelScores(
        source=table.source,
        truth=truth,
        labels=labels,
        n_rows=int(kept.sum()),
        left_out=int((~kept).sum()),
        scores=score_table(counted),
        table=counted,
        majority=match(counted),
        one_to_one=match(counted, "one-to-one"),
        notes=(*table.notes, *_notes(truth, known, labels, grouped, kept, is_noise, counted)),
    )


def _truth_column(table: Table, name: str | None, *, alone: bool) -> str:
    if name is None and alone and len(table.column_names) == 1:
        return table.column_names[0]
    if name is None:
        shown = ", ".join(table.column_names[:10]) + (", …" if len(table.column_names) > 10 else "")
        raise ParameterError(
            f"truth must name the column of {table.source} with the known answer; got none. "
            f"There are: {shown}."
        )
    check_names(table, "truth", [name])
    return name


def _label_column(table: Table, name: str | None, truth: str | None) -> str:
    if name is None:
        added = [column for column in table.column_names if _ADDED.fullmatch(column)]
        name = next((column for column in reversed(added) if column != truth), "cluster")
    check_names(table, "labels", [name])
    return name


def _column(table: Table, name: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Labels of a column, whole numbers as such, and which rows have one."""
    import pyarrow as pa

    column = table.data.column(name)
    if not pa.types.is_floating(column.type):
        levels = as_levels(table, name)
        return levels, np.array([level is not None for level in levels], dtype=bool)
    numbers = np.asarray(column.to_numpy(), dtype=np.float64)
    present = ~np.isnan(numbers)
    some = numbers[present]
    if (np.abs(some) < _WHOLE).all() and (some == np.floor(some)).all():
        return np.where(present, numbers, 0).astype(np.int64), present
    return numbers, present


def _weights(table: Table, name: str) -> npt.NDArray[np.float64]:
    check_names(table, "weight", [name])
    return fitting.weights(table, name)


def _notes(
    truth: str,
    known: npt.NDArray[np.bool_],
    labels: str,
    grouped: npt.NDArray[np.bool_],
    kept: npt.NDArray[np.bool_],
    is_noise: npt.NDArray[np.bool_],
    table: Contingency,
) -> list[str]:
    notes = []
    for name, present in ((truth, known), (labels, grouped)):
        if not present.all():
            notes.append(
                f"{int((~present).sum()):,} rows without a value in {name!r} are left out."
            )
    marked = int((is_noise & known & grouped).sum())
    if marked and (is_noise & kept).any():
        notes.append(f"{marked:,} rows labelled -1 (noise) count as one more cluster.")
    elif marked:
        notes.append(f"{marked:,} rows labelled -1 (noise) are left out.")
    n, n_classes = int(kept.sum()), len(table.classes)
    if n >= _FEW_ROWS and n_classes > n // 2:
        notes.append(
            f"{truth!r} has {n_classes:,} different values in {n:,} rows; the known answer "
            "usually has few."
        )
    return notes
