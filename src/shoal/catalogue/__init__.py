"""The catalogue: one row per algorithm, each in a module of its own.

The command line's choices, ``shoal algorithms``, the contract tests, the table of
``docs/algorithms``, the memory check and the audit are all made from these rows.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil

from shoal.catalogue.row import CAPABILITIES, FAMILIES, PROMISES, Algorithm, Cost, Option, Paper
from shoal.errors import ParameterError

__all__ = [
    "ALGORITHMS",
    "CAPABILITIES",
    "PROMISES",
    "Algorithm",
    "Cost",
    "Option",
    "Paper",
    "find",
    "names",
]

_DEFAULT = "kmeans"


def _rows() -> tuple[Algorithm, ...]:
    """Rows of all modules beside this one: the default first, then by family and name."""
    found = [module.name for module in pkgutil.iter_modules(__path__) if module.name != "row"]
    rows: list[Algorithm] = [importlib.import_module(f"{__name__}.{name}").ROW for name in found]
    return tuple(sorted(rows, key=lambda r: (r.name != _DEFAULT, FAMILIES.index(r.family), r.name)))


ALGORITHMS: tuple[Algorithm, ...] = _rows()
"""All rows, in the order in which they are shown; a job uses the first when none is named."""


def names() -> tuple[str, ...]:
    """Names of all algorithms."""
    return tuple(row.name for row in ALGORITHMS)


def find(name: str) -> Algorithm:
    """Return the row of an algorithm.

    Parameters
    ----------
    name : str
        Name in the catalogue, such as ``"kmeans"``.

    Returns
    -------
    Algorithm

    Raises
    ------
    ParameterError
        No row has this name.
    """
    for row in ALGORITHMS:
        if row.name == name:
            return row
    near = difflib.get_close_matches(str(name), names(), n=1)
    remedy = f" Did you mean {near[0]!r}?" if near else ""
    choices = ", ".join(names())
    raise ParameterError(f"algorithm must be one of {choices}; got {name!r}.{remedy}")
