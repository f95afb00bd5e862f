"""``shoal palette``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shoal.cli.app import Command
from shoal.cli.interrupts import prompt_interrupts
from shoal.cli.options import json_option, plain_run_options
from shoal.cli.outputs import check_file, whole_file
from shoal.cli.progress import progress
from shoal.cli.words import clean, give, give_json, say, text_table
from shoal.errors import OutputError, ParameterError, ShoalError

if TYPE_CHECKING:
    from shoal.progress import Callback
    from shoal.recipes.palette import Palette

ONE, SEVERAL = (256,), (4, 8, 16, 25)
"""Numbers of colours when none are given: of a palette, and of a comparison."""


def _numbers_of(_: Any, option: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Read ``25`` or ``4,8,16``."""
    if value is None:
        return None
    try:
        return tuple(dict.fromkeys(int(part) for part in value.split(",")))
    except ValueError:
        raise ParameterError(
            f"{option.opts[0]} must be a number such as 25, or several with commas for --compare; "
            f"got {value!r}."
        ) from None


@click.command(
    cls=Command,
    examples=(
        "shoal palette photo.jpg -k 25",
        "shoal palette logo.png icon.webp -k 16 -o small/",
        "shoal palette photo.jpg -k 16 --dither --space oklab -o photo16.png",
        "shoal palette photo.jpg --compare -k 4,8,16,25",
    ),
)
@click.argument("images", nargs=-1, required=True)
@click.option(
    "-k", "--colors", "numbers", callback=_numbers_of, metavar="K",
    help="Number of colours, 1 to 256; 256 when left out. Several with --compare.",
)  # fmt: skip
@click.option(
    "--space", type=click.Choice(("rgb", "oklab")), default="rgb", show_default=True,
    help="Where distances are taken: least squared error, or nearer to what the eye sees.",
)  # fmt: skip
@click.option("--dither", is_flag=True, help="Diffuse the error (Floyd and Steinberg).")
@click.option(
    "--compare", is_flag=True,
    help="Write one picture instead: the original beside the result for each K.",
)  # fmt: skip
@click.option(
    "-o", "--output", metavar="FILE",
    help="Where to write: a .png file or a folder; NAME.palette.png beside the image when left "
    "out, NAME.compare.png with --compare.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the file when it exists.")
@json_option()
@plain_run_options()
def palette(
    images: tuple[str, ...],
    numbers: tuple[int, ...] | None,
    compare: bool,
    output: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    threads: int | None,
    **options: Any,
) -> int:
    """Reduce IMAGES to their best K colours and write indexed PNG files.

    An image is a PNG, JPEG, WebP, GIF or BMP file, or - for standard input. An image that cannot be
    read does not keep the others from being written.
    """
    ks = numbers or (SEVERAL if compare else ONE)
    if len(ks) > 1 and not compare:
        raise ParameterError(
            f"-k must be one number without --compare; got {','.join(map(str, ks))}."
        )
    places = _places(images, output, "compare" if compare else "palette")
    from shoal.recipes.palette import check_n_colors

    for k in ks:
        check_n_colors(k)
    answers, worst = [], 0
    for image, place in zip(images, places, strict=True):
        try:
            with prompt_interrupts(arrow=False), progress(quiet) as callback:
                check_file(place, force)
                found = _reduce(image, ks, place, compare, threads, callback, options)
        except ShoalError as error:
            if len(images) == 1 or error.exit_code == 130:
                raise
            worst = max(worst, error.exit_code)
            say(f"Error: {clean(str(error), most=2000)}")
            answers.append({"image": image, "error": str(error)})
            continue
        if as_json:
            answers += [_as_dict(image, place, one) for one in found]
        elif quiet:
            give(str(place))
        else:
            _give_words(place, found, verbose)
    if as_json:
        give_json(answers)
    return worst


def _places(images: Sequence[str], output: str | None, kind: str) -> list[Path]:
    """Name the file each image becomes, and refuse two that would be the same."""
    folder = Path(output) if output is not None and (Path(output).is_dir()) else None
    if output is not None and folder is None:
        if len(images) > 1 or output.endswith("/"):
            raise OutputError(
                f"--output must be a folder that exists for several images; got {output!r}. Make "
                "it first."
            )
        if not output.lower().endswith(".png"):
            raise ParameterError(f"--output must end in .png; got {output!r}.")
    places: list[Path] = []
    for image in images:
        source = Path("stdin" if image == "-" else image)
        place = (folder or source.parent) / f"{source.stem or 'image'}.{kind}.png"
        if output is not None and folder is None:
            place = Path(output)
        if place in places:
            first = images[places.index(place)]
            raise OutputError(
                f"each image must have an output of its own; got {str(place)!r} for {first!r} and "
                f"{image!r}. Reduce them one by one, with --output."
            )
        if place.exists() and source.exists() and place.samefile(source):
            raise OutputError(
                f"the output must be another file than the image; got {str(place)!r} for both. "
                "Choose another name with --output."
            )
        places.append(place)
    return places


