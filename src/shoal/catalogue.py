"""One row per algorithm: the only file that knows them all.

The command line's choices, ``shoal algorithms``, the contract tests, the table of
``docs/algorithms``, the memory check and the audit are all made from these rows.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shoal.errors import ParameterError

__all__ = ["ALGORITHMS", "CAPABILITIES", "Algorithm", "Cost", "Option", "Paper", "find", "names"]

CAPABILITIES: tuple[str, ...] = (
    "predict",
    "membership",
    "outlier_scores",
    "sample_weight",
    "partial_fit",
    "blocks",
)
"""The columns of the grid; every row says yes, or why not, for each of them."""

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "log2": math.log2}


@dataclass(frozen=True, slots=True)
class Cost:
    """A formula in n (rows), d (columns) and k (clusters) that is both shown and computed."""

    formula: str

    def __call__(self, n: int, d: int, k: int) -> float:
        """Value of the formula."""
        tree = ast.parse(self.formula, mode="eval").body
        return _evaluate(tree, {"n": float(n), "d": float(d), "k": float(k)})


def _evaluate(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=args) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_evaluate(arg, values) for arg in args))
    raise ValueError(f"a cost formula must use n, d, k, numbers and + - * / **; got {node!r}")


@dataclass(frozen=True, slots=True)
class Option:
    """A parameter of the estimator that the command line offers.

    Attributes
    ----------
    name : str
        Parameter of the estimator; the flag is ``--`` and the name with dashes.
    type : type or tuple of str
        ``int``, ``float``, or the words to choose from.
    help : str
        One line.
    """

    name: str
    type: type[int | float] | tuple[str, ...]
    help: str

    @property
    def flag(self) -> str:
        """The command-line flag."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Paper:
    """Where the algorithm was published."""

    citation: str
    doi: str


def _no_defaults(_n: int, _d: int, _k: int) -> dict[str, Any]:
    return {}


def _nothing_fixed(_X: Any, _k: int) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A row.

    Attributes
    ----------
    name, title, family, summary, suits : str
        Name on the command line, name in prose, package under ``shoal``, what it does, and which
        data it suits; one sentence each.
    estimator, function : str
        ``"module:attribute"``, imported on first use.
    assignment : {"hard", "soft"}
        Whether a row belongs to one cluster or to several by degrees.
    needs_k, finds_noise : bool
        Whether the number of clusters is a parameter, and whether rows may stay unassigned.
    accepts : tuple of str
        Of ``"dense"``, ``"sparse"``, ``"distances"``, ``"mixed"``.
    supports : mapping of str to True or str
        One cell per name in `CAPABILITIES`: True, or the reason why not.
    time, memory : Cost
        Operations, and peak bytes beyond the input.
    state : tuple of str
        Fitted attributes that ``predict`` and ``membership`` need; what a model file holds.
    paper : Paper
    page : str
        Path of the page in the repository.
    test_data : tuple of str
        Data of the contract tests: ``"sample:NAME"`` or a kind of ``shoal samples make``.
    scenario : str
        Module of the benchmark under ``benchmarks/scenarios``.
    options : tuple of Option
        Parameters on the command line.
    defaults : callable (n, d, k) -> dict
        Parameters the main job uses when the user gives none.
    continued : callable (centres) -> dict, or None
        Parameters that continue from the centres which the sweep over k found; None when the
        algorithm starts anew with the k chosen.
    fixed : callable (X, k) -> dict
        Parameters that leave nothing to chance, for the contract tests.
    """

    name: str
    title: str
    family: str
    summary: str
    suits: str
    estimator: str
    function: str
    assignment: Literal["hard", "soft"]
    needs_k: bool
    finds_noise: bool
    accepts: tuple[str, ...]
    supports: Mapping[str, Literal[True] | str]
    time: Cost
    memory: Cost
    state: tuple[str, ...]
    paper: Paper
    page: str
    test_data: tuple[str, ...]
    scenario: str
    options: tuple[Option, ...] = ()
    defaults: Callable[[int, int, int], dict[str, Any]] = _no_defaults
    continued: Callable[[Any], dict[str, Any]] | None = None
    fixed: Callable[[Any, int], dict[str, Any]] = _nothing_fixed

    def load_estimator(self) -> type[Any]:
        """Import the estimator class."""
        loaded: type[Any] = _load(self.estimator)
        return loaded

    def load_function(self) -> Callable[..., Any]:
        """Import the function under the estimator."""
        loaded: Callable[..., Any] = _load(self.function)
        return loaded

    def can(self, capability: str) -> bool:
        """Whether the cell of the grid is a plain yes."""
        return self.supports.get(capability) is True

    def seconds(self, n: int, d: int, k: int) -> float:
        """Rough time of one fit on one core, at two billion operations a second."""
        return self.time(n, d, k) / 2e9


def _load(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _kmeans_defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return as many starts as the size allows: one start often merges two groups."""
    affordable = 4e9 / max(1.0, float(n) * d * k * 20)
    return {"n_init": int(min(32, max(4, affordable)))}


def _kmeans_continued(centres: Any) -> dict[str, Any]:
    return {"init": centres, "n_init": 1}


def _kmeans_fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts."""
    return {"n_clusters": k, "init": X[[i * len(X) // k for i in range(k)]], "n_init": 1}


ALGORITHMS: tuple[Algorithm, ...] = (
    Algorithm(
        name="kmeans",
        title="K-means",
        family="centroid",
        summary="Splits the rows into k groups around their means.",
        suits="Compact groups of similar spread in number columns, from dozens to millions of "
        "rows; the first thing to try.",
        estimator="shoal.centroid:KMeans",
        function="shoal.centroid:kmeans",
        assignment="hard",
        needs_k=True,
        finds_noise=False,
        accepts=("dense", "sparse"),
        supports={
            "predict": True,
            "membership": True,
            "outlier_scores": True,
            "sample_weight": True,
            "partial_fit": "every iteration needs all rows; mini-batch k-means takes batches",
            "blocks": "every iteration reads all rows in memory",
        },
        time=Cost("20 * n * d * k"),
        memory=Cost("8 * n * d + 40 * n + 64 * k * d"),
        state=("cluster_centers_", "cluster_radii_", "n_features_in_", "inertia_", "n_iter_"),
        paper=Paper(
            "Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on "
            "Information Theory 28(2), 129-137.",
            "10.1109/TIT.1982.1056489",
        ),
        page="docs/algorithms/kmeans.md",
        test_data=("blobs", "sample:iris"),
        scenario="kmeans",
        options=(
            Option("n_init", int, "Number of starts; the best one is kept."),
            Option("max_iter", int, "Most iterations of one start."),
            Option("tol", float, "Centres that move less than this end the fit."),
            Option("init", ("k-means++", "random"), "How the first centres are drawn."),
        ),
        defaults=_kmeans_defaults,
        continued=_kmeans_continued,
        fixed=_kmeans_fixed,
    ),
)


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
