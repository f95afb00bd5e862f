"""Models on disk: one safetensors file with a JSON header; nothing in it is ever executed."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal import catalogue
from shoal.data.prepare import Preparation
from shoal.errors import DataError, MemoryBudgetError, ShoalError
from shoal.model_container import FORMAT_VERSION, Damaged, parse_json, read, write
from shoal.noise import nearest_groups, relabelled

if TYPE_CHECKING:
    from shoal.clustering import Clustering
    from shoal.data.table import Table

__all__ = ["FORMAT_VERSION", "LoadedModel", "Prediction", "header_for", "load", "save"]

_RELABEL = "relabel"


@dataclass(frozen=True, slots=True)
class Prediction:
    """Labels for the rows of a table.

    Attributes
    ----------
    table : Table
        The rows.
    labels : ndarray of shape (n_rows,), int32
        Group of every row; -1 for rows in no group (noise, or a missing value).
    confidence, outlier_scores : ndarray of shape (n_rows,), float64
        0 to 1; NaN for rows that were left out or where the algorithm has none.
    notes : tuple of str
        What was noticed in the new rows, one sentence each.
    nearest : ndarray of shape (n_rows,), int32, or None
        For algorithms that find noise: the nearest group of every row, which for rows in a group
        is their own; -1 for rows left out.
    """

    table: Table
    labels: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float64]
    outlier_scores: npt.NDArray[np.float64]
    notes: tuple[str, ...] = ()
    nearest: npt.NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model file in memory.

    Attributes
    ----------
    model : object
        The fitted estimator.
    preparation : Preparation
        Turns new tables into its matrix.
    relabel : ndarray of shape (n_clusters,), int32
        ``relabel[model label]`` is the label of the job that wrote the file.
    header : mapping of str to object
        Algorithm, cluster names, settings, versions, fingerprint.
    """

    model: Any
    preparation: Preparation
    relabel: npt.NDArray[np.int32]
    header: Mapping[str, Any]

    @property
    def types(self) -> dict[str, str]:
        """Types of columns that were given to the job; new tables are read with them."""
        settings = self.header.get("settings")
        types = settings.get("types") if isinstance(settings, dict) else None
        return dict(types) if isinstance(types, dict) else {}

    def predict(self, table: Table) -> Prediction:
        """Label the rows of a table.

        Parameters
        ----------
        table : Table
            Must have the columns the model was fitted on, by name.

        Returns
        -------
        Prediction

        Raises
        ------
        DataError
            A column is missing or holds values the preparation cannot use.
        """
        row = catalogue.find(str(self.header["algorithm"]))
        matrix = self.preparation.transform(table)
        labels = np.full(table.n_rows, -1, dtype=np.int32)
        confidence = np.full(table.n_rows, np.nan)
        outlier_scores = np.full(table.n_rows, np.nan)
        nearest = labels.copy() if row.finds_noise and row.can("membership") else None
        if matrix.n_samples:
            found = np.asarray(self.model.predict(matrix.X), dtype=np.int32)
            if nearest is not None:
                near = nearest_groups(self.model, matrix.X, found)
                found = near.assign(found, self._threshold)
                nearest[matrix.rows] = relabelled(near.labels, self.relabel)
                # The membership of noise in the group it is not in says nothing of its label.
                confidence[matrix.rows] = np.where(found < 0, near.own, near.strengths)
            elif row.can("membership"):
                confidence[matrix.rows] = self.model.membership(matrix.X)
            labels[matrix.rows] = relabelled(found, self.relabel)
            if row.can("outlier_scores"):
                outlier_scores[matrix.rows] = self.model.outlier_scores(matrix.X)
        return Prediction(table, labels, confidence, outlier_scores, matrix.notes, nearest)

    @property
    def _threshold(self) -> float | None:
        """Membership from which the job put noise into its nearest group."""
        settings = self.header.get("settings")
        value = settings.get("assign_noise") if isinstance(settings, dict) else None
        return float(value) if isinstance(value, int | float) else None


def header_for(clustering: Clustering) -> dict[str, Any]:
    """Build the header of a finished job: what a reader of the model wants to know about it."""
    return {
        "algorithm": clustering.algorithm,
        "names": [card.name for card in clustering.cards],
        "sizes": [card.size for card in clustering.cards],
        "relabel": [int(label) for label in clustering.relabel],
        "settings": dict(clustering.settings),
        "seed": clustering.seed,
        "versions": dict(clustering.versions),
        "fingerprint": clustering.fingerprint,
    }


