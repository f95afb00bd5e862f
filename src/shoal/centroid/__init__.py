"""Clusters around centres: the k-means family."""

from shoal.centroid.fuzzy import FuzzyCMeans, FuzzyCMeansResult, fuzzy_c_means
from shoal.centroid.k_means import KMeans
from shoal.centroid.k_medians import KMedians, kmedians
from shoal.centroid.lloyd import KMeansResult, kmeans
from shoal.centroid.starts import kmeans_parallel, kmeans_plusplus

__all__ = [
    "FuzzyCMeans",
    "FuzzyCMeansResult",
    "KMeans",
    "KMeansResult",
    "KMedians",
    "fuzzy_c_means",
    "kmeans",
    "kmeans_parallel",
    "kmeans_plusplus",
    "kmedians",
]
