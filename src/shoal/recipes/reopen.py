"""A finished job read back from the folder it left, without fitting anything."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import catalogue, model_file
from shoal.clustering import Clustering, KChoice
from shoal.data import fitting
from shoal.data.encode import as_numbers
from shoal.data.read import read_table
from shoal.data.table import Matrix, Table
from shoal.errors import DataError
from shoal.explain import describe_groups
from shoal.judging import Fitted, as_judged, judge
from shoal.model_file import LoadedModel

__all__ = ["is_result", "reopen"]

RESULT = "result.json"
MOST_BYTES = 500_000_000


def is_result(path: Path) -> bool:
    """Whether a path is the folder of a finished job, by what it holds."""
    return (path / RESULT).is_file()


def reopen(folder: Path) -> Clustering:
    """Read the result of a job back.

    Parameters
    ----------
    folder : Path
        What ``shoal cluster`` wrote: labels, model and result.

    Returns
    -------
    Clustering
        The same groups, cards and choice; scores are computed from the rows again.

    Raises
    ------
    DataError
        A file is missing or damaged, or they do not belong together.
    """
    content = _read_result(folder)
    loaded = model_file.load(folder / "model.shoal")
    if content.get("n_sampled") is not None:
        raise DataError(
            f"{folder} must be the result of a table that fits in memory; got one that was read in "
            "blocks. Its pictures are in its folder plots."
        )
    names = _names(content)
    table = _read_labels(folder, content, loaded)
    found = as_numbers(table, names["cluster"])
    if not np.isin(found, np.arange(-1, len(loaded.relabel))).all():
        raise DataError(f"{folder}: the labels are not those of the model. Cluster the data again.")
    labels = found.astype(np.int32)
    own = [name for name in table.column_names if name not in names.values()]
    rows = replace(table, data=table.data.select(own))
    matrix = _with_weights(loaded, rows)
    fitted = Fitted(loaded.model, loaded.relabel, labels[matrix.rows])
    row = catalogue.find(str(loaded.header["algorithm"]))
    seed = int(loaded.header.get("seed", 0))
    parameters = loaded.header.get("parameters", {})
    judged = as_judged(matrix, parameters)
    scores, samples, sampled = judge(row, judged, fitted, seed, None)
    cards = describe_groups(
        rows, matrix, loaded.preparation, fitted.labels, parameters, silhouette=samples,
        silhouette_rows=sampled,
    )  # fmt: skip
    return Clustering(
        labels=labels,
        confidence=as_numbers(table, names["confidence"]),
        outlier_scores=as_numbers(table, names["outlier_score"]),
        table=replace(rows, source=str(content.get("source", rows.source))),
        matrix=matrix,
        preparation=loaded.preparation,
        model=loaded.model,
        relabel=loaded.relabel,
        algorithm=row.name,
        cards=cards,
        scores=scores,
        silhouette_samples=samples,
        silhouette_rows=sampled,
        choice=_choice(content.get("choice")),
        settings=loaded.header.get("settings", {}),
        seed=seed,
        fingerprint=str(loaded.header.get("fingerprint", "")),
    )


def _read_result(folder: Path) -> dict[str, Any]:
    path = folder / RESULT
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} must be below 500 MB. Cluster the data again.")
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{folder} must be the folder of a finished job; got one without a readable "
            f"{RESULT}. Make it with: shoal cluster."
        ) from None
    if not isinstance(content, dict) or content.get("format") != "shoal.result":
        raise DataError(
            f"{folder} must be the result of shoal cluster; got a {RESULT} of another kind."
        )
    return content


def _names(content: Mapping[str, Any]) -> dict[str, str]:
    """Names of the columns that were added to the table."""
    labels = content.get("labels")
    columns = labels.get("columns") if isinstance(labels, dict) else None
    wanted = {"cluster", "confidence", "outlier_score"}
    if not isinstance(columns, dict) or not wanted <= set(columns):
        raise DataError(f"{RESULT} is damaged: it does not name the columns of the labels.")
    return {str(key): str(name) for key, name in columns.items()}


def _read_labels(folder: Path, content: Mapping[str, Any], loaded: LoadedModel) -> Table:
    name = Path(str(content["labels"].get("file", ""))).name
    path = folder / name
    # What was a number, a date or a category in the job is one again.
    types = {column.name: column.kind for column in loaded.preparation.columns}
    is_csv = path.suffix == ".csv"
    how = {"delimiter": ",", "decimal": ".", "encoding": "utf-8"} if is_csv else {}
    return read_table(path, types={**types, **loaded.types}, strict=False, **how)


def _with_weights(loaded: LoadedModel, table: Table) -> Matrix:
    matrix, name = loaded.preparation.transform(table), loaded.preparation.weight
    if name is None or name not in table.column_names:
        return matrix
    weights: npt.NDArray[np.float64] = fitting.weights(table, name)[matrix.rows]
    return replace(matrix, weights=weights)


def _choice(stored: Any) -> KChoice | None:
    """Read the sweep over k back; null stands for a value that is undefined."""
    if not isinstance(stored, dict):
        return None
    try:
        curves = {
            name: tuple(math.nan if value is None else float(value) for value in stored[name])
            for name in (
                "inertia", "silhouette", "silhouette_error", "calinski_harabasz", "davies_bouldin",
            )
        }  # fmt: skip
        return KChoice(**{**stored, **curves, "k": tuple(map(int, stored["k"]))})
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{RESULT} is damaged: its choice of k is unusable ({error}).") from None
