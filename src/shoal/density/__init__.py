"""Clusters as regions where rows lie close together, with noise between them."""

from shoal.density.dbscan_model import DBSCAN
from shoal.density.dbscan_rows import DBSCANResult, dbscan
from shoal.density.radius import k_distance
from shoal.density.shift_model import MeanShift
from shoal.density.shift_rows import MeanShiftResult, estimate_bandwidth, mean_shift

__all__ = [
    "DBSCAN",
    "DBSCANResult",
    "MeanShift",
    "MeanShiftResult",
    "dbscan",
    "estimate_bandwidth",
    "k_distance",
    "mean_shift",
]
