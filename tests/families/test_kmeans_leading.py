"""Leading coordinates make an exact fit faster and change nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from shoal import KMeans
from shoal.centroid import leading, rows


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "LEAST_WORK", 0.0)


def spectrum(n: int, d: int, seed: int, dtype: str) -> npt.NDArray[Any]:
    """Rows of embeddings as they come: a few directions carry most of the spread."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(d, d)))[0]
    centers = rng.normal(size=(150, d)) / np.sqrt(1 + np.arange(d))
    X = (
        centers[rng.integers(150, size=n)]
        + 0.4 * rng.normal(size=(n, d)) / (1 + np.arange(d)) ** 0.6
    )
    return (X @ basis).astype(dtype)


def fit(X: npt.NDArray[Any], k: int, **options: Any) -> KMeans:
    return KMeans(k, n_init=1, random_state=3, tol=0, max_iter=40, **options).fit(X)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize(
    "change",
    [
        lambda X: X,
        lambda X: X + 1000,
        lambda X: X * 1e-30,
        lambda X: X * 1e15,
        lambda X: np.repeat(X[: len(X) // 3], 3, axis=0),
        lambda X: np.round(X * 4),
    ],
    ids=["plain", "shifted", "tiny", "huge", "duplicates", "ties"],
)
def test_the_same_bits_as_without(dtype: str, change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.ascontiguousarray(change(spectrum(3000, 128, 1, dtype)).astype(dtype))
    used: list[bool] = []

    def seen(*arguments: Any) -> Any:
        found = leading.leading_coordinates(*arguments)
        used.append(found is not None)
        return found

    monkeypatch.setattr(rows, "leading_coordinates", seen)
    quick = [fit(X, 80, n_jobs=n_jobs) for n_jobs in (1, 2)]
    assert used == [True, True]
    monkeypatch.setattr(rows, "leading_coordinates", lambda *_: None)
    plain = fit(X, 80)
    for model in quick:
        assert model.labels_.tobytes() == plain.labels_.tobytes()
        assert model.cluster_centers_.tobytes() == plain.cluster_centers_.tobytes()
        assert (model.n_iter_, model.inertia_) == (plain.n_iter_, plain.inertia_)
    distances = ((X[:, None].astype("f8") - plain.cluster_centers_.astype("f8")) ** 2).sum(axis=2)
    assert (plain.labels_ == distances.argmin(axis=1)).mean() > 0.999


def test_the_coordinates_are_a_projection_within_the_bound() -> None:
    X = spectrum(2000, 128, 2, "f4") + 7
    found = leading.leading_coordinates(X, 64, 10)
    assert found is not None
    values, directions, origin, error = found
    np.testing.assert_allclose(directions.T @ directions, np.eye(directions.shape[1]), atol=1e-12)
    away = X.astype("f8") - origin
    off = np.linalg.norm(values - away @ directions, axis=1)
    assert (off <= error * np.linalg.norm(away, axis=1)).all()
    assert error < 1e-3


@pytest.mark.parametrize(
    "X",
    [
        np.random.default_rng(0).normal(size=(2000, 128)),
        np.full((500, 100), 3.0),
        np.random.default_rng(0).normal(size=(2000, 40)) @ np.ones((40, 40)),
        spectrum(500, 128, 1, "f8") * 1e60,
    ],
    ids=["isotropic", "constant", "short", "overflow"],
)
def test_where_they_do_not_pay_there_are_none(X: npt.NDArray[Any]) -> None:
    assert leading.leading_coordinates(X, 64, 10) is None
