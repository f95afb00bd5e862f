"""The page: safe with any name, complete in itself, in order, small and the same every time."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from shoal.plot import style
from shoal.report import render
from shoal.report.page import MOST_BYTES
from tests.report.conftest import HOSTILE, customers, make_choice, make_job

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}


class Page(HTMLParser):
    """Elements, texts and the problems of a page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.problems, self.text = [], [], [], []
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def assert_harmless(text):
    page = Page(text)
    assert page.problems == []
    for tag, attributes in page.elements:
        assert tag not in {"script", "iframe", "object", "embed", "form", "base", "link", "img"}
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style", tag
            if name in {"href", "src", "xlink:href", "action", "data"}:
                assert value.startswith(("#", "data:image/png;base64,")), (tag, value[:80])
            if "url(" in (value or "") and name not in {"content", "aria-label"}:
                assert re.fullmatch(r"url\(#[\w-]+\)", value), (tag, name, value[:80])
    for sheet in re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL):
        assert "url(" not in sheet
        assert "@import" not in sheet
    return page


@pytest.fixture(scope="module")
def hostile_job():
    random = np.random.default_rng(0)
    columns = {}
    for at, name in enumerate(HOSTILE):
        values = [HOSTILE[(at + row) % len(HOSTILE)] if row % 3 else "b" for row in range(90)]
        columns[name] = random.normal(size=90) if at % 2 else values
    kinds = {name: "category" for at, name in enumerate(HOSTILE) if at % 2 == 0}
    return make_job(columns, types=kinds, choice=make_choice(), source=HOSTILE[0], noise=3)


@pytest.fixture(scope="module")
def hostile_page(hostile_job):
    return render(hostile_job)


def test_hostile_names_and_values_do_nothing(hostile_page):
    page = assert_harmless(hostile_page)
    words = "".join(page.text)
    assert "<script>alert(1)</script>" in words
    assert "{{ 7 * 7 }}" in words
    assert "🐟🚀" in words
    assert "x" * 2000 not in hostile_page


def test_the_policy_allows_the_style_sheet_and_embedded_images_only(hostile_page):
    sheet = re.search(r"<style>(.*?)</style>", hostile_page, flags=re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    metas = [meta for meta in Page(hostile_page).all("meta") if "http-equiv" in meta]
    assert metas[0]["http-equiv"] == "Content-Security-Policy"
    assert metas[0]["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_sections_come_in_the_order_a_reader_wants(job):
    text = render(job)
    places = [
        text.index(f'id="{name}"')
        for name in ("verdict", "sizes", "groups", "number", "pictures", "data", "repeat")
    ]
    assert places == sorted(places)
    assert text.index('id="group-0"') < text.index('id="group-2"')


def test_the_page_is_accessible(job):
    page = assert_harmless(render(job))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in head for head in page.all("th"))
    assert page.all("html") == [{"lang": "en"}]
    for picture in page.all("svg"):
        assert picture.get("aria-hidden") == "true" or len(picture["aria-label"]) > 20
    pictures = [p for p in page.all("svg") if p.get("class") == "figure"]
    assert len(pictures) == 6
    assert len(page.all("details")) == 5
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [a["href"][1:] for _, a in page.elements if a.get("href", "").startswith("#")]
    assert set(targets) <= set(ids)


def luminance(colour):
    linear = []
    for at in (1, 3, 5):
        value = int(colour[at : at + 2], 16) / 255
        linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_contrasts_with_its_ground_in_both_themes(job):
    sheet = re.search(r"<style>(.*?)</style>", render(job), flags=re.DOTALL)[1]
    themes = [dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in sheet.split("}")[:3]]
    themes = [theme for theme in themes if "ink" in theme]
    assert len(themes) == 2
    for theme in themes:
        for text in ("ink", "muted", "link"):
            for ground in ("page", "panel", "soft", "chosen"):
                assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    for colour in (*style.COLOURS, style.NOISE):
        assert contrast(style.ink_on(colour), colour) >= 4.5


def test_the_same_job_gives_the_same_page(job):
    assert render(job) == render(job)


def test_the_verdict_tells_noise_and_rows_left_out():
    columns = customers(100)
    columns["number 0"][:7] = np.nan
    job = make_job(columns, missing="drop", noise=20)
    text = "".join(Page(render(job)).text)
    assert "14% of the 93 rows of data.csv are noise; the other 80 fall into 3 groups" in text
    assert "7 rows of the table were left out" in text


def test_a_given_number_of_groups_is_said(job):
    text = "".join(Page(render(make_job(customers(60)))).text)
    assert "3 groups were asked for" in text
    assert "recommended" not in text


@pytest.mark.parametrize("n_clusters", [1, 120])
def test_one_group_and_very_many_groups_are_laid_out(n_clusters):
    job = make_job(customers(400), n_clusters=n_clusters)
    page = assert_harmless(render(job))
    assert len(page.all("article")) == min(n_clusters, 48)


def test_the_page_stays_small_with_many_columns_of_long_names():
    random = np.random.default_rng(0)
    columns = {f"{at} " + "🐟<&\"'" * 400: random.normal(size=150) for at in range(300)}
    text = render(make_job(columns, n_clusters=40, choice=make_choice(range(2, 60), 40)))
    assert len(text.encode()) < MOST_BYTES
    assert "more columns are in result.json" in text
    assert "240 more are in result.json" in text


def test_the_page_stays_small_with_many_rows():
    random = np.random.default_rng(0)
    n_rows = 200_000
    columns = {f"column {at}": random.normal(size=n_rows) for at in range(6)}
    columns["kind"] = random.choice(["a", "b", "c"], n_rows).tolist()
    text = render(make_job(columns, n_clusters=5))
    assert len(text.encode()) < 1_000_000
    assert "Density of 200,000 rows" not in text  # drawn as shapes, said in the picture
    assert assert_harmless(text).all("image")
