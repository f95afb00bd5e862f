"""An axis in original units that stays readable when a few values are very large."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from shoal.plot.style import INK, set_text
from shoal.plot.text import literal, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Scale", "choose_scale"]

LONG_TAIL = 5.0
LONG_TIME = 1500  # days, above which ticks name months
LARGEST_EVEN = 1e150  # beyond it, sums of squares of places overflow


@dataclass(frozen=True, slots=True)
class Scale:
    """A mapping from values to places on an axis.

    Attributes
    ----------
    low, high : float
        Smallest and largest value.
    width : float or None
        None for an even axis; otherwise places are ``asinh(value / width)``: even near zero,
        logarithmic far from it, defined for negative numbers too.
    whole : bool
        True when every value is a whole number: ticks are too.
    is_date : bool
        True when values are days since 1970.
    """

    low: float
    high: float
    width: float | None = None
    whole: bool = False
    is_date: bool = False

    def place(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Places of `values` on the axis."""
        if self.width is None:
            return values
        placed: npt.NDArray[np.float64] = np.arcsinh(values / self.width)
        return placed

    def ends(self, margin: float = 0.03) -> tuple[float, float]:
        """First and last place of the axis, with a margin on either side."""
        low, high = self.place(np.array([self.low, self.high]))
        pad = (high - low) * margin if high > low else max(abs(high), 1.0) * 0.5
        return float(low - pad), float(high + pad)

    def ticks(self, at_most: int) -> npt.NDArray[np.float64]:
        """Round values to mark, ascending."""
        if self.width is None:
            return _even_ticks(self.low, self.high, at_most, 1.0 if self.whole else 0.0)
        smallest = 10 ** math.floor(math.log10(self.width))
        largest = max(abs(self.low), abs(self.high))
        tens = [0.0]
        power = float(smallest)
        while power <= largest * 1.0001:
            tens.append(power)
            power *= 10
        values = np.unique([*(-np.array(tens)), *tens])
        values = values[(values >= self.low) & (values <= self.high)]
        return self._apart(values, at_most)

    def words(self, tick: float) -> str:
        """Label of a tick."""
        if not self.is_date:
            return short_number(tick)
        unit = "M" if self.high - self.low > LONG_TIME else "D"
        return str(np.datetime64(int(tick), "D").astype(f"datetime64[{unit}]"))

    def _apart(self, values: npt.NDArray[np.float64], at_most: int) -> npt.NDArray[np.float64]:
        """Keep zero and, from the outermost inwards, the values whose labels do not touch."""
        first, last = self.ends()
        room = (last - first) / (1.3 * at_most)
        kept: list[float] = []
        for value in sorted(values.tolist(), key=lambda value: (value != 0, -abs(value))):
            place = float(self.place(np.array(value)))
            if all(abs(place - float(self.place(np.array(other)))) >= room for other in kept):
                kept.append(value)
        return np.array(sorted(kept))

    def apply(
        self, axes: Axes, which: Literal["x", "y", "z"], at_most: int, name: str = ""
    ) -> None:
        """Set limits, ticks and, when a name is given, the label of one axis."""
        axis = getattr(axes, f"{which}axis")
        getattr(axes, f"set_{which}lim")(*self.ends())
        ticks = self.ticks(at_most)
        axis.set_ticks(self.place(ticks), [self.words(tick) for tick in ticks])
        if name:
            note = "" if self.width is None else "  (log-like scale)"
            set_text(getattr(axes, f"set_{which}label")(literal(name, 44) + note), 9, INK)


def choose_scale(values: npt.NDArray[np.float64], is_date: bool = False) -> Scale:
    """Choose an even axis, or a log-like one when the range dwarfs where nine in ten values lie."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return Scale(0.0, 1.0)
    low, high = float(known.min()), float(known.max())
    if is_date:
        return Scale(low, high, whole=True, is_date=True)
    if max(abs(low), abs(high)) > LARGEST_EVEN:
        return Scale(low, high, max(abs(low), abs(high)) / 1e3)
    fifth, last = np.quantile(known, (0.05, 0.95))
    sizes = np.abs(known[known != 0])
    long_tail = high - low > LONG_TAIL * (last - fifth) and sizes.size > 0
    if not long_tail or (low > 0 and high < 20 * low):
        return Scale(low, high, whole=bool((known == np.round(known)).all()))
    return Scale(low, high, max(float(np.median(sizes)), 1e-6 * float(sizes.max())))


def short_number(value: float) -> str:
    """Write a tick label: 1,500 stays, 15,000 becomes 15k."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size <= abs(value) < size * 1000 and abs(value) >= 10_000:
            return number(value / size) + letter
    return number(value)


def _even_ticks(low: float, high: float, at_most: int, smallest: float) -> npt.NDArray[np.float64]:
    if not high > low:
        return np.array([low])
    raw = max((high - low) / at_most, smallest)
    power = 10.0 ** math.floor(math.log10(raw))
    round_steps = (1, 2, 5, 10) if smallest else (1, 2, 2.5, 5, 10)
    step = next(s * power for s in round_steps if s * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return np.arange(first, last + 1, dtype=np.float64) * step
