"""A made table with number columns and category columns that share their groups."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

import numpy as np

from shoal.data.columns import tag
from shoal.data.table import Table

__all__ = ["mixed_table"]


def mixed_table(values: Mapping[str, Any]) -> Table:
    """Draw numbers around the centre, and words mostly from the favourites, of each row's group.

    Parameters
    ----------
    values : mapping of str to object
        The checked options of the kind ``"mixed"``.

    Returns
    -------
    Table
        Columns ``x1``, ``x2``, … of numbers, ``c1``, ``c2``, … of words, and ``label``.
    """
    import pyarrow as pa

    random = np.random.default_rng(values["seed"])
    n, groups, levels = values["samples"], values["centers"], values["levels"]
    truth = random.integers(groups, size=n)
    centres = random.uniform(-10.0, 10.0, size=(groups, values["numbers"]))
    X = centres[truth] + random.normal(scale=values["cluster_std"], size=(n, values["numbers"]))
    codes = random.integers(levels, size=(groups, values["categories"]))[truth]
    strays = random.random(codes.shape) < values["noise"]
    codes[strays] = random.integers(levels, size=int(strays.sum()))
    words = np.array([_word(code) for code in range(levels)])
    absent = random.random((n, values["numbers"] + values["categories"])) < values["missing"]
    arrays, fields = [], []
    for j in range(values["numbers"]):
        arrays.append(pa.array(X[:, j], mask=absent[:, j]))
        fields.append(tag(f"x{j + 1}", pa.float64()))
    for j in range(values["categories"]):
        mask = absent[:, values["numbers"] + j]
        arrays.append(pa.array(words[codes[:, j]], pa.string(), mask=mask))
        fields.append(tag(f"c{j + 1}", pa.string()))
    arrays.append(pa.array([str(group) for group in truth], pa.string()))
    fields.append(tag("label", pa.string(), role="label"))
    return Table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), "made mixed")


def _word(code: int) -> str:
    """Name a level: ``a`` to ``z``, then ``aa`` and so on."""
    word = ""
    while code >= 0:
        code, letter = divmod(code, 26)
        word = string.ascii_lowercase[letter] + word
        code -= 1
    return word
