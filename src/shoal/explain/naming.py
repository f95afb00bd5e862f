"""Names for groups, from their traits: true, short and different from each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shoal.clustering import Trait
from shoal.explain.words import column_words

__all__ = ["ALL_BUT_NOISE", "AVERAGE", "EVERYTHING", "name_groups", "number_names"]

AVERAGE = "close to average"
"""Name of a group that no column sets apart."""

EVERYTHING = "all rows"
"""Name of the only group."""

ALL_BUT_NOISE = "all but the noise"
"""Its name where noise is left, and no column sets it apart from the noise."""


def name_groups(traits: Sequence[Sequence[Trait]], noise: bool = False) -> list[str]:
    """Name each group after the traits that set it apart most.

    Parameters
    ----------
    traits : sequence of sequence of Trait
        Per group its traits, strongest first.
    noise : bool, default=False
        Whether there are rows in no group.

    Returns
    -------
    list of str
        One name per group, all different: two traits, where needed more, at last a number.
    """
    if len(traits) == 1 and not (noise and traits[0]):
        return [ALL_BUT_NOISE if noise else EVERYTHING]
    ordered = [_varied(group) for group in traits]
    used = [min(2, len(group)) for group in ordered]
    while True:
        names = [_join(group, n) for group, n in zip(ordered, used, strict=True)]
        counts = Counter(names)
        longer = [
            n + 1 if counts[name] > 1 and n < len(group) else n
            for name, group, n in zip(names, ordered, used, strict=True)
        ]
        if longer == used:
            return number_names(names)
        used = longer


def _varied(traits: Sequence[Trait]) -> list[Trait]:
    """Put the strongest trait that speaks of something else second.

    Tables often hold one thing in several columns; two of them would say the same twice.
    """
    if len(traits) < 3:
        return list(traits)
    first = set(column_words(traits[0].column).split())
    second = next(
        (
            i
            for i in range(1, len(traits))
            if not first & set(column_words(traits[i].column).split())
        ),
        1,
    )
    rest = [trait for i, trait in enumerate(traits) if i not in (0, second)]
    return [traits[0], traits[second], *rest]


def _join(traits: Sequence[Trait], n: int) -> str:
    return ", ".join(trait.phrase for trait in traits[:n]) or AVERAGE


def number_names(names: Sequence[str]) -> list[str]:
    """Make names different by a number behind those that were there before.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    list of str

    Examples
    --------
    >>> number_names(["old", "young", "old"])
    ['old', 'young', 'old (2)']
    """
    taken = set(names)
    seen: set[str] = set()
    numbers: dict[str, int] = {}
    unique = []
    for name in names:
        number = numbers.get(name, 2)
        candidate = name
        while candidate in seen or (candidate != name and candidate in taken):
            candidate = f"{name} ({number})"
            number += 1
        numbers[name] = number
        seen.add(candidate)
        unique.append(candidate)
    return unique
