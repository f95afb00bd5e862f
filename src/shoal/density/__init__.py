"""Clusters as regions where rows lie close together, with noise between them."""

from shoal.density.dbscan_model import DBSCAN
from shoal.density.dbscan_rows import DBSCANResult, dbscan
from shoal.density.radius import k_distance

__all__ = ["DBSCAN", "DBSCANResult", "dbscan", "k_distance"]
