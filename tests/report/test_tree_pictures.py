"""Pictures of trees, orders and densities: what they show, and that no shape breaks them."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.text import Text
from scipy.cluster.hierarchy import dendrogram as scipy_dendrogram
from scipy.cluster.hierarchy import fcluster, linkage

from shoal import plot
from shoal.errors import DataError, ParameterError
from shoal.plot import style
from shoal.plot.condensed_tree import branches_of
from shoal.plot.reachability import bars_of
from shoal.plot.tree_layout import MIXED, cut_between, lay_out, lay_out_top


def rows(n, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-6, 6, (4, 2))[random.choice(4, n)] + random.normal(0, 0.5, (n, 2))


def groups(tree, k):
    found = fcluster(tree, k, "maxclust") - 1
    order = np.argsort(-np.bincount(found), kind="stable")
    return np.argsort(order)[found]


def chain(n):
    """One row after the other joins the same branch."""
    at = np.arange(n - 1)
    return np.column_stack([np.r_[0, n + at[:-1]], 1 + at, 1.0 + at, 2 + at])


def badges(figure):
    return {text.get_text() for text in figure.findobj(Text) if text.get_bbox_patch() is not None}


def lines_of(figure):
    (collection,) = figure.findobj(LineCollection)
    return collection


@pytest.mark.parametrize("method", ["single", "average", "ward", "centroid"])
def test_leaves_stand_where_scipy_puts_them(method):
    tree = linkage(rows(60), method)
    found = lay_out(tree)
    expected = scipy_dendrogram(tree, no_plot=True)
    if method != "centroid":  # where heights fall, SciPy's order is another
        assert found.leaves.tolist() == expected["leaves"]
    np.testing.assert_array_equal(np.sort(found.x[:60]), np.arange(60) + 0.5)
    np.testing.assert_array_equal(found.y[60:], tree[:, 2])
    np.testing.assert_array_equal(found.sizes[60:], tree[:, 3])
    middle = (found.x[found.left] + found.x[found.right]) / 2
    np.testing.assert_array_equal(found.x[60:], middle)


def test_a_branch_has_the_group_of_its_leaves():
    tree = linkage(rows(80), "average")
    labels = groups(tree, 4)
    found = lay_out(tree, labels)
    parts = found.labels[80:]
    assert (parts == MIXED).sum() == 3
    assert set(parts[parts != MIXED]) == {0, 1, 2, 3}


def test_the_top_of_a_tree_holds_all_rows():
    tree = linkage(rows(500), "ward")
    labels = groups(tree, 4)
    found = lay_out_top(tree, labels, 30)
    assert found.n_leaves == 30
    assert found.sizes[:30].sum() == 500
    assert found.sizes[-1] == 500
    np.testing.assert_array_equal(found.y[30:], tree[-29:, 2])
    assert (found.folded <= found.y[30]).all()
    whole = lay_out_top(tree, labels, 500)
    np.testing.assert_array_equal(whole.x, lay_out(tree, labels).x)


@pytest.mark.parametrize("n", [2, 10, 20, 500, 10_000])
def test_any_number_of_leaves_is_drawn(n):
    tree = linkage(rows(n), "ward" if n > 2 else "single")
    labels = groups(tree, min(4, n))
    figure = plot.dendrogram(tree, labels, names=range(n))
    drawn = n if n <= 1000 else 50
    assert len(lines_of(figure).get_segments()) == drawn - 1
    assert badges(figure) == {str(label) for label in range(min(4, n))}
    words = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert len(words) == (drawn if drawn <= 60 else 0)
    style.png(figure)


def test_a_tree_of_ten_thousand_can_be_drawn_whole():
    tree = linkage(rows(10_000), "single")
    figure = plot.dendrogram(tree, top=10_000)
    assert len(lines_of(figure).get_segments()) == 9_999
    style.png(figure)


def test_a_chain_of_a_hundred_thousand_is_no_recursion():
    tree = chain(100_000)
    assert plot.dendrogram(tree, np.zeros(100_000, int)) is not None
    assert lay_out(tree).leaves.tolist() == list(range(100_000))


def test_the_cut_lies_between_the_groups():
    tree = linkage(rows(100), "average")
    height = cut_between(tree, groups(tree, 4))
    assert tree[-4, 2] < height < tree[-3, 2]
    assert cut_between(tree, np.zeros(100, int)) is None
    assert cut_between(tree, np.random.default_rng(0).integers(3, size=100)) is None
    figure = plot.dendrogram(tree, groups(tree, 4))
    assert any(text.get_text().startswith("cut at") for text in figure.findobj(Text))
    figure = plot.dendrogram(tree, groups(tree, 4), height=3.25)
    assert any(text.get_text() == "cut at 3.25" for text in figure.findobj(Text))


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (np.zeros((3, 3)), r"linkage must have shape \(n_samples - 1, 4\); got \(3, 3\)"),
        (np.array([[0, 1, np.nan, 2]]), "finite numbers"),
        (np.array([[0, 0, 1.0, 2]]), "every branch once"),
        (np.array([[0, 3, 1.0, 2], [1, 2, 2.0, 3]]), "after it was made in row 0"),
        (np.array([[0, 0.5, 1.0, 2]]), "every branch once"),
    ],
)
def test_what_is_no_tree_is_refused(tree, sentence):
    with pytest.raises(DataError, match=sentence):
        plot.dendrogram(tree)


def test_labels_that_do_not_fit_are_refused():
    tree = linkage(rows(10))
    with pytest.raises(DataError, match="one group per leaf"):
        plot.dendrogram(tree, [0, 1])
    with pytest.raises(ParameterError, match="top must be"):
        plot.dendrogram(tree, top=1)


def test_hostile_names_of_leaves_are_drawn_as_they_are():
    tree = linkage(rows(3))
    figure = plot.dendrogram(tree, names=["<script>", r"$\frac{1}{0}$", "\u202eabc\n"])
    style.png(figure)
    words = {text.get_text() for text in figure.axes[0].get_xticklabels()}
    assert words == {"<script>", r"\$\frac{1}{0}\$", "abc"}


def test_bars_keep_order_height_and_group():
    reach = np.array([np.inf, 0.5, 0.25, 2.0, 0.125])
    bars = bars_of(reach, [2, 0, 1, 4, 3], [0, 0, 0, -1, 0])
    np.testing.assert_array_equal(bars.high, [0.25, np.inf, 0.5, 0.125, 2.0])
    assert bars.labels.tolist() == [0, 0, 0, 0, -1]
    assert bars.endless.tolist() == [False, True, False, False, False]


def test_many_rows_share_bars():
    reach = np.random.default_rng(0).random(20_000)
    bars = bars_of(reach, np.arange(20_000), None)
    assert bars.high.size == 1500
    assert bars.high.max() == reach.max()
    assert (bars.low <= bars.high).all()
    style.png(plot.reachability(reach, np.arange(20_000), np.arange(20_000) // 5000))


@pytest.mark.parametrize(
    ("reach", "order"),
    [([0.1, -1], [0, 1]), ([0.1, np.nan], [0, 1]), ([0.1, 1], [0, 0]), ([0.1, 1], [0]), ([], [])],
)
def test_what_is_no_walk_is_refused(reach, order):
    with pytest.raises(DataError):
        plot.reachability(reach, order)


def test_nothing_reachable_is_drawn():
    style.png(plot.reachability(np.full(30, np.inf), np.arange(30), np.full(30, -1), eps=0.5))


TREE = [("parent", np.int64), ("child", np.int64), ("lambda_val", float), ("child_size", np.int64)]


def condensed(equal=False):
    """Twelve rows: four fall out, then the rest splits into groups of five and three."""
    root = [(12, row, 0.5 + row / 10, 1) for row in range(4)]
    split = [(12, 13, 1.0, 5), (12, 14, 1.0, 3)]
    high = np.inf if equal else 3.0
    left = [(13, row, 2.0 if row == 4 else high, 1) for row in range(4, 9)]
    right = [(14, row, 1.5, 1) for row in range(9, 12)]
    return np.array(root + split + left + right, dtype=TREE)


def test_branches_shrink_and_split():
    labels = np.repeat([-1, 0, 1], [4, 5, 3])
    root, left, right = branches_of(condensed(), labels)
    assert root.widths.tolist() == [12, 11, 10, 9, 8, 0]
    assert (left.birth, left.widths.tolist()) == (1.0, [5, 4, 0])
    assert (right.birth, right.widths.tolist()) == (1.0, [3, 0])
    assert [branch.label for branch in (root, left, right)] == [MIXED, 0, 1]
    assert [branch.chosen for branch in (root, left, right)] == [False, True, True]
    assert left.centre + 2.5 == right.centre - 1.5
    assert (left.centre - 2.5) + (right.centre + 1.5) == 2 * root.centre


def test_a_single_group_is_the_root():
    root, left, _ = branches_of(condensed(), np.repeat([-1, 0], [4, 8]))
    assert (root.chosen, left.chosen, left.label) == (True, False, 0)


def test_groups_of_equal_rows_are_drawn():
    figure = plot.condensed_tree(condensed(equal=True), np.repeat([-1, 0, 1], [4, 5, 3]))
    assert badges(figure) == {"0", "1"}
    assert any("exactly equal" in text.get_text() for text in figure.texts)
    style.png(figure)


def test_what_is_no_condensed_tree_is_refused():
    upside_down = condensed()
    upside_down["parent"][4] = 15
    for tree in (np.zeros(3), condensed()[:0], upside_down):
        with pytest.raises(DataError, match="tree must"):
            plot.condensed_tree(tree)
    with pytest.raises(DataError, match="one group per row, 12"):
        plot.condensed_tree(condensed(), [0, 1])


def test_the_k_distance_says_how_many_rows_are_dense():
    figure = plot.k_distance(np.arange(1.0, 101.0), k=4, eps=80.0, unit="km")
    assert any("eps 80 km: 80% of the rows" in text.get_text() for text in figure.findobj(Text))
    style.png(figure)
    style.png(plot.k_distance([1.0], k=1))
    for bad in ([], [1.0, np.nan], [-1.0]):
        with pytest.raises(DataError, match="distances must be"):
            plot.k_distance(bad, k=2)


def test_centres_stand_out_in_the_decision_graph():
    rho = np.array([1.0, 5.0, 4.0, 2.0, 3.0])
    delta = np.array([0.1, np.inf, 3.0, 0.2, 0.3])
    figure = plot.decision_graph(rho, delta, [0, 0, 1, 1, -1])
    assert badges(figure) == {"0", "1"}
    style.png(plot.decision_graph(rho, delta))
    with pytest.raises(DataError, match="one entry per row"):
        plot.decision_graph(rho, delta[:2])


def test_svg_is_the_same_every_time():
    tree = linkage(rows(30))
    first, second = (style.svg(plot.dendrogram(tree, groups(tree, 3))) for _ in range(2))
    assert first == second
    assert first.startswith(b"<?xml")
