"""The groups on the two directions in which the prepared rows differ most."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.axis import Scale
from shoal.plot.columns import features, matrix_labels, spread
from shoal.plot.points import draw_badges, draw_points, medians
from shoal.plot.text import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["Projection", "pca", "project"]

MOST_ROWS = 20_000
MOST_NUMBERS = 4_000_000
COVARIANCE_BELOW = 600


class Projection(NamedTuple):
    """Two principal components.

    Attributes
    ----------
    places : ndarray of shape (n_samples, 2)
        Every row of the matrix on them.
    axes : ndarray of shape (2, n_features)
        The components, unit length.
    shares : tuple of float
        Share of the variance each holds.
    n_rows : int
        Rows they were computed from.
    """

    places: npt.NDArray[np.float64]
    axes: npt.NDArray[np.float64]
    shares: tuple[float, float]
    n_rows: int


def project(X: npt.NDArray[np.float64]) -> Projection:
    """Find two principal components, from evenly spread rows when there are very many."""
    n_samples, n_features = X.shape
    wide = n_features > COVARIANCE_BELOW
    at_most = COVARIANCE_BELOW if wide else min(MOST_ROWS, MOST_NUMBERS // n_features)
    sample = X[spread(n_samples, at_most)]
    mean = sample.mean(axis=0)
    sample = sample - mean
    if not wide:
        values, vectors = np.linalg.eigh(sample.T @ sample)
        components = vectors[:, [-1, -2]].T
    else:
        values, vectors = np.linalg.eigh(sample @ sample.T)
        components = vectors[:, [-1, -2]].T @ sample
        components /= np.maximum(np.linalg.norm(components, axis=1, keepdims=True), 1e-300)
    # An eigenvector's sign is arbitrary; fix it so that a picture does not flip between machines.
    largest = np.abs(components).argmax(axis=1)
    components = components * np.sign(components[[0, 1], largest])[:, None]
    total = float(np.maximum(values, 0).sum()) or 1.0
    shares = (max(float(values[-1]), 0.0) / total, max(float(values[-2]), 0.0) / total)
    places = X @ components.T - mean @ components.T
    return Projection(places, components, shares, sample.shape[0])


def pca(clustering: Clustering, projection: Projection | None = None) -> Figure:
    """Draw the rows on the first two principal components of the prepared matrix.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    projection : Projection, optional
        The result of `project` when it is already at hand.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If the matrix has fewer than two columns or rows.
    """
    if min(clustering.matrix.X.shape) < 2:
        raise ParameterError(
            f"the matrix must have two rows and two columns; got {clustering.matrix.X.shape}. "
            "Draw distributions instead."
        )
    found = projection or project(features(clustering)[0])
    labels = matrix_labels(clustering)
    figure = style.new_figure(5.6)
    axes = style.new_axes(figure, 0.95, 0.75, 7.2, 4.65)
    style.tidy(axes)
    centres = []
    for at, which in enumerate("xy"):
        values = found.places[:, at]
        name = f"Component {at + 1}: {percent(found.shares[at])} of the variance"
        Scale(float(values.min()), float(values.max())).apply(axes, which, 7, name)  # type: ignore[arg-type]
        centres.append(medians(values, labels, clustering.n_clusters))
    dense = draw_points(axes, found.places[:, 0], found.places[:, 1], labels)
    draw_badges(axes, centres[0], centres[1])
    notes = [f"Density of {labels.size:,} rows."] if dense else []
    if found.n_rows < labels.size:
        notes.append(f"Components computed from {found.n_rows:,} evenly spread rows.")
    if notes:
        style.add_note(figure, " ".join(notes))
    return figure
