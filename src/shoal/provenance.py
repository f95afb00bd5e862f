"""Where a result came from: settings, versions and a fingerprint to compare runs by."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.data.table import Matrix
from shoal.planning import Plan

__all__ = ["describe_settings", "fingerprint", "versions"]


def describe_settings(
    job: Plan,
    source: str,
    arguments: Mapping[str, Any],
    params: Mapping[str, Any],
    n_jobs: int | None,
) -> dict[str, Any]:
    """Everything needed to repeat a job, as plain JSON values.

    Parameters
    ----------
    job : Plan
    source : str
        What the user called the data.
    arguments : mapping of str to object
        Arguments of :func:`shoal.cluster`.
    params : mapping of str to object
        Parameters of the estimator that were given.
    n_jobs : int or None

    Returns
    -------
    dict of str to object
    """
    k_range = list(job.k) if job.chooses_k else None
    plain: dict[str, Any] = {
        **arguments,
        "n_jobs": n_jobs,
        "k_range": k_range,
        "parameters": dict(job.parameters),
        "data": source,
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


def versions() -> dict[str, str]:
    """Versions of what took part, and the instruction set."""
    import sklearn

    from shoal import __version__, _native

    return {
        "shoal": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "instruction set": str(_native.info()["isa"]),
    }


# What does not change the groups has no place in their fingerprint.
_NOT_PRINTED = ("data", "n_jobs", "memory_limit")


def fingerprint(matrix: Matrix, settings: Mapping[str, Any], labels: npt.NDArray[np.int32]) -> str:
    """SHA-256 over the clustered numbers, the settings and the labels."""
    kept = {name: value for name, value in settings.items() if name not in _NOT_PRINTED}
    words = json.dumps([kept, list(matrix.feature_names), matrix.X.shape], sort_keys=True)
    digest = hashlib.sha256(words.encode("utf-8", "surrogatepass"))
    for values in (matrix.X, matrix.weights, labels):
        if values is not None:
            digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()
