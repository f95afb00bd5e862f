"""Bundled samples and tables made to order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from shoal.data import samples
from shoal.data.prepare import prepare
from shoal.data.read import read_table
from shoal.data.table import Table
from shoal.errors import ParameterError


@pytest.mark.parametrize("sample", samples.describe(), ids=lambda sample: sample.name)
def test_samples_are_as_described(sample: samples.Sample) -> None:
    table = read_table(f"sample:{sample.name}")
    assert (table.n_rows, len(table.column_names)) == (sample.rows, sample.columns)
    assert table.source == f"sample:{sample.name}"
    if sample.label is not None:
        matrix, preparation = prepare(table)
        assert preparation.label == sample.label
        assert sample.label not in preparation.column_names
        assert matrix.truth is not None
        assert len(set(matrix.truth)) in (3, 10)
    assert sum(column.null_count for column in table.data.columns) == 0


def test_customers_add_up() -> None:
    data = samples.load("customers").data.to_pydict()
    assert sum(data["purchases"]) == 6919
    assert len(set(data["customer_id"])) == 2357
    baskets = np.array(data["total_spend"]) / np.array(data["purchases"])
    np.testing.assert_allclose(baskets, data["average_basket"], atol=0.0051)
    assert all(
        0 <= r <= t
        for r, t in zip(data["days_since_last_purchase"], data["days_as_customer"], strict=True)
    )


def test_the_image_is_read_whole() -> None:
    image = samples.image("china")
    assert image.shape == (427, 640, 3)
    assert samples.path("china").suffix == ".jpg"
    red = samples.load("china").data.column("red").to_numpy()
    np.testing.assert_array_equal(red.reshape(427, 640), image[:, :, 0])


@pytest.mark.parametrize("call", [samples.load, samples.path])
def test_an_unknown_sample_is_named_with_its_nearest(call: Any) -> None:
    with pytest.raises(ParameterError, match=r"got 'irs'\. Did you mean 'iris'\?"):
        call("irs")


def test_only_files_have_a_path_and_only_images_pixels() -> None:
    with pytest.raises(ParameterError, match="path is known for customers and china"):
        samples.path("iris")
    with pytest.raises(ParameterError, match="image must name the sample image china"):
        samples.image("iris")


def numbers(table: Table) -> Any:
    names = [name for name in table.column_names if name != "label"]
    return np.column_stack([table.data.column(name).to_numpy() for name in names])


SAME: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    (
        "classification",
        {
            "samples": 60,
            "features": 7,
            "informative": 3,
            "redundant": 1,
            "repeated": 1,
            "classes": 3,
            "clusters_per_class": 2,
            "weights": [0.5, 0.3],
            "flip_y": 0.1,
            "class_sep": 2,
            "hypercube": False,
            "shift": 1.5,
            "scale": 2,
            "seed": 5,
        },
        "make_classification",
        {
            "n_samples": 60,
            "n_features": 7,
            "n_informative": 3,
            "n_redundant": 1,
            "n_repeated": 1,
            "n_classes": 3,
            "n_clusters_per_class": 2,
            "weights": [0.5, 0.3],
            "flip_y": 0.1,
            "class_sep": 2,
            "hypercube": False,
            "shift": 1.5,
            "scale": 2,
            "random_state": 5,
        },
    ),
    (
        "blobs",
        {"samples": 30, "features": 3, "centers": 2, "cluster_std": [1, 2], "low": 0, "high": 5},
        "make_blobs",
        {
            "n_samples": 30,
            "n_features": 3,
            "centers": 2,
            "cluster_std": [1, 2],
            "center_box": (0, 5),
            "random_state": 0,
        },
    ),
    (
        "moons",
        {"samples": 30, "noise": 0.1, "shuffle": False},
        "make_moons",
        {"n_samples": 30, "noise": 0.1, "shuffle": False, "random_state": 0},
    ),
    (
        "circles",
        {"samples": 30, "noise": 0, "factor": 0.3, "seed": 2},
        "make_circles",
        {"n_samples": 30, "noise": 0, "factor": 0.3, "random_state": 2},
    ),
    (
        "swiss_roll",
        {"hole": True},
        "make_swiss_roll",
        {"n_samples": 500, "noise": 0.05, "hole": True, "random_state": 0},
    ),
    ("s_curve", {}, "make_s_curve", {"n_samples": 500, "noise": 0.05, "random_state": 0}),
]


@pytest.mark.parametrize(
    ("kind", "options", "function", "arguments"), SAME, ids=lambda v: str(v)[:14]
)
def test_options_mean_what_they_mean_in_scikit_learn(
    kind: str, options: dict[str, Any], function: str, arguments: dict[str, Any]
) -> None:
    table = samples.make(kind, **options)
    X, labels = getattr(datasets, function)(**arguments)
    np.testing.assert_array_equal(numbers(table), X)
    if kind not in ("swiss_roll", "s_curve"):
        assert table.data.column("label").to_pylist() == [str(label) for label in labels]
        assert prepare(table)[1].label == "label"


def test_uniform_points_fill_their_box() -> None:
    X = numbers(samples.make("uniform", samples=2000, features=3, low=-1, high=4, seed=1))
    assert X.shape == (2000, 3)
    assert X.min() >= -1
    assert X.max() < 4
    np.testing.assert_allclose(X.mean(axis=0), 1.5, atol=0.15)
    assert (
        numbers(samples.make("uniform", samples=2000, features=3, low=-1, high=4, seed=1)) == X
    ).all()


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "kind must be one of classification, blobs, moons": ("blob", {}),
    "got 'blob'. Did you mean 'blobs'?": ("blob", {}),
    "an option of moons must be one of samples, noise, shuffle, seed; got 'centers'": (
        "moons",
        {"centers": 3},
    ),
    "samples must be a whole number >= 1; got 0": ("blobs", {"samples": 0}),
    "samples must be a whole number >= 1; got 2.5": ("blobs", {"samples": 2.5}),
    "samples must be a whole number >= 1; got True": ("blobs", {"samples": True}),
    "seed must be a whole number from 0 to 4294967295; got -1": ("blobs", {"seed": -1}),
    "noise must be a number >= 0; got nan": ("moons", {"noise": float("nan")}),
    "noise must be a number >= 0; got '0.1'": ("moons", {"noise": "0.1"}),
    "factor must be a number from 0 to below 1; got 1": ("circles", {"factor": 1}),
    "shuffle must be true or false; got 'no'": ("circles", {"shuffle": "no"}),
    "low must be below high; got low=2 and high=1": ("uniform", {"low": 2, "high": 1}),
    "cluster_std must be one number or one per centre (3); got 2 numbers": (
        "blobs",
        {"cluster_std": [1, 2]},
    ),
    "informative + redundant + repeated must be at most features=4; got 6": (
        "classification",
        {"features": 4},
    ),
    "classes x clusters_per_class must be at most 2^informative = 4; got 5": (
        "classification",
        {"classes": 5, "informative": 2},
    ),
    "weights must have one number per class (3), or one less; got 1": (
        "classification",
        {"weights": [0.5]},
    ),
    "weights must add up to at most 1; got 1.8": ("classification", {"weights": [0.9, 0.9]}),
    "weights must be a list of numbers; got 0.5": ("classification", {"weights": 0.5}),
    "samples times columns must be at most": ("uniform", {"samples": 10**9, "features": 100}),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_a_wrong_option_gives_one_sentence(sentence: str) -> None:
    kind, options = WRONG[sentence]
    with pytest.raises(ParameterError) as caught:
        samples.make(kind, **options)
    assert sentence in str(caught.value)
