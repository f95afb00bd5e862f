"""Figures in the page: known elements only, the page's colours, no shape twice."""

from __future__ import annotations

import re

from matplotlib.figure import Figure

from shoal.plot import style
from shoal.report.svg import Sheet


def figure_with(words, **keys):
    figure = Figure(figsize=(3, 2))
    figure.text(0.1, 0.5, words, **keys)
    return figure


def test_links_comments_and_metadata_are_left_behind():
    figure = figure_with("hello --> <script>", url="javascript:alert(1)", gid='x" onload="alert(1)')
    sheet = Sheet()
    written = sheet.embed(figure, 'a "picture" <b>') + sheet.shapes()
    for part in ("script", "<!--", "metadata", "<a ", "onload", "<style", "http", "<b>"):
        assert part not in written
    assert "a &#34;picture&#34; &lt;b&gt;" in written


def test_text_kept_as_text_is_escaped():
    import matplotlib as mpl

    with mpl.rc_context({"svg.fonttype": "none"}):
        written = Sheet().embed(figure_with("</text><script>x</script>"), "a picture")
    assert "<script>" not in written
    assert "&lt;script&gt;" in written


def test_ink_follows_the_page_and_groups_do_not():
    figure = figure_with("a", color=style.INK)
    figure.text(0.5, 0.5, "b", color=style.COLOURS[0])
    written = Sheet().embed(figure, "a picture")
    assert 'fill="var(--ink)"' in written
    assert f'fill="{style.COLOURS[0]}"' in written
    assert style.INK not in written


def test_two_figures_share_letters_and_no_name():
    sheet = Sheet()
    written = sheet.embed(figure_with("abc"), "one") + sheet.embed(figure_with("abcd"), "two")
    shapes = str(sheet.shapes())
    assert shapes.count("<path") == 4
    names = re.findall(r'id="([^"]+)"', str(written) + shapes)
    assert len(names) == len(set(names))
    used = set(re.findall(r'href="#([^"]+)"', str(written)))
    assert used <= set(names)
