"""Palettes: exact, as many colours as asked, the same for any number of threads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import shoal
from shoal import _native
from shoal.errors import Cancelled, DataError, MemoryBudgetError, ParameterError

SHARED = Path(os.environ.get("SHOAL_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")

Pixels = npt.NDArray[np.uint8]


def picture(height: int = 40, width: int = 60, channels: int = 3, seed: int = 0) -> Pixels:
    """Smooth colours with some noise; with alpha a transparent corner and a soft edge."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(height, width)
    smooth = np.stack([255 * x, 255 * y, 128 + 120 * np.sin(9 * x * y)], axis=2)
    noisy = smooth + rng.normal(0, 8, size=smooth.shape)
    pixels = noisy.clip(0, 255).astype(np.uint8)
    if channels == 3:
        return pixels
    alpha = (600 * (x + y) - 100).clip(0, 255).astype(np.uint8)
    return np.dstack([pixels, alpha])


def points(colors: Pixels, space: str, alpha: bool) -> npt.NDArray[np.float64]:
    """Colours where distances are taken; exact whole numbers for RGB."""
    if space == "oklab":
        return _native.color_points(colors, True, alpha).astype(np.float64)
    wide = colors.astype(np.float64)
    if not alpha:
        return wide[:, :3]
    return np.column_stack([wide[:, :3] * wide[:, 3:], 255 * wide[:, 3]])


def with_alpha(pixels: Pixels) -> Pixels:
    flat = pixels.reshape(-1, pixels.shape[2])
    if flat.shape[1] == 4:
        return np.where(flat[:, 3:] == 0, np.uint8(0), flat)
    return np.column_stack([flat, np.full(len(flat), 255, np.uint8)])


def check_nearest(pixels: Pixels, found: Any) -> None:
    """Compare every pixel with every entry; ties go to the lowest index."""
    colors, where = np.unique(with_alpha(pixels), axis=0, return_inverse=True)
    X = points(colors, found.space, found.has_alpha)
    entries = points(found.colors, found.space, found.has_alpha)
    nearest = np.empty(len(X), dtype=np.int64)
    for start in range(0, len(X), 4096):
        part = X[start : start + 4096, None] - entries[None]
        nearest[start : start + 4096] = (part**2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(found.indices.ravel(), nearest[where.ravel()])


def check_error(pixels: Pixels, found: Any) -> None:
    """Compute the error again, from the colours as written."""
    before, after = with_alpha(pixels), found.colors[found.indices.ravel()]
    lost = points(before, "rgb", found.has_alpha) - points(after, "rgb", found.has_alpha)
    unit = 255 if found.has_alpha else 1
    assert found.mse == pytest.approx(((lost / unit) ** 2).mean(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("space", ["rgb", "oklab"])
@pytest.mark.parametrize("k", [2, 5, 25, 256])
def test_every_pixel_has_its_nearest_entry(channels: int, space: str, k: int) -> None:
    pixels = picture(channels=channels)
    found = shoal.palette(pixels, k, space=space)
    assert found.n_colors == len(np.unique(found.colors, axis=0)) == k
    assert (found.counts > 0).all()
    assert found.counts.sum() == pixels.shape[0] * pixels.shape[1]
    check_nearest(pixels, found)
    check_error(pixels, found)
    assert found.image().shape == pixels.shape


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 7), st.integers(1, 7), st.sampled_from([3, 4])),
        elements=st.sampled_from([0, 1, 2, 100, 101, 254, 255]),
    ),
    st.integers(2, 30),
    st.sampled_from(["rgb", "oklab"]),
)
def test_any_image_keeps_its_promises(pixels: Pixels, k: int, space: str) -> None:
    found = shoal.palette(pixels, k, space=space)
    if pixels.shape[2] == 4 and not found.has_alpha:
        pixels = pixels[:, :, :3]
    n_colors = len(np.unique(with_alpha(pixels), axis=0))
    assert found.n_image_colors == n_colors
    assert found.n_colors == len(np.unique(found.colors, axis=0)) == min(k, n_colors)
    assert (found.counts > 0).all()
    check_nearest(pixels, found)
    check_error(pixels, found)
    if n_colors <= k:
        assert found.mse == 0
    if found.has_alpha:
        clear = with_alpha(pixels)[:, 3] == 0
        assert (found.colors[found.indices.ravel()[clear]] == 0).all()


