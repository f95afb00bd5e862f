"""The page in a real browser: nothing runs, nothing is fetched, everything is laid out."""

from __future__ import annotations

import json
import re
import subprocess

import numpy as np
import pytest

from shoal.report import render
from tests.report.conftest import customers, make_choice, make_job

TRAPS = (
    "<img src=x onerror=\"document.title='ran'\">",
    "<script>document.title='ran'</script>",
    "</style><script>document.title='ran'</script>",
    "<svg onload=\"document.title='ran'\">",
    '"><iframe src="http://trap.invalid/frame"></iframe>',
    "<link rel=stylesheet href=http://trap.invalid/sheet>",
    "</bdi><meta http-equiv=refresh content='0;url=http://trap.invalid/'>",
    "x' style='background:url(http://trap.invalid/image)",
)


@pytest.fixture(scope="module")
def visit(browser, tmp_path_factory):
    def open_page(text, *flags):
        folder = tmp_path_factory.mktemp("page")
        (folder / "report.html").write_text(text, encoding="utf-8")
        found = subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", f"--user-data-dir={folder / 'profile'}",
                f"--log-net-log={folder / 'net.json'}", "--net-log-capture-mode=Everything",
                "--virtual-time-budget=2000", *flags, "--dump-dom",
                (folder / "report.html").as_uri(),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )  # fmt: skip
        if found.returncode or "<html" not in found.stdout:
            pytest.skip(f"the browser does not start here: {found.stderr[-200:]}")
        return found, json.loads((folder / "net.json").read_text())

    return open_page


def test_hostile_names_and_values_run_nothing_and_fetch_nothing(visit):
    columns = {name: np.arange(40.0) ** (1.1 + at / 9) for at, name in enumerate(TRAPS)}
    columns["value"] = [TRAPS[at % len(TRAPS)] for at in range(40)]
    job = make_job(columns, types={"value": "category"}, choice=make_choice(), source=TRAPS[0])
    found, traffic = visit(render(job))
    title = re.search(r"<title>(.*?)</title>", found.stdout, flags=re.DOTALL)[1]
    assert title.startswith("3 groups in &lt;img")
    assert "<script" not in found.stdout
    assert "<iframe" not in found.stdout
    assert "Refused" not in found.stderr
    addresses = re.findall(r"(?:https?|wss?)://[^\"\\ ]+", json.dumps(traffic["events"]))
    assert not [address for address in addresses if "trap.invalid" in address]
    asked = {
        event["params"]["url"]
        for event in traffic["events"]
        if isinstance(event.get("params"), dict) and "url" in event["params"]
    }
    ours = {url for url in asked if not re.match(r"https?://([\w.-]+\.)?(google|gstatic)", url)}
    assert all(url.startswith(("file:", "data:", "chrome")) for url in ours)


def test_the_style_sheet_and_pictures_are_allowed_by_the_policy(visit):
    text = render(make_job(customers(80), choice=make_choice()))
    probe = "<p>probe</p></main>"
    found, _ = visit(text.replace("</main>", probe), "--enable-logging=stderr")
    assert "probe" in found.stdout
    assert "Content Security Policy" not in found.stderr
