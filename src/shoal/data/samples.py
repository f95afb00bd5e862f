"""Bundled samples, and tables made to order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoal.data.generators import KINDS, make
from shoal.data.source import nearest_name
from shoal.data.table import Table
from shoal.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["KINDS", "Sample", "describe", "image", "load", "make", "names", "path"]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a bundled sample is.

    Attributes
    ----------
    name : str
        Name in ``"sample:NAME"``.
    rows, columns : int
        Size of the table.
    label : str or None
        Column with the known truth.
    summary : str
        One sentence.
    source : str
        Where it comes from and its licence.
    """

    name: str
    rows: int
    columns: int
    label: str | None
    summary: str
    source: str


SKLEARN = "scikit-learn"
SAMPLES = (
    Sample(
        "customers",
        2357,
        7,
        None,
        "Customers of an online music shop: when, how often and for how much they bought.",
        "derived from the CDNOW purchases of Fader and Hardie carried by lifetimes 0.11.3, MIT",
    ),
    Sample(
        "iris",
        150,
        5,
        "species",
        "Sepals and petals of three species of iris.",
        "Fisher 1936, through scikit-learn",
    ),
    Sample(
        "wine",
        178,
        14,
        "cultivar",
        "Chemical analysis of wines from three cultivars.",
        "UCI Wine, through scikit-learn",
    ),
    Sample(
        "digits",
        1797,
        65,
        "digit",
        "Handwritten digits as 8 x 8 grey values.",
        "UCI Optical Recognition of Handwritten Digits, through scikit-learn",
    ),
    Sample(
        "china",
        273280,
        3,
        None,
        "The colours of a photograph, one row per pixel.",
        "danielbuechele on Flickr, CC BY 2.0, through scikit-learn",
    ),
)


def names() -> tuple[str, ...]:
    """Names of the bundled samples.

    Examples
    --------
    >>> names()
    ('customers', 'iris', 'wine', 'digits', 'china')
    """
    return tuple(sample.name for sample in SAMPLES)


def describe() -> tuple[Sample, ...]:
    """List what the bundled samples are."""
    return SAMPLES


def _find(name: str) -> Sample:
    for sample in SAMPLES:
        if sample.name == name:
            return sample
    near = nearest_name(name, list(names()))
    hint = f"Did you mean {near!r}?" if near else f"There are: {', '.join(names())}."
    raise ParameterError(f"a sample must be a bundled one; got {name!r}. {hint}")


def load(name: str) -> Table:
    """Read a bundled sample.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Table
        A known truth is marked as such: `prepare` keeps it aside by itself.

    Raises
    ------
    ParameterError
        When there is no such sample.

    Examples
    --------
    >>> load("iris").column_names
    ['sepal_length', 'sepal_width', 'petal_length', 'petal_width', 'species']
    """
    sample = _find(name)
    if name == "customers":
        from shoal.data.read import read_table

        return _renamed(read_table(path(name)), name)
    if name == "china":
        pixels = image(name).reshape(-1, 3)
        return _table(name, ["red", "green", "blue"], list(pixels.T), None)
    from sklearn import datasets

    bunch: Any = getattr(datasets, f"load_{name}")()
    columns = [str(column).replace(" (cm)", "").replace(" ", "_") for column in bunch.feature_names]
    truth = [str(bunch.target_names[code]) for code in bunch.target]
    return _table(name, columns, list(bunch.data.T), (str(sample.label), truth))


def path(name: str) -> Path:
    """File of a sample that is one: ``"customers"`` (CSV) and ``"china"`` (JPEG)."""
    _find(name)
    if name == "customers":
        return Path(__file__).parent / "bundled" / "customers.csv"
    if name == "china":
        import sklearn.datasets

        return Path(sklearn.datasets.__file__).parent / "images" / "china.jpg"
    raise ParameterError(f"path is known for customers and china; got {name!r}. Use load instead.")


def image(name: str) -> npt.NDArray[np.uint8]:
    """Pixels of a sample image: shape (height, width, 3), 0 to 255."""
    import numpy as np
    from PIL import Image

    if name != "china":
        raise ParameterError(f"image must name the sample image china; got {name!r}.")
    with Image.open(path(name)) as opened:
        return np.asarray(opened.convert("RGB"), dtype=np.uint8)


def _renamed(table: Table, name: str) -> Table:
    return Table(table.data, f"sample:{name}", table.notes, table.first_line)


def _table(
    name: str, columns: list[str], values: list[Any], truth: tuple[str, list[str]] | None
) -> Table:
    from shoal.data.generators import as_table

    return as_table(f"sample:{name}", columns, values, truth)
