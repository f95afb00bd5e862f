"""Pictures of a finished job: one function per picture, each returning a matplotlib Figure.

The functions read a :class:`shoal.clustering.Clustering` and compute nothing it does not hold
except what drawing needs. They use no global state of matplotlib and may run in many threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoal.plot.columns import number_columns
from shoal.plot.condensed_tree import condensed_tree
from shoal.plot.decision_graph import decision_graph
from shoal.plot.dendrogram import dendrogram
from shoal.plot.distributions import distributions
from shoal.plot.elbow import elbow
from shoal.plot.fits import FIT_PICTURES, can_draw, draw_fit, row_names, shows
from shoal.plot.images import image_grid
from shoal.plot.k_distance import k_distance
from shoal.plot.palettes import palettes
from shoal.plot.pca import pca
from shoal.plot.place_map import coordinates_of, place_map
from shoal.plot.profile import profile
from shoal.plot.reachability import reachability
from shoal.plot.scatter import scatter
from shoal.plot.scatter_3d import scatter_3d
from shoal.plot.silhouette import silhouette
from shoal.plot.sizes import sizes

if TYPE_CHECKING:
    from shoal.clustering import Clustering

__all__ = [
    "FIT_PICTURES",
    "PICTURES",
    "available",
    "can_draw",
    "condensed_tree",
    "decision_graph",
    "dendrogram",
    "distributions",
    "draw_fit",
    "elbow",
    "image_grid",
    "k_distance",
    "palettes",
    "pca",
    "place_map",
    "profile",
    "reachability",
    "row_names",
    "scatter",
    "scatter_3d",
    "shows",
    "silhouette",
    "sizes",
]

PICTURES = (
    "sizes",
    "profile",
    "place_map",
    "scatter",
    "scatter_3d",
    "pca",
    "distributions",
    "silhouette",
    "elbow",
)
"""Names of the pictures of a job, in the order of the report; `FIT_PICTURES` are those of a fit."""


def available(clustering: Clustering) -> tuple[str, ...]:
    """Name the pictures that can be drawn of this job."""
    numbers = len(number_columns(clustering))
    places = coordinates_of(clustering)
    # Where nothing but places was clustered, the map says it all.
    only_places = places is not None and set(places) == set(clustering.preparation.column_names)
    samples = clustering.silhouette_samples
    possible = {
        "profile": clustering.n_clusters > 0,
        "place_map": places is not None,
        "scatter": numbers >= 2 and not only_places,
        "scatter_3d": numbers == 3,
        "pca": min(clustering.matrix.X.shape) >= 2 and not only_places,
        "silhouette": samples is not None and len(samples) > 0,
        "elbow": clustering.choice is not None,
    }
    drawn = tuple(name for name in PICTURES if possible.get(name, True))
    fit = tuple(name for name in FIT_PICTURES if can_draw(clustering.model, name))
    # What the algorithm itself saw comes after what it found.
    first = tuple(name for name in drawn if name in ("sizes", "profile"))
    return first + fit + drawn[len(first) :]