def _reduce(
    image: str,
    ks: Sequence[int],
    place: Path,
    compare: bool,
    threads: int | None,
    callback: Callback | None,
    options: dict[str, Any],
) -> list[Palette]:
    """Reduce one image to each number of colours, and write the one file."""
    from shoal.recipes.palette import palette as reduce

    source: Any = image
    found: list[Palette] = []
    for k in ks:
        found.append(reduce(source, k, n_jobs=threads, callback=callback, **options))
        source = found[-1].source
    if compare:
        from shoal import plot
        from shoal.plot import style

        content = style.png(plot.palettes(found))
    else:
        content = found[0].png(threads)
    with whole_file(place) as file:
        file.write(content)
    return found


def _give_words(place: Path, found: Sequence[Palette], verbose: bool) -> None:
    notes = dict.fromkeys(note for one in found for note in one.notes)
    for note in notes:
        say(f"Note: {clean(note, most=300)}")
    if verbose:
        for stage, seconds in found[0].timings.items():
            say(f"Time: {stage} {seconds:.3f} s")
        full = found[0].full_color_png_bytes()
        say(f"In all its colours, a PNG file takes {full:,} bytes.")
    give(_heading(found[0]))
    give(_comparison(found) if len(found) > 1 else _colors(found[0], place))
    give(f"Written: {clean(str(place), most=300)}")


def _heading(found: Palette) -> str:
    height, width = found.indices.shape
    colours = _count(found.n_image_colors, "colour")
    return f"{clean(found.source.name)}: {width:,} × {height:,} pixels, {colours}"


def _colors(found: Palette, place: Path) -> str:
    """Show the palette, what it lost and what it saved."""
    before, after = found.raw_bytes
    pairs = [("uncompressed", before, after)]
    if found.source.file_bytes is not None:
        pairs.insert(0, ("file", found.source.file_bytes, place.stat().st_size))
    rows = ((name, f"{old:,}", f"{new:,}", _factor(old, new)) for name, old, new in pairs)
    clear = "premultiplied RGBA" if found.has_alpha else "RGB"
    space = {"rgb": "RGB", "oklab": "OKLab"}[found.space] + (", dithered" if found.dithered else "")
    order = sorted(range(found.n_colors), key=lambda c: (-found.counts[c], c))
    table = ((found.hex_codes[c], f"{found.counts[c]:,}", f"{found.shares[c]:.2%}") for c in order)
    return "\n".join(
        (
            f"{_count(found.n_colors, 'colour')} ({space}), {found.bit_depth} bits per pixel",
            f"MSE {found.mse:.3f}, PSNR {found.psnr:.2f} dB ({clear}, 0 to 255)",
            "",
            text_table(("bytes", "before", "after", ""), rows, right=(1, 2)),
            "",
            text_table(("colour", "pixels", "share"), table, right=(1, 2)),
            "",
        )
    )


def _comparison(found: Sequence[Palette]) -> str:
    head = ("colours", "MSE", "PSNR dB", "PNG bytes")
    rows = (
        (str(one.n_colors), f"{one.mse:.3f}", f"{one.psnr:.2f}", f"{len(one.png()):,}")
        for one in found
    )
    return text_table(head, rows, right=range(4)) + "\n"


def _factor(before: int, after: int) -> str:
    if after > before:
        return f"{after / before:.1f} times larger"
    return f"{before / after:.1f} times smaller"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _as_dict(image: str, place: Path, found: Palette) -> dict[str, Any]:
    height, width = found.indices.shape
    before, after = found.raw_bytes
    colors = zip(found.hex_codes, found.counts.tolist(), found.shares.tolist(), strict=True)
    return {
        "image": image,
        "output": str(place),
        "width": width,
        "height": height,
        "n_image_colors": found.n_image_colors,
        "n_colors": found.n_colors,
        "bit_depth": found.bit_depth,
        "space": found.space,
        "dithered": found.dithered,
        "mse": found.mse,
        "psnr": found.psnr,
        "file_bytes": {"before": found.source.file_bytes, "after": place.stat().st_size},
        "raw_bytes": {"before": before, "after": after},
        "palette": [{"color": c, "pixels": n, "share": share} for c, n, share in colors],
        "notes": list(found.notes),
        "seconds": dict(found.timings),
    }
