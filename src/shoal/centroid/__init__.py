"""Clusters around centres: the k-means family."""

from shoal.centroid.bisecting import BisectingKMeans, BisectingKMeansResult, bisecting_kmeans
from shoal.centroid.constrained import ConstrainedKMeans, constrained_kmeans
from shoal.centroid.fuzzy import FuzzyCMeans, FuzzyCMeansResult, fuzzy_c_means
from shoal.centroid.k_means import KMeans
from shoal.centroid.k_medians import KMedians, kmedians
from shoal.centroid.k_medoids import KMedoids
from shoal.centroid.k_modes import KModes, kmodes
from shoal.centroid.k_prototypes import KPrototypes, kprototypes
from shoal.centroid.lloyd import KMeansResult, kmeans
from shoal.centroid.medoids import KMedoidsResult, kmedoids
from shoal.centroid.mini_batch_k_means import MiniBatchKMeans
from shoal.centroid.minibatch import MiniBatchResult, minibatch_kmeans
from shoal.centroid.prototypes import PrototypesResult
from shoal.centroid.spherical import SphericalKMeans, spherical_kmeans
from shoal.centroid.starts import kmeans_parallel, kmeans_plusplus

__all__ = [
    "BisectingKMeans",
    "BisectingKMeansResult",
    "ConstrainedKMeans",
    "FuzzyCMeans",
    "FuzzyCMeansResult",
    "KMeans",
    "KMeansResult",
    "KMedians",
    "KMedoids",
    "KMedoidsResult",
    "KModes",
    "KPrototypes",
    "MiniBatchKMeans",
    "MiniBatchResult",
    "PrototypesResult",
    "SphericalKMeans",
    "bisecting_kmeans",
    "constrained_kmeans",
    "fuzzy_c_means",
    "kmeans",
    "kmeans_parallel",
    "kmeans_plusplus",
    "kmedians",
    "kmedoids",
    "kmodes",
    "kprototypes",
    "minibatch_kmeans",
    "spherical_kmeans",
]
