"""Latitude and longitude among the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.data.choose import check_names
from shoal.data.encode import as_numbers
from shoal.data.frames import RowCells
from shoal.data.prepare import Preparation, prepare
from shoal.data.table import Matrix, Table
from shoal.errors import DataError, ParameterError

__all__ = [
    "HAVERSINE",
    "are_degrees",
    "check_coordinates",
    "find_coordinates",
    "prepare_places",
    "remarks",
    "to_globe",
]

RADIUS = 6371.0088
"""Mean radius of the earth in kilometres (IUGG)."""

HAVERSINE = "haversine"
"""The metric that takes degrees of latitude and longitude and gives kilometres."""

LATITUDE = frozenset(["lat", "latitude", "lats", "reclat", "latdeg", "latitudedeg"])
LONGITUDE = frozenset(
    ["lon", "lng", "long", "longitude", "lons", "longs", "reclon", "reclong", "londeg", "lngdeg",
     "longdeg", "longitudedeg"]
)  # fmt: skip

Floats = npt.NDArray[np.float64]


def find_coordinates(names: Sequence[str]) -> tuple[str, str] | None:
    """Find a latitude and a longitude by their names.

    Parameters
    ----------
    names : sequence of str
        Names of columns.

    Returns
    -------
    tuple of (str, str), or None
        Latitude and longitude, when exactly one pair goes together: ``pickup_lat`` with
        ``pickup_lon``, say, but not with ``dropoff_lon``.

    Examples
    --------
    >>> find_coordinates(["name", "reclat", "reclong"])
    ('reclat', 'reclong')
    >>> find_coordinates(["platform", "along"])
    """
    found: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for name in names:
        words = tuple(re.findall(r"[a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()))
        for at, word in enumerate(words):
            side = 0 if word in LATITUDE else 1 if word in LONGITUDE else None
            if side is not None:
                rest = (*words[:at], *words[at + 1 :])
                found.setdefault(rest, ([], []))[side].append(name)
                break
    pairs = [(lats[0], lons[0]) for lats, lons in found.values() if len(lats) == len(lons) == 1]
    return pairs[0] if len(pairs) == 1 else None


def check_coordinates(table: Table, latitude: str, longitude: str) -> None:
    """Refuse degrees that are none, with the first row that holds them.

    Parameters
    ----------
    table : Table
    latitude, longitude : str
        Columns; missing values are not looked at.

    Raises
    ------
    DataError
        A latitude is outside -90 to 90, or a longitude outside -180 to 360.
    """
    lats, lons = as_numbers(table, latitude), as_numbers(table, longitude)
    bad_lat, bad_lon = np.abs(lats) > 90, (lons < -180) | (lons > 360)
    for name, bad, values, allowed in (
        (latitude, bad_lat, lats, "latitude must be from -90 to 90"),
        (longitude, bad_lon, lons, "longitude must be from -180 to 360"),
    ):
        if bad.any():
            row = int(np.argmax(bad))
            where, _ = RowCells(table.source, name, table.first_line).place(row)
            remedy = "Correct the row or leave it out."
            if name == latitude and not (np.abs(lons[np.isfinite(lons)]) > 90).any():
                remedy = (
                    f"{longitude!r} would do as a latitude, so the two columns may be swapped: "
                    f"name them with --columns {longitude},{latitude}, latitude first."
                )
            raise DataError(f"{where}: a {allowed} degrees; got {float(values[row])!r}. {remedy}")


def prepare_places(table: Table, preparing: Mapping[str, Any]) -> tuple[Matrix, Preparation]:
    """Prepare a latitude and a longitude in degrees, as they are, and nothing else.

    Parameters
    ----------
    table : Table
    preparing : mapping of str to object
        Arguments of `prepare`. Of the columns, the pair named like coordinates is used; two others
        are taken as latitude and longitude in the order given. Rows without a place are left out
        unless ``missing`` says otherwise.

    Returns
    -------
    tuple of (Matrix, Preparation)

    Raises
    ------
    ParameterError
        There is no such pair.
    DataError
        A value is no degree of latitude or longitude.
    """
    given = preparing.get("columns")
    names = list(given) if given else table.column_names
    as_given = (given[0], given[1]) if given and len(given) == 2 else None
    pair = find_coordinates(names) or as_given
    if pair is None:
        shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        raise ParameterError(
            "metric='haversine' must have a latitude and a longitude among the columns; got "
            f"{shown}. Name them with --columns LATITUDE,LONGITUDE."
        )
    check_names(table, "columns", pair)
    if as_given is not None and not are_degrees(table, *pair) and are_degrees(table, *as_given):
        pair = as_given  # columns that were named the wrong way round, put right by the user
    check_coordinates(table, *pair)
    options = {**preparing, "columns": list(pair), "scale": "none", "transform": "none"}
    options["missing"] = preparing.get("missing") or "drop"
    matrix, preparation = prepare(table, **options)
    if preparation.column_names != pair:
        gone = dict(preparation.dropped)
        name = next(name for name in pair if name not in preparation.column_names)
        raise DataError(f"{table.source}, column {name!r} must vary; got one where {gone[name]}.")
    return matrix, preparation


def remarks(table: Table, latitude: str, longitude: str) -> list[str]:
    """Say how places are measured, and point at those where hardly anything is: at 0, 0."""
    measured = (
        f"Distances are those along the surface of the earth in kilometres, from {latitude!r} and "
        f"{longitude!r} in degrees; no other column takes part."
    )
    lats, lons = as_numbers(table, latitude), as_numbers(table, longitude)
    zero = int(np.count_nonzero((lats == 0) & (lons == 0)))
    if zero < 2:
        return [measured]
    unknown = (
        f"{zero:,} rows lie at exactly 0, 0, which often stands for an unknown place; if it does "
        "here, leave them out beforehand."
    )
    return [measured, unknown]


def are_degrees(table: Table, latitude: str, longitude: str) -> bool:
    """Whether two columns hold nothing but degrees of latitude and longitude."""
    try:
        check_coordinates(table, latitude, longitude)
    except DataError:
        return False
    return True


def to_globe(degrees: Floats) -> Floats:
    """Turn degrees into places in space, in kilometres from the centre of the earth.

    Parameters
    ----------
    degrees : ndarray of shape (n, 2), float64
        Latitude and longitude.

    Returns
    -------
    ndarray of shape (n, 3), float64
        Straight lines between them are a little shorter than the way along the surface, and
        longer whenever that is.
    """
    lat, lon = np.radians(degrees.T)
    flat = np.cos(lat)
    return RADIUS * np.stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)], axis=1)
