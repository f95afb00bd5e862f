"""Words and numbers as a picture shows them: literal, short and drawable."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache

__all__ = ["clean", "count", "fonts", "literal", "number", "percent", "shorten", "two_digits"]

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
MISSING_GLYPH = "\N{WHITE SQUARE}"

# Tried after matplotlib's own font, so that names in other scripts draw where a font is installed.
FALLBACK_FONTS = (
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Noto Sans JP",
    "Noto Sans KR",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Yu Gothic",
    "PingFang SC",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Arial Unicode MS",
    "Nirmala UI",
)


def clean(text: object) -> str:
    """Put `text` on one line: no control, formatting or unpaired surrogate characters."""
    kept = []
    for character in str(text):
        category = unicodedata.category(character)
        if category in {"Zl", "Zp", "Zs"} or character in "\t\n\r\v\f":
            kept.append(" ")
        elif category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category not in {"Cc", "Cf"}:
            kept.append(character)
    return " ".join("".join(kept).split())


def shorten(text: object, length: int = 28) -> str:
    """Cut the middle out of a long text; both ends tell similar names apart."""
    words = clean(str(text)[: 4 * length] if len(str(text)) > 8 * length else text)
    tail_source = clean(str(text)[-4 * length :]) if len(str(text)) > 8 * length else words
    if len(words) <= length and tail_source is words:
        return words
    head = (length - 1) * 3 // 5
    return words[:head].rstrip() + ELLIPSIS + tail_source[-(length - 1 - head) :].lstrip()


def literal(text: object, length: int = 28) -> str:
    """Shorten `text` so that matplotlib draws it as it is.

    Dollar signs are escaped, which keeps formulae from being interpreted, and characters without
    a glyph become a square, which keeps matplotlib from warning about them.
    """
    known = _characters()
    drawn = "".join(c if ord(c) in known else MISSING_GLYPH for c in shorten(text, length))
    return drawn.replace("$", r"\$")


def number(value: float | None, digits: int = 4) -> str:
    """Round to `digits` significant digits, thousands separated; an en dash for not a number."""
    if value is None or math.isnan(value):
        return "\N{EN DASH}"
    if math.isinf(value):
        return "\N{INFINITY}" if value > 0 else "\N{MINUS SIGN}\N{INFINITY}"
    value += 0.0  # no minus sign before a zero
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        words = f"{value:.3g}"
    elif size >= 1000 or float(value).is_integer():
        words = f"{value:,.0f}"
    else:
        decimals = digits - 1 - math.floor(math.log10(size))
        words = f"{value:.{min(max(decimals, 0), 6)}f}"
        words = words.rstrip("0").rstrip(".") if "." in words else words
    return words.replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """Write a share as a percentage that never shows a row as nothing or nearly all as all."""
    if math.isnan(share):
        return "\N{EN DASH}"
    if 0 < share < 0.001:
        return "< 0.1%"
    if 0.999 < share < 1:
        return "> 99.9%"
    value = 100 * share
    return f"{value:.1f}%" if value < 10 and round(value, 1) != round(value) else f"{value:.0f}%"


def two_digits(value: float) -> str:
    """Write an index such as the silhouette, never with a minus sign before zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


def count(value: int) -> str:
    """Write a whole number with its thousands separated."""
    return f"{value:,}"


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, ...]:
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in FALLBACK_FONTS if name in installed))


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    paths = {findfont(FontProperties(family=[name])) for name in _fonts()}
    return frozenset().union(*(get_font(path).get_charmap() for path in paths))


def fonts() -> list[str]:
    """Font families in the order in which glyphs are looked for."""
    return list(_fonts())
