"""IDX files are read strictly."""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoal.data.idx import read_idx, read_images, read_labelled_images, read_labels
from shoal.errors import DataError

SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
MNIST = SHARED / "mnist"

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx(values: Any, dtype: str = "u1", shape: Sequence[int] | None = None) -> bytes:
    array = np.asarray(values, dtype=f">{dtype}")
    sides = array.shape if shape is None else shape
    return struct.pack(f">2x2B{len(sides)}I", CODES[dtype], len(sides), *sides) + array.tobytes()


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("packed", [False, True])
def test_every_type_comes_back_in_native_order(tmp_path: Path, dtype: str, packed: bool) -> None:
    values = np.arange(24, dtype=dtype).reshape(2, 3, 4)
    content = idx(values, dtype)
    path = tmp_path / ("x.gz" if packed else "x")
    path.write_bytes(gzip.compress(content) if packed else content)
    found = read_idx(path)
    assert found.dtype == np.dtype(dtype)
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, values)
    np.testing.assert_array_equal(read_images(path), values)


def test_images_and_labels_that_belong_together(tmp_path: Path) -> None:
    (tmp_path / "i").write_bytes(idx(np.ones((3, 2, 2))))
    (tmp_path / "l").write_bytes(idx([7, 1, 7]))
    images, labels = read_labelled_images(tmp_path / "i", str(tmp_path / "l"))
    assert images.shape == (3, 2, 2)
    assert labels.tolist() == [7, 1, 7]


IMAGES, LABELS = idx(np.zeros((3, 2, 2))), idx([1, 2, 3])
BAD: list[tuple[str, bytes, str]] = [
    (
        "images",
        b"a,b\n1,2\n",
        "x must be an IDX file, which begins with 00 00, .*; got 61 2c 62 0a.",
    ),
    ("images", b"\0\0\x08", r"x must be an IDX file, .*; got 00 00 08\."),
    ("images", b"\0\0\x07\x03" + bytes(12), r"x must be an IDX file, .*; got 00 00 07 03\."),
    ("images", b"\0\0\x08\0", r"x must be an IDX file, .*; got 00 00 08 00\."),
    ("images", IMAGES[:10], "x ends too early: its header should take 16 bytes; got 10. Copy or"),
    (
        "images",
        IMAGES[:-1],
        "x ends too early: its header says 3 x 2 x 2 values, 12 bytes; got 11. Copy or download",
    ),
    (
        "images",
        IMAGES + b"\0",
        "x goes on behind its end: its header says 3 x 2 x 2 values, 12 byt",
    ),
    (
        "images",
        gzip.compress(IMAGES, mtime=0)[:-9],
        "x ends too early: its gzip data are cut off after",
    ),
    (
        "images",
        idx([], shape=[2**32 - 1] * 3),
        "x ends too early: its header says 4,294,967,295 x .* values, [0-9,]+ bytes; got 0.",
    ),
    (
        "images",
        LABELS,
        r"x must hold images \(3 dimensions\); got 1 dimension. That is a file of la",
    ),
    ("images", idx(np.zeros((2, 2))), r"x must hold images \(3 dimensions\); got 2 dimensions\.$"),
    ("images", idx(np.zeros((0, 2, 2))), r"x must hold at least one value; got shape \(0, 2, 2\)"),
    ("images", idx(np.full((1, 1, 1), np.nan), "f4"), "x must hold finite values only; got others"),
    (
        "labels",
        IMAGES,
        r"x must hold labels \(1 dimension\); got 3 dimensions. That is a file of im",
    ),
    ("labels", idx([0.5], "f4"), "x must hold whole numbers as labels; got values of type float32"),
    ("labels", b"", "x is empty"),
]


@pytest.mark.parametrize(("what", "content", "words"), BAD, ids=range(len(BAD)))
def test_one_sentence(tmp_path: Path, what: str, content: bytes, words: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        (read_images if what == "images" else read_labels)(path)


def test_labels_of_other_images(tmp_path: Path) -> None:
    (tmp_path / "i").write_bytes(IMAGES)
    (tmp_path / "l").write_bytes(idx([1, 2]))
    with pytest.raises(
        DataError, match=r"l must hold one label for each of the 3 images of i; got 2\. Give the"
    ):
        read_labelled_images(tmp_path / "i", tmp_path / "l")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none does not exist"):
        read_images(tmp_path / "none")


@pytest.mark.skipif(not MNIST.exists(), reason="MNIST is not in the test data")
def test_mnist() -> None:
    images, labels = read_labelled_images(
        MNIST / "t10k-images-idx3-ubyte.gz", MNIST / "t10k-labels-idx1-ubyte.gz"
    )
    assert (images.shape, images.dtype) == ((10_000, 28, 28), np.uint8)
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert int(images.sum(dtype=np.int64)) == 264_923_200
