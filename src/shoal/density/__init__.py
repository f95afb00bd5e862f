"""Clusters as regions where rows lie close together, with noise between them."""

from shoal.density.dbscan_model import DBSCAN
from shoal.density.dbscan_rows import DBSCANResult, dbscan
from shoal.density.hdbscan_model import HDBSCAN
from shoal.density.hierarchy import HDBSCANResult, hdbscan
from shoal.density.optics_model import OPTICS
from shoal.density.optics_rows import OPTICSResult, optics
from shoal.density.peaks_model import DensityPeaks
from shoal.density.peaks_rows import DensityPeaksResult, density_peaks
from shoal.density.radius import k_distance
from shoal.density.shift_model import MeanShift
from shoal.density.shift_rows import MeanShiftResult, estimate_bandwidth, mean_shift

__all__ = [
    "DBSCAN",
    "HDBSCAN",
    "OPTICS",
    "DBSCANResult",
    "DensityPeaks",
    "DensityPeaksResult",
    "HDBSCANResult",
    "MeanShift",
    "MeanShiftResult",
    "OPTICSResult",
    "dbscan",
    "density_peaks",
    "estimate_bandwidth",
    "hdbscan",
    "k_distance",
    "mean_shift",
    "optics",
]
