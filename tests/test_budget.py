"""Amounts of memory, what the system leaves, and refusing."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal import budget
from shoal.errors import MemoryBudgetError, ParameterError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512MB", 512_000_000),
        ("2GB", 2_000_000_000),
        ("2 gb", 2_000_000_000),
        ("1.5GiB", 1_610_612_736),
        ("10k", 10_000),
        ("1000", 1000),
        (1000, 1000),
    ],
)
def test_amounts_are_read(text: str | int, size: int) -> None:
    assert budget.parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "0", "2 XB", "nan", "1e9", "9999999TB", "0.1"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="memory_limit must be an amount such as 500MB"):
        budget.parse_bytes(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [(12, "12 bytes"), (1500, "1.5 kB"), (2e9, "2.0 GB"), (250e6, "250 MB"), (3e12, "3.0 TB")],
)
def test_amounts_are_written(size: float, text: str) -> None:
    assert budget.format_bytes(size) == text


def _system(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMINFO = "MemTotal:       16000 kB\nMemAvailable:    8000 kB\n"


def test_free_memory_of_the_machine(tmp_path: Path) -> None:
    root = _system(tmp_path, proc__meminfo=MEMINFO)
    assert budget.available_bytes(root) == 8000 * 1024


def test_a_control_group_of_version_2_counts_with_its_parents(tmp_path: Path) -> None:
    root = _system(
        tmp_path,
        proc__meminfo=MEMINFO,
        proc__self__cgroup="0::/batch/job\n",
        sys__fs__cgroup__batch__memory_dot_max="3000000\n",
        sys__fs__cgroup__batch__memory_dot_current="1500000\n",
        sys__fs__cgroup__batch__memory_dot_stat="anon 5\ninactive_file 500000\n",
        sys__fs__cgroup__batch__job__memory_dot_max="max\n",
        sys__fs__cgroup__batch__job__memory_dot_current="100\n",
    )
    assert budget.available_bytes(root) == 2_000_000


def test_a_control_group_of_version_1_counts(tmp_path: Path) -> None:
    root = _system(
        tmp_path,
        proc__meminfo=MEMINFO,
        proc__self__cgroup="5:cpu,memory:/job\n",
        sys__fs__cgroup__memory__job__memory_dot_limit_in_bytes="1000000\n",
        sys__fs__cgroup__memory__job__memory_dot_usage_in_bytes="400000\n",
    )
    assert budget.available_bytes(root) == 600_000


def test_a_control_group_over_its_limit_leaves_nothing(tmp_path: Path) -> None:
    root = _system(
        tmp_path,
        sys__fs__cgroup__memory_dot_max="1000\n",
        sys__fs__cgroup__memory_dot_current="5000\n",
    )
    assert budget.available_bytes(root) == 0


def test_this_machine_says_something() -> None:
    free = budget.available_bytes()
    assert free is not None
    assert free > 0
    assert budget.allowed_bytes(None) == pytest.approx(free * budget.SHARE_OF_FREE, rel=0.5)


def test_a_job_that_fits_passes() -> None:
    estimate = budget.Estimate({"a": 10, "b": 20})
    estimate.require(30)
    estimate.require(None)


def test_a_refusal_gives_the_numbers_and_what_would_fit() -> None:
    estimate = budget.Estimate({"the table": 2_000_000_000, "k-means": 1_000_000_000})
    with pytest.raises(MemoryBudgetError) as refused:
        estimate.require(1_000_000_000, options=("1,000 of the 3,000 rows",))
    assert str(refused.value) == (
        "the job must fit in 1.0 GB of memory; got an estimate of 3.0 GB (2.0 GB for the table, "
        "1.0 GB for k-means). What would fit: 1,000 of the 3,000 rows; --memory-limit 3.2GB, "
        "if the machine has it."
    )
    assert refused.value.exit_code == 4
    estimate.require(budget.parse_bytes("3.2GB"))