def save(
    path: str | os.PathLike[str], model: Any, preparation: Preparation, header: Mapping[str, Any]
) -> Path:
    """Write a model file, whole or not at all.

    Parameters
    ----------
    path : path
        Replaced when it exists.
    model : object
        A fitted estimator of the catalogue.
    preparation : Preparation
    header : mapping of str to object
        JSON values; ``"algorithm"`` (a name of the catalogue) and ``"relabel"`` (a list with one
        label per cluster of the model) must be there. See :func:`header_for`.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    row = catalogue.find(str(header["algorithm"]))
    tensors: dict[str, npt.NDArray[Any]] = {}
    fitted: dict[str, Any] = {}
    for name in dict.fromkeys((*row.state, *row.drawn)):
        value = getattr(model, name)
        if isinstance(value, np.ndarray):
            tensors |= _as_tensors(name, value)
        else:
            fitted[name] = value.item() if isinstance(value, np.generic) else value
    rest = {key: value for key, value in header.items() if key != _RELABEL}
    tensors[_RELABEL] = np.asarray(header[_RELABEL], dtype=np.int32)
    text = json.dumps(
        {
            **rest,
            "parameters": _plain_parameters(model),
            "fitted": fitted,
            "preparation": preparation.to_dict(),
        },
        sort_keys=True,
    )
    target = Path(path)
    write(target, text, tensors)
    return target


def _as_tensors(name: str, value: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """One tensor, or one per field of a structured array."""
    if value.dtype.names is None:
        return {name: np.ascontiguousarray(value)}
    return {f"{name}.{field}": np.ascontiguousarray(value[field]) for field in value.dtype.names}


def _as_arrays(tensors: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Put the fields of structured arrays together again."""
    fields: dict[str, list[tuple[str, npt.NDArray[Any]]]] = {}
    arrays: dict[str, npt.NDArray[Any]] = {}
    for key, values in tensors.items():
        name, dot, field = key.partition(".")
        if dot:
            fields.setdefault(name, []).append((field, values))
        else:
            arrays[name] = values
    for name, parts in fields.items():
        if len({values.shape for _, values in parts}) > 1:
            raise Damaged(f"the fields of {name} are not equally long")
        whole = np.empty(parts[0][1].shape, [(field, values.dtype) for field, values in parts])
        for field, values in parts:
            whole[field] = values
        arrays[name] = whole
    return arrays


def load(path: str | os.PathLike[str]) -> LoadedModel:
    """Read a model file.

    Parameters
    ----------
    path : path

    Returns
    -------
    LoadedModel

    Raises
    ------
    DataError
        The file is missing, damaged, of another kind, or written by a newer shoal.

    Notes
    -----
    Every size is checked against the file before anything is read or allocated.
    """
    source = Path(path)
    with _one_sentence(source):
        text, tensors = read(source)
        return _assemble(parse_json(text), tensors)


@contextlib.contextmanager
def _one_sentence(source: Path) -> Iterator[None]:
    """Turn everything that can be wrong with a file into one DataError about it."""
    name = source.name or str(source)
    remedy = "Make it again with: shoal cluster."
    try:
        yield
    except Damaged as error:
        raise DataError(
            f"{name} must be a whole model file; got one where {error}. {remedy}"
        ) from None
    except FileNotFoundError:
        raise DataError(f"{source} must be a model file; got a path where no file is.") from None
    except OSError as error:
        raise DataError(f"{name} must be a readable model file; got: {error.strerror}.") from None
    except MemoryBudgetError:
        raise
    except ShoalError as error:
        raise DataError(f"{name}: {error}") from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise DataError(
            f"{name} must be a whole model file; got one with an unusable entry ({error}). {remedy}"
        ) from error


def _assemble(header: Mapping[str, Any], tensors: dict[str, npt.NDArray[Any]]) -> LoadedModel:
    row = catalogue.find(str(header["algorithm"]))
    relabel = tensors.pop(_RELABEL)
    if relabel.ndim != 1 or sorted(relabel.tolist()) != list(range(len(relabel))):
        raise Damaged("the cluster numbers are not 0 to k - 1")
    state = {**header["fitted"], **_as_arrays(tensors)}
    if set(state) != {*row.state, *row.drawn}:
        raise Damaged(f"the state is not that of {row.name}")
    for name, values in tensors.items():
        # What pictures show may hold infinite distances.
        drawn = name.partition(".")[0] in row.drawn
        if not np.all(~np.isnan(values) if drawn else np.isfinite(values)):
            raise Damaged("the numbers are not finite")
    estimator = row.load_estimator()
    model = estimator()
    known = model.get_params()
    model.set_params(**{k: v for k, v in header["parameters"].items() if k in known})
    for name, value in state.items():
        setattr(model, name, value)
    preparation = Preparation.from_dict(header["preparation"])
    _try_out(model, len(preparation.feature_names), len(relabel))
    rest = {key: value for key, value in header.items() if key not in ("preparation", "fitted")}
    return LoadedModel(model, preparation, relabel.astype(np.int32), rest)


def _try_out(model: Any, n_features: int, n_clusters: int) -> None:
    """Label one row, so that parts that do not belong together are refused on loading."""
    label = int(model.predict(np.zeros((1, n_features)))[0])
    if not -1 <= label < n_clusters:
        raise Damaged("the clusters and their numbers do not belong together")


def _plain_parameters(model: Any) -> dict[str, Any]:
    """Return the parameters that are plain values; arrays and functions only start a fit."""
    plain = (bool, int, float, str, type(None))
    return {
        name: value
        for name, value in model.get_params(deep=False).items()
        if isinstance(value, plain) and name not in ("callback", "n_jobs")
    }
