"""``shoal digits``: clusters of handwritten digits and the digits they stand for."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn.datasets import load_digits

from shoal import metrics, plot
from shoal.errors import MemoryBudgetError, ParameterError
from shoal.recipes.digits import ALGORITHM, DigitFit, DigitScores, cluster_digits
from shoal.report.digits import draw_digits

Shoal = Callable[..., Any]


def idx(values: Any) -> bytes:
    array = np.asarray(values, dtype=np.uint8)
    return struct.pack(f">2x2B{array.ndim}I", 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The bundled digits as IDX files, the last 500 of them for the test."""
    bunch = load_digits()
    images, digits = (bunch.images * 15.9).astype(np.uint8), bunch.target
    for name, part in (("train", slice(0, -500)), ("test", slice(-500, None))):
        (tmp_path / f"{name}-images").write_bytes(idx(images[part]))
        (tmp_path / f"{name}-labels").write_bytes(idx(digits[part]))
    return tmp_path


FOUR = (
    "--images", "train-images", "--labels", "train-labels", "--test-images", "test-images",
    "--test-labels", "test-labels",
)  # fmt: skip


def test_the_bundled_digits(shoal: Shoal, tmp_path: Path) -> None:
    ended = shoal("digits", "-k", "10,36")
    assert ended.code == 0
    assert ended.out.startswith("1,497 images of sample:digits, 8 x 8 pixels; 300 to test on.\n")
    assert ended.err.endswith("Note: 300 of the 1,797 images are held out for the test.\n")
    assert ended.out.endswith("Written: digits.shoal/\n")
    folder = tmp_path / "digits.shoal"
    assert sorted(os.listdir(folder)) == ["centroids-10.png", "centroids-36.png", "result.json"]
    assert (folder / "centroids-10.png").read_bytes().startswith(b"\x89PNG")
    fits = json.loads((folder / "result.json").read_text())["fits"]
    assert [fit["n_clusters"] for fit in fits] == [10, 36]
    assert fits[1]["test"]["accuracy"] > 0.85
    assert fits[1]["train"]["inertia"] < fits[0]["train"]["inertia"]
    assert len(fits[1]["digits"]) == 36


def test_the_algorithm_is_of_the_catalogue(shoal: Shoal) -> None:
    assert shoal("digits", "-k", 5).err.startswith(f"Seed 0; {ALGORITHM}.\n")
    exact = json.loads(shoal("digits", "-k", 5, "--json", "--force", "--algorithm", "kmeans").out)
    assert exact["algorithm"] == "kmeans"
    fast = cluster_digits(n_clusters=[5]).fits[0]
    assert exact["fits"][0]["train"]["inertia"] < fast.train.inertia * 1.0001


def test_idx_files_and_json(shoal: Shoal, files: Path) -> None:
    found = json.loads(shoal("digits", *FOUR, "-k", 20, "--json", "-o", "out").out)
    assert (found["n_train"], found["n_test"], found["shape"]) == (1297, 500, [8, 8])
    assert (found["source"], found["notes"]) == ("train-images", [])
    assert found == json.loads((files / "out" / "result.json").read_text())
    assert shoal("digits", *FOUR[:4], "-k", 3, "-q").out == "digits.shoal\n"


def test_the_same_seed_gives_the_same_result_on_any_threads() -> None:
    one, two, other = (
        cluster_digits(n_clusters=[12], seed=seed, n_jobs=n_jobs).fits[0]
        for seed, n_jobs in ((3, 1), (3, 2), (4, 2))
    )
    np.testing.assert_array_equal(one.centers, two.centers)
    assert (one.train, one.test) == (two.train, two.test)
    assert not np.array_equal(one.centers, other.centers)


def test_digits_are_inferred_from_the_training_images_alone() -> None:
    fit = cluster_digits(n_clusters=[15]).fits[0]
    bunch = load_digits()
    order = np.random.default_rng(0).permutation(1797)
    train, test = (
        _Judged.of(bunch.data[rows] / 16, bunch.target[rows], fit)
        for rows in (order[300:], order[:300])
    )
    mapping = metrics.match_labels(train.digits, train.clusters).mapping
    assert [mapping[cluster] for cluster in range(15)] == fit.digits.tolist()
    for part, scores in ((train, fit.train), (test, fit.test)):
        assert scores.inertia == pytest.approx(part.inertia, rel=1e-5)
        assert scores.accuracy == pytest.approx(np.mean(fit.digits[part.clusters] == part.digits))
        expected = metrics.homogeneity_score(part.digits, part.clusters)
        assert scores.homogeneity == pytest.approx(expected)


class _Judged(NamedTuple):
    """Images given to the nearest of the centres of a fit."""

    digits: np.ndarray
    clusters: np.ndarray
    inertia: float

    @classmethod
    def of(cls, X: np.ndarray, digits: np.ndarray, fit: DigitFit) -> _Judged:
        centers = fit.centers.reshape(fit.n_clusters, -1)
        squared = ((X[:, None] - centers) ** 2).sum(axis=2)
        return cls(digits, squared.argmin(axis=1), float(squared.min(axis=1).sum()))


