"""The pictures of a report: drawn once, described in words, with the numbers they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from shoal import plot
from shoal.data.encode import as_numbers
from shoal.plot.columns import (
    column_names,
    column_values,
    features,
    matrix_labels,
    number_columns,
    telling,
    telling_pair,
)
from shoal.plot.pca import Projection, project
from shoal.plot.place_map import coordinates_of
from shoal.plot.points import medians
from shoal.plot.profile import Effects, effects
from shoal.plot.text import number, percent, shorten, two_digits
from shoal.report.fit_pictures import draw_fit_picture
from shoal.report.picture import Grid, Picture

if TYPE_CHECKING:
    from shoal.clustering import Card, Clustering

__all__ = ["Grid", "Picture", "draw_pictures"]

MOST_LINES = 60
MOST_FIELDS = 12


def draw_pictures(clustering: Clustering) -> Iterator[Picture]:
    """Draw every picture this job has, one at a time."""
    drawer = _Drawer(clustering)
    for name in plot.available(clustering):
        if name in plot.FIT_PICTURES:
            yield draw_fit_picture(clustering, name)
        else:
            yield getattr(drawer, name)()


class _Drawer:
    """Draws the pictures and keeps what several of them need."""

    def __init__(self, clustering: Clustering) -> None:
        self.clustering = clustering
        self.labels = matrix_labels(clustering)
        self.ranking = telling(clustering)
        self.groups = [str(card.cluster) for card in clustering.cards[:MOST_LINES]]

    def sizes(self) -> Picture:
        cards = self.clustering.cards
        return Picture(
            "sizes",
            "Sizes",
            "Rows in each group, largest first.",
            _size_words(cards),
            Grid(
                "Rows in each group",
                ("Group", "Name", "Rows", "Share"),
                tuple(
                    (str(c.cluster), shorten(c.name, 80), f"{c.size:,}", percent(c.share))
                    for c in cards[:MOST_LINES]
                ),
            ),
            plot.sizes(self.clustering),
        )

    def profile(self) -> Picture:
        found: Effects = effects(self.clustering)
        strongest = np.argsort(-np.abs(found.values).max(axis=0), kind="stable")[:24]
        rows = tuple(
            (
                shorten(found.names[column], 60),
                *(_signed(float(value)) for value in found.values[: len(self.groups), column]),
            )
            for column in np.sort(strongest)
        )
        return Picture(
            "profile",
            "What sets the groups apart",
            "How far each group's average lies from that of all other rows, in standard "
            "deviations. From about 0.8 a difference is plain to see; orange is higher, blue is "
            "lower.",
            f"Heat map of effect sizes, {len(self.groups)} groups by {len(rows)} columns.",
            Grid("Effect sizes by column and group", ("Column", *self.groups), rows),
            plot.profile(self.clustering, found),
        )

    def place_map(self) -> Picture:
        pair = coordinates_of(self.clustering)
        if pair is None:
            raise AssertionError("only drawn when there are places")
        lat, lon = (as_numbers(self.clustering.table, name) for name in pair)
        rows, k = self.clustering.matrix.rows, self.clustering.n_clusters
        middles = [medians(values[rows], self.labels, k) for values in (lat, lon)]
        return Picture(
            "place_map",
            "Where the groups are",
            "Each point is a row at its longitude and latitude, in degrees; the number stands at "
            "the median of its group. Noise is grey.",
            f"Map of the rows by {shorten(pair[1], 40)} and {shorten(pair[0], 40)}, coloured and "
            "numbered by group.",
            Grid(
                "Median place of each group",
                ("Group", "Rows", *(shorten(name, 60) for name in pair)),
                tuple(
                    (str(c.cluster), f"{c.size:,}", *(number(m[c.cluster]) for m in middles))
                    for c in self.clustering.cards[:MOST_LINES]
                ),
            ),
            plot.place_map(self.clustering),
        )

    def scatter(self) -> Picture:
        pair = telling_pair(self.clustering, self.ranking) or ("", "")
        across, up = (shorten(name, 60) for name in pair)
        return Picture(
            "scatter",
            "The two most telling columns",
            "Each point is a row, in original units; the number stands at the median of its "
            "group. These are the two columns that say most about which group a row is in.",
            f"Scatter plot of {up} against {across}, coloured and numbered by group.",
            self._medians(pair),
            plot.scatter(self.clustering, *pair),
        )

    def scatter_3d(self) -> Picture:
        names = tuple(number_columns(self.clustering))
        return Picture(
            "scatter_3d",
            "All three columns",
            "Each point is a row, in original units; the number stands at the median of its group.",
            f"Three-dimensional scatter plot of {', '.join(shorten(name) for name in names)}.",
            self._medians(names),
            plot.scatter_3d(self.clustering),
        )

    def pca(self) -> Picture:
        X, names = features(self.clustering)
        found: Projection = project(X)
        rows: list[tuple[str, ...]] = []
        for axis, share in zip(found.axes, found.shares, strict=True):
            main = np.argsort(-np.abs(axis), kind="stable")[:5]
            rows += [
                (f"{len(rows) // len(main) + 1} ({percent(share)})", shorten(names[i], 60),
                 _signed(float(axis[i]), 2))
                for i in main
            ]  # fmt: skip
        both = percent(sum(found.shares))
        return Picture(
            "pca",
            "All columns at once",
            f"The prepared rows seen from the side that shows most of their variance: "
            f"these two directions hold {both} of it. Groups that overlap here may still be apart "
            "in the directions left out.",
            "Scatter plot of the first two principal components, coloured and numbered by group; "
            f"they hold {percent(found.shares[0])} and {percent(found.shares[1])} of the variance.",
            Grid(
                "What the two directions are made of: the five largest weights of each",
                ("Component", "Column", "Weight"),
                tuple(rows),
            ),
            plot.pca(self.clustering, found),
        )

    def distributions(self) -> Picture:
        shown = set(list(self.ranking)[:MOST_FIELDS])
        names = [name for name in column_names(self.clustering) if name in shown]
        return Picture(
            "distributions",
            "How the values are spread",
            "Each bar counts rows; its colours are the groups they belong to.",
            f"Histograms of {len(names)} columns, each bar split by group.",
            Grid(
                "Spread of each column",
                ("Column", "Smallest or most common", "Median or next", "Largest or rarest",
                 "Explained by the groups"),
                tuple(self._spread(name) for name in names),
            ),
            plot.distributions(self.clustering, self.ranking),
        )  # fmt: skip

    def silhouette(self) -> Picture:
        values, rows = self.clustering.silhouette_samples, self.clustering.silhouette_rows
        if values is None:
            raise AssertionError("only drawn when there are silhouettes")
        labels = self.labels if rows is None else self.labels[rows]
        lines = []
        for group in self.groups:
            mine = values[labels == int(group)]
            if mine.size:
                below = percent(float((mine < 0).mean()))
                lines.append((group, two_digits(mine.mean()), two_digits(mine.min()), below))
        return Picture(
            "silhouette",
            "How well each row fits its group",
            "The silhouette compares a row's distance to its own group with that to the nearest "
            "other one. Rows that reach left of zero would fit another group better.",
            "Silhouette of each row sorted within its group; the mean of all is "
            f"{two_digits(values.mean())}.",
            Grid(
                "Silhouette by group",
                ("Group", "Mean", "Lowest", "Rows below zero"),
                tuple(lines),
            ),
            plot.silhouette(self.clustering),
        )

    def elbow(self) -> Picture:
        choice = self.clustering.choice
        if choice is None:
            raise AssertionError("only drawn when k was chosen")
        shown = [
            (name, values)
            for name, values in (
                ("Inertia", choice.inertia),
                ("Silhouette", choice.silhouette),
                ("Calinski-Harabasz", choice.calinski_harabasz),
                ("Davies-Bouldin", choice.davies_bouldin),
            )
            if np.isfinite(values).any()
        ]
        names = [name for name, _ in shown]
        rows = zip(choice.k, *(values for _, values in shown), strict=True)
        return Picture(
            "elbow",
            "Quality for each number of groups",
            "The band marks the recommended number; a ring marks the best value of each index.",
            f"{', '.join(names[:-1])} and {names[-1]} for {choice.k[0]} to "
            f"{choice.k[-1]} groups; {choice.recommended} is recommended.",
            Grid(
                "Indices for each number of groups",
                ("Groups", *names),
                tuple((str(k), *(number(value) for value in values)) for k, *values in rows),
            ),
            plot.elbow(self.clustering),
        )

    def _medians(self, names: tuple[str, ...]) -> Grid:
        columns = [
            medians(
                column_values(self.clustering, name).values, self.labels, self.clustering.n_clusters
            )
            for name in names
        ]
        return Grid(
            "Median of each group",
            ("Group", "Rows", *(shorten(name, 60) for name in names)),
            tuple(
                (str(card.cluster), f"{card.size:,}", *(number(c[card.cluster]) for c in columns))
                for card in self.clustering.cards[:MOST_LINES]
            ),
        )

    def _spread(self, name: str) -> tuple[str, ...]:
        column = column_values(self.clustering, name)
        explained = percent(self.ranking[name])
        values = column.values[~np.isnan(column.values)]
        if values.size == 0:
            return (shorten(name, 60), "none", "none", "none", explained)
        if column.categories is None:
            quantiles = np.quantile(values, (0, 0.5, 1))
            words = [_day(q) if column.is_date else number(float(q)) for q in quantiles]
            return (shorten(name, 60), *words, explained)
        counts = np.bincount(values.astype(np.int64))
        named = [
            f"{shorten(value, 40)} ({percent(size / values.size)})"
            for value, size in zip(column.categories, counts, strict=True)
        ]
        middle = named[1] if len(named) > 1 else "none"
        return (shorten(name, 60), named[0], middle, named[-1], explained)


def _size_words(cards: tuple[Card, ...]) -> str:
    if not cards:
        return "A single bar: all rows are noise."
    return (
        f"Bar chart of the sizes of {len(cards)} groups, from {cards[0].size:,} rows down to "
        f"{cards[-1].size:,}."
    )


def _signed(value: float, digits: int = 1) -> str:
    words = f"{round(value, digits) + 0.0:+.{digits}f}"
    return "0" if float(words) == 0 else words.replace("-", "\N{MINUS SIGN}")


def _day(value: float) -> str:
    return str(np.datetime64(int(value), "D"))
