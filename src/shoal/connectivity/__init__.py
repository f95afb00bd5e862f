"""Clusters as branches of a tree of merges: linkage, dendrograms and divisive clustering."""

from shoal.connectivity.agglomerative import AgglomerativeClustering
from shoal.connectivity.dendrogram import (
    cophenetic_correlation,
    cophenetic_distances,
    cut_tree,
    inconsistency,
    leaf_order,
)
from shoal.connectivity.merging import linkage
from shoal.connectivity.tree import SpanningTree, spanning_tree

__all__ = [
    "AgglomerativeClustering",
    "SpanningTree",
    "cophenetic_correlation",
    "cophenetic_distances",
    "cut_tree",
    "inconsistency",
    "leaf_order",
    "linkage",
    "spanning_tree",
]
