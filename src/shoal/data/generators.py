"""Tables made to order with scikit-learn's generators, under plain option names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shoal.data.columns import tag
from shoal.data.mixed_table import mixed_table
from shoal.data.source import nearest_name
from shoal.data.table import Table
from shoal.errors import ParameterError

__all__ = ["KINDS", "Kind", "Option", "as_table", "make"]

MAX_CELLS = 1 << 31


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a generator.

    Attributes
    ----------
    default : object
        Value when the option is left out.
    argument : str
        Name of scikit-learn's parameter.
    kind : str
        ``"int"``, ``"float"``, ``"bool"``, ``"floats"`` or ``"int or floats"``.
    low, high : float or None
        Allowed range.
    summary : str
        A few words.
    """

    default: Any
    argument: str
    kind: str
    summary: str
    low: float | None = None
    high: float | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of table: its generator and options."""

    function: str
    summary: str
    options: Mapping[str, Option]


SEED = Option(0, "random_state", "int", "seed of the random numbers", 0, 2**32 - 1)
SHUFFLE = Option(True, "shuffle", "bool", "shuffle the rows")
NOISE = Option(0.05, "noise", "float", "standard deviation of the noise", 0)


def _samples(default: int) -> Option:
    return Option(default, "n_samples", "int", "number of rows", 1)


_CLASSIFICATION = {
    "samples": _samples(500),
    "features": Option(8, "n_features", "int", "number of columns", 1),
    "informative": Option(4, "n_informative", "int", "columns that carry the groups", 1),
    "redundant": Option(2, "n_redundant", "int", "mixtures of informative columns", 0),
    "repeated": Option(0, "n_repeated", "int", "copies of earlier columns", 0),
    "classes": Option(3, "n_classes", "int", "number of labels", 1),
    "clusters_per_class": Option(1, "n_clusters_per_class", "int", "groups per label", 1),
    "weights": Option(None, "weights", "floats", "share of each label", 0, 1, optional=True),
    "flip_y": Option(0.0, "flip_y", "float", "share of labels drawn at random", 0, 1),
    "class_sep": Option(1.0, "class_sep", "float", "distance between the groups", 0),
    "hypercube": Option(True, "hypercube", "bool", "put the groups on corners of a cube"),
    "shift": Option(0.0, "shift", "float", "added to every column", optional=True),
    "scale": Option(1.0, "scale", "float", "factor of every column", optional=True),
    "shuffle": SHUFFLE,
    "seed": SEED,
}

KINDS: Mapping[str, Kind] = {
    "classification": Kind(
        "make_classification",
        "groups on the corners of a cube, with informative, redundant and noise columns",
        _CLASSIFICATION,
    ),
    "blobs": Kind(
        "make_blobs",
        "round groups",
        {
            "samples": _samples(500),
            "features": Option(2, "n_features", "int", "number of columns", 1),
            "centers": Option(3, "centers", "int", "number of groups", 1),
            "cluster_std": Option(1.0, "cluster_std", "float or floats", "spread of each group", 0),
            "low": Option(-10.0, "low", "float", "smallest coordinate of a centre"),
            "high": Option(10.0, "high", "float", "largest coordinate of a centre"),
            "shuffle": SHUFFLE,
            "seed": SEED,
        },
    ),
    "moons": Kind(
        "make_moons",
        "two interleaved half circles",
        {"samples": _samples(500), "noise": NOISE, "shuffle": SHUFFLE, "seed": SEED},
    ),
    "circles": Kind(
        "make_circles",
        "a circle inside a circle",
        {
            "samples": _samples(500),
            "noise": NOISE,
            "factor": Option(0.5, "factor", "float", "inner radius over outer", 0, 1),
            "shuffle": SHUFFLE,
            "seed": SEED,
        },
    ),
    "uniform": Kind(
        "",
        "points spread evenly in a box: data without groups",
        {
            "samples": _samples(500),
            "features": Option(2, "n_features", "int", "number of columns", 1),
            "low": Option(0.0, "low", "float", "smallest coordinate"),
            "high": Option(1.0, "high", "float", "largest coordinate"),
            "seed": SEED,
        },
    ),
    "mixed": Kind(
        "",
        "groups in numbers and words together, some values missing if you like",
        {
            "samples": _samples(500),
            "numbers": Option(2, "numbers", "int", "number columns", 0),
            "categories": Option(3, "categories", "int", "columns of words", 0),
            "levels": Option(4, "levels", "int", "different words in a column", 2),
            "centers": Option(3, "centers", "int", "number of groups", 1),
            "cluster_std": Option(1.0, "cluster_std", "float", "spread of the numbers", 0),
            "noise": Option(0.2, "noise", "float", "share of words drawn from all", 0, 1),
            "missing": Option(0.0, "missing", "float", "share of values left out", 0, 1),
            "seed": SEED,
        },
    ),
    "swiss_roll": Kind(
        "make_swiss_roll",
        "a rolled-up sheet in three dimensions",
        {
            "samples": _samples(500),
            "noise": NOISE,
            "hole": Option(False, "hole", "bool", "cut a hole into the sheet"),
            "seed": SEED,
        },
    ),
    "s_curve": Kind(
        "make_s_curve",
        "a sheet bent to an S in three dimensions",
        {"samples": _samples(500), "noise": NOISE, "seed": SEED},
    ),
}


def make(kind: str, **options: Any) -> Table:
    """Make a synthetic table.

    Parameters
    ----------
    kind : str
        ``"classification"``, ``"blobs"``, ``"moons"``, ``"circles"``, ``"uniform"``, ``"mixed"``,
        ``"swiss_roll"`` or ``"s_curve"``; `KINDS` lists the options of each with ranges and
        defaults.
    **options
        ``samples``, ``seed`` and, by kind: ``features``, ``informative``, ``redundant``,
        ``repeated``, ``classes``, ``clusters_per_class``, ``weights``, ``flip_y``, ``class_sep``,
        ``hypercube``, ``shift``, ``scale``, ``centers``, ``cluster_std``, ``low``, ``high``,
        ``noise``, ``factor``, ``hole``, ``shuffle``, each as in scikit-learn; and for mixed tables
        ``numbers``, ``categories``, ``levels`` and ``missing``.

    Returns
    -------
    Table
        Columns ``x1``, ``x2``, … (of a mixed table also ``c1``, ``c2``, … of words) and, but for a
        roll or curve, ``label`` with the group each row was drawn from, marked as known truth.

    Raises
    ------
    ParameterError
        When an option is unknown to the kind or outside its range.

    Notes
    -----
    The same options give the same table.

    Examples
    --------
    >>> table = make("blobs", samples=6, centers=2, seed=1)
    >>> table.n_rows, table.column_names
    (6, ['x1', 'x2', 'label'])
    """
    if kind not in KINDS:
        near = nearest_name(kind, list(KINDS))
        hint = f" Did you mean {near!r}?" if near else ""
        raise ParameterError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}.{hint}")
    known = KINDS[kind]
    for name in options:
        if name not in known.options:
            raise ParameterError(
                f"an option of {kind} must be one of {', '.join(known.options)}; got {name!r}."
            )
    values = {name: option.default for name, option in known.options.items()}
    values.update({name: _checked(name, known.options[name], v) for name, v in options.items()})
    _check_together(kind, values)
    if kind == "mixed":
        return mixed_table(values)
    X, labels = _generate(kind, known, values)
    truth = None if labels is None else ("label", [str(int(code)) for code in labels])
    names = [f"x{i}" for i in range(1, X.shape[1] + 1)]
    return as_table(f"made {kind}", names, list(X.T), truth)


def _checked(name: str, option: Option, value: Any) -> Any:
    if value is None and option.optional:
        return None
    if "floats" in option.kind and isinstance(value, Sequence) and not isinstance(value, str):
        return [_one(name, option, item) for item in value]
    if option.kind == "floats":
        raise ParameterError(f"{name} must be a list of numbers; got {value!r}.")
    return _one(name, option, value)


def _one(name: str, option: Option, value: Any) -> Any:
    words = _range_words(option)
    if option.kind == "bool":
        if not isinstance(value, bool | np.bool_):
            raise ParameterError(f"{name} must be true or false; got {value!r}.")
        return bool(value)
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    finite = number and math.isfinite(value)
    what = "a whole number" if option.kind == "int" else "a number"
    fits = finite and (option.kind != "int" or float(value).is_integer())
    if fits and option.low is not None:
        fits = value >= option.low
    if fits and option.high is not None:
        fits = value <= option.high
    if not fits:
        raise ParameterError(f"{name} must be {what}{words}; got {value!r}.")
    return int(value) if option.kind == "int" else float(value)


def _range_words(option: Option) -> str:
    if option.low is None:
        return ""
    if option.high is None:
        return f" >= {option.low:g}"
    return f" from {option.low:.10g} to {option.high:.10g}"


def _check_together(kind: str, values: dict[str, Any]) -> None:
    """Rules between options, in the words of their names."""
    columns = values.get("features", values.get("numbers", 3) + values.get("categories", 0))
    if values["samples"] * columns > MAX_CELLS:
        raise ParameterError(
            f"samples times columns must be at most {MAX_CELLS:,}; got "
            f"{values['samples'] * columns:,}."
        )
    if "low" in values and values["low"] >= values["high"]:
        raise ParameterError(
            f"low must be below high; got low={values['low']:g} and high={values['high']:g}."
        )
    if kind == "mixed" and values["numbers"] + values["categories"] == 0:
        raise ParameterError("numbers and categories must not both be 0; got no columns at all.")
    spread = values.get("cluster_std")
    if isinstance(spread, list) and len(spread) != values["centers"]:
        raise ParameterError(
            f"cluster_std must be one number or one per centre ({values['centers']}); "
            f"got {len(spread)} numbers."
        )
    if kind == "circles" and values["factor"] >= 1:
        raise ParameterError(f"factor must be a number from 0 to below 1; got {values['factor']}.")
    if kind == "classification":
        _check_classification(values)


def _check_classification(values: dict[str, Any]) -> None:
    parts = values["informative"] + values["redundant"] + values["repeated"]
    if parts > values["features"]:
        raise ParameterError(
            "informative + redundant + repeated must be at most features="
            f"{values['features']}; got {parts}."
        )
    groups = values["classes"] * values["clusters_per_class"]
    if groups > 2 ** min(values["informative"], 62):
        raise ParameterError(
            f"classes x clusters_per_class must be at most 2^informative = "
            f"{2 ** values['informative']}; got {groups}. Raise informative."
        )
    weights = values["weights"]
    if weights is not None:
        if len(weights) not in (values["classes"], values["classes"] - 1):
            raise ParameterError(
                f"weights must have one number per class ({values['classes']}), or one less; "
                f"got {len(weights)}."
            )
        if not 0 < sum(weights) <= 1 + 1e-9:
            raise ParameterError(f"weights must add up to at most 1; got {sum(weights):g}.")


def _generate(kind: str, known: Kind, values: dict[str, Any]) -> tuple[Any, Any]:
    arguments = {known.options[name].argument: value for name, value in values.items()}
    if kind == "uniform":
        shape = (values["samples"], values["features"])
        draw = np.random.default_rng(values["seed"])
        return draw.uniform(values["low"], values["high"], shape), np.zeros(shape[0])
    from sklearn import datasets

    if kind == "blobs":
        arguments["center_box"] = (arguments.pop("low"), arguments.pop("high"))
    function: Callable[..., Any] = getattr(datasets, known.function)
    X, labels = function(**arguments)
    return X, None if kind in ("swiss_roll", "s_curve") else labels


def as_table(
    source: str,
    names: Sequence[str],
    values: Sequence[Any],
    truth: tuple[str, Sequence[str]] | None,
) -> Table:
    """Make a table of number columns and, last, the known truth."""
    import pyarrow as pa

    arrays = [pa.array(np.asarray(column, dtype=np.float64)) for column in values]
    fields = [tag(name, pa.float64()) for name in names]
    if truth is not None:
        arrays.append(pa.array(list(truth[1]), pa.string()))
        fields.append(tag(truth[0], pa.string(), role="label"))
    return Table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), source)
