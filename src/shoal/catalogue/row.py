"""What a row of the catalogue holds."""

from __future__ import annotations

import ast
import importlib
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["CAPABILITIES", "FAMILIES", "PROMISES", "Algorithm", "Cost", "Option", "Paper"]

CAPABILITIES: tuple[str, ...] = (
    "predict",
    "membership",
    "outlier_scores",
    "sample_weight",
    "partial_fit",
    "blocks",
)
"""The columns of the grid; every row says yes, or why not, for each of them."""

PROMISES: tuple[str, ...] = (
    "labels_are_predicted",
    "outlier_scores_are_predicted",
    "constant_columns",
)
"""What the contract tests ask of every row unless it says why not: ``predict`` of the training rows
gives ``labels_``, so that equal rows share a label; ``outlier_scores`` of them gives
``outlier_scores_``; and a constant column changes no label."""

FAMILIES: tuple[str, ...] = (
    "centroid",
    "connectivity",
    "density",
    "distribution",
    "group",
    "graph",
    "neural",
    "topics",
    "stream",
)
"""Packages under ``shoal`` that hold algorithms, in the order in which they are shown."""

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


Number = type[int | float]
Kind = Number | tuple[Number | str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A parameter of the estimator that the command line offers.

    Attributes
    ----------
    name : str
        Parameter of the estimator; the flag is ``--`` and the name with dashes.
    type : type, or tuple of str that may begin with a type
        ``int`` or ``float``; the words to choose from; a number or a word, as in
        ``(float, "auto")``; or ``bool`` for a flag that switches the parameter on.
    help : str
        One line.
    also : str
        A shorter flag for the same, such as ``"--height"``; empty when there is none.
    """

    name: str
    type: Kind
    help: str
    also: str = ""

    @property
    def flag(self) -> str:
        """The command-line flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def words(self) -> tuple[str, ...]:
        """The words to choose from; none when only a number will do."""
        parts = self.type if isinstance(self.type, tuple) else ()
        return tuple(part for part in parts if isinstance(part, str))

    @property
    def number(self) -> Number | None:
        """The kind of number it takes; None when only words will do."""
        parts = self.type if isinstance(self.type, tuple) else (self.type,)
        return next((part for part in parts if isinstance(part, type)), None)


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
    replaces_k : str
        Parameter that decides instead of the number of clusters, such as the height of a cut;
        empty when there is none.
    accepts : tuple of str
        Of ``"dense"``, ``"sparse"``, ``"distances"``, ``"mixed"`` (numbers beside codes of
        categories), ``"categories"`` (codes only) and ``"missing"`` (NaN is a missing value).
    supports : mapping of str to True or str
        One cell per name in `CAPABILITIES`: True, or the reason why not.
    time, memory : Cost
        Operations, and peak bytes beyond the input.
    state : tuple of str
        Fitted attributes that ``predict`` and ``membership`` need; what a model file holds.
    drawn : tuple of str
        Fitted attributes that pictures show, such as a tree; a model file holds them too. Their
        numbers may be infinite.
    hints : mapping of str to str
        What to change when the result is not what was hoped for, a sentence each: ``"noise"`` when
        many rows are in no group, ``"single"`` when nearly all are in one.
    paper : Paper
    page : str
        Path of the page in the repository.
    test_data : tuple of str
        Data of the contract tests: ``"sample:NAME"`` or a kind of ``shoal samples make``.
    scenario : str
        Module of the benchmark under ``benchmarks/scenarios``.
    departures : mapping of str to str
        Promises of `PROMISES` that the algorithm cannot keep, each with the reason.
    options : tuple of Option
        Parameters on the command line.
    defaults : callable (n, d, k) -> dict
        Parameters the main job uses when the user gives none.
    continued : callable (centres) -> dict, or None
        Parameters that continue from the centres which the sweep over k found; None when the
        algorithm starts anew with the k chosen.
    dissimilarity : {"euclidean", "own"}
        Whether k-means can stand for the algorithm in the sweep over k, and its indices judge the
        result; or it is swept and judged by its own ``inertia_`` and ``silhouette_samples``.
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
    departures: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    defaults: Callable[[int, int, int], dict[str, Any]] = _no_defaults
    continued: Callable[[Any], dict[str, Any]] | None = None
    dissimilarity: Literal["euclidean", "own"] = "euclidean"
    fixed: Callable[[Any, int], dict[str, Any]] = _nothing_fixed
    replaces_k: str = ""
    drawn: tuple[str, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)

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

    @property
    def takes_k(self) -> bool:
        """Whether the number of clusters may be given."""
        return self.needs_k or "n_clusters" in self.load_estimator()().get_params()

    @property
    def cuts_a_tree(self) -> bool:
        """Whether one tree of merges holds the clusters for every k."""
        return "linkage_matrix_" in self.drawn

    @property
    def encoding(self) -> str:
        """How :func:`shoal.prepare` encodes categories for it."""
        if "categories" in self.accepts:
            return "categories"
        return "codes" if "mixed" in self.accepts else "indicators"

    def seconds(self, n: int, d: int, k: int) -> float:
        """Rough time of one fit on one core, at two billion operations a second."""
        return self.time(n, d, k) / 2e9


def _load(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)
