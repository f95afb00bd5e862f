"""How every picture looks: colours, marks, sizes, and the figure they are drawn on."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from shoal.plot.text import fonts, literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "COLOURS",
    "CURVE",
    "DIVERGING",
    "DPI",
    "GRID",
    "HATCHES",
    "INK",
    "MARKERS",
    "MUTED",
    "NOISE",
    "PAPER",
    "WIDTH",
    "add_badge",
    "add_note",
    "colour",
    "hatch",
    "ink_on",
    "marker",
    "new_axes",
    "new_figure",
    "png",
    "set_text",
    "svg",
    "tidy",
]

# petroff8, Petroff 2021 (arXiv:2107.02270): the eight colours easiest to tell apart for readers
# with and without colour-vision deficiency.
COLOURS = (
    "#1845fb",
    "#ff5e02",
    "#c91f16",
    "#c849a9",
    "#adad7d",
    "#86c8dd",
    "#578dff",
    "#656364",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
HATCHES = ("", "////", "----", "\\\\\\\\", "||||", "xxxx", "++++", "//--")
DIVERGING = ("#0a5ea8", "#7fb1d8", "#f6f6f4", "#f3a46b", "#b54708")

# The report swaps INK, MUTED, GRID, PAPER and CURVE for its own, so that pictures follow the
# light or dark page.
INK = "#1b2430"
MUTED = "#5b6673"
GRID = "#dde2e8"
PAPER = "#ffffff"
NOISE = "#8d959f"
CURVE = "#2447b8"

WIDTH = 8.4
DPI = 144


def colour(cluster: int) -> str:
    """Colour of a cluster, the same in every picture; grey for rows in no cluster."""
    return COLOURS[cluster % len(COLOURS)] if cluster >= 0 else NOISE


def marker(cluster: int) -> str:
    """Mark of a cluster: another shape each time the colours start again."""
    return MARKERS[cluster // len(COLOURS) % len(MARKERS)] if cluster >= 0 else "x"


def hatch(cluster: int) -> str:
    """Hatching of a cluster's areas: another pattern each time the colours start again."""
    return HATCHES[cluster // len(COLOURS) % len(HATCHES)] if cluster >= 0 else ""


def ink_on(background: str) -> str:
    """Black or white, whichever contrasts more with `background` (WCAG relative luminance)."""
    linear = []
    for start in (1, 3, 5):
        channel = int(background[start : start + 2], 16) / 255
        linear.append(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#fffffe"


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Make an empty figure that belongs to no window and to no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=PAPER, edgecolor="none")
    FigureCanvasAgg(figure)
    return figure


def new_axes(
    figure: Figure,
    left: float,
    bottom: float,
    width: float,
    height: float,
    projection: str | None = None,
) -> Axes:
    """Add axes whose place is given in inches from the lower left corner."""
    across, up = figure.get_size_inches()
    box = (left / across, bottom / up, width / across, height / up)
    axes: Axes = figure.add_axes(box, projection=projection, facecolor="none")
    return axes


def tidy(axes: Axes, grid: str = "both") -> None:
    """Keep only what reads: two thin spines, short ticks, a faint grid behind the marks."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set(color=GRID, linewidth=0.8)
    axes.tick_params(
        which="both", length=0, pad=4, labelsize=8, labelcolor=MUTED, labelfontfamily=fonts()
    )
    axes.minorticks_off()
    axes.grid(visible=False)
    if grid:
        axes.grid(visible=True, axis=grid, color=GRID, linewidth=0.6, linestyle="-")  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def set_text(text: Text, size: float = 9, color: str = INK, weight: str = "normal") -> Text:
    """Give a text the house font, whatever the user's settings are."""
    text.set(fontfamily=fonts(), fontsize=size, color=color, fontweight=weight, usetex=False)
    return text


def add_badge(axes: Axes, x: float, y: float, cluster: int, size: float = 9) -> None:
    """Draw the number of a cluster on a disc of its colour."""
    shade = colour(cluster)
    set_text(
        axes.text(
            x,
            y,
            str(cluster),
            ha="center",
            va="center",
            zorder=20,
            bbox={
                "boxstyle": "circle,pad=0.28",
                "facecolor": shade,
                "edgecolor": PAPER,
                "linewidth": 1.3,
            },
        ),
        size,
        ink_on(shade),
        "bold",
    )


def add_note(figure: Figure, words: str) -> None:
    """Say below a picture what it leaves out."""
    width, height = figure.get_size_inches()
    note = figure.text(0.18 / width, 0.1 / height, literal(words, 160), ha="left", va="bottom")
    set_text(note, 7.5, MUTED)


def png(figure: Figure, dpi: int = DPI) -> bytes:
    """Render `figure`; the same figure gives the same bytes."""
    stream = BytesIO()
    figure.savefig(
        stream,
        format="png",
        dpi=dpi,
        facecolor=PAPER,
        edgecolor="none",
        bbox_inches=None,
        metadata={"Software": None},
        pil_kwargs={"compress_level": 3},
    )
    return stream.getvalue()


def svg(figure: Figure) -> bytes:
    """Write `figure` as SVG whose letters are shapes; the same figure gives the same bytes."""
    stream = BytesIO()
    figure.savefig(stream, format="svg", facecolor=PAPER, edgecolor="none", metadata={"Date": None})
    # Matplotlib salts the names of shapes with a random number; they only have to be different.
    names: dict[bytes, bytes] = {}

    def renamed(found: re.Match[bytes]) -> bytes:
        return found[1] + names.setdefault(found[2], b"s%d" % len(names))

    drawn = re.sub(rb"<!--.*?-->\s*", b"", stream.getvalue(), flags=re.DOTALL)
    return re.sub(rb'(id="|#)(\w*[0-9a-f]{10})(?=["\)])', renamed, drawn)
