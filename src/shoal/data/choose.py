"""Which columns of a table are used, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shoal.data.columns import check_types, role_of
from shoal.data.kinds import Judgement, judge, looks_like_id
from shoal.data.source import nearest_name
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError

__all__ = ["Choice", "Roles", "check_names", "choose_columns", "choose_roles"]

TRUTH_WORDS = frozenset(["label", "labels", "target", "class", "cluster", "truth", "species"])
FEW_CODES = 10
PROBE_ROWS = 1000
MIN_ROWS = 50


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns kept aside."""

    id: str | None
    weight: str | None
    label: str | None

    def named(self) -> dict[str, str]:
        """Column -> role, for those given."""
        pairs = (("id", self.id), ("weight", self.weight), ("label", self.label))
        return {name: role for role, name in pairs if name is not None}


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns to use with what each is, those left out with reasons, and remarks."""

    used: tuple[tuple[str, Judgement], ...]
    dropped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def check_names(table: Table, what: str, names: Iterable[str]) -> None:
    """Refuse names the table has not, suggesting the nearest."""
    known = set(table.column_names)
    for name in names:
        if name not in known:
            near = nearest_name(name, table.column_names)
            shown = ", ".join(table.column_names[:10])
            more = ", …" if len(known) > 10 else ""
            hint = f"Did you mean {near!r}?" if near else f"There are: {shown}{more}."
            raise ParameterError(
                f"{what} must name columns of {table.source}; got {name!r}. {hint}"
            )


def choose_roles(
    table: Table,
    columns: Sequence[str] | None,
    id: str | None,  # noqa: A002 - the option's name
    weight: str | None,
    label: str | None,
) -> tuple[Roles, list[str]]:
    """Check the columns kept aside; a sample's known truth is kept aside by itself."""
    notes: list[str] = []
    for what, name in (("id", id), ("weight", weight), ("label", label)):
        if name is not None:
            check_names(table, what, [name])
    if label is None:
        truths = [field.name for field in table.data.schema if role_of(field) == "label"]
        free = [name for name in truths if name not in (columns or ()) and name not in (id, weight)]
        if free:
            label = free[0]
            notes.append(f"{label!r} is the known answer and is kept aside.")
    roles = Roles(id, weight, label)
    given = [name for name in (id, weight, label) if name is not None]
    if len(set(given)) != len(given):
        raise ParameterError(f"id, weight and label must be different columns; got {given!r}.")
    return roles, notes


def choose_columns(
    table: Table,
    roles: Roles,
    *,
    columns: Sequence[str] | None,
    drop: Sequence[str],
    types: Mapping[str, str] | None,
) -> Choice:
    """Decide which columns are used.

    Named columns are all used, in the order given, unless they are constant or empty. Otherwise
    identifiers, dates, free text, constant and empty columns are left out, each with its reason.
    """
    said = check_types(types)
    for what, names in (("columns", columns or ()), ("drop", drop), ("types", said)):
        check_names(table, what, names)
    aside = roles.named()
    _check_overlap(columns, drop, aside)
    notes: list[str] = []
    dropped: list[tuple[str, str]] = [
        (name, f"it is the {role} column") for name, role in aside.items()
    ]
    dropped += [(name, "you asked to drop it") for name in drop if name not in aside]
    out = {*aside, *drop}
    used: list[tuple[str, Judgement]] = []
    for name in dict.fromkeys(columns or table.column_names):
        if name in out:
            continue
        judgement = judge(table, name, said.get(name))
        if judgement.kind == "troubled":
            raise DataError(judgement.reason)
        if columns is not None:
            judgement = _insist(table, name, judgement)
        if judgement.reason is not None:
            dropped.append((name, judgement.reason))
            if columns is not None:
                notes.append(f"{name!r} is left out although you named it: {judgement.reason}.")
        else:
            used.append((name, judgement))
    if columns is not None:
        wanted = {*columns, *out}
        rest = [name for name in table.column_names if name not in wanted]
        dropped += [(name, "it is not among the columns you named") for name in rest]
    else:
        notes += _remarks(table, used, said)
    if not used:
        raise _nothing_left(table, dropped)
    order = {name: place for place, name in enumerate(table.column_names)}
    dropped.sort(key=lambda pair: order[pair[0]])
    return Choice(tuple(used), tuple(dropped), tuple(notes))


def _check_overlap(
    columns: Sequence[str] | None, drop: Sequence[str], aside: Mapping[str, str]
) -> None:
    for name in columns or ():
        if name in drop:
            raise ParameterError(f"columns and drop must not overlap; both name {name!r}.")
        if name in aside:
            raise ParameterError(f"columns must not name the {aside[name]} column; got {name!r}.")
    if columns is not None and not columns:
        raise ParameterError("columns must name at least one column; got none.")


def _insist(table: Table, name: str, judgement: Judgement) -> Judgement:
    """Use a column the user names whatever it looks like, if it says anything at all."""
    if judgement.kind in ("identifier", "text", "date"):
        import pyarrow as pa

        number = pa.types.is_floating(table.data.column(name).type)
        kind = "date" if judgement.kind == "date" else "number" if number else "category"
        return Judgement(kind, judgement.missing)
    return judgement


def _remarks(
    table: Table, used: Sequence[tuple[str, Judgement]], said: Mapping[str, str]
) -> list[str]:
    """Point at what the user may have meant otherwise."""
    notes: list[str] = []
    codes: list[str] = []
    for name, judgement in used:
        if name in said:
            continue
        if name.strip().casefold() in TRUTH_WORDS:
            notes.append(
                f"{name!r} is used like any other column; if it is a known answer, keep it aside "
                f"with --label {name}."
            )
        elif judgement.kind == "number":
            if looks_like_id(name):
                notes.append(
                    f"{name!r} is named like an identifier but is used as a number, because its "
                    f"values repeat or have fractions; drop it with --drop {name} if it is one."
                )
            elif _few_codes(table, name):
                codes.append(name)
    if codes:
        shown = ", ".join(codes[:5]) + (f" and {len(codes) - 5} more" if len(codes) > 5 else "")
        notes.append(
            f"{shown}: few different whole numbers, used as quantities; if they are "
            f"codes, say so with --types {codes[0]}=category."
        )
    return notes


def _few_codes(table: Table, name: str) -> bool:
    """Whether a number column holds three to ten whole numbers from 0 to 20."""
    values = table.data.column(name).to_numpy()
    # The first rows settle it for nearly every column.
    for part in (values[:PROBE_ROWS], values):
        levels = np.unique(part[~np.isnan(part)])
        whole = levels.size and levels[0] >= 0 and levels[-1] <= 2 * FEW_CODES
        if not whole or levels.size > FEW_CODES or np.any(levels != np.floor(levels)):
            return False
    return len(values) >= MIN_ROWS and levels.size >= 3


def _nothing_left(table: Table, dropped: Sequence[tuple[str, str]]) -> DataError:
    shown = "; ".join(f"{name!r}: {reason}" for name, reason in dropped[:3])
    more = f"; and {len(dropped) - 3:,} more" if len(dropped) > 3 else ""
    return DataError(
        f"{table.source} has no column to group by ({shown}{more}). "
        "Give a table with at least one column whose values differ, or name columns with --columns."
    )
