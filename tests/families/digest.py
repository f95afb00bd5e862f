"""Prints a digest of fits; run under different instruction sets and thread counts."""

from __future__ import annotations

import hashlib
import sys

import numpy as np

import shoal

SHAPES = ((1500, 2, 7), (2500, 3, 25), (900, 17, 40), (700, 130, 12), (5000, 8, 90), (300, 1, 5))


OPTIONS = {
    "KMeans": {"n_init": 2, "tol": 0, "max_iter": 25},
    "KMedians": {"n_init": 2, "max_iter": 12},
    "KMedoids": {"metric": "manhattan", "method": "fasterpam"},
}


def main(n_jobs: int, name: str) -> None:
    """Fit tables of many shapes in both precisions, far from the origin and with duplicates."""
    random = np.random.default_rng(0)
    digest = hashlib.sha256()
    for n, d, k in SHAPES:
        table = random.normal(size=(n, d)) + random.integers(0, 4, size=(n, 1))
        table[n // 2 :] = table[: n - n // 2].round(1)
        for dtype in (np.float32, np.float64):
            for offset in (0.0, 1e6 if dtype is np.float64 else 100.0):
                estimator = getattr(shoal, name)
                model = estimator(k, random_state=1, n_jobs=n_jobs, **OPTIONS[name]).fit(
                    (table + offset).astype(dtype), sample_weight=random.random(n)
                )
                for part in (model.labels_, model.cluster_centers_, np.float64(model.inertia_)):
                    digest.update(np.ascontiguousarray(part).tobytes())
    sys.stdout.write(digest.hexdigest())


if __name__ == "__main__":
    main(int(sys.argv[1]), *(sys.argv[2:] or ["KMeans"]))
