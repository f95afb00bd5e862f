"""Pictures of a finished job: one function per picture, each returning a matplotlib Figure.

The functions read a :class:`shoal.clustering.Clustering` and compute nothing it does not hold
except what drawing needs. They use no global state of matplotlib and may run in many threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoal.plot.columns import number_columns
from shoal.plot.distributions import distributions
from shoal.plot.elbow import elbow
from shoal.plot.images import image_grid
from shoal.plot.palettes import palettes
from shoal.plot.pca import pca
from shoal.plot.profile import profile
from shoal.plot.scatter import scatter
from shoal.plot.scatter_3d import scatter_3d
from shoal.plot.silhouette import silhouette
from shoal.plot.sizes import sizes

if TYPE_CHECKING:
    from shoal.clustering import Clustering

__all__ = [
    "PICTURES",
    "available",
    "distributions",
    "elbow",
    "image_grid",
    "palettes",
    "pca",
    "profile",
    "scatter",
    "scatter_3d",
    "silhouette",
    "sizes",
]

PICTURES = (
    "sizes",
    "profile",
    "scatter",
    "scatter_3d",
    "pca",
    "distributions",
    "silhouette",
    "elbow",
)
"""Names of all pictures, in the order of the report."""


def available(clustering: Clustering) -> tuple[str, ...]:
    """Name the pictures that can be drawn of this job."""
    numbers = len(number_columns(clustering))
    samples = clustering.silhouette_samples
    possible = {
        "scatter": numbers >= 2,
        "scatter_3d": numbers == 3,
        "pca": min(clustering.matrix.X.shape) >= 2,
        "silhouette": samples is not None and len(samples) > 0,
        "elbow": clustering.choice is not None,
    }
    return tuple(name for name in PICTURES if possible.get(name, True))
