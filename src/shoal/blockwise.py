"""Jobs on tables larger than memory: a sample is clustered as ever, then every row takes part."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import budget, catalogue
from shoal.clustering import Clustering
from shoal.data.block_files import can_open
from shoal.data.blocks import Blocks, open_blocks
from shoal.data.streamed import draw_sample, prepare_block, prepared_blocks, with_exact_moments
from shoal.errors import DataError, MemoryBudgetError, ParameterError
from shoal.planning import Plan, Watch, make_plan

__all__ = ["Totals", "plan_job", "refit", "whole"]

SAMPLE_ROWS = 100_000
FEWEST_ROWS = 1000
_READ_ARGUMENTS = ("types", "delimiter", "encoding", "decimal")


@dataclass(frozen=True, slots=True)
class Totals:
    """What is counted over all rows.

    Attributes
    ----------
    sizes : ndarray of shape (n_clusters,), int64
        Rows of each cluster of the model.
    inertia : float
    """

    sizes: npt.NDArray[np.int64]
    inertia: float


def plan_job(data: Any, watch: Watch, arguments: Mapping[str, Any]) -> tuple[Plan, Blocks | None]:
    """Plan a job in memory; where that does not fit and the algorithm can, in blocks.

    Parameters
    ----------
    data, watch, arguments
        Those of `shoal.planning.make_plan`, or `Blocks` as data.

    Returns
    -------
    tuple of (Plan, Blocks or None)
        The plan of the job, or of a sample of the blocks.
    """
    if isinstance(data, Blocks):
        blocks = _as_blocks(data, arguments)
        if blocks is None:
            raise ParameterError(
                "the algorithm must be one that takes blocks; got "
                f"{arguments.get('algorithm')!r}. See: shoal algorithms."
            )
        return _plan_sample(blocks, watch, arguments), blocks
    try:
        return make_plan(data, watch, **arguments), None
    except MemoryBudgetError:
        blocks = _as_blocks(data, arguments)
        if blocks is None:
            raise
    # Outside the handler, so that what the refused plan had read is gone.
    return _plan_sample(blocks, watch, arguments), blocks


def _as_blocks(data: Any, arguments: Mapping[str, Any]) -> Blocks | None:
    """Open what a job was asked to cluster in blocks; None when it or the algorithm cannot."""
    if not catalogue.find(arguments.get("algorithm", "kmeans")).can("blocks"):
        return None
    if isinstance(data, Blocks):
        return data
    is_file = isinstance(data, str | os.PathLike) and data != "-"
    if not is_file or str(data).startswith("sample:") or arguments.get("sheet") is not None:
        return None
    path = Path(data).expanduser()
    if not can_open(path):
        return None
    reading = {name: arguments[name] for name in _READ_ARGUMENTS if arguments.get(name)}
    return open_blocks(path, **reading)


def _plan_sample(blocks: Blocks, watch: Watch, arguments: Mapping[str, Any]) -> Plan:
    """Plan the job on a sample of the rows, prepared with the exact moments of all of them."""
    row = catalogue.find(arguments.get("algorithm", "kmeans"))
    rows = _rows_that_fit(row, blocks, arguments)
    with watch.stage("read", "reading the table in blocks"):
        sample = draw_sample(blocks, rows, int(arguments.get("seed", 0)))
    job = make_plan(sample, watch, **arguments)
    said = (
        f"{blocks.source} does not fit in the memory allowed, so its {blocks.n_rows:,} rows were "
        f"read in blocks."
    )
    if sample.n_rows == blocks.n_rows:
        return replace(job, notes=(said, *job.notes))
    with watch.stage("prepare", "measuring the columns over all rows"):
        preparation = with_exact_moments(job.preparation, blocks)
    matrix = replace(prepare_block(preparation, sample), truth=job.matrix.truth)
    said += (
        f" Groups, their sizes and the inertia are those of all rows; the columns, the number of "
        f"groups, cards, pictures and the other scores come from a sample of {sample.n_rows:,}."
    )
    return replace(job, matrix=matrix, preparation=preparation, notes=(said, *job.notes))


def _rows_that_fit(row: catalogue.Algorithm, blocks: Blocks, arguments: Mapping[str, Any]) -> int:
    limit = budget.allowed_bytes(arguments.get("memory_limit"))
    if limit is None:
        return SAMPLE_ROWS
    width = len(blocks.first.column_names)
    k = int(arguments.get("n_clusters") or 10)
    table = blocks.first.data.nbytes / blocks.first.n_rows
    each = 2 * table + 16 * width + row.memory(SAMPLE_ROWS, width, k) / SAMPLE_ROWS + 64
    rows = min(SAMPLE_ROWS, int(limit / 2 / each))
    if rows < FEWEST_ROWS:
        budget.Estimate({f"a sample of {FEWEST_ROWS:,} rows": int(2 * FEWEST_ROWS * each)}).require(
            limit
        )
    return max(rows, FEWEST_ROWS)


def refit(job: Plan, blocks: Blocks, model: Any, watch: Watch) -> Totals:
    """Let every row take part in the model of the sample, and count."""
    row = catalogue.find(job.algorithm)

    def read() -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]]:
        for matrix in prepared_blocks(blocks, job.preparation):
            yield matrix.X, matrix.weights

    continued = {} if row.continued is None else row.continued(model.cluster_centers_)
    before = model.get_params()
    with watch.stage("fit", f"{row.title} on all rows, in blocks"):
        model.set_params(**continued, callback=watch.callback)
        model.fit_blocks(read, sample=(job.matrix.X, job.matrix.weights))
        model.set_params(**{name: before[name] for name in (*continued, "callback")})
        sizes = np.zeros(len(model.cluster_centers_), dtype=np.int64)
        for X, _ in read():
            sizes += np.bincount(model.predict(X), minlength=sizes.size)
    unseen = np.flatnonzero(np.bincount(model.labels_, minlength=sizes.size) == 0)
    if unseen.size:
        raise DataError(
            f"{blocks.source} has a group of {int(sizes[unseen].min()):,} rows, of which the "
            f"sample of {job.matrix.n_samples:,} has none. Use fewer groups, or allow more memory."
        )
    return Totals(sizes, float(model.inertia_))


def whole(result: Clustering, blocks: Blocks, totals: Totals) -> Clustering:
    """Make the result of the sample that of the table: sizes and inertia of all rows."""
    sizes = np.empty_like(totals.sizes)
    sizes[result.relabel] = totals.sizes
    cards = tuple(
        replace(card, size=int(size), share=float(size / sizes.sum()))
        for card, size in zip(result.cards, sizes, strict=True)
    )
    return replace(
        result, cards=cards, blocks=blocks, scores={**result.scores, "inertia": totals.inertia}
    )
