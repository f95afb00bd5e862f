"""Images in few colours: an exact palette, an indexed image, and what it lost."""

from __future__ import annotations

import io
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native, budget
from shoal.checks import check_choice, check_integer
from shoal.data.images import Picture, read_image, to_picture
from shoal.data.png import bit_depth, indexed_png, packed_bytes
from shoal.errors import ParameterError
from shoal.progress import Callback, Event

__all__ = ["MOST_COLORS", "SPACES", "Palette", "check_n_colors", "palette"]

SPACES = ("rgb", "oklab")
MOST_COLORS = 256
# Per pixel: Pillow's image and its converted copy, the array, the keys of the colours, the indices,
# and points, weights and tree when every pixel has a colour of its own; measured upper end.
_BYTES_PER_PIXEL = 110


@dataclass(frozen=True, slots=True)
class Palette:
    """An image in few colours.

    Attributes
    ----------
    colors : ndarray of shape (n_colors, 4), uint8
        sRGB and alpha; all different, and each in use unless dithered. Fully transparent first,
        then from dark to light.
    indices : ndarray of shape (height, width), uint8
        Index of the colour of each pixel: the nearest one, unless dithered.
    counts : ndarray of shape (n_colors,), int64
        Pixels per colour.
    mse : float
        Mean squared error per channel (0 to 255) of the written image: of red, green and blue, or
        of the four premultiplied channels where the image has transparency.
    space : str
        Space of the distances: ``"rgb"`` or ``"oklab"``.
    dithered : bool
        Whether the error was diffused.
    n_image_colors : int
        Different colours of the image.
    n_iter : int
        Iterations of k-means over all colours.
    has_alpha : bool
        Whether the image has pixels that are not opaque.
    timings : mapping of str to float
        Seconds per stage.
    source : Picture
        What was read.
    notes : tuple of str
        What was decided along the way, one sentence each.
    """

    colors: npt.NDArray[np.uint8]
    indices: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int64]
    mse: float
    space: str
    dithered: bool
    n_image_colors: int
    n_iter: int
    has_alpha: bool
    source: Picture
    timings: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def n_colors(self) -> int:
        """Number of colours."""
        return len(self.colors)

    @property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio in dB; infinite when nothing is lost."""
        return 10 * math.log10(255**2 / self.mse) if self.mse > 0 else math.inf

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Share of the pixels per colour."""
        return np.asarray(self.counts / self.counts.sum(), dtype=np.float64)

    @property
    def hex_codes(self) -> tuple[str, ...]:
        """Colours as ``"#rrggbb"``, or ``"#rrggbbaa"`` when not opaque."""
        return tuple(
            "#" + bytes(color[: 3 if color[3] == 255 else 4]).hex() for color in self.colors
        )

    @property
    def bit_depth(self) -> int:
        """Bits per pixel of an indexed file."""
        return bit_depth(self.n_colors)

    @property
    def raw_bytes(self) -> tuple[int, int]:
        """Bytes without compression: of the image's pixels; of palette and packed indices."""
        height, width = self.indices.shape
        entry = 4 if self.has_alpha else 3
        packed = packed_bytes(height, width, self.n_colors) + entry * self.n_colors
        return height * width * entry, packed

    def image(self) -> npt.NDArray[np.uint8]:
        """Pixels in the new colours, of shape (height, width, 3), or 4 with transparency."""
        channels = 4 if self.has_alpha else 3
        return np.ascontiguousarray(self.colors[:, :channels])[self.indices]

    def png(self, n_jobs: int | None = None) -> bytes:
        """Encode as an indexed PNG file of the smallest bit depth."""
        return indexed_png(self.indices, self.colors, _native.resolve_thread_count(n_jobs or 0))

    def full_color_png_bytes(self) -> int:
        """Size of a PNG file of the image in all its colours."""
        from PIL import Image

        stream = io.BytesIO()
        Image.fromarray(self.source.pixels).save(stream, "PNG")
        return stream.tell()


