"""Clustering for everyday data: one call for the whole job, or scikit-learn's building blocks.

>>> import shoal
>>> result = shoal.cluster("sample:iris", n_clusters=3)  # doctest: +SKIP
>>> result.cards[0].name  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoal.centroid import BisectingKMeans as BisectingKMeans
    from shoal.centroid import ConstrainedKMeans as ConstrainedKMeans
    from shoal.centroid import FuzzyCMeans as FuzzyCMeans
    from shoal.centroid import KMeans as KMeans
    from shoal.centroid import KMedians as KMedians
    from shoal.centroid import KMedoids as KMedoids
    from shoal.centroid import MiniBatchKMeans as MiniBatchKMeans
    from shoal.centroid import SphericalKMeans as SphericalKMeans
    from shoal.centroid import bisecting_kmeans as bisecting_kmeans
    from shoal.centroid import constrained_kmeans as constrained_kmeans
    from shoal.centroid import fuzzy_c_means as fuzzy_c_means
    from shoal.centroid import kmeans as kmeans
    from shoal.centroid import kmedians as kmedians
    from shoal.centroid import kmedoids as kmedoids
    from shoal.centroid import minibatch_kmeans as minibatch_kmeans
    from shoal.centroid import spherical_kmeans as spherical_kmeans
    from shoal.clustering import Card as Card
    from shoal.clustering import Clustering as Clustering
    from shoal.clustering import KChoice as KChoice
    from shoal.clustering import Trait as Trait
    from shoal.connectivity import AgglomerativeClustering as AgglomerativeClustering
    from shoal.connectivity import linkage as linkage
    from shoal.data.blocks import open_blocks as open_blocks
    from shoal.data.prepare import Preparation as Preparation
    from shoal.data.prepare import prepare as prepare
    from shoal.data.read import read_table as read_table
    from shoal.data.table import Matrix as Matrix
    from shoal.data.table import Table as Table
    from shoal.density import DBSCAN as DBSCAN
    from shoal.density import HDBSCAN as HDBSCAN
    from shoal.density import OPTICS as OPTICS
    from shoal.density import DensityPeaks as DensityPeaks
    from shoal.density import MeanShift as MeanShift
    from shoal.density import dbscan as dbscan
    from shoal.density import density_peaks as density_peaks
    from shoal.density import hdbscan as hdbscan
    from shoal.density import mean_shift as mean_shift
    from shoal.density import optics as optics
    from shoal.errors import Cancelled as Cancelled
    from shoal.errors import DataError as DataError
    from shoal.errors import MemoryBudgetError as MemoryBudgetError
    from shoal.errors import OutputError as OutputError
    from shoal.errors import ParameterError as ParameterError
    from shoal.errors import ShoalError as ShoalError
    from shoal.model_file import LoadedModel as LoadedModel
    from shoal.progress import Event as Event
    from shoal.recipes.palette import Palette as Palette
    from shoal.recipes.palette import palette as palette
    from shoal.selection import choose_k as choose_k
    from shoal.workflow import cluster as cluster
    from shoal.workflow import load_model as load_model
    from shoal.workflow import predict as predict

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "Cancelled": "errors",
    "Card": "clustering",
    "Clustering": "clustering",
    "DataError": "errors",
    "Event": "progress",
    "KChoice": "clustering",
    "LoadedModel": "model_file",
    "Matrix": "data.table",
    "MemoryBudgetError": "errors",
    "OutputError": "errors",
    "Palette": "recipes.palette",
    "ParameterError": "errors",
    "Preparation": "data.prepare",
    "ShoalError": "errors",
    "Table": "data.table",
    "Trait": "clustering",
    "choose_k": "selection",
    "cluster": "workflow",
    "load_model": "workflow",
    "open_blocks": "data.blocks",
    "palette": "recipes.palette",
    "predict": "workflow",
    "prepare": "data.prepare",
    "read_table": "data.read",
}


def _algorithms() -> dict[str, str]:
    """Classes and functions of all algorithms, by name, as ``"module:attribute"``."""
    from shoal.catalogue import ALGORITHMS

    paths = (path for row in ALGORITHMS for path in (row.estimator, row.function))
    return {path.partition(":")[2]: path for path in paths}


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted({"__version__", *_HOMES, *_algorithms()})
    if name in _HOMES:
        module, attribute = f"shoal.{_HOMES[name]}", name
    else:
        module, _, attribute = _algorithms().get(name, "").partition(":")
    if not module or name.startswith("_"):
        raise AttributeError(f"module 'shoal' has no attribute {name!r}")
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})
