"""One self-contained page about a finished job."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from shoal.plot import style
from shoal.plot.text import number, percent, shorten, two_digits
from shoal.report import sections
from shoal.report.pictures import Picture, draw_pictures
from shoal.report.result import describe
from shoal.report.svg import Sheet
from shoal.report.words import number_said

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from shoal.clustering import Clustering

__all__ = ["MOST_BYTES", "compose", "render"]

MOST_BYTES = 3_000_000
DETAIL = (
    sections.Limits(cards=48, fields=10, columns=60, lines=60),
    sections.Limits(cards=16, fields=6, columns=30, lines=30),
    sections.Limits(cards=4, fields=4, columns=10, lines=10),
)


def render(clustering: Clustering) -> str:
    """Write the report as one HTML page that needs no network and no scripts.

    Parameters
    ----------
    clustering : Clustering
        The finished job.

    Returns
    -------
    str
        Less than 3 MB of UTF-8 whatever the size of the table; what is left out is said.

    Notes
    -----
    Every value is escaped by the template engine, pictures are rebuilt from known elements only,
    and the page's Content-Security-Policy allows its own style sheet and embedded images, nothing
    else.
    """
    return compose(clustering, describe(clustering))


def compose(
    clustering: Clustering,
    content: Mapping[str, Any],
    use: Callable[[Picture], object] | None = None,
) -> str:
    """Write the page about `content`, handing each picture to `use` while it exists.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    content : mapping
        The result of `describe`, possibly with the names of the label columns.
    use : callable, optional
        Called with each picture, before the next one is drawn.

    Returns
    -------
    str
    """
    sheet = Sheet()
    drawn: dict[str, dict[str, Any]] = {}
    for picture in draw_pictures(clustering):
        if picture.name != "sizes":  # the page draws its own
            drawn[picture.name] = {
                "name": picture.name,
                "title": picture.title,
                "explanation": picture.explanation,
                "grid": picture.grid,
                "svg": sheet.embed(picture.figure, picture.description),
            }
        if use is not None:
            use(picture)
    page = ""
    for limits in DETAIL:
        page = _fill(clustering, content, drawn, sheet.shapes(), limits)
        if len(page.encode()) <= MOST_BYTES:
            return page
    for name in sorted(drawn, key=lambda name: -len(drawn[name]["svg"])):
        drawn[name]["svg"] = ""
        page = _fill(clustering, content, drawn, sheet.shapes(), DETAIL[-1])
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


def _fill(
    clustering: Clustering,
    content: Mapping[str, Any],
    drawn: Mapping[str, Any],
    shapes: Markup,
    limits: sections.Limits,
) -> str:
    style_sheet = _style_sheet()
    digest = base64.b64encode(hashlib.sha256(style_sheet.encode()).digest()).decode()
    pictures = [drawn[name] for name in drawn if name != "elbow"]
    return _template().render(
        style_sheet=style_sheet,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        content=content,
        overview=sections.overview(clustering),
        cards=sections.cards(clustering, limits),
        choice=sections.choice(clustering),
        number_said=number_said(clustering),
        elbow=drawn.get("elbow"),
        pictures=pictures,
        shapes=shapes,
        preparation=sections.preparation(clustering, limits),
        settings=sections.settings(clustering),
        limits=limits,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    engine = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    engine.filters.update(
        number=number,
        percent=percent,
        two_digits=two_digits,
        short=shorten,
        breakable=_breakable,
        tone=lambda cluster: f"c{cluster % len(style.COLOURS)}" if cluster >= 0 else "noise",
    )
    text = files("shoal.report").joinpath("templates", "report.html").read_text("utf-8")
    return engine.from_string(text)


def _breakable(text: str) -> Markup:
    """Allow a line to break after an underscore."""
    from markupsafe import Markup

    return Markup("_<wbr>").join(text.split("_"))


@lru_cache(maxsize=1)
def _style_sheet() -> str:
    text = files("shoal.report").joinpath("templates", "report.css").read_text("utf-8")
    tones = "\n".join(
        f".c{index}{{--tone:{colour};--on-tone:{style.ink_on(colour)}}}"
        for index, colour in enumerate(style.COLOURS)
    )
    return f"{text}\n{tones}\n.noise{{--tone:{style.NOISE};--on-tone:#000000}}\n"
