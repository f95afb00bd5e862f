"""Fits in forked children and from many threads at once: they end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from shoal.catalogue import ALGORITHMS, Algorithm, names

every_row = pytest.mark.parametrize("row", ALGORITHMS, ids=names())

# A hang is what these tests look for, so the limit is far beyond what the work takes.
SECONDS = 120

START = """
import os, sys
import numpy as np
from shoal.catalogue import find
row = find(sys.argv[1])
X = np.random.default_rng(0).normal(size=(2000, 6))
def fit():
    estimator = row.load_estimator()
    wanted = {"n_clusters": 8} if row.needs_k else row.fixed(X, 8)
    wanted = {**wanted, "random_state": 0, "n_jobs": 2}
    known = wanted.keys() & estimator().get_params().keys()
    return estimator(**{name: wanted[name] for name in known}).fit(X).labels_
expected = fit()
"""

FORK = """
children = []
for _ in range(8):
    child = os.fork()
    if child == 0:
        os._exit(0 if (fit() == expected).all() else 1)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
assert codes == [0] * 8, codes
assert (fit() == expected).all()
"""

THREADS = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(16) as pool:
    found = list(pool.map(lambda _: fit(), range(16)))
assert all((labels == expected).all() for labels in found)
"""


@every_row
def test_eight_forked_children_and_then_sixteen_threads_fit(row: Algorithm) -> None:
    work = START + (FORK if hasattr(os, "fork") else "") + THREADS
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", work, row.name],
        timeout=SECONDS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
