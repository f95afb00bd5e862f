"""Clusters as branches of a tree of merges: linkage, dendrograms and divisive clustering."""

from shoal.connectivity.tree import SpanningTree, spanning_tree

__all__ = ["SpanningTree", "spanning_tree"]
