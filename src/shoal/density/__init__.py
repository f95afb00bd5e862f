"""Clusters as regions where rows lie close together, with noise between them."""

__all__: list[str] = []
