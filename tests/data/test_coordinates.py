"""Latitude and longitude: found by name and range, refused where they are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shoal.data.coordinates import (
    are_degrees,
    check_coordinates,
    find_coordinates,
    prepare_places,
    remarks,
    to_globe,
)
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError


def table(lats: Any, lons: Any, names: tuple[str, str] = ("lat", "lon")) -> Table:
    columns = {
        "name": [f"place {i}" for i in range(len(lats))],
        names[0]: pa.array(lats, pa.float64()),
        names[1]: pa.array(lons, pa.float64()),
        "mass": np.arange(float(len(lats))),
    }
    return Table(pa.table(columns), "places.csv", (), 2)


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (["lat", "lon"], ("lat", "lon")),
        (["Longitude", "Latitude"], ("Latitude", "Longitude")),
        (["id", "reclat", "reclong", "mass"], ("reclat", "reclong")),
        (["LAT", "LNG"], ("LAT", "LNG")),
        (["geo.lat", "geo.long"], ("geo.lat", "geo.long")),
        (["startLat", "startLng"], ("startLat", "startLng")),
        (["latitude (deg)", "longitude (deg)"], ("latitude (deg)", "longitude (deg)")),
        (["pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon"], None),
        (["pickup_lat", "dropoff_lon"], None),
        (["lat", "lat", "lon"], None),
        (["platform", "along", "flat", "longing"], None),
        (["lat"], None),
        ([], None),
    ],
)
def test_a_pair_is_found_by_its_names(names: list[str], pair: tuple[str, str] | None) -> None:
    assert find_coordinates(names) == pair


def test_degrees_are_taken_as_they_are() -> None:
    data = table([10.0, None, -80.5, 0.0], [170.0, 3.0, -179.0, 359.0])
    matrix, preparation = prepare_places(data, {"scale": "standard", "types": {}})
    assert preparation.column_names == ("lat", "lon")
    np.testing.assert_array_equal(matrix.X[:2], [[10.0, 170.0], [-80.5, -179.0]])
    np.testing.assert_array_equal(matrix.rows, [0, 2, 3])
    assert preparation.scale == "none"


def test_two_columns_that_are_named_are_latitude_and_longitude() -> None:
    data = table([10.0, 20.0], [170.0, 3.0], names=("a", "b"))
    matrix, _ = prepare_places(data, {"columns": ["a", "b"]})
    np.testing.assert_array_equal(matrix.X[0], [10.0, 170.0])
    matrix, _ = prepare_places(table([1.0, 2.0], [3.0, 5.0]), {"columns": ["lon", "lat"]})
    np.testing.assert_array_equal(matrix.X[0], [1.0, 3.0])


def test_swapped_columns_can_be_put_right() -> None:
    swapped = table([120.0, 150.0], [10.0, 20.0])
    matrix, _ = prepare_places(swapped, {"columns": ["lon", "lat"]})
    np.testing.assert_array_equal(matrix.X, [[10.0, 120.0], [20.0, 150.0]])


def test_without_a_pair_there_are_no_places() -> None:
    data = table([10.0, 20.0], [170.0, 3.0], names=("a", "b"))
    with pytest.raises(ParameterError, match="must have a latitude and a longitude among the col"):
        prepare_places(data, {})
    with pytest.raises(ParameterError, match=r"columns must name columns of places\.csv; got 'c'"):
        prepare_places(data, {"columns": ["a", "c"]})


@pytest.mark.parametrize(
    ("lats", "lons", "sentence"),
    [
        ([1.0, 95.0], [2.0, 3.0], r"places.csv, line 3, column 'lat': a latitude must be from -90"),
        ([1.0, 9.0], [2.0, -181.0], r"line 3, column 'lon': a longitude must be from -180 to 360"),
        ([1.0, 9.0], [361.0, 0.0], r"line 2, column 'lon': .* got 361.0. Correct the row"),
        ([1.0, 120.0], [2.0, 50.0], r"may be swapped: name them with --columns lon,lat"),
        ([1.0, 120.0], [2.0, 150.0], r"line 3, column 'lat': .* got 120.0. Correct the row"),
    ],
)
def test_what_is_no_degree_is_refused_with_its_row(lats: Any, lons: Any, sentence: str) -> None:
    data = table(lats, lons)
    assert not are_degrees(data, "lat", "lon")
    with pytest.raises(DataError, match=sentence):
        check_coordinates(data, "lat", "lon")
    with pytest.raises(DataError, match=sentence):
        prepare_places(data, {})


def test_a_single_place_is_refused() -> None:
    with pytest.raises(DataError, match="column 'lat' must vary; got one where it is constant"):
        prepare_places(table([5.0] * 9, list(range(9))), {})


def test_rows_at_zero_are_pointed_at() -> None:
    said = remarks(table([0.0, 0.0, 1.0], [0.0, 0.0, 0.0]), "lat", "lon")
    assert said[0].startswith("Distances are those along the surface of the earth in kilometres")
    assert said[1].startswith("2 rows lie at exactly 0, 0,")
    assert len(remarks(table([0.0, 1.0], [0.0, 0.0]), "lat", "lon")) == 1


def test_the_globe_is_round() -> None:
    places = to_globe(np.array([[0.0, 0.0], [0.0, 180.0], [90.0, 77.0], [0.0, 90.0], [0.0, 360.0]]))
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 6371.0088)
    np.testing.assert_allclose(np.linalg.norm(places[0] - places[1]), 2 * 6371.0088)
    np.testing.assert_allclose(places[0], places[4], atol=1e-9)
    np.testing.assert_allclose(places[2], [0, 0, 6371.0088], atol=1e-9)