def palette(
    image: Any,
    n_colors: int = 256,
    *,
    space: str = "rgb",
    dither: bool = False,
    max_iter: int = 100,
    n_jobs: int | None = None,
    memory_limit: str | int | None = None,
    callback: Callback | None = None,
) -> Palette:
    """Find the colours an image loses least with.

    Parameters
    ----------
    image : path, "-", ndarray, PIL.Image.Image or Picture
        A PNG, JPEG, WebP, GIF or BMP file, standard input, or uint8 pixels of shape
        (height, width), (height, width, 3) or (height, width, 4).
    n_colors : int, default=256
        Number of colours, 1 to 256. The palette has exactly as many, or all colours of the image
        when those are fewer.
    space : {"rgb", "oklab"}, default="rgb"
        Where distances are taken: in sRGB, which gives the least mean squared error, or in OKLab,
        nearer to what the eye sees.
    dither : bool, default=False
        Diffuse the error by Floyd and Steinberg, every second row backwards; by distances in RGB.
    max_iter : int, default=100
        Most iterations of k-means over all colours.
    n_jobs : int, optional
        Threads; all available when left out. The result is the same for any number.
    memory_limit : str or int, optional
        Most memory to use, such as ``"2GB"``; 80 % of what is free when left out.
    callback : callable, optional
        Called with a `shoal.progress.Event` at each step; raise `shoal.Cancelled` to stop.

    Returns
    -------
    Palette
        Frozen.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values; one colour for an image with fully transparent
        and other pixels.
    DataError
        The image cannot be read.
    MemoryBudgetError
        The job does not fit in the memory allowed.

    Notes
    -----
    Weighted k-means over the different colours of the image, started by variance cuts of a grid of
    colours and a search that splits and merges clusters; no randomness, hence no seed. The centres
    are rounded to 8 bits and moved on until the error of the rounded palette no longer falls. Each
    pixel has the nearest entry, ties going to the lowest. With transparency, distances are those
    of premultiplied colours, and fully transparent pixels keep an entry of their own.

    Time O(pixels + iterations × colours of the image × a few), memory about 100 bytes per pixel at
    worst.

    References
    ----------
    X. Wu: Efficient statistical computations for optimal color quantization. 1991.
    M. E. Celebi: Improving the performance of k-means for color quantization. 2011,
    doi:10.1016/j.imavis.2010.10.002.
    T. Kanungo et al.: An efficient k-means clustering algorithm. 2002,
    doi:10.1109/TPAMI.2002.1017616.
    R. W. Floyd, L. Steinberg: An adaptive algorithm for spatial greyscale. 1976.
    B. Ottosson: A perceptual color space for image processing. 2020.

    Examples
    --------
    >>> import numpy as np
    >>> import shoal
    >>> image = np.zeros((4, 4, 3), dtype=np.uint8)
    >>> image[:2] = [250, 10, 10]
    >>> image[3] = [2, 2, 2]
    >>> found = shoal.palette(image, 2)
    >>> found.hex_codes
    ('#010101', '#fa0a0a')
    """
    k = check_n_colors(n_colors)
    check_choice("space", space, SPACES)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    limit = budget.allowed_bytes(memory_limit)
    threads = _native.resolve_thread_count(n_jobs or 0)
    start = time.perf_counter()
    picture = _read(image, limit, callback)
    height, width, channels = picture.pixels.shape
    pixels = picture.pixels.reshape(-1, channels)
    timings = {"read": time.perf_counter() - start}
    _tell(callback, "fit", f"{k} colours for {height * width:,} pixels")
    colors, indices, n_image_colors, n_iter, *seconds = _native.palette_fit(
        pixels, k, space == "oklab", max_iter, threads, _asker(callback, "fit")
    )
    timings |= dict(zip(("count", "start", "fit", "map"), seconds, strict=True))
    if dither and len(colors) < n_image_colors:
        start = time.perf_counter()
        _tell(callback, "dither", "diffusing the error")
        indices = _native.palette_dither(pixels, width, colors, _asker(callback, "dither"))
        timings["dither"] = time.perf_counter() - start
    flat = indices.reshape(-1)
    return Palette(
        colors=colors,
        indices=flat.reshape(height, width),
        counts=np.bincount(flat, minlength=len(colors)).astype(np.int64),
        mse=_native.palette_error(pixels, colors, flat, threads) / pixels.size,
        space=space,
        dithered=dither,
        n_image_colors=n_image_colors,
        n_iter=n_iter,
        has_alpha=channels == 4,
        source=picture,
        timings=timings,
        notes=(*picture.notes, *_remarks(k, n_image_colors)),
    )


def check_n_colors(n_colors: Any) -> int:
    """Return a number of colours, or raise when an indexed image cannot have as many."""
    k = check_integer("n_colors", n_colors, minimum=1, remedy="Use 1 to 256.")
    if k > MOST_COLORS:
        raise ParameterError(
            f"n_colors must be an integer of at most {MOST_COLORS}; got {k}. An indexed image has "
            "no more."
        )
    return k


def _read(image: Any, limit: int | None, callback: Callback | None) -> Picture:
    def approve(file_bytes: int, n_pixels: int) -> None:
        budget.Estimate(
            {"the file": file_bytes, "the pixels and their colours": _BYTES_PER_PIXEL * n_pixels}
        ).require(limit, options=("a smaller image",))

    if isinstance(image, Picture):
        return image
    if isinstance(image, str | os.PathLike):
        _tell(callback, "read", "reading the image")
        return read_image(image, approve)
    picture = to_picture(image)
    approve(0, picture.pixels.size // picture.pixels.shape[2])
    return picture


def _remarks(k: int, n_image_colors: int) -> tuple[str, ...]:
    if n_image_colors > k:
        return ()
    colours = "1 colour" if n_image_colors == 1 else f"{n_image_colors} colours"
    return (f"The image has {colours}; all were kept, and nothing is lost.",)


def _tell(callback: Callback | None, stage: str, message: str) -> None:
    if callback is not None:
        callback(Event(stage, message=message))


def _asker(callback: Callback | None, stage: str) -> Any:
    """Pass the native code's progress on; it asks often, and signals come in that way too."""
    if callback is None:
        return None

    def ask(fraction: float) -> None:
        callback(Event(stage, fraction, 1.0) if fraction else Event(stage))

    return ask