def test_an_output_that_is_there_is_kept_without_force(shoal: Shoal, tmp_path: Path) -> None:
    assert shoal("digits", "-k", 2, "-q").code == 0
    assert shoal("digits", "-k", 3, "-q").code == 2
    assert shoal("digits", "-k", 3, "-q", "--force").code == 0
    assert os.listdir(tmp_path) == ["digits.shoal"]
    assert "centroids-3.png" in os.listdir(tmp_path / "digits.shoal")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "keep.txt").write_text("mine")
    assert shoal("digits", "-k", 2, "-q", "-o", "mine", "--force").code == 2
    assert os.listdir(tmp_path / "mine") == ["keep.txt"]


BAD: list[tuple[tuple[str, ...], int, str]] = [
    (("--images", "train-images"), 2, "images must come with labels; got no labels."),
    (("--labels", "train-labels"), 2, "labels must come with images; got no images."),
    (FOUR[4:], 2, "test_images must come with images; got no images."),
    (FOUR[:6], 2, "test_images must come with test_labels; got no test_labels."),
    (("--images", "none", "--labels", "none"), 3, "none does not exist."),
    (("--images", "text", "--labels", "train-labels"), 3, "text must be an IDX file, which begins"),
    (("--images", "short", "--labels", "train-labels"), 3, "short ends too early: its header says"),
    (
        ("--images", "train-images", "--labels", "test-labels"),
        3,
        "test-labels must hold one label for each of the 1,297 images of train-images; got 500.",
    ),
    (("--images", "train-labels", "--labels", "train-labels"), 3, "train-labels must hold images"),
    (
        ("--images", "one", "--labels", "one-label"),
        3,
        "one must hold at least 2 images, one of them",
    ),
    (
        (*FOUR[:4], "--test-images", "wide", "--test-labels", "wide-labels"),
        3,
        "wide must hold images of 8 x 8 pixels as train-images does; got 2 x 3.",
    ),
    (("-k", "2000"), 2, "n_clusters=2000 exceeds the 1,497 images. Use at most 1,497."),
    (("-k", "x"), 2, "the range of k must be numbers and ranges; got 'x'."),
    (("--algorithm", "kmaens"), 2, "algorithm must be one of"),
    (("--memory-limit", "1kB"), 4, "the job must fit in 1.0 kB of memory; got an estimate of"),
    (("-o", "text"), 2, "--output must be a folder; got the file 'text'."),
]


@pytest.mark.parametrize(("arguments", "code", "sentence"), BAD, ids=[" ".join(b[0]) for b in BAD])
def test_one_sentence_and_nothing_left(
    shoal: Shoal, files: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    (files / "text").write_text("a,b\n1,2\n")
    (files / "short").write_bytes((files / "train-images").read_bytes()[:5000])
    (files / "one").write_bytes(idx(np.zeros((1, 2, 2))))
    (files / "one-label").write_bytes(idx([4]))
    (files / "wide").write_bytes(idx(np.zeros((5, 2, 3))))
    (files / "wide-labels").write_bytes(idx([1, 2, 3, 4, 5]))
    before = set(os.listdir(files))
    ended = shoal("digits", *arguments)
    said = [line for line in ended.err.splitlines() if not line.startswith("Seed ")]
    assert ended.code == code, ended.err
    assert said[0].startswith(f"Error: {sentence}"), ended.err
    assert (len(said), ended.out) == (1, "")
    assert set(os.listdir(files)) == before


def test_arguments_are_checked_in_python() -> None:
    with pytest.raises(ParameterError, match="n_clusters must hold at least one number"):
        cluster_digits(n_clusters=[])
    with pytest.raises(ParameterError, match="n_clusters must be an integer of at least 1; got 0"):
        cluster_digits(n_clusters=[0])
    with pytest.raises(MemoryBudgetError, match=r"the images, .* for the fit of 36 clusters"):
        cluster_digits(n_clusters=[36], memory_limit=1000)


def test_titles_are_digits_sorted_and_unsure_ones_faint() -> None:
    scores = DigitScores(1.0, 1.0, 0.5)
    fit = DigitFit(
        3, np.zeros((3, 2, 2), np.float32), np.array([7, 1, -1]), np.array([4, 4, 0]),
        np.array([0.4, 0.9, 0.0]), scores, scores, 0.1,
    )  # fmt: skip
    figure = draw_digits(fit)
    texts = figure.axes[0].texts
    assert [text.get_text() for text in texts] == ["–", "1", "7"]
    assert [text.get_fontweight() for text in texts] == ["normal", "bold", "normal"]
    assert "Faint titles" in figure.texts[1].get_text()


def test_every_image_stands_below_its_title() -> None:
    rng = np.random.default_rng(0)
    tiles = rng.random((7, 4, 5))
    axes = plot.image_grid(tiles, range(7)).axes[0]
    canvas = np.asarray(axes.images[0].get_array())
    for tile, text in zip(tiles, axes.texts, strict=True):
        x, y = text.get_position()
        left, top = round(x - 2.5), int(y) + 1
        np.testing.assert_array_equal(canvas[top : top + 4, left : left + 5], tile)


@pytest.mark.parametrize("images", [np.zeros((0, 2, 2)), np.zeros((2, 2)), np.zeros((3, 2, 2))])
def test_pictures_need_a_title_each(images: np.ndarray) -> None:
    with pytest.raises(ParameterError, match=r"images must have shape \(n_images, height, width\)"):
        plot.image_grid(images, ["a", "b"])
