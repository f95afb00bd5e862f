"""``shoal palette``: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Shoal = Callable[..., Any]


def draw(path: Path, height: int = 30, width: int = 40, **options: Any) -> None:
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 6, y * 8, (x * y) % 256], axis=2).astype(np.uint8)
    Image.fromarray(pixels).save(path, **options)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    draw(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_it_writes_an_indexed_png_and_says_what_it_lost(shoal: Shoal, photo: Path) -> None:
    ended = shoal("palette", "photo.png", "-k", 9, "-v")
    assert ended.code == 0, ended.err
    with Image.open(photo.with_name("photo.palette.png")) as image:
        assert image.mode == "P"
        written = np.asarray(image.convert("RGB")).astype(int)
        entries = {"#" + bytes(c).hex() for c in written.reshape(-1, 3).astype(np.uint8)}
    with Image.open(photo) as image:
        original = np.asarray(image).astype(int)
    mse = ((written - original) ** 2).mean()
    assert f"\nMSE {mse:.3f}, PSNR {10 * np.log10(255**2 / mse):.2f} dB (RGB" in ended.out
    assert len(entries) == 9
    for code in entries:
        assert code in ended.out
    before, after = (p.stat().st_size for p in (photo, photo.with_name("photo.palette.png")))
    assert f"{before:,}" in ended.out
    assert f"{after:,}" in ended.out
    assert ended.out.startswith("photo.png: 40 × 30 pixels, 1,200 colours\n9 colours (RGB), 4 bits")
    assert ended.out.endswith("\nWritten: photo.palette.png\n")
    assert "In all its colours, a PNG file takes" in ended.err


def test_json(shoal: Shoal, photo: Path) -> None:
    ended = shoal("palette", "photo.png", "-k", 5, "--space", "oklab", "--json")
    (answer,) = json.loads(ended.out)
    assert answer["n_colors"] == len(answer["palette"]) == 5
    assert answer["file_bytes"]["before"] == photo.stat().st_size
    assert answer["raw_bytes"] == {"before": 3600, "after": 15 * 30 + 5 * 3 + 5 * 30}
    assert (answer["space"], answer["bit_depth"]) == ("oklab", 4)
    assert sum(entry["pixels"] for entry in answer["palette"]) == 1200


def test_several_images_and_a_failure_among_them(shoal: Shoal, photo: Path) -> None:
    (photo.parent / "text.jpg").write_text("no image")
    draw(photo.parent / "other.jpg")
    ended = shoal("palette", "photo.png", "text.jpg", "other.jpg", "gone.png", "-k", 4, "-q")
    assert ended.code == 3
    assert ended.out == "photo.palette.png\nother.palette.png\n"
    errors = ended.err.splitlines()
    assert len(errors) == 2
    assert errors[0].startswith("Error: text.jpg must be a PNG, JPEG, WebP, GIF or BMP image;")
    assert errors[1].startswith("Error: gone.png does not exist.")
    ended = shoal("palette", "photo.png", "text.jpg", "-k", 4, "--json", "--force")
    good, bad = json.loads(ended.out)
    assert good["output"] == "photo.palette.png"
    assert bad["image"] == "text.jpg"
    assert bad["error"].startswith("text.jpg must be")


def test_output_places(shoal: Shoal, photo: Path) -> None:
    (photo.parent / "out").mkdir()
    draw(photo.parent / "b.bmp")
    assert shoal("palette", "photo.png", "b.bmp", "-k", 3, "-o", "out").code == 0
    assert sorted(os.listdir(photo.parent / "out")) == ["b.palette.png", "photo.palette.png"]
    assert shoal("palette", "photo.png", "-k", 3, "-o", "mine.png").code == 0
    assert (photo.parent / "mine.png").exists()


def test_standard_input(shoal_process: Shoal, photo: Path) -> None:
    ended = shoal_process("palette", "-", "-k", 3, "-q", stdin=photo.read_bytes())
    assert (ended.code, ended.out) == (0, "stdin.palette.png\n")


def test_nothing_is_overwritten_without_force(shoal: Shoal, photo: Path) -> None:
    there = photo.with_name("photo.palette.png")
    there.write_text("mine")
    ended = shoal("palette", "photo.png", "-k", 3)
    assert ended.code == 2
    assert "must not exist yet; got 'photo.palette.png'. Use --force to replace it" in ended.err
    assert there.read_text() == "mine"
    assert shoal("palette", "photo.png", "-k", 3, "--force").code == 0
    assert there.read_bytes()[:4] == b"\x89PNG"
    # Not even with it is an image replaced by its own palette.
    before = photo.read_bytes()
    ended = shoal("palette", "photo.png", "-k", 3, "--force", "-o", "photo.png")
    assert ended.code == 2
    assert "must be another file than the image" in ended.err
    assert photo.read_bytes() == before


def test_compare_draws_one_picture(shoal: Shoal, photo: Path) -> None:
    ended = shoal("palette", "photo.png", "--compare", "-k", "2,4,8")
    assert ended.code == 0, ended.err
    with Image.open(photo.with_name("photo.compare.png")) as image:
        assert image.width > image.height
    assert [line.split()[0] for line in ended.out.splitlines()[2:5]] == ["2", "4", "8"]
    assert not photo.with_name("photo.palette.png").exists()
    answers = json.loads(shoal("palette", "photo.png", "--compare", "--json", "--force").out)
    assert [answer["n_colors"] for answer in answers] == [4, 8, 16, 25]


def test_compare_draws_wide_tall_and_transparent_images(shoal: Shoal, tmp_path: Path) -> None:
    draw(tmp_path / "wide.png", 3, 900)
    draw(tmp_path / "tall.png", 900, 3)
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:, :, :] = np.arange(20, dtype=np.uint8)[:, None] + 200
    Image.fromarray(pixels).save(tmp_path / "clear $x$.png")
    names = ("wide.png", "tall.png", "clear $x$.png")
    assert shoal("palette", *names, "--compare", "-q", "-k", 2).code == 0


def test_more_colours_than_there_are_keep_all(shoal: Shoal, tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[0] = 255
    Image.fromarray(pixels).save(tmp_path / "x.png")
    ended = shoal("palette", "x.png", "-k", 16)
    assert ended.code == 0
    assert "Note: The image has 2 colours; all were kept, and nothing is lost." in ended.err
    assert "2 colours (RGB), 1 bits per pixel\nMSE 0.000, PSNR inf dB" in ended.out


BAD: list[tuple[tuple[Any, ...], int, str]] = [
    (("photo.png", "-k", 0), 2, "n_colors must be an integer of at least 1; got 0. Use 1 to 256."),
    (("photo.png", "-k", -4), 2, "n_colors must be an integer of at least 1; got -4."),
    (("photo.png", "-k", 257), 2, "n_colors must be an integer of at most 256; got 257."),
    (("photo.png", "-k", "x"), 2, "-k must be a number such as 25, or several with commas for"),
    (("photo.png", "-k", "4,8"), 2, "-k must be one number without --compare; got 4,8."),
    (("photo.png", "-o", "x.gif"), 2, "--output must end in .png; got 'x.gif'."),
    (("photo.png", "-o", "no/x.png"), 2, "the output must be in a folder that exists; got 'no/x"),
    (("photo.png", "-o", "no/"), 2, "--output must be a folder that exists for several images;"),
    (("photo.png", "a.png", "-o", "x.png"), 2, "--output must be a folder that exists for sever"),
    (("photo.png", "photo.jpg"), 2, "each image must have an output of its own; got 'photo.pal"),
    (("photo.png", "--memory-limit", "1kB"), 4, "the job must fit in 1.0 kB of memory; got an"),
    (("photo.png", "--memory-limit", "x"), 2, "memory_limit must be an amount such as 500MB"),
    (("photo.png", "--space", "lab"), 2, "Invalid value for '--space': 'lab' is not one of"),
    (("text.jpg",), 3, "text.jpg must be a PNG, JPEG, WebP, GIF or BMP image; its content is none"),
    (("cut.png",), 3, "cut.png is a damaged or incomplete image: "),
    (("fhoto.png",), 3, "fhoto.png does not exist. Did you mean photo.png?"),
    ((".",), 3, ". is a directory. Give one file in it."),
    (("a\0b.png",), 3, "a path must not hold a NUL character; got 'a\\x00b.png'."),
    ((), 2, "Missing argument 'IMAGES...'"),
]


@pytest.mark.parametrize(("arguments", "code", "sentence"), BAD, ids=[repr(b[0]) for b in BAD])
def test_one_sentence_and_nothing_left(
    shoal: Shoal, photo: Path, arguments: tuple[Any, ...], code: int, sentence: str
) -> None:
    (photo.parent / "text.jpg").write_text("no image")
    (photo.parent / "cut.png").write_bytes(photo.read_bytes()[: photo.stat().st_size // 2])
    before = set(os.listdir(photo.parent))
    ended = shoal("palette", *arguments)
    assert ended.code == code, ended.err
    assert ended.err.startswith(f"Error: {sentence}"), ended.err
    assert len(ended.err.splitlines()) == 1
    assert ended.out == ""
    assert set(os.listdir(photo.parent)) == before


@pytest.mark.parametrize(
    "name",
    [
        "\x1b[31mred.png",
        "two\nlines.png",
        "<script>.png",
        "年齢.png",
        "-k 5.png",
        ".png",
        "x" * 200,
    ],
)
def test_hostile_names(shoal: Shoal, tmp_path: Path, name: str) -> None:
    draw(tmp_path / name, format="PNG")
    ended = shoal("palette", "-k", 4, "--", name)
    assert ended.code == 0, ended.err
    assert "\x1b" not in ended.out + ended.err
    stem = Path(name).stem
    assert (tmp_path / f"{stem}.palette.png").exists()
    ended = shoal("palette", "-k", 4, "--", f"gone {name}")
    assert ended.code == 3
    assert "\x1b" not in ended.err
    assert len(ended.err.splitlines()) == 1


def test_it_imports_no_more_than_it_needs(photo: Path) -> None:
    script = (
        "import sys; from shoal.cli.app import run; run(['palette', 'photo.png', '-k', '4', '-q']);"
        "heavy = {'scipy', 'sklearn', 'pyarrow', 'matplotlib', 'rich', 'jinja2', 'narwhals'};"
        "found = heavy & set(sys.modules); sys.exit(str(found) if found else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=photo.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
