"""Clusters as branches of a tree of merges: linkage, dendrograms and divisive clustering."""

__all__: list[str] = []
