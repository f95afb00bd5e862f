"""A matplotlib figure as inline SVG that follows the page's colours and carries nothing else."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from shoal.plot import style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

__all__ = ["Sheet"]

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"

ELEMENTS = frozenset(
    ("svg", "g", "path", "use", "defs", "clipPath", "rect", "image", "pattern", "text", "tspan")
)
ATTRIBUTES = frozenset(
    (
        *("transform", "x", "y", "width", "height", "viewBox", "clip-path"),
        *("patternUnits", "patternTransform", "clipPathUnits", "preserveAspectRatio"),
    )
)
PROPERTIES = frozenset(
    (
        *("fill", "fill-opacity", "fill-rule", "opacity", "stroke", "stroke-opacity"),
        *("stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
        *("stroke-dasharray", "stroke-dashoffset"),
        *("font-family", "font-size", "font-weight", "text-anchor"),
    )
)
THEMED = {
    style.INK: "var(--ink)",
    style.MUTED: "var(--muted)",
    style.GRID: "var(--line)",
    style.PAPER: "var(--panel)",
    style.CURVE: "var(--curve)",
}
REFERENCE = re.compile(r"url\(#([^)]+)\)")
DECIMALS = re.compile(r"(\.\d\d)\d+")
SPACES = re.compile(r"\s+")
DATA_PNG = "data:image/png;base64,"
SMALL_IMAGE = 40_000


class Sheet:
    """Collects the shapes that figures of one page share, such as letters, so each is stored once.

    Only known elements, attributes and properties are copied; scripts, links, comments and styles
    cannot come through, whatever the figure holds.
    """

    def __init__(self) -> None:
        self._shapes: dict[str, str] = {}
        self._figures = 0

    def embed(self, figure: Figure, description: str) -> Markup:
        """Turn `figure` into an ``<svg>`` element with `description` as its text alternative."""
        stream = BytesIO()
        figure.savefig(stream, format="svg", facecolor=style.PAPER, edgecolor="none")
        root = ET.fromstring(stream.getvalue())  # noqa: S314 - our own output
        self._figures += 1
        names: dict[str, str] = {}
        self._share(root, names)
        for element in root.iter():
            if element.get("id") and element.tag in {f"{SVG}clipPath", f"{SVG}pattern"}:
                names[element.attrib["id"]] = f"f{self._figures}-{len(names)}"
        body = "".join(part for child in root for part in self._write(child, names))
        return Markup(  # noqa: S704 - every part is escaped or from the lists above
            f'<svg class="figure" role="img" viewBox="{escape(root.get("viewBox", ""))}" '
            'stroke-linejoin="round" stroke-linecap="butt" '
            f'aria-label="{escape(description)}">{body}</svg>'
        )

    def shapes(self) -> Markup:
        """Write the shared shapes; the page needs them once."""
        shapes = "".join(
            shape.replace("<path", f'<path id="{name}"', 1) for shape, name in self._shapes.items()
        )
        return Markup(  # noqa: S704 - as above
            '<svg class="shapes" width="0" height="0" aria-hidden="true">'
            f"<defs>{shapes}</defs></svg>"
        )

    def _share(self, root: ET.Element, names: dict[str, str]) -> None:
        """Move paths that are defined for reuse to the sheet."""
        for parent in root.iter(f"{SVG}defs"):
            for shape in parent.findall(f"{SVG}path"):
                if "id" in shape.attrib:
                    content = "".join(self._write(shape, {}))
                    name = self._shapes.setdefault(content, f"s{len(self._shapes)}")
                    names[shape.attrib["id"]] = name
                    parent.remove(shape)

    def _write(self, element: ET.Element, names: dict[str, str]) -> Iterator[str]:
        tag = str(element.tag).removeprefix(SVG)
        if tag not in ELEMENTS:
            return
        children = [part for child in element for part in self._write(child, names)]
        attributes = dict(_attributes(element, names))
        text = escape(element.text.strip()) if element.text and tag in {"text", "tspan"} else ""
        if tag in {"g", "defs"} and not (children or text):
            return
        if tag == "g" and not attributes:
            yield from children
            return
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        if children or text:
            yield f"<{tag}{written}>{text}{''.join(children)}</{tag}>"
        else:
            yield f"<{tag}{written}/>"


def _attributes(element: ET.Element, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name == "id" and value in names:
            yield "id", names[value]
        elif name in {LINK, "href"}:
            if value.startswith("#") and value[1:] in names:
                yield "href", f"#{names[value[1:]]}"
            elif value.startswith(DATA_PNG) and element.tag == f"{SVG}image":
                yield "href", DATA_PNG + _smaller(SPACES.sub("", value[len(DATA_PNG) :]))
        elif name == "style":
            for entry in value.split(";"):
                key, _, setting = (part.strip() for part in entry.partition(":"))
                if key in PROPERTIES:
                    yield key, _value(setting, names)
        elif name in PROPERTIES:
            yield name, _value(value, names)
        elif name == "d":
            yield name, DECIMALS.sub(r"\1", SPACES.sub(" ", value)).strip()
        elif name in ATTRIBUTES:
            yield name, _value(value, names)


def _value(setting: str, names: dict[str, str]) -> str:
    if "url(" in setting:
        found = REFERENCE.fullmatch(setting)
        return f"url(#{names[found[1]]})" if found and found[1] in names else "none"
    return THEMED.get(setting, setting)


def _smaller(encoded: str) -> str:
    """Keep at most 256 colours of a picture's cloud of points, which takes a third of the bytes."""
    from PIL import Image

    if len(encoded) < SMALL_IMAGE:
        return encoded
    image = Image.open(BytesIO(base64.b64decode(encoded)))
    stream = BytesIO()
    image.quantize(256, method=Image.Quantize.FASTOCTREE).save(stream, "png", optimize=True)
    reduced = base64.b64encode(stream.getvalue()).decode()
    return min(encoded, reduced, key=len)
