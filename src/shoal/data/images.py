"""Reading images: PNG, JPEG, WebP, GIF and BMP become 8-bit RGB or RGBA pixels."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal.data.source import Payload, open_bytes
from shoal.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["FORMATS", "MOST_PIXELS", "Approve", "Picture", "read_image", "to_picture"]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MOST_PIXELS = 178_956_970
"""Larger images are taken for decompression bombs; the limit is Pillow's own."""

Approve = Callable[[int, int], None]
"""Gets the size of a file in bytes and its number of pixels; raises to keep it from decoding."""

# What Pillow's decoders raise on files that are damaged, cut off or made to do harm.
_DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, AttributeError,
    EOFError, OverflowError, NotImplementedError, AssertionError, struct.error, zlib.error,
)  # fmt: skip
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels as read.

    Attributes
    ----------
    pixels : ndarray of shape (height, width, 3 or 4), uint8
        sRGB, or sRGB and alpha when some pixel is not opaque.
    name : str
        Name to use in messages.
    format : str or None
        ``"PNG"``, ``"JPEG"`` …; None for an image that was no file.
    file_bytes : int or None
        Size of the file.
    notes : tuple of str
        What reading decided, one sentence each.
    """

    pixels: npt.NDArray[np.uint8]
    name: str = "the image"
    format: str | None = None
    file_bytes: int | None = None
    notes: tuple[str, ...] = ()


def read_image(source: str | os.PathLike[str], approve: Approve | None = None) -> Picture:
    """Read an image file, judged by its content and not by its name.

    Parameters
    ----------
    source : path or "-"
        PNG, JPEG, WebP, GIF or BMP; ``"-"`` is standard input.
    approve : callable, optional
        Called with the bytes of the file and its pixels before any of them is decoded.

    Returns
    -------
    Picture
        Turned upright as its EXIF data say. The first frame of an animation; 16-bit channels
        shortened to 8; colour profiles left out of account. The notes say so.

    Raises
    ------
    DataError
        There is no such file, it is none of the formats, damaged, cut off, or has more than
        `MOST_PIXELS` pixels.
    """
    payload = open_bytes(source)
    if not payload.data.nbytes:
        raise DataError(f"{payload.name} is empty. Give a PNG, JPEG, WebP, GIF or BMP image.")
    with warnings.catch_warnings():
        # About metadata, and about sizes that `approve` judges better.
        warnings.simplefilter("ignore")
        try:
            with _opened(payload) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise _too_large(payload.name, f"{width * height:,}")
                if approve is not None:
                    approve(payload.data.nbytes, width * height)
                return _decoded(image, payload)
        except DataError:
            raise
        except MemoryError:
            raise
        except _DAMAGE as error:
            raise DataError(
                f"{payload.name} is a damaged or incomplete image: {_reason(error)}. "
                "Copy or download the file again."
            ) from error


def to_picture(image: Any) -> Picture:
    """Take an array or a Pillow image as it is.

    Parameters
    ----------
    image : ndarray or PIL.Image.Image
        uint8 of shape (height, width), (height, width, 3) or (height, width, 4).

    Returns
    -------
    Picture

    Raises
    ------
    DataError
        It is no such image.
    """
    if hasattr(image, "getbands"):
        return Picture(_pixels_of(image))
    values = np.asarray(image)
    fits = values.ndim == 2 or (values.ndim == 3 and values.shape[2] in (3, 4))
    if values.dtype != np.uint8 or not fits or not values.size:
        raise DataError(
            "an image must be a path, a Pillow image or uint8 values of shape (height, width), "
            f"(height, width, 3) or (height, width, 4); got {values.dtype} of shape "
            f"{values.shape}."
        )
    if values.ndim == 2:
        values = np.repeat(values[:, :, None], 3, axis=2)
    return Picture(_without_idle_alpha(np.ascontiguousarray(values)))


def _opened(payload: Payload) -> Image.Image:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(payload.data), formats=FORMATS)
    except UnidentifiedImageError:
        raise DataError(
            f"{payload.name} must be a PNG, JPEG, WebP, GIF or BMP image; its content is none. "
            "Convert it first."
        ) from None
    except Image.DecompressionBombError as error:
        size = next((word for word in str(error).replace("(", "").split() if word.isdigit()), "")
        raise _too_large(payload.name, f"{int(size or 0):,}") from None


def _too_large(name: str, size: str) -> DataError:
    return DataError(
        f"{name} must have at most {MOST_PIXELS:,} pixels; got {size}, which looks like a "
        "decompression bomb. Scale it down first."
    )


def _decoded(image: Image.Image, payload: Payload) -> Picture:
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":
        notes.append(f"{payload.name} is animated: the first of its {frames:,} frames was taken.")
    raw_mode = str([tile.args for tile in getattr(image, "tile", ())])
    if ";16" in raw_mode or image.mode.startswith("I"):
        notes.append(f"The 16-bit values of {payload.name} were shortened to 8 bits.")
    if image.mode == "CMYK":
        notes.append(f"{payload.name} is CMYK: it was converted to RGB without a colour profile.")
    elif image.info.get("icc_profile"):
        notes.append(f"The colour profile of {payload.name} was ignored: it was taken as sRGB.")
    form = "JPEG" if image.format == "MPO" else image.format
    image.load()
    pixels = _pixels_of(_upright(image))
    return Picture(pixels, payload.name, form, payload.data.nbytes, tuple(notes))


def _upright(image: Image.Image) -> Image.Image:
    """Turn and mirror an image as its EXIF data say; data that make no sense say nothing."""
    orientation = 1
    with contextlib.suppress(*_DAMAGE):
        orientation = image.getexif().get(_ORIENTATION, 1)
    if orientation not in range(2, 9):
        return image
    from PIL.Image import Transpose

    steps = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(steps[orientation])


def _pixels_of(image: Image.Image) -> npt.NDArray[np.uint8]:
    if image.mode.startswith(("I", "F")):
        grey = np.asarray(image)
        high = (grey.astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.repeat(high[:, :, None], 3, axis=2))
    may_be_clear = "A" in image.mode.upper() or "transparency" in image.info
    mode = "RGBA" if may_be_clear else "RGB"
    converted = image if image.mode == mode else image.convert(mode)
    return _without_idle_alpha(np.array(converted))


def _without_idle_alpha(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Drop the alpha channel of an image that is opaque all over."""
    if pixels.shape[2] == 4 and pixels[:, :, 3].min() == 255:
        return np.ascontiguousarray(pixels[:, :, :3])
    return pixels


def _reason(error: BaseException) -> str:
    words = " ".join(str(error).split()).rstrip(".")
    return words[:200] or type(error).__name__
