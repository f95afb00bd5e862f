"""Finished jobs to draw, made without fitting anything, and a browser to look at pages with."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from shoal.clustering import Clustering, KChoice
from shoal.data.prepare import prepare
from shoal.data.table import Table
from shoal.explain import make_cards

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://example.com";"click")',
    r"$\frac{1}{0}$ and $x$",
    'it\'s "quoted", with; delimiters\tand\nlines',
    "\u202eabc שלום عربي",
    "🐟🚀 emoji \U0001f9ff",
    "漢字かな한국어",
    "{{ 7 * 7 }}{% raw %}",
    "</style><style>*{background:url(http://example.com/x)}",
    "javascript:alert(1)",
    "]]></svg><svg onload=alert(1)>",
    "x" * 10_000,
)
"""Names and values that must come through as they are and do nothing."""


def make_choice(ks=range(2, 9), recommended=3, rows=None):
    ks = tuple(ks)
    return KChoice(
        k=ks,
        inertia=tuple(100.0 / k for k in ks),
        silhouette=tuple(0.5 - 0.05 * abs(k - recommended) for k in ks),
        silhouette_error=tuple(0.01 if rows else 0.0 for _ in ks),
        calinski_harabasz=tuple(math.nan if k == ks[-1] else 50.0 + k for k in ks),
        davies_bouldin=tuple(1.0 + 0.1 * k for k in ks),
        recommended=recommended,
        elbow=ks[1],
        votes={"silhouette": recommended},
        margin=0.05,
        reason=f"{recommended} has the best silhouette by 0.05.",
        silhouette_rows=rows,
    )


def make_job(
    data, /, n_clusters=3, *, noise=0, choice=None, labels=None, source="data.csv", **keys
):
    """A finished job on the columns of `data`, in groups of falling size; `keys` prepare it."""
    table = Table(pa.table(data), source, ("The delimiter is a comma.",), 2)
    matrix, preparation = prepare(table, **keys)
    n_rows = table.n_rows
    if labels is None:
        shares = np.arange(n_clusters, 0, -1) ** 1.5
        extra = (shares / shares.sum() * (n_rows - noise - n_clusters)).astype(int)
        sizes = 1 + extra
        sizes[0] += n_rows - sizes.sum()
        labels = np.repeat(np.arange(n_clusters), sizes)
    full = np.full(n_rows, -1, dtype=np.int32)
    full[matrix.rows] = np.asarray(labels, dtype=np.int32)[matrix.rows]
    if noise:
        full[:noise] = -1
    rows = np.flatnonzero(full[matrix.rows] >= 0)
    samples = np.linspace(-0.2, 0.8, rows.size)
    cards = make_cards(
        table, matrix, preparation, full[matrix.rows], silhouette=samples, silhouette_rows=rows
    )
    return Clustering(
        labels=full,
        confidence=np.linspace(0, 1, n_rows),
        outlier_scores=np.linspace(1, 0, n_rows),
        table=table,
        matrix=matrix,
        preparation=preparation,
        model=SimpleNamespace(),
        relabel=np.arange(n_clusters, dtype=np.int32),
        algorithm="kmeans",
        cards=cards,
        scores={"inertia": 12.5, "silhouette": 0.41, "calinski_harabasz": math.nan},
        silhouette_samples=samples,
        silhouette_rows=rows.astype(np.int64),
        choice=choice,
        timings={"fit": 0.1},
        settings={"data": source, "algorithm": "kmeans", "n_clusters": n_clusters, "types": {}},
        seed=7,
        versions={"shoal": "0.1.0", "isa": "avx2"},
        fingerprint="ab" * 32,
        notes=("Three starts were made.",),
    )


def customers(n_rows=240, n_numbers=3, seed=0):
    """Columns of numbers, one of them with a long tail, and a category."""
    random = np.random.default_rng(seed)
    columns = {f"number {at}": random.normal(at, 1 + at, n_rows) for at in range(n_numbers)}
    columns["spend"] = np.exp(random.normal(3, 2, n_rows))
    columns["colour"] = random.choice(["red", "green", "blue"], n_rows).tolist()
    return columns


@pytest.fixture(scope="session")
def job():
    return make_job(customers(), choice=make_choice(), noise=12)


@pytest.fixture(scope="session")
def data_folder():
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("SHOAL_TEST_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder with the test data is absent")
    return folder


@pytest.fixture(scope="session")
def browser():
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("no Chromium to open the page with")
    return None
