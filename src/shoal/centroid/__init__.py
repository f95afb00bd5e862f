"""Clusters around centres: the k-means family."""

from shoal.centroid.k_means import KMeans
from shoal.centroid.lloyd import KMeansResult, kmeans
from shoal.centroid.starts import kmeans_plusplus

__all__ = ["KMeans", "KMeansResult", "kmeans", "kmeans_plusplus"]
