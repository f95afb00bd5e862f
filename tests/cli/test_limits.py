"""Under a hard limit of memory: success or one sentence, never a kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="this system has no resource limits")

MB = 1_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds processes to RLIMIT_AS")
@pytest.mark.parametrize("limit", [300 * MB, 900 * MB])
def test_too_little_address_space_is_one_sentence(tmp_path: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shoal", "cluster", "sample:iris", "-k", "3"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.startswith("Error: the limit of address space (ulimit -v) must be at least")
    assert list(tmp_path.iterdir()) == []
