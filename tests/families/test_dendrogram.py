"""What a tree says: cuts, cophenetic distances, inconsistency; chains of a million merges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist
from sklearn.metrics import adjusted_rand_score

from shoal import DataError, ParameterError, linkage
from shoal.connectivity import (
    cophenetic_correlation,
    cophenetic_distances,
    cut_tree,
    inconsistency,
    leaf_order,
)
from shoal.connectivity.merging import LINKAGES


@pytest.fixture(scope="module")
def rows() -> npt.NDArray[np.float64]:
    return np.random.default_rng(3).normal(size=(140, 3))


@pytest.mark.parametrize("method", LINKAGES)
def test_numbers_are_scipys(rows: npt.NDArray[np.float64], method: str) -> None:
    Z = linkage(rows, method)
    pairs = pdist(rows)
    np.testing.assert_allclose(cophenetic_distances(Z), hierarchy.cophenet(Z))
    correlation, _ = hierarchy.cophenet(Z, pairs)
    assert cophenetic_correlation(Z, pairs) == pytest.approx(correlation)
    np.testing.assert_array_equal(leaf_order(Z), hierarchy.leaves_list(Z))
    for depth in (1, 2, 4):
        np.testing.assert_allclose(
            inconsistency(Z, depth), hierarchy.inconsistent(Z, depth), atol=1e-9
        )
    for height in np.quantile(Z[:, 2], [0, 0.2, 0.7, 0.99]) + 1e-9:
        wanted = hierarchy.fcluster(Z, height, "distance")
        assert adjusted_rand_score(cut_tree(Z, height=height), wanted) == 1


def test_a_chain_of_a_million_merges() -> None:
    n = 1_000_001
    steps = np.arange(n - 1, dtype=np.float64)
    Z = np.column_stack([np.where(steps > 0, n + steps - 1, 0), steps + 1, steps, steps + 2])
    assert leaf_order(Z)[-1] == n - 1
    assert len(set(cut_tree(Z, n_clusters=3).tolist())) == 3
    assert len(set(cut_tree(Z, height=999_990.0).tolist())) == 11
    assert inconsistency(Z, 3).shape == (n - 1, 4)


def test_no_tree_is_refused() -> None:
    with pytest.raises(DataError, match="4 columns"):
        leaf_order(np.zeros((3, 3)))
    with pytest.raises(DataError, match=r"clusters that are there; got 7\.0 in step 0"):
        leaf_order([[0, 7, 1.0, 2]])
    with pytest.raises(DataError, match="joined twice"):
        leaf_order([[0, 1, 1.0, 2], [0, 2, 2.0, 3]])
    with pytest.raises(ParameterError, match="Exactly one of n_clusters and height"):
        cut_tree([[0, 1, 1.0, 2]])
    with pytest.raises(ParameterError, match="n_clusters=3 exceeds the 2 rows"):
        cut_tree([[0, 1, 1.0, 2]], n_clusters=3)
