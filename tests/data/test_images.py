"""Reading images: every mode becomes 8-bit sRGB, everything else one sentence."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from shoal.data.images import MOST_PIXELS, read_image
from shoal.data.png import bit_depth, indexed_png
from shoal.errors import DataError

Pixels = npt.NDArray[np.uint8]


def gradient(height: int = 20, width: int = 30) -> Pixels:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 8, y * 12, (x + y) * 4], axis=2).astype(np.uint8)


def saved(path: Path, image: Any, **options: Any) -> Path:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(path, **options)
    return path


@pytest.mark.parametrize("end", ["png", "bmp", "gif", "webp", "jpg"])
def test_formats(tmp_path: Path, end: str) -> None:
    options = {"lossless": True} if end == "webp" else {}
    pixels = gradient()
    if end == "gif":
        pixels = (pixels // 64) * 64
    found = read_image(saved(tmp_path / f"x.{end}", pixels, **options))
    if end == "jpg":
        assert np.abs(found.pixels.astype(int) - pixels).mean() < 8
    else:
        np.testing.assert_array_equal(found.pixels, pixels)
    assert found.format == {"jpg": "JPEG"}.get(end, end.upper())
    assert found.file_bytes == (tmp_path / f"x.{end}").stat().st_size
    assert found.notes == ()


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    saved(tmp_path / "x.jpg", gradient(), format="PNG")
    assert read_image(tmp_path / "x.jpg").format == "PNG"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "RGB"])
def test_modes(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(gradient()).convert(mode)
    found = read_image(saved(tmp_path / "x.png", image)).pixels
    np.testing.assert_array_equal(found, np.asarray(image.convert("RGB")))


def test_transparency_is_kept_where_there_is_any(tmp_path: Path) -> None:
    pixels = np.dstack([gradient(), np.full((20, 30), 255, np.uint8)])
    assert read_image(saved(tmp_path / "a.png", pixels)).pixels.shape == (20, 30, 3)
    pixels[:5, :, 3] = 40
    np.testing.assert_array_equal(read_image(saved(tmp_path / "b.png", pixels)).pixels, pixels)
    palette = Image.fromarray(gradient()).quantize(8)
    found = read_image(saved(tmp_path / "c.png", palette, transparency=3)).pixels
    np.testing.assert_array_equal(found[:, :, 3] == 0, np.asarray(palette) == 3)
    found = read_image(saved(tmp_path / "d.gif", palette, transparency=3)).pixels
    assert found.shape == (20, 30, 4)


def test_16_bit_grey_keeps_its_high_bytes(tmp_path: Path) -> None:
    deep = (np.arange(600, dtype=np.uint32).reshape(20, 30) * 109).astype(np.uint16)
    found = read_image(saved(tmp_path / "x.png", deep))
    np.testing.assert_array_equal(found.pixels[:, :, 1], deep >> 8)
    assert found.notes == ("The 16-bit values of x.png were shortened to 8 bits.",)


def png_of(width: int, height: int, depth: int, kind: int, data: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def test_16_bit_colours_keep_their_high_bytes(tmp_path: Path) -> None:
    rows = bytes([0, *[1, 99, 2, 98, 3, 97], *[250, 0, 251, 9, 252, 8]])
    (tmp_path / "x.png").write_bytes(png_of(2, 1, 16, 2, rows))
    found = read_image(tmp_path / "x.png")
    assert found.pixels.tolist() == [[[1, 2, 3], [250, 251, 252]]]
    assert "16-bit" in found.notes[0]


def test_cmyk(tmp_path: Path) -> None:
    image = Image.fromarray(gradient()).convert("CMYK")
    found = read_image(saved(tmp_path / "x.jpg", image, quality=100))
    assert np.abs(found.pixels.astype(int) - gradient()).mean() < 8
    assert found.notes == ("x.jpg is CMYK: it was converted to RGB without a colour profile.",)


def test_a_colour_profile_is_ignored_and_said(tmp_path: Path) -> None:
    found = read_image(saved(tmp_path / "x.png", gradient(), icc_profile=b"a profile"))
    np.testing.assert_array_equal(found.pixels, gradient())
    assert found.notes == ("The colour profile of x.png was ignored: it was taken as sRGB.",)


@pytest.mark.parametrize("end", ["gif", "webp", "png"])
def test_the_first_frame_of_an_animation(tmp_path: Path, end: str) -> None:
    frames = [Image.fromarray(np.full((8, 9, 3), v, np.uint8)) for v in (0, 128, 255)]
    path = tmp_path / f"x.{end}"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    found = read_image(path)
    assert (found.pixels == 0).all()
    assert found.notes == (f"x.{end} is animated: the first of its 3 frames was taken.",)


TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: lambda a: np.rot90(a, 1),
    9: lambda a: a,
}


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = read_image(saved(tmp_path / "x.png", gradient(), exif=exif))
    np.testing.assert_array_equal(found.pixels, TURNS[orientation](gradient()))


def test_damaged_exif_data_turn_nothing(tmp_path: Path) -> None:
    saved(tmp_path / "x.jpg", gradient(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff\x01\x00")
    assert read_image(tmp_path / "x.jpg").pixels.shape == (20, 30, 3)


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def encoded(end: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, {"jpg": "JPEG"}.get(end, end.upper()))
    return stream.getvalue()


BAD: dict[str, tuple[bytes, str]] = {
    "text.jpg": (b"not an image at all\n" * 30, "must be a PNG, JPEG, WebP, GIF or BMP image; its"),
    "empty.png": (b"", "empty.png is empty. Give a PNG, JPEG, WebP, GIF or BMP image."),
    "vector.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Convert it first."),
    "short.png": (b"\x89PNG\r\n\x1a\n", ""),
    "bomb.png": (
        png_of(30_000, 30_000, 8, 0, bytes(100)),
        f"must have at most {MOST_PIXELS:,} pixels; got 900,000,000, which looks like a decompr",
    ),
    "large.png": (
        png_of(15_000, 12_000, 8, 0, bytes(100)),
        f"must have at most {MOST_PIXELS:,} pixels; got 180,000,000, which looks like",
    ),
    "zero.bmp": (b"BM" + bytes(60), ""),
    **{
        f"cut.{end}": (cut(encoded(end), 0.6), f"cut.{end} is a damaged or incomplete image: ")
        for end in ("png", "jpg", "webp", "gif", "bmp")
    },
}


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_one_sentence(tmp_path: Path, name: str) -> None:
    content, sentence = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as raised:
        read_image(tmp_path / name)
    assert sentence in str(raised.value)
    assert str(raised.value).startswith(name)
    assert "\n" not in str(raised.value)


def test_other_kinds_of_image_are_refused(tmp_path: Path) -> None:
    for end in ("tiff", "ppm", "ico"):
        with pytest.raises(DataError, match="its content is none"):
            read_image(saved(tmp_path / f"x.{end}", gradient()))


@pytest.mark.parametrize("end", ["png", "jpg", "webp", "gif", "bmp"])
def test_damaged_bytes_never_crash(tmp_path: Path, end: str) -> None:
    """Whatever is wrong with a file, it is read or refused."""
    whole, rng = encoded(end), np.random.default_rng(1)
    for _ in range(60):
        content = bytearray(whole)
        for place in rng.integers(0, min(len(content), 400), 6):
            content[place] = rng.integers(256)
        (tmp_path / "x").write_bytes(content)
        said = ""
        try:
            assert read_image(tmp_path / "x").pixels.dtype == np.uint8
        except DataError as error:
            said = str(error)
        assert said == "" or said.startswith("x ")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    saved(tmp_path / "photo.png", gradient())
    with pytest.raises(DataError, match=r"foto\.png does not exist\. Did you mean .*photo\.png\?"):
        read_image(tmp_path / "foto.png")
    with pytest.raises(DataError, match="is a directory"):
        read_image(tmp_path)


def test_nothing_is_decoded_without_approval(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.png", gradient())
    asked = []

    def refuse(file_bytes: int, n_pixels: int) -> None:
        asked.append((file_bytes, n_pixels))
        raise MemoryError("no")

    with pytest.raises(MemoryError, match="no"):
        read_image(path, refuse)
    assert asked == [(path.stat().st_size, 600)]


@pytest.mark.parametrize("n_colors", [1, 2, 3, 4, 5, 16, 17, 256])
@pytest.mark.parametrize("width", [1, 7, 8, 33])
def test_indexed_files_read_back(n_colors: int, width: int) -> None:
    rng = np.random.default_rng(n_colors)
    colors = rng.integers(0, 256, (n_colors, 4), dtype=np.uint8)
    colors[n_colors // 2 :, 3] = 255
    indices = rng.integers(0, n_colors, (9, width)).astype(np.uint8)
    content = indexed_png(indices, colors)
    assert content[24] == bit_depth(n_colors)
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image.convert("RGBA")), colors[indices])


def test_large_files_are_compressed_in_pieces_that_fit_together() -> None:
    rng = np.random.default_rng(0)
    indices = rng.integers(0, 40, (1500, 1100)).astype(np.uint8)
    colors = np.column_stack([np.arange(40)] * 3 + [np.full(40, 255)]).astype(np.uint8)
    content = indexed_png(indices, colors, 1)
    assert content == indexed_png(indices, colors, 4)
    with Image.open(io.BytesIO(content)) as image:
        np.testing.assert_array_equal(np.asarray(image), indices)
