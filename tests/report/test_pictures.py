"""Pictures: what they show, that they are safe with any name, and that they share nothing."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from shoal import plot
from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.points import DENSITY_ABOVE, draw_order
from tests.report.conftest import HOSTILE, customers, make_choice, make_job


def draw(job, name):
    return getattr(plot, name)(job)


def with_places(**more):
    """Three columns of numbers, and places that were not clustered."""
    columns = customers(n_numbers=2)
    columns |= {"lat": np.linspace(-20, 60, 240), "lon": np.linspace(-170, 170, 240)}
    return make_job(columns, drop=["lat", "lon"], **more)


@pytest.mark.parametrize("name", plot.PICTURES)
def test_every_picture_is_a_png_with_something_on_it(name):
    figure = draw(with_places(choice=make_choice(rows=100), noise=10), name)
    assert isinstance(figure, Figure)
    image = Image.open(BytesIO(style.png(figure)))
    image.load()
    assert image.format == "PNG"
    assert 1000 < image.width < 1400
    assert len(set(image.convert("RGB").getcolors(1 << 24))) > 5


def test_available_names_what_can_be_drawn():
    everything = with_places(choice=make_choice())
    assert plot.available(everything) == plot.PICTURES
    one_column = make_job({"only": np.arange(30.0) ** 2})
    assert plot.available(one_column) == ("sizes", "profile", "distributions", "silhouette")


@pytest.mark.parametrize("name", ["scatter", "scatter_3d", "pca", "elbow", "place_map"])
def test_a_picture_that_cannot_be_drawn_says_so(name):
    job = make_job({"only": np.arange(30.0) ** 2})
    with pytest.raises(ParameterError, match=r"must (be|have)"):
        draw(job, name)


def test_a_column_that_was_not_clustered_is_refused(job):
    with pytest.raises(ParameterError, match="'nothing'"):
        plot.scatter(job, "nothing", "number 0")


def test_colours_and_marks_tell_sixty_four_groups_apart():
    looks = [(style.colour(c), style.marker(c)) for c in range(64)]
    areas = [(style.colour(c), style.hatch(c)) for c in range(64)]
    assert len(set(looks)) == len(set(areas)) == 64
    assert {style.colour(c) for c in range(8)} == set(style.COLOURS)
    assert style.colour(-1) == style.NOISE


def test_each_group_has_its_number_on_the_picture(job):
    for name in ("scatter", "pca", "silhouette", "profile", "distributions", "sizes"):
        figure = draw(job, name)
        badges = {t.get_text() for t in figure.findobj(Text) if t.get_bbox_patch() is not None}
        assert badges >= {"0", "1", "2"}, name


def test_noise_is_drawn_first_and_small_groups_last():
    labels = np.array([0] * 500 + [1] * 480 + [2] * 12 + [-1] * 8, dtype=np.int32)
    drawn = labels[draw_order(labels)]
    assert set(drawn[:8]) == {-1}
    assert set(drawn[-12:]) == {2}
    middle = drawn[8:-12]
    assert 0.3 < (middle[: len(middle) // 2] == 0).mean() < 0.7


def test_many_rows_become_a_density_image_that_shows_a_small_group():
    random = np.random.default_rng(0)
    n_rows = DENSITY_ABOVE + 500
    labels = np.zeros(n_rows, dtype=np.int32)
    labels[: n_rows // 2] = 1
    labels[-40:] = 2
    labels = np.array([1, 0, 2])[labels] if (labels == 0).sum() < (labels == 1).sum() else labels
    columns = {"x": random.normal(size=n_rows), "y": random.normal(size=n_rows)}
    columns["x"][-40:] = 0.0
    figure = plot.scatter(make_job(columns, labels=labels))
    image = figure.axes[0].images[0].get_array()
    red = np.array([int(style.colour(2)[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    distance = np.abs(np.asarray(image)[..., :3] / 255 - red).sum(axis=-1)
    assert distance.min() < 0.35
    assert any("Density" in text.get_text() for text in figure.texts)


def test_hostile_names_are_drawn_as_they_are():
    columns = {f"{name}{at}": np.arange(40.0) ** (1.1 + at / 9) for at, name in enumerate(HOSTILE)}
    job = make_job(columns, choice=make_choice())
    for name in plot.available(job):
        style.png(draw(job, name))
    labels = [tick.get_text() for tick in plot.profile(job).axes[0].get_yticklabels()]
    assert "<script>alert(1)</script>0" in labels
    assert r"\$\frac{1}{0}\$ and \$x\$3" in labels


def test_hostile_values_are_drawn_as_they_are():
    columns = {"value": [HOSTILE[at % len(HOSTILE)] for at in range(130)], "x": np.arange(130.0)}
    job = make_job(columns, types={"value": "category"})
    for name in plot.available(job):
        style.png(draw(job, name))


@pytest.mark.parametrize(
    "values",
    [
        np.array([1e300, -1e300, 1e299, 5.0, 0.0] * 8),
        np.array([1e-300, 2e-300, 3e-300, 4e-300, 0.0] * 8),
        1e15 + np.arange(40.0) // 2,
        np.where(np.arange(40) % 3 == 0, np.nan, np.arange(40.0)),
        np.repeat([0.0, 1.0], 20),
    ],
    ids=["huge", "tiny", "offset", "missing", "binary"],
)
def test_awkward_numbers_are_drawn(values):
    job = make_job({"a": values, "b": np.arange(40.0)[::-1] ** 2}, scale="none")
    for name in ("distributions", "scatter", "profile"):
        style.png(draw(job, name))


@pytest.mark.parametrize("n_clusters", [1, 2, 9, 70])
def test_any_number_of_groups_is_drawn(n_clusters):
    job = make_job(customers(400), n_clusters=n_clusters)
    for name in plot.available(job):
        style.png(draw(job, name))


def test_sixteen_threads_draw_what_one_draws(job):
    names = [name for name in plot.available(job) if name != "elbow"]
    alone = {name: style.png(draw(job, name)) for name in names}
    with ThreadPoolExecutor(16) as pool:
        work = [pool.submit(lambda n=name: style.png(draw(job, n))) for name in names * 4]
        for name, result in zip(names * 4, work, strict=True):
            assert result.result() == alone[name], name


def test_settings_of_matplotlib_stay_as_they_were(job):
    before = dict(mpl.rcParams)
    for name in plot.available(job):
        style.png(draw(job, name))
    assert dict(mpl.rcParams) == before


def test_pyplot_is_never_imported():
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.report.conftest import *\n"
        "from shoal import report\n"
        "report.render(make_job(customers(), choice=make_choice()))\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120, cwd=root)
