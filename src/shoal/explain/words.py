"""Plain words for columns and for what sets a group apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = [
    "NAMED",
    "STRONG",
    "Wording",
    "category_phrase",
    "column_words",
    "number_wordings",
    "plain",
    "shorten",
]

NAMED = 0.5
"""Least effect, in pooled standard deviations, that is put into words (Cohen's "medium")."""

STRONG = 2.0
"""Effect from which the words say "very" or "much".

Clustering puts more than one deviation between groups in the columns that made them, so a lower
bound would put "very" on every card.
"""

_LONGEST_COLUMN = 40
_LONGEST_VALUE = 30

_IDENTIFIER = re.compile(r"[\w.\-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# A bracket at the end is a unit or a range when a blank precedes it or when it is short.
_SUFFIX = re.compile(r"(?:\s[(\[{][^()\[\]{}]*|[(\[{][\w%$€£°²³/^.\-–]{1,12})[)\]}]$")
_UNITS = frozenset(["usd", "eur", "gbp", "chf", "jpy", "cm", "mm", "km", "kg", "pct", "percent"])
# Characters that reorder the text after them could make a name read as something else.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for a number column.

    Attributes
    ----------
    high, low : str
        Words for values above and below those of the other rows.
    very_high, very_low : str
        The same for differences of at least `STRONG`.
    """

    high: str
    low: str
    very_high: str
    very_low: str

    def phrase(self, effect: float, *, share: float = 0.0) -> str:
        """Choose the words for an effect.

        Parameters
        ----------
        effect : float
            Cohen's d; its sign says higher or lower.
        share : float, default=0.0
            Share of all rows in the group. What most rows are is never "very" or "much": there
            it is the others that stand out.

        Returns
        -------
        str
            One of the four.
        """
        if abs(effect) >= STRONG and share <= 0.5:
            return self.very_high if effect > 0 else self.very_low
        return self.high if effect > 0 else self.low


_AGE = Wording("older", "younger", "much older", "much younger")
_SPENDING = Wording("high spending", "low spending", "very high spending", "very low spending")
_RECENCY = Wording("lapsed", "recent", "long lapsed", "very recent")
_LOYALTY = Wording("long-standing", "newer", "very long-standing", "much newer")
_FREQUENCY = Wording("frequent", "infrequent", "very frequent", "very infrequent")

# A pattern must leave no doubt about the meaning: "account age" or "days since first order"
# would turn these words into false statements.
_CONCEPTS: tuple[tuple[re.Pattern[str], Wording], ...] = (
    (re.compile(r"(?:(?:customer|client|user|person|member) )?age(?: in)?(?: years)?"), _AGE),
    (re.compile(r"spend|spending|spending score|(?:total|amount) spen[dt]"), _SPENDING),
    (
        re.compile(
            r"(?:\w+ )?since (?:the )?(?:last|latest|most recent)"
            r"(?: (?:purchase|order|visit|transaction|activity|login|contact|payment))?"
        ),
        _RECENCY,
    ),
    (re.compile(r"(?:(?:purchase|order|visit|shopping) )?frequency"), _FREQUENCY),
    (
        re.compile(r"(?:days|weeks|months|years) as (?:a )?(?:customer|member|client|subscriber)"),
        _LOYALTY,
    ),
)

_ADJECTIVES = {
    **dict.fromkeys(("length", "duration", "tenure", "time"), ("long", "short")),
    **dict.fromkeys(("size", "area", "volume", "basket"), ("large", "small")),
    "width": ("wide", "narrow"),
}
# Said by the adjective already: a long petal, a wide sepal.
_IMPLIED = frozenset(["length", "width"])
_COUNTED = re.compile(r"(?:number|count|no|num|nr) of (?P<what>.+)")
_AMOUNTS = re.compile(
    r"(?:days|weeks|months|years|hours|minutes) .+|.+ (?:bought|ordered|sold|returned|visited)"
)


def plain(text: str) -> str:
    """Make any text safe to set in a line: no control characters, blanks collapsed.

    Parameters
    ----------
    text : str
        Anything, such as a column name from a file.

    Returns
    -------
    str
        The same text on one line. Nothing is escaped: whoever shows it does that.
    """
    text = _REORDERING.sub("", text)
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join(text.split())


def shorten(text: str, length: int) -> str:
    """Cut a text that is too long for a name.

    Parameters
    ----------
    text : str
        Any text.
    length : int
        Most characters to keep, the ellipsis included.

    Returns
    -------
    str
        The text, or its start and an ellipsis.
    """
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def column_words(column: str) -> str:
    """Turn a column name into words: ``"Annual Income (k$)"`` into ``"annual income"``.

    Parameters
    ----------
    column : str
        Name of a column; anything.

    Returns
    -------
    str
        Words without unit and case; unusual names stay as they are, on one line and shortened.

    Examples
    --------
    >>> from shoal.explain.words import column_words
    >>> column_words("PURCHASES_FREQUENCY"), column_words("BounceRates"), column_words("spend_usd")
    ('purchases frequency', 'bounce rates', 'spend')
    """
    # Longer than any name that can be shown, and short enough for the patterns.
    text = plain(column[:1000])
    stripped = text
    while _SUFFIX.search(stripped):
        stripped = _SUFFIX.sub("", stripped).rstrip()
    if not stripped:
        return shorten(text, _LONGEST_COLUMN) or "unnamed column"
    if _IDENTIFIER.fullmatch(stripped):
        pieces = re.split(r"[_.\-]+", stripped)
        stripped = " ".join(word for piece in pieces for word in _CAMEL.split(piece) if word)
    words = stripped.split()
    shouting = stripped.isupper()
    words = [word.lower() if shouting or word.istitle() else word for word in words]
    if len(words) > 1 and words[-1].lower() in _UNITS:
        words.pop()
    return shorten(" ".join(words) or text, _LONGEST_COLUMN)


def number_wordings(columns: Iterable[str]) -> Mapping[str, Wording]:
    """Choose the words of every number column, different for different columns.

    Parameters
    ----------
    columns : iterable of str
        Names of the number columns.

    Returns
    -------
    mapping of str to Wording
        One per column. Columns that would share their words get those of their full names.
    """
    names = list(columns)
    first = {name: _concept(column_words(name)) or _generic(column_words(name)) for name in names}
    uses = Counter(wording.high for wording in first.values())
    second = {
        name: wording if uses[wording.high] == 1 else _generic(column_words(name))
        for name, wording in first.items()
    }
    uses = Counter(wording.high for wording in second.values())
    return {
        name: wording
        if uses[wording.high] == 1
        else _generic(shorten(plain(name[:1000]), 2 * _LONGEST_COLUMN))
        for name, wording in second.items()
    }


def category_phrase(column: str, value: str, inside: float, effect: float) -> str:
    """Say how common a value is in a group.

    Parameters
    ----------
    column, value : str
        The category.
    inside : float
        Share of the group's rows with this value.
    effect : float
        Cohen's h against all other rows; its sign says more or less common.

    Returns
    -------
    str
        Words such as ``"mostly Channel=2"``.
    """
    shown = shorten(plain(value[:1000]), _LONGEST_VALUE) or "(empty)"
    words = column_words(column)
    if words in {"gender", "sex"} and shown.isalpha() and len(shown) > 1:
        what = shown.lower()
    else:
        what = f"{shorten(plain(column[:1000]), _LONGEST_COLUMN) or words}={shown}"
    if effect > 0:
        how = "all" if inside >= 1.0 else "mostly" if inside > 0.5 else "more often"
    else:
        how = "no" if inside <= 0.0 else "rarely" if inside <= 0.1 else "less often"
    return f"{how} {what}"


def _concept(words: str) -> Wording | None:
    return next(
        (wording for pattern, wording in _CONCEPTS if pattern.fullmatch(words.lower())), None
    )


def _generic(words: str) -> Wording:
    counted = _COUNTED.fullmatch(words)
    if counted:
        words, (more, less) = counted["what"], ("many", "few")
    elif _AMOUNTS.fullmatch(words):
        more, less = "many", "few"
    else:
        thing, _, last = words.rpartition(" ")
        more, less = _ADJECTIVES.get(last, ("high", "low"))
        words = thing if thing and last in _IMPLIED else words
    return Wording(
        f"{more} {words}", f"{less} {words}", f"very {more} {words}", f"very {less} {words}"
    )
