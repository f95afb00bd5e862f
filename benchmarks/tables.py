"""Measured figures as markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["detail", "summary"]

DISTURBED = 0.25

Results = Mapping[str, Mapping[str, Any]]


def seconds(entry: Mapping[str, Any]) -> float:
    """Median seconds of an entry."""
    times = [run["seconds"] for run in entry["runs"]]
    return float(statistics.median(times)) if times else float("inf")


def extra_mib(entry: Mapping[str, Any]) -> float:
    """Most memory any run of an entry took beyond what it had before."""
    figures = [float(run.get("extra_mib", "nan")) for run in entry["runs"]]
    return max(figures, default=float("nan"))


def ratio(entry: Mapping[str, Any], ours: Mapping[str, Any]) -> float:
    """Median over the rounds of the entry's time divided by shoal's in the same round."""
    pairs = zip(entry["runs"], ours["runs"], strict=False)
    return float(statistics.median(theirs["seconds"] / own["seconds"] for theirs, own in pairs))


def quality(entry: Mapping[str, Any]) -> str:
    """Put the first run's quality, the one taken over all seeds, in a few words."""
    scores = entry["runs"][0]["quality"]
    return ", ".join(f"{name} {value:.6g}" for name, value in scores.items())


def shoal_entry(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Find shoal's first entry that has figures."""
    return next((e for e in entries if e["name"].startswith("shoal") and e["runs"]), None)


def best_peer(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Find the fastest entry that is not shoal's."""
    peers = [e for e in entries if not e["name"].startswith("shoal") and e["runs"]]
    return min(peers, key=seconds, default=None)


def row(cells: Sequence[str]) -> str:
    """Join cells to a line of a table."""
    return "| " + " | ".join(cells) + " |"


def detail(results: Results) -> str:
    """One line per scenario and contender, fastest first."""
    lines = [
        row(["scenario", "contender", "s (median)", "min", "max", "time / shoal", "extra MiB",
             "first call s", "quality"]),
        row(["---"] * 2 + ["---:"] * 6 + ["---"]),
    ]  # fmt: skip
    for name, result in results.items():
        ours = shoal_entry(result["entries"])
        for entry in sorted(result["entries"], key=seconds):
            if not entry["runs"]:
                lines.append(row([name, entry["name"], entry["failure"], *[""] * 6]))
                continue
            times = [run["seconds"] for run in entry["runs"]]
            star = "*" if disturbed(entry) else ""
            lines.append(row([
                name, entry["name"], f"{seconds(entry):.4g}{star}", f"{min(times):.4g}",
                f"{max(times):.4g}", f"{ratio(entry, ours):.2f}" if ours else "",
                f"{extra_mib(entry):.0f}", f"{entry['runs'][0]['first_seconds']:.2f}",
                quality(entry),
            ]))  # fmt: skip
    return "\n".join(lines)


def disturbed(entry: Mapping[str, Any]) -> bool:
    """Whether other processes took part of the machine in every run."""
    return all(run.get("other_load", 0.0) > DISTURBED for run in entry["runs"])


def summary(results: Results) -> str:
    """One line per scenario: shoal beside the fastest peer."""
    lines = [
        row(["scenario", "shoal s", "best peer", "peer s", "faster by", "goal",
             "shoal extra MiB", "data MiB", "quality of shoal", "quality of the peer"]),
        row(["---", "---:", "---", *["---:"] * 5, "---", "---"]),
    ]  # fmt: skip
    for name, result in results.items():
        ours, peer = shoal_entry(result["entries"]), best_peer(result["entries"])
        if ours is None:
            continue
        goal = result.get("goal")
        theirs = [peer["name"], f"{seconds(peer):.4g}", f"{ratio(peer, ours):.2f}×"] if peer else []
        lines.append(row([
            name, f"{seconds(ours):.4g}", *(theirs or ["–"] * 3), f"{goal:g}×" if goal else "–",
            f"{extra_mib(ours):.0f}", f"{ours['runs'][0]['data_mib']:.0f}", quality(ours),
            quality(peer) if peer else "–",
        ]))  # fmt: skip
    return "\n".join(lines)
