"""Models on disk: one safetensors file with a JSON header; nothing in it is ever executed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal import budget, catalogue
from shoal.data.prepare import Preparation
from shoal.errors import DataError, MemoryBudgetError, OutputError, ShoalError

if TYPE_CHECKING:
    from shoal.clustering import Clustering
    from shoal.data.table import Table

__all__ = ["FORMAT_VERSION", "LoadedModel", "Prediction", "header_for", "load", "save"]

FORMAT = "shoal-model"
FORMAT_VERSION = 1
MAX_HEADER_BYTES = 32 * 2**20
"""A header describes columns and parameters; one beyond this size is not a model's."""

_RELABEL = "relabel"
_ITEM_BYTES = {"BOOL": 1, "I32": 4, "I64": 8, "F32": 4, "F64": 8}


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
    """

    table: Table
    labels: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float64]
    outlier_scores: npt.NDArray[np.float64]
    notes: tuple[str, ...] = ()


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
        matrix = self.preparation.transform(table)
        labels = np.full(table.n_rows, -1, dtype=np.int32)
        confidence = np.full(table.n_rows, np.nan)
        outlier_scores = np.full(table.n_rows, np.nan)
        if matrix.n_samples:
            found = np.asarray(self.model.predict(matrix.X))
            labels[matrix.rows] = np.where(found < 0, -1, self.relabel[np.maximum(found, 0)])
            row = catalogue.find(str(self.header["algorithm"]))
            if row.can("membership"):
                confidence[matrix.rows] = self.model.membership(matrix.X)
            if row.can("outlier_scores"):
                outlier_scores[matrix.rows] = self.model.score_outliers(matrix.X)
        return Prediction(table, labels, confidence, outlier_scores, matrix.notes)


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
    from safetensors.numpy import save as to_bytes

    row = catalogue.find(str(header["algorithm"]))
    tensors: dict[str, npt.NDArray[Any]] = {}
    fitted: dict[str, Any] = {}
    for name in row.state:
        value = getattr(model, name)
        if isinstance(value, np.ndarray):
            tensors[name] = np.ascontiguousarray(value)
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
    metadata = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "header": text,
        "sha256": _digest(text, tensors),
    }
    target = Path(path)
    _write_whole(target, to_bytes(tensors, metadata=metadata))
    return target


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
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    source = Path(path)
    with _one_sentence(source):
        metadata, content = _read_checked(source)
        try:
            tensors = from_bytes(content)
        except SafetensorError as error:
            raise _Damaged("its arrays cannot be read") from error
        if metadata.get("sha256") != _digest(metadata["header"], tensors):
            raise _Damaged("its checksum does not match its content")
        header = _parse_json(metadata["header"])
        return _assemble(header, tensors)


class _Damaged(Exception):  # noqa: N818 - never leaves this module
    """What is wrong with a file, in a few words."""


@contextlib.contextmanager
def _one_sentence(source: Path) -> Iterator[None]:
    """Turn everything that can be wrong with a file into one DataError about it."""
    name = source.name or str(source)
    remedy = "Make it again with: shoal cluster."
    try:
        yield
    except _Damaged as error:
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


def _read_checked(source: Path) -> tuple[dict[str, str], bytes]:
    """Read the file after checking each size it declares against its true size."""
    with source.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(8)
        if len(start) < 8:
            raise _Damaged("there are fewer than 8 bytes")
        length = int.from_bytes(start, "little")
        if length > MAX_HEADER_BYTES or length > size - 8:
            raise _Damaged("the header is longer than the file, or the file is of another kind")
        header = _parse_json(file.read(length))
        metadata = header.pop("__metadata__", None)
        _check_metadata(metadata)
        _check_sizes(header, size - 8 - length)
        budget.Estimate({"the model file and its arrays": 2 * size}).require(
            budget.allowed_bytes(None)
        )
        file.seek(0)
        content = file.read(size + 1)
    if len(content) != size:
        raise _Damaged("the size changed while it was read")
    return metadata, content


def _parse_json(text: bytes | str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        raise _Damaged("the header is not JSON, or the file is of another kind") from None
    if not isinstance(parsed, dict):
        raise _Damaged("the header is not a JSON object")
    return parsed


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise _Damaged("the content is of another kind")
    version = metadata.get("format_version")
    if not isinstance(version, str) or not re.fullmatch(r"[1-9][0-9]{0,8}", version):
        raise _Damaged("the format version is not a number")
    if int(version) > FORMAT_VERSION:
        raise DataError(
            f"the model format must be at most {FORMAT_VERSION}; got {version}, which a newer "
            "shoal wrote. Upgrade with: pip install --upgrade shoal."
        )
    if not isinstance(metadata.get("header"), str):
        raise _Damaged("the description is missing")


def _check_sizes(arrays: Mapping[str, Any], room: int) -> None:
    end = 0
    for name, entry in sorted(arrays.items(), key=lambda item: _offsets(item[1])):
        start, stop = _offsets(entry)
        shape = entry.get("shape")
        if not isinstance(shape, list) or not all(
            type(size) is int and size >= 0 for size in shape
        ):
            raise _Damaged(f"array {name!r} has no valid shape")
        item = _ITEM_BYTES.get(str(entry.get("dtype")))
        if item is None:
            raise _Damaged(f"array {name!r} has an unknown type")
        if start != end or stop - start != item * math.prod(shape):
            raise _Damaged(f"array {name!r} does not have the size it declares")
        end = stop
    if end != room:
        raise _Damaged("the file is shorter or longer than its arrays")


def _offsets(entry: Any) -> tuple[int, int]:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if (
        not isinstance(offsets, list)
        or len(offsets) != 2
        or not all(type(offset) is int and 0 <= offset < 2**63 for offset in offsets)
    ):
        raise _Damaged("an array has no valid place in the file")
    return offsets[0], offsets[1]


def _assemble(header: Mapping[str, Any], tensors: dict[str, npt.NDArray[Any]]) -> LoadedModel:
    row = catalogue.find(str(header["algorithm"]))
    relabel = tensors.pop(_RELABEL)
    if relabel.ndim != 1 or sorted(relabel.tolist()) != list(range(len(relabel))):
        raise _Damaged("the cluster numbers are not 0 to k - 1")
    state = {**header["fitted"], **tensors}
    if set(state) != set(row.state):
        raise _Damaged(f"the state is not that of {row.name}")
    if not all(np.all(np.isfinite(values)) for values in tensors.values()):
        raise _Damaged("the numbers are not finite")
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
        raise _Damaged("the clusters and their numbers do not belong together")


def _plain_parameters(model: Any) -> dict[str, Any]:
    """Return the parameters that are plain values; arrays and functions only start a fit."""
    plain = (bool, int, float, str, type(None))
    return {
        name: value
        for name, value in model.get_params(deep=False).items()
        if isinstance(value, plain) and name not in ("callback", "n_jobs")
    }


def _digest(header: str, tensors: Mapping[str, npt.NDArray[Any]]) -> str:
    digest = hashlib.sha256(header.encode("utf-8", "surrogatepass"))
    for name in sorted(tensors):
        values = tensors[name]
        digest.update(f"\n{name} {values.dtype.str} {values.shape}\n".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _write_whole(target: Path, content: bytes) -> None:
    """Write under another name beside the target, then rename."""
    temporary = target.parent / f".{target.name}.{secrets.token_hex(6)}"
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(
            f"{target} must be writable; got: {error.strerror}. Choose another place with --output."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
