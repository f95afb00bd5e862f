"""The folder ``shoal digits`` leaves behind."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal import plot
from shoal.plot import style
from shoal.progress import Callback, Event
from shoal.report.place import RESULT, whole_folder
from shoal.report.result import to_json

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.recipes.digits import DigitFit, Digits

__all__ = ["DIGITS_FORMAT", "describe_digits", "draw_digits", "write_digits"]

DIGITS_FORMAT = "shoal.digits"
UNSURE = 0.5
MOST_DRAWN = 1024


def write_digits(
    result: Digits,
    directory: str | os.PathLike[str],
    *,
    force: bool = False,
    callback: Callback | None = None,
) -> Path:
    """Write a picture of the centres for each number of clusters, and the result.

    Parameters
    ----------
    result : Digits
        The finished job.
    directory : path
        Folder to make; whole or not there at all, as `shoal.report.write_folder` makes it.
    force : bool, default=False
        Replace `directory` if it is empty or an earlier result of the same kind.
    callback : callable, optional
        Called with an event before each file.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If the folder exists, cannot be written, or the disk is full; nothing is left behind.
    """
    with whole_folder(directory, force=force, kind=DIGITS_FORMAT) as folder:
        drawn = [fit for fit in result.fits if fit.n_clusters <= MOST_DRAWN]
        for place, fit in enumerate(drawn):
            name = picture_name(fit)
            if callback is not None:
                callback(Event("write", place, len(drawn), f"writing {name}"))
            (folder / name).write_bytes(style.png(draw_digits(fit)))
        (folder / RESULT).write_bytes(to_json(describe_digits(result)))
    return Path(directory)


def picture_name(fit: DigitFit) -> str:
    """File that shows the centres of a fit."""
    return f"centroids-{fit.n_clusters}.png"


def draw_digits(fit: DigitFit) -> Figure:
    """Draw the centres of a fit, digit after digit, the surest of each first.

    Parameters
    ----------
    fit : DigitFit

    Returns
    -------
    matplotlib.figure.Figure
    """
    order = np.lexsort((-fit.shares, fit.digits))
    unsure = fit.shares[order] < UNSURE
    titles = [str(digit) if digit >= 0 else "–" for digit in fit.digits[order].tolist()]
    return plot.image_grid(
        fit.centers[order],
        titles,
        faint=unsure.tolist(),
        heading=f"{fit.n_clusters} clusters: {fit.test.accuracy:.1%} of the test images are right",
        note="Faint titles: less than half of the cluster's images show that digit."
        if unsure.any()
        else "",
    )


def describe_digits(result: Digits) -> dict[str, Any]:
    """Gather the content of ``result.json``; plain values.

    Parameters
    ----------
    result : Digits

    Returns
    -------
    dict
    """
    return {
        "format": DIGITS_FORMAT,
        "format_version": 1,
        "source": result.source,
        "algorithm": result.algorithm,
        "seed": result.seed,
        "shape": list(result.shape),
        "n_train": result.n_train,
        "n_test": result.n_test,
        "fits": [
            {
                "n_clusters": fit.n_clusters,
                "seconds": fit.seconds,
                "train": asdict(fit.train),
                "test": asdict(fit.test),
                "digits": fit.digits.tolist(),
                "sizes": fit.sizes.tolist(),
                "shares": fit.shares.tolist(),
                "picture": picture_name(fit) if fit.n_clusters <= MOST_DRAWN else None,
            }
            for fit in result.fits
        ],
        "notes": list(result.notes),
    }
