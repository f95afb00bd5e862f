"""Images in 25 and 256 colours: the error of the written palette, beside other quantisers."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from benchmarks.data import SHARED
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

if TYPE_CHECKING:
    from PIL.Image import Image

PHOTO = SHARED / "photos" / "flower_2268x1512.jpg"
SMALL = 48
Pixels = npt.NDArray[np.uint8]


def sample(name: str) -> Image:
    """Take a photo that comes with scikit-learn."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    return Image.fromarray(load_sample_image(name))


def large() -> Image:
    """Take the photo of the shared data."""
    from PIL import Image

    with Image.open(PHOTO) as photo:
        return photo.convert("RGB")


def resized() -> Image:
    """Take the same photo at 2048 × 1365 pixels, where two pixels rarely share a colour."""
    from PIL import Image

    return large().resize((2048, 1365), Image.Resampling.LANCZOS)


def image_of(open_image: Callable[[], Image], k: int) -> Callable[[float], Data]:
    """Pixels of an image, and the bytes of it as a JPEG and as a PNG file."""

    def make(scale: float) -> Data:
        image = open_image()
        if scale < 1:
            image = image.resize([max(SMALL, round(side * scale**0.5)) for side in image.size])
        files = {}
        for form, options in (("PNG", {}), ("JPEG", {"quality": 92})):
            stream = io.BytesIO()
            image.save(stream, form, **options)
            files[form.lower()] = np.frombuffer(stream.getvalue(), np.uint8)
        return {"X": np.asarray(image), "k": k, **files}

    return make


def corner(data: Data) -> Data:
    """Cut the image to a corner."""
    return dict(data, X=np.ascontiguousarray(data["X"][:SMALL, :SMALL]))


def figures(data: Data, outcome: Outcome) -> Mapping[str, float]:
    """Compare the image with what came of it; for a file also how much smaller it is."""
    pixels: Pixels = data["X"]
    lost = pixels.astype(np.int64) - outcome["pixels"].reshape(pixels.shape)
    found = {
        "mse": float((lost**2).mean()),
        "colours": float(len(np.unique(outcome["pixels"].reshape(-1, 3), axis=0))),
    }
    if "file" in outcome:
        found["png_factor"] = data["png"].size / outcome["file"]
    return found


def with_shoal(data: Data) -> Run:
    """Take the palette and the indices."""
    import shoal

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        return {"pixels": shoal.palette(data["X"], data["k"]).image()}

    return run


def with_imagequant(data: Data) -> Run:
    """Take libimagequant as its Python package sets it up, without dithering."""
    import imagequant
    from PIL import Image

    image = Image.fromarray(data["X"])

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        found = imagequant.quantize_pil_image(image, dithering_level=0.0, max_colors=data["k"])
        return {"pixels": np.asarray(found.convert("RGB"))}

    return run


def with_pillow(kmeans: int) -> Callable[[Data], Run]:
    """Take median cut, with rounds of its k-means."""

    def prepare(data: Data) -> Run:
        from PIL import Image

        image = Image.fromarray(data["X"])

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            found = image.quantize(
                data["k"], Image.Quantize.MEDIANCUT, kmeans, dither=Image.Dither.NONE
            )
            return {"pixels": np.asarray(found.convert("RGB"))}

        return run

    return prepare


def with_scikit_learn(data: Data) -> Run:
    """Run k-means on all pixels from one start, and round nothing."""
    from sklearn.cluster import KMeans

    points = data["X"].reshape(-1, 3).astype("f4")

    def run(seed: int) -> Outcome:
        model = KMeans(data["k"], n_init=1, random_state=seed).fit(points)
        return {"pixels": model.cluster_centers_[model.labels_]}

    return run


def command(words: Callable[[str, int, str], list[str]], form: str) -> Callable[[Data], Run]:
    """Run a command from file to file, its start included."""

    def prepare(data: Data) -> Run:
        folder = Path(tempfile.mkdtemp())
        source, target = folder / f"image.{form}", folder / "out.png"
        source.write_bytes(data[form].tobytes())
        line = words(str(source), data["k"], str(target))

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            from PIL import Image

            subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
            with Image.open(target) as image:
                return {
                    "pixels": np.asarray(image.convert("RGB"))[: data["X"].shape[0]],
                    "file": target.stat().st_size,
                }

        return run

    return prepare


def shoal_line(source: str, k: int, target: str) -> list[str]:
    """Write the command line of shoal."""
    options = ["-k", str(k), "-o", target, "--force", "-q"]
    return [sys.executable, "-m", "shoal", "palette", source, *options]


def pngquant_line(source: str, k: int, target: str) -> list[str]:
    """Write the command line of pngquant at its best quality."""
    found = shutil.which("pngquant") or "pngquant"
    return [found, "--speed", "1", "--nofs", "--force", "--output", target, str(k), source]


IN_MEMORY: tuple[Contender, ...] = (
    Contender("shoal", "shoal", with_shoal),
    Contender("imagequant", "imagequant", with_imagequant),
    Contender("Pillow median cut + k-means", "PIL", with_pillow(5)),
    Contender("Pillow median cut", "PIL", with_pillow(0)),
    Contender("scikit-learn, all pixels", "sklearn", with_scikit_learn, uses_openblas=True),
)
COMMANDS: tuple[Contender, ...] = (
    Contender("shoal palette, PNG to PNG", "shoal", command(shoal_line, "png")),
    Contender("shoal palette, JPEG to PNG", "shoal", command(shoal_line, "jpeg")),
    Contender("pngquant --speed 1", "PIL", command(pngquant_line, "png")),
)
IMAGES: dict[str, Callable[[], Image]] = {
    "china": lambda: sample("china.jpg"),
    "flower": lambda: sample("flower.jpg"),
    **({"photo": large, "photo_2048x1365": resized} if PHOTO.exists() else {}),
}


def scenario(name: str, k: int, contenders: tuple[Contender, ...], **options: Any) -> Scenario:
    """Make the scenario of an image and a number of colours."""
    make = image_of(IMAGES[name], k)
    return Scenario(
        f"palette_{name}_k{k}{options.pop('end', '')}", "palette", make, corner, figures,
        contenders, **options,
    )  # fmt: skip


SCENARIOS = tuple(
    scenario(name, k, contenders, **options)
    for name in IMAGES
    for k in (25, 256)
    for contenders, options in (
        (IN_MEMORY, {"goal": 1, "note": "Pixels to palette and indices."}),
        (COMMANDS, {"end": "_files", "note": "Whole commands; png_factor: PNG of all colours."}),
    )
)