def test_close_colours_stay_as_many_as_asked() -> None:
    """Rounding to 8 bits must not make two entries one."""
    grey = np.arange(300, dtype=np.uint32).reshape(15, 20) % 260
    pixels = np.stack([grey // 2, grey // 2, (grey + 1) // 2], axis=2).astype(np.uint8)
    n_colors = len(np.unique(pixels.reshape(-1, 3), axis=0))
    for k in (n_colors - 1, n_colors - 5, n_colors // 2):
        if k <= 256:
            assert shoal.palette(pixels, k).n_colors == k
    shades = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    assert len(np.unique(shoal.palette(shades, 255).colors, axis=0)) == 255


def test_threads_change_nothing() -> None:
    pixels = picture(300, 400)
    one, many = (shoal.palette(pixels, 64, n_jobs=n) for n in (1, 8))
    np.testing.assert_array_equal(one.colors, many.colors)
    np.testing.assert_array_equal(one.indices, many.indices)
    assert one.png(1) == many.png(8)


def test_less_is_lost_than_by_k_means_from_random_starts() -> None:
    pixels = picture(120, 160, seed=3)
    X = pixels.reshape(-1, 3).astype(np.float64)
    for k in (8, 32):
        runs = [shoal.KMeans(k, random_state=s, n_init=1).fit(X) for s in range(5)]
        others = float(np.median([run.inertia_ / X.size for run in runs]))
        # The palette is rounded to 8 bits, which costs up to a twelfth.
        assert shoal.palette(pixels, k).mse <= others + 1 / 12


def test_oklab_loses_less_in_oklab() -> None:
    pixels = picture(100, 100)

    def lost(found: Any) -> float:
        before = points(with_alpha(pixels), "oklab", False)
        after = points(found.colors[found.indices.ravel()], "oklab", False)
        return float(((before - after) ** 2).sum())

    rgb, oklab = (shoal.palette(pixels, 16, space=space) for space in ("rgb", "oklab"))
    assert lost(oklab) < lost(rgb)
    assert rgb.mse < oklab.mse


def test_oklab_of_known_colours() -> None:
    """Values published with the definition of the space."""
    colors = np.array([[255, 255, 255, 255], [255, 0, 0, 255], [0, 0, 255, 255]], np.uint8)
    expected = [[1, 0, 0], [0.6280, 0.2249, 0.1258], [0.4520, -0.0325, -0.3115]]
    np.testing.assert_allclose(_native.color_points(colors, True, False), expected, atol=1e-3)


@pytest.mark.parametrize("channels", [3, 4])
def test_dithering_keeps_local_means(channels: int) -> None:
    pixels = np.zeros((64, 64, channels), np.uint8)
    pixels[:] = np.arange(64, dtype=np.uint8)[None, :, None] * 4
    if channels == 4:
        pixels[:, :, 3] = 255
        pixels[:8, :, 3] = 0
    plain, dithered = (shoal.palette(pixels, 6, dither=d) for d in (False, True))
    np.testing.assert_array_equal(plain.colors, dithered.colors)
    assert dithered.mse > plain.mse
    check_error(pixels, dithered)

    def of_blocks(image: Pixels) -> npt.NDArray[np.float64]:
        visible = image[16:, :, :3].astype(np.float64)
        # Not at the ends, where no entry is beyond what is wanted.
        return np.asarray(visible.reshape(3, 16, 8, 8, 3).mean(axis=(1, 3)))[:, 1:-1]

    wrong = [np.abs(of_blocks(f.image()) - of_blocks(pixels)).mean() for f in (plain, dithered)]
    assert wrong[1] < wrong[0] / 2
    if channels == 4:
        assert (dithered.image()[:8] == 0).all()


def test_dithering_takes_the_nearest_colour_of_what_is_wanted() -> None:
    """The whole of it again, in plain Python."""
    pixels = picture(12, 17, seed=5)
    found = shoal.palette(pixels, 7, dither=True)
    entries = found.colors[:, :3].astype(np.float32)
    error = np.zeros((14, 19, 3), np.float32)
    for y in range(12):
        step = 1 if y % 2 == 0 else -1
        for x in range(17)[::step]:
            wanted = np.clip(pixels[y, x].astype(np.float32) + error[y, x + 1], 0, 255)
            index = int(((wanted - entries) ** 2).sum(axis=1).argmin())
            assert found.indices[y, x] == index
            missed = (wanted - entries[index]) / np.float32(16)
            error[y, x + 1 + step] += 7 * missed
            error[y + 1, x + 1 - step] += 3 * missed
            error[y + 1, x + 1] += 5 * missed
            error[y + 1, x + 1 + step] += missed


def test_grey_arrays_and_pillow_images_are_images_too() -> None:
    from PIL import Image

    pixels = picture()
    grey = np.ascontiguousarray(pixels[:, :, 0])
    assert shoal.palette(grey, 4).image().shape == (40, 60, 3)
    found = shoal.palette(Image.fromarray(pixels), 9)
    np.testing.assert_array_equal(found.colors, shoal.palette(pixels, 9).colors)
    view = pixels[::2, ::-1]
    np.testing.assert_array_equal(
        shoal.palette(view, 9).indices, shoal.palette(view.copy(), 9).indices
    )


def test_the_input_is_not_touched() -> None:
    pixels = picture(channels=4)
    before = pixels.copy()
    pixels.flags.writeable = False
    shoal.palette(pixels, 4, dither=True)
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("k", [0, -3, 257, 2.5, True, "8"])
def test_other_numbers_of_colours_are_refused(k: Any) -> None:
    with pytest.raises(
        ParameterError, match=r"n_colors must be an integer of at (least 1|most 256)"
    ):
        shoal.palette(picture(), k)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((3, 3)),
        np.zeros((3, 3, 2), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((0, 3, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(image: Any) -> None:
    with pytest.raises(DataError, match="an image must be a path, a Pillow image or uint8 values"):
        shoal.palette(image, 2)


def test_other_choices_are_refused() -> None:
    with pytest.raises(ParameterError, match="space must be one of 'rgb', 'oklab'; got 'lab'"):
        shoal.palette(picture(), 2, space="lab")
    with pytest.raises(ParameterError, match="max_iter must be an integer of at least 1; got 0"):
        shoal.palette(picture(), 2, max_iter=0)
    with pytest.raises(ParameterError, match="n_colors must be at least 2 for an image with trans"):
        shoal.palette(picture(channels=4), 1)
    with pytest.raises(MemoryBudgetError, match="What would fit: a smaller image; --memory-limit"):
        shoal.palette(picture(), 2, memory_limit="1kB")


def test_one_pixel_and_one_colour() -> None:
    found = shoal.palette(np.full((1, 1, 3), 7, np.uint8), 1)
    assert (found.hex_codes, found.mse, found.bit_depth) == (("#070707",), 0.0, 1)
    assert found.psnr == float("inf")
    assert shoal.palette(picture(), 1).n_colors == 1


def test_a_callback_may_stop_it() -> None:
    stages = set()

    def watch(event: Any) -> None:
        stages.add(event.stage)

    shoal.palette(picture(), 8, dither=True, callback=watch)
    assert {"fit", "dither"} <= stages

    def stop(event: Any) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        shoal.palette(picture(), 8, callback=stop)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
def test_a_photo() -> None:
    from PIL import Image

    with Image.open(SHARED / "photos" / "flower_2268x1512.jpg") as photo:
        pixels = np.asarray(photo.convert("RGB").resize((567, 378)))
    for k in (25, 256):
        found = shoal.palette(pixels, k)
        check_nearest(pixels, found)
        check_error(pixels, found)
        before, after = found.raw_bytes
        # The file shrinks by more than the pixels do before compression.
        assert found.full_color_png_bytes() / len(found.png()) > before / after
